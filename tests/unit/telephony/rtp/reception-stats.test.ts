import { describe, expect, test } from '@jest/globals';
import { ReceptionStats } from '../../../../telephony/rtp/reception-stats.ts';

function push(stats: ReceptionStats, i: number, over: { ssrc?: number; lateMs?: number } = {}): void {
  stats.push({ ssrc: over.ssrc ?? 1, sequence: (65_530 + i) & 0xffff, rtpTs: i * 160 }, i * 20 + (over.lateMs ?? 0));
}

describe('reception statistics', () => {
  test('loss is counted over the end of the sequence numbers', () => {
    const stats = new ReceptionStats();
    for (const i of [0, 1, 2, 5, 6, 8, 9]) push(stats, i);
    expect(stats.snapshot()).toMatchObject({ packetsReceived: 7, packetsLost: 3, packetsOutOfOrder: 0, jitterMs: 0 });
    expect(stats.report()).toMatchObject({ packetsLost: 3, fractionLost: Math.floor((3 * 256) / 10) });
    push(stats, 10);
    // Nothing lost since the report before.
    expect(stats.report().fractionLost).toBe(0);
  });

  test('a late packet is not lost but out of order', () => {
    const stats = new ReceptionStats();
    for (const i of [0, 2, 1, 3]) push(stats, i);
    expect(stats.snapshot()).toMatchObject({ packetsLost: 0, packetsOutOfOrder: 1 });
  });

  test('a new source keeps the losses of the old one', () => {
    const stats = new ReceptionStats();
    for (const i of [0, 2]) push(stats, i);
    for (const i of [5000, 5001]) push(stats, i, { ssrc: 2 });
    expect(stats.snapshot()).toMatchObject({ packetsReceived: 4, packetsLost: 1 });
    expect(stats.report().packetsLost).toBe(0);
  });

  test('jitter follows RFC 3550', () => {
    const stats = new ReceptionStats();
    for (let i = 0; i < 400; i += 1) push(stats, i, { lateMs: i % 2 === 0 ? 0 : 8 });
    expect(stats.snapshot().jitterMs).toBeCloseTo(8, 1);
  });
});
