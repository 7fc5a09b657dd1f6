import { describe, expect, it } from '@jest/globals';
import { backoffMs } from '../../../agent-desktop/src/lib/backoff.ts';
import { linePath, niceTop } from '../../../agent-desktop/src/lib/chart.ts';
import { clockText, shareText, spokenTicketNumber } from '../../../agent-desktop/src/lib/format.ts';
import { en } from '../../../agent-desktop/src/lib/i18n/en.ts';
import { zh } from '../../../agent-desktop/src/lib/i18n/zh.ts';
import { countersFrom, judgeLine } from '../../../agent-desktop/src/lib/quality.ts';
import { shownRisks } from '../../../agent-desktop/src/lib/risks.ts';
import { seatState } from '../../../agent-desktop/src/lib/seat-state.ts';
import type { RiskView } from '../../../agent-desktop/src/lib/types.ts';

describe('back-off', () => {
  it('doubles, is capped, and never falls below half', () => {
    expect([0, 1, 2, 10, 1000].map((n) => backoffMs(n, 0))).toEqual([250, 500, 1000, 5000, 5000]);
    expect(backoffMs(1000, 0.999)).toBeLessThanOrEqual(10_000);
  });
});

describe('format', () => {
  it('reads times and shares', () => {
    expect([0, 207_000, 3_723_000, -5].map(clockText)).toEqual(['00:00', '03:27', '1:02:03', '00:00']);
    expect([shareText(0.964), shareText(null), shareText(0.92, 0)]).toEqual(['96.4%', '—', '92%']);
  });

  it('groups a ticket number for reading out', () => {
    expect(spokenTicketNumber('JC20261121-000123')).toEqual(['JC2026', '1121', '000', '123']);
    expect(spokenTicketNumber('other')).toEqual(['other']);
  });
});

describe('calls with words of danger', () => {
  const risk = (callId: string, over = false): RiskView => ({
    ...{ callId, over, maskedNumber: '', labels: [], words: '', agentId: null, heardAtMs: 0 },
  });

  it('those that go on come first, and none of them is left out in silence', () => {
    const mixed = [risk('d', true), risk('c'), risk('b', true), risk('a')];
    expect(shownRisks(mixed).shown.map((r) => r.callId)).toEqual(['c', 'a', 'd', 'b']);
    const many = [...mixed, ...['e', 'f', 'g'].map((id) => risk(id))];
    expect(shownRisks(many).shown.map((r) => r.callId)).toEqual(['c', 'a', 'e', 'f']);
    expect([shownRisks(mixed).more, shownRisks(many).more]).toEqual([0, 1]);
  });
});

describe('line quality', () => {
  const at = (atMs: number, packetsReceived: number, packetsLost = 0, roundTripMs: number | null = 38) => ({
    atMs,
    packetsReceived,
    packetsLost,
    roundTripMs,
    jitterMs: 3,
  });

  it('grades by loss, delay and silence', () => {
    expect(judgeLine(at(0, 0), at(2000, 100), 0).grade).toBe('good');
    expect(judgeLine(at(0, 0), at(2000, 97, 3), 0).grade).toBe('fair');
    expect(judgeLine(at(0, 0), at(2000, 80, 20), 0).grade).toBe('poor');
    expect(judgeLine(at(0, 0), at(2000, 100, 0, 500), 0).grade).toBe('poor');
    const silent = judgeLine(at(0, 100), at(2000, 100), 2000);
    expect([silent.grade, silent.silentMs]).toEqual(['silent', 4000]);
  });

  it('reads the statistics and ignores what it does not know', () => {
    const stats = [
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 50, packetsLost: 2, jitter: 0.004 },
      { type: 'remote-inbound-rtp', roundTripTime: 0.038 },
      { type: 'codec' },
      { type: 'inbound-rtp', kind: 'video', packetsReceived: 'x' },
    ];
    expect(countersFrom(stats, 7)).toEqual({
      atMs: 7,
      packetsReceived: 50,
      packetsLost: 2,
      roundTripMs: 38,
      jitterMs: 4,
    });
  });
});

describe('seats', () => {
  it.each([
    ['busy', 'paused', true, 'talking'],
    ['ringing', 'available', true, 'ringing'],
    ['wrap-up', 'available', true, 'wrap-up'],
    ['idle', 'available', true, 'idle'],
    ['idle', 'paused', true, 'paused'],
    ['idle', 'off', true, 'offline'],
    ['offline', 'available', true, 'offline'],
    ['idle', 'available', false, 'offline'],
  ] as const)('%s %s online=%s is %s', (phone, intent, online, state) => {
    expect(seatState({ phone, intent, online })).toBe(state);
  });
});

describe('chart', () => {
  it('has round tops and a path with one point per value', () => {
    expect([0, 2, 3, 14, 95].map(niceTop)).toEqual([2, 2, 4, 20, 100]);
    const box = { left: 0, top: 0, width: 10, height: 10, highest: 2 };
    expect(linePath([0, 2], box)).toBe('M0.0 10.0L10.0 0.0');
    expect(linePath([], box)).toBe('');
  });
});

describe('languages', () => {
  const linesOf = (words: object, at = ''): (readonly [string, string])[] =>
    Object.entries(words).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [[`${at}${key}`, holes(value)] as const] : linesOf(value as object, `${at}${key}.`),
    );
  const holes = (text: string): string =>
    [...text.matchAll(/\{\{(\w+)\}\}/gu)]
      .map((m) => m[1] ?? '')
      .sort()
      .join();

  it('have the same keys with the same values put in', () => {
    expect(Object.fromEntries(linesOf(en))).toEqual(Object.fromEntries(linesOf(zh)));
  });
});
