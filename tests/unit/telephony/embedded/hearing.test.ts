/** Who hears whom, as a table: each situation with what every leg hears. */
import { describe, expect, it } from '@jest/globals';
import { hearingKey, hearingOf } from '../../../../telephony/embedded/hearing.ts';
import { createLeg, type Leg } from '../../../../telephony/embedded/leg.ts';
import type { SuperviseMode } from '../../../../telephony/ports/switch.ts';

const names = ['a', 'b', 'c', 's', 't'] as const;
type Name = (typeof names)[number];
type Legs = Readonly<Record<Name, Leg>>;

function makeLegs(): Legs {
  const leg = (legId: string): Leg =>
    createLeg({ legId, direction: 'inbound', kind: 'rtp', mediaTimeoutMs: 0, marks: {}, offer: '' });
  return { a: leg('a'), b: leg('b'), c: leg('c'), s: leg('s'), t: leg('t') };
}

function bridge({ a, b }: Legs): void {
  a.peer = b;
  b.peer = a;
}

function confer(...members: readonly Leg[]): void {
  const conference = { id: 'room', members: new Set(members) };
  for (const leg of members) leg.conference = conference;
}

function supervise(leg: Leg, target: Leg, mode: SuperviseMode): void {
  leg.supervises = { target, mode };
}

const cases: readonly [string, (legs: Legs) => void, Partial<Record<Name, string>>][] = [
  ['nobody is joined', () => undefined, {}],
  ['a bridge', bridge, { a: 'b', b: 'a' }],
  ['a conference', (l) => confer(l.a, l.b, l.c), { a: 'b+c', b: 'a+c', c: 'a+b' }],
  ['a conference of one', (l) => confer(l.a), {}],
  ['listen', (l) => (bridge(l), supervise(l.s, l.a, 'listen')), { a: 'b', b: 'a', s: 'a+b' }],
  ['whisper', (l) => (bridge(l), supervise(l.s, l.a, 'whisper')), { a: 'b+s', b: 'a', s: 'a+b' }],
  ['barge', (l) => (bridge(l), supervise(l.s, l.a, 'barge')), { a: 'b+s', b: 'a+s', s: 'a+b' }],
  ['whisper to a parked leg', (l) => supervise(l.s, l.a, 'whisper'), { a: 's', s: 'a' }],
  [
    'barge on a conference',
    (l) => (confer(l.a, l.b, l.c), supervise(l.s, l.b, 'barge')),
    { a: 'b+c+s', b: 'a+c+s', c: 'a+b+s', s: 'a+b+c' },
  ],
  [
    'two supervisors of one leg hear each other only when they speak',
    (l) => (bridge(l), supervise(l.s, l.a, 'whisper'), supervise(l.t, l.a, 'listen')),
    { a: 'b+s', b: 'a', s: 'a+b', t: 'a+b+s' },
  ],
  [
    'two supervisors, one on each side',
    (l) => (bridge(l), supervise(l.s, l.a, 'barge'), supervise(l.t, l.b, 'whisper')),
    { a: 'b+s', b: 'a+s+t', s: 'a+b', t: 'a+b+s' },
  ],
];

describe('hearing', () => {
  it.each(cases)('%s', (_name, arrange, expected) => {
    const legs = makeLegs();
    arrange(legs);
    const all = Object.values(legs);
    for (const name of names) {
      const hearing = hearingOf(legs[name], all, false);
      expect([name, [...hearing.hears].sort().join('+')]).toEqual([name, expected[name] ?? '']);
    }
  });

  it('lets a supervisor hear what is played to the target, and nobody hear who has ended', () => {
    const legs = makeLegs();
    bridge(legs);
    supervise(legs.s, legs.a, 'listen');
    legs.b.ended = true;
    const hearing = hearingOf(legs.s, Object.values(legs), true);
    expect(hearing).toEqual({ legId: 's', hears: ['a'], hearsPlaysOf: ['a'], endsPlay: true });
    expect(hearingKey(hearing)).toBe('a/a');
    expect(hearingKey(hearingOf(legs.c, Object.values(legs), false))).toBe(legs.c.hearing);
  });
});
