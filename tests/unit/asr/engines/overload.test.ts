import { describe, expect, it } from '@jest/globals';
import {
  degradedWords,
  finalOnly,
  liveLimit,
  streamsFor,
  type LoadedStream,
} from '../../../../asr/engines/sherpa/overload.ts';

const streams: readonly LoadedStream[] = [
  { id: 1, side: 'caller', openedAtMs: 10 },
  { id: 2, side: 'agent', openedAtMs: 10 },
  { id: 3, side: 'caller', openedAtMs: 20 },
  { id: 4, side: 'agent', openedAtMs: 20 },
  { id: 5, side: 'caller', openedAtMs: 30 },
];

describe('more streams than can be followed live', () => {
  it.each([
    [5, []],
    [4, [2]],
    [3, [2, 4]],
    [2, [2, 4, 1]],
    [1, [2, 4, 1, 3]],
    [0, [2, 4, 1, 3, 5]],
  ] as const)('with room for %i: agents first, then the oldest calls', (limit, expected) => {
    expect([...finalOnly(streams, limit)]).toEqual(expected);
  });

  it.each([
    [0.004, 212],
    [0.1, 8],
    [0.9, 2],
    [0, Infinity],
  ])('a factor of %d allows %d streams', (factor, expected) => {
    expect(streamsFor(factor)).toBe(expected);
  });

  it.each([
    ['nothing waits: as measured at least', 10, 50, 20, 0, 50],
    ['nothing waits: slowly more', 60, 50, 10, 0, 62],
    ['audio waits: less than are live now', 100, 100, 20, 900, 18],
    ['audio waits: but never nobody', 2, 100, 1, 900, 2],
  ])('%s', (_what, before, measured, open, lagMs, expected) => {
    expect(liveLimit(before, measured, open, lagMs)).toBe(expected);
  });

  it.each([
    [[], undefined],
    [[2], '坐席一侧只出'],
    [[2, 4, 1], '坐席一侧和 1 路来电'],
  ] as const)('is told in plain words: %j', (ids, words) => {
    const told = degradedWords(streams, new Set(ids));
    if (words === undefined) expect(told).toBeUndefined();
    else expect(told).toContain(words);
  });
});
