import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterTry,
  isMissed,
  mayBeCalled,
  minuteOfDay,
  nextWindow,
  type CallbackCase,
  type CallbackRules,
} from '../../../../server/calls/core/callback-plan.ts';

const hourMs = 3_600_000;
const rules: CallbackRules = {
  allowed: /^(1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7})$/u,
  tries: 3,
  retryAfterMs: [300_000, 1_800_000],
  expiresAfterMs: 24 * hourMs,
  quietFromMinute: minuteOfDay('21:30'),
  quietToMinute: minuteOfDay('08:00'),
  askedGraceMs: 1_800_000,
  missed: true,
  missedAfterMs: 5_000,
};
const at = (hours: number, minutes = 0): number => (hours * 60 + minutes) * 60_000;
const missed: CallbackCase = { reason: 'missed', requestedAtMs: at(12), tries: 0 };

describe('whom one may call', () => {
  it.each([
    ['13800138000', true],
    ['02788888888', true],
    ['85551234', true],
    ['110', false],
    ['12345', false],
    ['0085255555555555', false],
    ['', false],
    ['138001380001', false],
  ])('%s: %s', (number, may) => {
    expect(mayBeCalled(number, rules, '12345')).toBe(may);
  });

  it('never itself', () => {
    expect(mayBeCalled('85551234', rules, '85551234')).toBe(false);
  });
});

describe('when', () => {
  it.each([
    ['by day, at once', missed, at(12, 1), at(12, 1)],
    ['at night, a missed call waits for the morning', missed, at(22), at(32)],
    ['before eight, too', missed, at(25), at(32)],
    [
      'what was asked for just now is done at night',
      { ...missed, reason: 'asked' as const, requestedAtMs: at(23) },
      at(23, 10),
      at(23, 10),
    ],
    [
      'what was asked for long ago is not',
      { ...missed, reason: 'asked' as const, requestedAtMs: at(21) },
      at(23),
      at(32),
    ],
    ['too late is never', missed, at(36, 1), null],
    ['the morning may be too late', { ...missed, requestedAtMs: at(7, 30) }, at(31, 0), null],
  ] as const)('%s', (_name, one, now, expected) => {
    expect(nextWindow(one, rules, now, 0)).toBe(expected);
  });

  it('never in quiet hours, whatever the time, for a missed call', () => {
    fc.assert(
      fc.property(fc.integer({ min: at(12), max: at(36) }), (now) => {
        const window = nextWindow(missed, rules, now, 0);
        if (window === null) return;
        const minute = Math.floor(window / 60_000) % 1_440;
        expect(minute >= 480 && minute < 1_290).toBe(true);
        expect(window).toBeGreaterThanOrEqual(now);
      }),
    );
    expect(rules.tries).toBe(3);
  });

  it('equal times mean no quiet hours', () => {
    const never = { ...rules, quietFromMinute: 0, quietToMinute: 0 };
    expect(nextWindow(missed, never, at(26), 0)).toBe(at(26));
  });
});

describe('after a try in vain', () => {
  it.each([
    [1, at(12, 5)],
    [2, at(12, 30)],
  ])('number %i: again after its pause', (tries, againMs) => {
    expect(afterTry({ ...missed, tries }, rules, at(12), false)).toEqual({ type: 'again', atMs: againMs });
  });

  it('the last one was the last', () => {
    expect(afterTry({ ...missed, tries: 3 }, rules, at(12), false)).toEqual({ type: 'over' });
  });

  it('an agent who went away is not the citizen’s fault', () => {
    expect(afterTry({ ...missed, tries: 3 }, rules, at(12), true)).toEqual({ type: 'again', atMs: at(12) });
  });

  it('who hung up at once had changed their mind', () => {
    expect([isMissed(4_999, rules), isMissed(5_000, rules), isMissed(9_000, { ...rules, missed: false })]).toEqual([
      ...[false, true, false],
    ]);
  });
});
