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
    ['nothing waits: as measured at least', 10, 50, { open: 20, live: 10, lagMs: 0 }, 50],
    ['nothing waits: slowly more', 60, 50, { open: 70, live: 60, lagMs: 0 }, 62],
    ['nobody ever waited: all', Infinity, 50, { open: 300, live: 300, lagMs: 500 }, Infinity],
    ['audio waits: less than are live now', 100, 100, { open: 20, live: 20, lagMs: 900 }, 18],
    ['audio waits long: much less', Infinity, 10, { open: 20, live: 20, lagMs: 1300 }, 14],
    ['audio waits: but never nobody', 2, 100, { open: 1, live: 1, lagMs: 900 }, 2],
    ['the crowd has gone: it begins anew', 60, 50, { open: 30, live: 30, lagMs: 0 }, Infinity],
  ])('%s', (_what, before, measured, crowd, expected) => {
    expect(liveLimit(before, measured, crowd)).toBe(expected);
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
