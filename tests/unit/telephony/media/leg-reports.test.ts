import { describe, expect, it } from '@jest/globals';
import { LegReports } from '../../../../telephony/embedded/media/leg-reports.ts';
import { serializeReport } from '../../../../telephony/rtp/rtcp-packet.ts';

const OURS = 1;
const THEIRS = 2;

function reportOn(packetsLost: number, jitterTicks: number): Uint8Array {
  const block = {
    ssrc: OURS,
    fractionLost: 0,
    packetsLost,
    highestSequence: 0,
    jitterTicks,
    lastSr: 0,
    delaySinceLastSr: 0,
  };
  return serializeReport({ ssrc: THEIRS, cname: 'far', blocks: [block] });
}

function packet(sequence: number): Parameters<LegReports['sent']>[0] {
  const payload = new Uint8Array(160);
  return { payloadType: 8, marker: false, sequence, rtpTs: sequence * 160, ssrc: THEIRS, payload };
}

describe('figures of a leg', () => {
  it('count each span for itself, and the whole at the end', () => {
    const reports = new LegReports({ ssrc: OURS, cname: 'ours' }, 0);
    for (let i = 0; i < 100; i += 1) if (i !== 50) reports.stats.push(packet(i), i * 20);
    for (let i = 0; i < 100; i += 1) reports.sent(packet(i));
    const first = reports.latest();
    expect(first.said).toMatchObject({ packets: 99, lostPackets: 1, jitterMs: 0 });
    expect(first.heard).toBeUndefined();
    for (let i = 100; i < 200; i += 1) reports.stats.push(packet(i), i * 20);
    for (let i = 0; i < 100; i += 1) reports.sent(packet(i));
    reports.received(reportOn(20, 80), 4_000);
    const second = reports.latest();
    expect(second.said).toMatchObject({ packets: 100, lostPackets: 0 });
    expect(second.said.mos).toBeGreaterThan(first.said.mos);
    expect(second.heard).toMatchObject({ packets: 80, lostPackets: 20, jitterMs: 10 });
    expect(second.heard?.mos).toBeLessThan(3);
    expect(reports.total()).toMatchObject({
      said: { packets: 199, lostPackets: 1 },
      heard: { packets: 180, lostPackets: 20 },
    });
  });

  it('never report more lost than was sent, nor less than nothing', () => {
    const reports = new LegReports({ ssrc: OURS, cname: 'ours' }, 0);
    for (let i = 0; i < 10; i += 1) reports.sent(packet(i));
    reports.received(reportOn(500, 0), 0);
    expect(reports.latest().heard).toMatchObject({ packets: 0, lostPackets: 10 });
    reports.received(reportOn(-3, 0), 0);
    expect(reports.latest().heard).toMatchObject({ packets: 0, lostPackets: 0, mos: expect.any(Number) });
  });

  it('of a leg without packets are those of a clean line', () => {
    const { said } = new LegReports({ ssrc: OURS, cname: 'ours' }, 0).total();
    expect(said).toMatchObject({ packets: 0, lostPackets: 0, jitterMs: 0 });
    expect(said.mos).toBeGreaterThan(4.2);
  });
});
