import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { step } from '../../../../server/calls/core/call-machine.ts';
import { newSeat, stepSeat, type SeatState } from '../../../../server/calls/core/seat.ts';
import {
  outside,
  play,
  events,
  types,
  hungUp,
  talking,
  asking,
  asked,
  three,
  sent,
  forwarded,
  phases,
  names,
  inputs,
  all,
  type Bare,
  type Name,
  type What,
} from './party-script.ts';

/** Phase after each input; `-`: nothing at all happens. Columns as in `columns`. */
const columns: readonly Name[] = [
  'waiting',
  'talking',
  'held',
  'asking',
  'asked',
  'three',
  'sent',
  'forwarded',
  'lost',
  'dialling',
  'reached',
  'dialled',
];
const table: Readonly<Record<What, string>> = {
  //                       waiting talking held asking asked three sent forwarded lost   dialling reached dialled
  consult: '-              consulting consulting - - - - - -                             - - -',
  'consult-end': '-        - - talking talking - - - -                                   talking talking talking',
  complete: '-             - - transferring talking talking - - -                         transferring talking talking',
  conference: '-           - - - conference - - - -                                      - - conference',
  transfer: '-             transferring transferring - - - - - -                         - - -',
  'transfer-queue': '-     waiting waiting - - - - - -                                   - - -',
  'party answers': 'drop   drop drop consulting - - talking - drop                       consulting - -',
  'party does not answer': '- - - talking talking talking waiting ended -                talking talking talking',
  'party hangs up': '-     - - talking talking talking waiting ended -                   talking talking talking',
  'party declines': '-     - - talking - - waiting - -                                   talking - -',
  'party presses red': '-  - - talking talking talking - - -                             talking talking talking',
  'party timer': '-        - - talking - - waiting - -                                   talking - -',
  'own leg is answered': 'drop drop drop drop drop drop drop drop drop                   consulting consulting -',
  'own leg is hung up': '- - - - - - - - -                                               talking talking talking',
  'agent hangs up': '-     ended ended transferring talking talking - - -                agent-lost agent-lost talking',
  'agent is lost': '-      agent-lost agent-lost agent-lost agent-lost talking - - -     agent-lost agent-lost talking',
  'agent presses red': '-  ended ended talking talking talking - - ended                 talking talking talking',
  'agent returns':
    '-      talking held consulting consulting conference - - agent-lost  consulting consulting consulting',
  hold: '-                 held - - - - - - -                                            - - -',
  resume: '-               - talking - - - - - -                                         - - -',
  supervise:
    '-            talking held consulting consulting conference - - -           consulting consulting consulting',
  'caller hangs up': 'ended ended ended ended ended ended ended ended ended              ended ended ended',
};

describe('every state and every input', () => {
  it.each(all)('%s', (what) => {
    const expected = table[what].split(/\s+/);
    expect(expected).toHaveLength(columns.length);
    const found = columns.map((name) => {
      const { state } = play(phases[name]);
      const { state: after, effects } = step(state, { ...inputs[what], atMs: 90_000 });
      if (after !== state) return after.phase.name;
      return effects.some((e) => e.type === 'hangup') ? 'drop' : '-';
    });
    expect(Object.fromEntries(columns.map((c, i) => [c, found[i]]))).toEqual(
      Object.fromEntries(columns.map((c, i) => [c, expected[i]])),
    );
  });

  it.each(names)('%s: the caller’s end leaves no leg up and nobody on the line', (name) => {
    const { state, effects } = play(phases[name]);
    const { effects: end } = step(state, { ...inputs['caller hangs up'], atMs: 90_000 });
    const up = new Set<string>(['caller']);
    for (const effect of effects) {
      if (effect.type === 'ring-agent') up.add(effect.offer.legId);
      if (effect.type === 'ring-party') up.add(effect.party.legId);
      if (effect.type === 'ring-own') up.add(effect.legId);
    }
    const gone = new Set([...hungUp(effects), ...hungUp(end), ...(name === 'lost' ? ['agent1'] : [])]);
    for (const legId of up) expect(gone).toContain(legId);
  });
});

describe('a consultation', () => {
  it('rings the colleague while the caller hears music, and joins the two', () => {
    const { last } = play(asking);
    expect(types(last).indexOf('park')).toBeLessThan(types(last).indexOf('ring-party'));
    expect(last).toContainEqual(expect.objectContaining({ type: 'play', prompts: ['music'], repeat: 'forever' }));
    expect(last).toContainEqual({ type: 'listen', on: false });
    expect(last).toContainEqual({
      type: 'seat',
      agentId: 'a2',
      news: { type: 'ringing', callId: 'c1', offerId: 'p1' },
    });
    expect(play(asked).last).toContainEqual({ type: 'bridge-others', a: 'agent1', b: 'party1' });
  });

  it('ends with the caller and the agent together again, and the colleague free', () => {
    const { last } = play([...asked, { type: 'consult-end', agentId: 'a1' }]);
    expect(types(last).indexOf('bridge')).toBeLessThan(types(last).indexOf('hangup'));
    expect(last).toContainEqual({ type: 'bridge', legId: 'agent1' });
    expect(last).toContainEqual({ type: 'hangup', legId: 'party1', cause: 'normal' });
    expect(last).toContainEqual({ type: 'seat', agentId: 'a2', news: { type: 'released', callId: 'c1' } });
    expect(last).toContainEqual({ type: 'listen', on: true });
  });

  it('becomes a transfer: bridged to the colleague before the agent’s leg goes; wrap-up for the one, the call for the other', () => {
    const { last, state } = play([...asked, { type: 'complete', agentId: 'a1' }]);
    expect(state.agentId).toBe('a2');
    expect(last[0]).toEqual({ type: 'bridge', legId: 'party1' });
    expect(last).toContainEqual({ type: 'hangup', legId: 'agent1', cause: 'normal' });
    expect(last).toContainEqual({
      type: 'seat',
      agentId: 'a1',
      news: { type: 'call-over', callId: 'c1', wrapUpMs: 30_000 },
    });
    expect(last).toContainEqual({ type: 'seat', agentId: 'a2', news: { type: 'talking', callId: 'c1' } });
    expect(events(last)).toEqual(['consult.ended', 'call.transferred', 'wrap-up.started', 'call.bridged']);
  });

  it('with an outside number passes the call on to it, and ends with it', () => {
    const { state, last } = play(forwarded);
    expect(state.phase.name).toBe('forwarded');
    expect(last).toContainEqual({ type: 'bridge', legId: 'party1' });
    const end = step(state, { ...inputs['party hangs up'], atMs: 90_000 });
    expect(end.effects).toContainEqual({
      type: 'emit',
      event: expect.objectContaining({ type: 'call.ended', cause: 'party-hung-up' }),
    });
  });

  it('of an agent whose page was reloaded goes on with the new page', () => {
    const back: Bare[] = [
      { type: 'return', agentId: 'a1', legId: 'agent2' },
      { type: 'leg-answered', legId: 'agent2' },
    ];
    expect(play([...asked, ...back]).last).toContainEqual({ type: 'bridge-others', a: 'agent2', b: 'party1' });
    expect(play([...three, ...back]).last).toContainEqual({ type: 'conference', legIds: ['agent2', 'party1'] });
    expect(hungUp(play([...asked, ...back]).last)).toEqual(['agent1']);
  });

  it('whose agent is lost lets the colleague go and leaves the caller with the way back', () => {
    const { last, state } = play([...asked, inputs['agent is lost']]);
    expect(state.phase).toMatchObject({ name: 'agent-lost', agentId: 'a1' });
    expect(hungUp(last)).toEqual(['party1']);
    expect(last).toContainEqual({ type: 'seat', agentId: 'a2', news: { type: 'released', callId: 'c1' } });
  });
});

describe('a transfer', () => {
  it('that nobody takes brings the caller to the front of the line', () => {
    const { last, state } = play([...sent, inputs['party timer']]);
    expect(state.queued).toMatchObject({ queue: 'main', priority: 9 });
    expect(types(last)).toContain('join-front');
    expect(events(last)).toContain('transfer.failed');
    expect(hungUp(last)).toEqual(['party1']);
  });

  it('to a queue goes to its front', () => {
    const { last } = play([...talking, inputs['transfer-queue']]);
    expect(last).toContainEqual(
      expect.objectContaining({ type: 'join-front', queued: expect.objectContaining({ queue: 'tax', priority: 9 }) }),
    );
    expect(hungUp(last)).toEqual(['agent1']);
  });

  it('tells the line which dialect is spoken, and what was asked for before', () => {
    const dialect = { type: 'dialect', dialect: 'wu', atMs: 6_000 } as const;
    const { last } = play([...talking, dialect, inputs['transfer-queue']]);
    const wants = { needs: [], dialect: 'wu' };
    expect(last).toContainEqual(
      expect.objectContaining({ type: 'join-front', queued: expect.objectContaining({ wants }) }),
    );
    const joined = last.flatMap((e) => (e.type === 'emit' && e.event.type === 'queue.joined' ? [e.event] : []));
    expect(joined).toEqual([{ type: 'queue.joined', queue: 'tax', priority: 9, dialect: 'wu' }]);
    const plain = play([...talking, dialect, { ...dialect, dialect: '' }, inputs['transfer-queue']]).last;
    expect(JSON.stringify(plain)).not.toContain('"wu"');
  });

  it('gives the call to whoever answers, also when the agent left while it rang', () => {
    for (const before of [sent, [...asking, inputs.complete]] as const) {
      const { state, last } = play([...before, inputs['party answers']]);
      expect(state).toMatchObject({
        agentId: 'a2',
        phase: { name: 'talking', agent: { agentId: 'a2', legId: 'party1' } },
      });
      expect(events(last)).toEqual(['transfer.answered', 'call.bridged']);
    }
  });
});

describe('three on the line', () => {
  it('all hear each other; whoever leaves, two remain', () => {
    const { last } = play(three);
    expect(last).toContainEqual({ type: 'conference', legIds: ['agent1', 'party1'] });
    expect(last).toContainEqual({ type: 'listen', on: true });
    expect(play([...three, inputs['party hangs up']]).last).toContainEqual({ type: 'bridge', legId: 'agent1' });
    const left = play([...three, inputs['agent hangs up']]);
    expect(left.last).toContainEqual({ type: 'bridge', legId: 'party1' });
    expect(left.state.agentId).toBe('a2');
  });
});

describe('a supervisor', () => {
  const rung: readonly Bare[] = [...talking, inputs.supervise];
  const on: readonly Bare[] = [...rung, { type: 'leg-answered', legId: 'super1' }];
  const ended: Bare = { type: 'leg-ended', legId: 'super1', cause: 'media-lost', by: 'local' };

  it('is rung, attached to the agent’s leg, and written down', () => {
    const { last, state } = play(on);
    expect(last[0]).toEqual({ type: 'supervise', legId: 'super1', targetLegId: 'agent1', mode: 'listen' });
    expect(events(last)).toEqual(['supervision.started']);
    expect(state.phase.name).toBe('talking');
  });

  it('changes the way of taking part without being rung again', () => {
    const { last } = play([...on, { ...inputs.supervise, legId: '', mode: 'barge' }]);
    expect(types(last)).toEqual(['supervise', 'emit']);
  });

  it.each([
    ['whose page dies', ended],
    ['who presses red', { type: 'hang-up', agentId: 's1' }],
    ['who leaves', { type: 'supervise-end', supervisorId: 's1' }],
  ] as const)('%s is off the call, which goes on', (_name, input) => {
    const { state, last } = play([...on, input]);
    expect(state).toMatchObject({ supervisors: [], phase: { name: 'talking' } });
    expect(last).toContainEqual({ type: 'seat', agentId: 's1', news: { type: 'released', callId: 'c1' } });
    expect(events(last)).toEqual(['supervision.ended']);
  });

  it('who answers when the agent is gone is let go', () => {
    const { last, state } = play([...rung, inputs['agent is lost'], { type: 'leg-answered', legId: 'super1' }]);
    expect(hungUp(last)).toEqual(['super1']);
    expect(state.supervisors).toEqual([]);
  });

  it.each(['talking', 'held', 'asking', 'asked', 'three'] as const)('takes a call over that is %s', (name) => {
    const { state, last } = play([
      ...phases[name],
      inputs.supervise,
      { type: 'leg-answered', legId: 'super1' },
      { type: 'take-over', supervisorId: 's1' },
    ]);
    expect(state).toMatchObject({
      agentId: 's1',
      supervisors: [],
      phase: { name: 'talking', agent: { agentId: 's1', legId: 'super1' } },
    });
    expect(last.slice(0, 2)).toEqual([
      { type: 'park-leg', legId: 'super1' },
      { type: 'bridge', legId: 'super1' },
    ]);
    const party = name === 'talking' || name === 'held' ? [] : ['party1'];
    expect(hungUp(last)).toEqual(['agent1', ...party]);
    expect(events(last)).toContain('call.taken-over');
  });

  it('cannot take over, or listen to, a call without an agent, or the own call', () => {
    expect(step(play(rung).state, { type: 'take-over', supervisorId: 's1', atMs: 1 }).effects).toEqual([]);
    const own = { type: 'supervise', supervisorId: 'a1', legId: 'x', mode: 'listen', atMs: 1 } as const;
    expect(step(play(talking).state, own).effects).toEqual([]);
  });
});

describe('any order of inputs', () => {
  const many: fc.Arbitrary<Bare> = fc.oneof(
    fc.constantFrom<Bare>(...all.filter((w) => w !== 'caller hangs up').map((w) => inputs[w])),
    fc.constantFrom<Bare>(
      { type: 'leg-answered', legId: 'party9' },
      { ...inputs.consult, ownLegId: 'own1' },
      { type: 'leg-answered', legId: 'agent2' },
      { type: 'leg-answered', legId: 'super1' },
      { type: 'leg-ended', legId: 'agent2', cause: 'media-lost', by: 'local' },
      { type: 'leg-ended', legId: 'party9', cause: 'normal', by: 'remote' },
      { type: 'leg-ended', legId: 'super1', cause: 'normal', by: 'local' },
      { type: 'take-over', supervisorId: 's1' },
      { type: 'complete', agentId: 'a2' },
      { type: 'consult', agentId: 's1', party: outside },
      { type: 'timer', timer: 'agent-return', announcement: null },
      { type: 'offered', offer: { offerId: 'o3', agentId: 'a3', legId: 'agent3' } },
      { type: 'leg-answered', legId: 'agent3' },
    ),
  );

  it('ends clean: every seat free or in wrap-up, whatever was begun is ended', () => {
    fc.assert(
      fc.property(fc.array(many, { maxLength: 40 }), (more) => {
        const { effects, state } = play([...talking, ...more, inputs['caller hangs up']]);
        expect(state).toMatchObject({ phase: { name: 'ended' }, supervisors: [] });
        const seats = new Map<string, SeatState>();
        for (const e of effects) {
          if (e.type !== 'seat') continue;
          const before = seats.get(e.agentId) ?? newSeat(e.agentId, 0);
          seats.set(e.agentId, stepSeat(before, { type: 'news', news: e.news }, 0));
        }
        for (const seat of seats.values()) expect(['none', 'wrap-up']).toContain(seat.work.type);
        const told = events(effects);
        const count = (type: string): number => told.filter((t) => t === type).length;
        expect(count('consult.ended')).toBe(count('consult.started'));
        expect(count('conference.ended')).toBe(count('conference.started'));
        expect(count('supervision.ended')).toBe(count('supervision.started'));
        expect(count('call.ended')).toBe(1);
      }),
      { numRuns: 3_000 },
    );
  });
});
