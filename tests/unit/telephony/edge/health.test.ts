import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  newHealthTable,
  stepHealth,
  verdictOf,
  type HealthEffect,
  type HealthInput,
  type HealthTable,
  type Verdict,
} from '../../../../telephony/edge/core/health.ts';

const settings = { failuresToDead: 2, deadHoldMs: 5_000, busyHoldMs: 2_000, stateMaxAgeMs: 15_000 };
const node = (name: string, maxCalls = 100) => ({ name, address: '10.0.0.1', port: 5080, weight: 1, maxCalls });
const table = newHealthTable([node('fs1'), node('fs2')]);

function run(inputs: readonly HealthInput[], from = table): { state: HealthTable; effects: HealthEffect[] } {
  const effects: HealthEffect[] = [];
  let state = from;
  for (const input of inputs) {
    const step = stepHealth(state, input, settings);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

function verdict(inputs: readonly HealthInput[], atMs: number): Verdict {
  const [first] = run(inputs).state;
  if (first === undefined) throw new Error('there is no node');
  return verdictOf(first, atMs, settings);
}

const ok = (atMs: number, name = 'fs1'): HealthInput => ({ type: 'options-answered', name, status: 200, atMs });
const silent = (atMs: number): HealthInput => ({ type: 'options-unanswered', name: 'fs1', atMs });
const status = (code: number, atMs: number): HealthInput => ({
  type: 'options-answered',
  name: 'fs1',
  status: code,
  atMs,
});
const call = (type: 'call-taken' | 'call-refused' | 'call-unanswered' | 'call-sent', atMs: number): HealthInput => ({
  type,
  name: 'fs1',
  atMs,
});
const published = (state: 'up' | 'draining' | 'down', calls: number, atMs: number): HealthInput => ({
  type: 'published',
  nodes: [{ name: 'fs1', state, calls }],
  atMs,
});

describe('verdict on a switch', () => {
  test.each<[string, readonly HealthInput[], number, Verdict]>([
    ['not heard of', [], 0, 'unknown'],
    ['answers', [ok(0)], 0, 'up'],
    ['any answer but 503 and 408 is a sign of life', [status(404, 0)], 0, 'up'],
    ['503: the profile is stopped, or nothing listens', [ok(0), status(503, 1)], 1, 'dead'],
    ['408: the server gave up', [ok(0), status(408, 1)], 1, 'dead'],
    ['one unanswered question is no proof', [ok(0), silent(1)], 1, 'up'],
    ['two are', [ok(0), silent(1), silent(2)], 2, 'dead'],
    ['an answer between them starts anew', [ok(0), silent(1), ok(2), silent(3)], 3, 'up'],
    ['it comes back with an answer', [silent(0), silent(1), ok(2)], 2, 'up'],
    ['a call it left unanswered: dead at once', [ok(0), call('call-unanswered', 10)], 10, 'dead'],
    ['held although it answers OPTIONS', [ok(0), call('call-unanswered', 10), ok(100)], 5_009, 'dead'],
    ['free after the hold', [ok(0), call('call-unanswered', 10), ok(100)], 5_010, 'up'],
    [
      'the second failure in a row holds twice as long',
      [ok(0), call('call-unanswered', 0), ok(1), call('call-unanswered', 5_000), ok(5_001)],
      14_999,
      'dead',
    ],
    [
      'a call taken between them forgives',
      [call('call-unanswered', 0), ok(1), call('call-taken', 5_000), call('call-unanswered', 5_001), ok(5_002)],
      10_001,
      'up',
    ],
    ['503 to a call: last for a while', [ok(0), call('call-refused', 0)], 1_999, 'busy'],
    ['and then as before', [ok(0), call('call-refused', 0)], 2_000, 'up'],
    ['draining, though it answers', [ok(0), published('draining', 3, 1)], 1, 'draining'],
    ['down by what the server says', [ok(0), published('down', 0, 1)], 1, 'dead'],
    ['full', [ok(0), published('up', 100, 1)], 1, 'full'],
    ['calls sent since then count', [ok(0), published('up', 99, 1), call('call-sent', 2)], 2, 'full'],
    ['until the next figures', [published('up', 99, 1), call('call-sent', 2), ok(3), published('up', 99, 4)], 4, 'up'],
    ['what was published too long ago is forgotten', [ok(0), published('draining', 3, 1)], 15_002, 'up'],
  ])('%s', (_what, inputs, atMs, expected) => {
    expect(verdict(inputs, atMs)).toBe(expected);
  });

  test('a hold never exceeds a minute', () => {
    const failures = Array.from({ length: 30 }, (_, i) => call('call-unanswered', i));
    expect(verdict([...failures, ok(40)], 60_029)).toBe('up');
    expect(verdict([...failures, ok(40)], 60_028)).toBe('dead');
  });
});

describe('effects', () => {
  test('each change is told once, and only of the switch concerned', () => {
    const { effects } = run([ok(0), ok(1), ok(2, 'fs2'), call('call-unanswered', 3), call('call-unanswered', 4)]);
    expect(effects).toEqual([
      { type: 'verdict-changed', name: 'fs1', from: 'unknown', to: 'up' },
      { type: 'verdict-changed', name: 'fs2', from: 'unknown', to: 'up' },
      { type: 'verdict-changed', name: 'fs1', from: 'up', to: 'dead' },
    ]);
  });

  test('what changes by time is told at the next step, whoever it is about', () => {
    const { effects } = run([ok(0), call('call-refused', 0), ok(3_000, 'fs2')]);
    expect(effects.at(1)).toEqual({ type: 'verdict-changed', name: 'fs1', from: 'up', to: 'busy' });
    expect(effects.at(2)).toEqual({ type: 'verdict-changed', name: 'fs1', from: 'busy', to: 'up' });
  });

  test('the told verdict is the verdict, after any inputs', () => {
    const inputOf = fc.oneof(
      fc.constantFrom(200, 404, 503, 408).map((code) => (at: number) => status(code, at)),
      fc.constantFrom(silent),
      fc
        .constantFrom('call-taken' as const, 'call-refused' as const, 'call-unanswered' as const, 'call-sent' as const)
        .map((type) => (at: number) => call(type, at)),
      fc.tuple(fc.constantFrom('up' as const, 'draining' as const, 'down' as const), fc.nat(120)).map(
        ([state, calls]) =>
          (at: number) =>
            published(state, calls, at),
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(inputOf, fc.nat(8_000)), { minLength: 1, maxLength: 40 }), (parts) => {
        let atMs = 0;
        let state: HealthTable = table;
        for (const [make, waitMs] of parts) {
          atMs += waitMs;
          state = stepHealth(state, make(atMs), settings).state;
          for (const each of state) expect(each.told).toBe(verdictOf(each, atMs, settings));
        }
      }),
      { numRuns: 200 },
    );
  });
});
