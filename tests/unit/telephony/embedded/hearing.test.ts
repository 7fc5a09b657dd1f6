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

type Step = (legs: Legs) => void;

const bridged: Step = ({ a, b }) => {
  a.peer = b;
  b.peer = a;
};

function conferring(...members: readonly Name[]): Step {
  return (legs) => {
    const conference = { id: 'room', members: new Set(members.map((name) => legs[name])) };
    for (const name of members) legs[name].conference = conference;
  };
}

function supervising(leg: Name, target: Name, mode: SuperviseMode): Step {
  return (legs) => {
    legs[leg].supervises = { target: legs[target], mode };
  };
}

const cases: readonly [string, readonly Step[], Partial<Record<Name, string>>][] = [
  ['nobody is joined', [], {}],
  ['a bridge', [bridged], { a: 'b', b: 'a' }],
  ['a conference', [conferring('a', 'b', 'c')], { a: 'b+c', b: 'a+c', c: 'a+b' }],
  ['a conference of one', [conferring('a')], {}],
  ['listen', [bridged, supervising('s', 'a', 'listen')], { a: 'b', b: 'a', s: 'a+b' }],
  ['whisper', [bridged, supervising('s', 'a', 'whisper')], { a: 'b+s', b: 'a', s: 'a+b' }],
  ['barge', [bridged, supervising('s', 'a', 'barge')], { a: 'b+s', b: 'a+s', s: 'a+b' }],
  ['whisper to a parked leg', [supervising('s', 'a', 'whisper')], { a: 's', s: 'a' }],
  [
    'barge on a conference',
    [conferring('a', 'b', 'c'), supervising('s', 'b', 'barge')],
    { a: 'b+c+s', b: 'a+c+s', c: 'a+b+s', s: 'a+b+c' },
  ],
  [
    'two supervisors of one leg hear each other only when they speak',
    [bridged, supervising('s', 'a', 'whisper'), supervising('t', 'a', 'listen')],
    { a: 'b+s', b: 'a', s: 'a+b', t: 'a+b+s' },
  ],
  [
    'two supervisors, one on each side',
    [bridged, supervising('s', 'a', 'barge'), supervising('t', 'b', 'whisper')],
    { a: 'b+s', b: 'a+s+t', s: 'a+b', t: 'a+b+s' },
  ],
];

describe('hearing', () => {
  it.each(cases)('%s', (_name, steps, expected) => {
    const legs = makeLegs();
    for (const step of steps) step(legs);
    const all = Object.values(legs);
    for (const name of names) {
      const hearing = hearingOf(legs[name], all, false);
      expect([name, [...hearing.hears].sort().join('+')]).toEqual([name, expected[name] ?? '']);
    }
  });

  it('lets a supervisor hear what is played to the target, and nobody hear who has ended', () => {
    const legs = makeLegs();
    bridged(legs);
    supervising('s', 'a', 'listen')(legs);
    legs.b.ended = true;
    const hearing = hearingOf(legs.s, Object.values(legs), true);
    expect(hearing).toEqual({ legId: 's', hears: ['a'], hearsPlaysOf: ['a'], endsPlay: true });
    expect(hearingKey(hearing)).toBe('a/a');
    expect(hearingKey(hearingOf(legs.c, Object.values(legs), false))).toBe(legs.c.hearing);
  });
});
