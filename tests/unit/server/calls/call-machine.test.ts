import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Flow } from '../../../../ivr/core/flow.ts';
import { newCall, step } from '../../../../server/calls/core/call-machine.ts';
import type { CallSettings, CallState } from '../../../../server/calls/core/call-types.ts';
import {
  events,
  facts,
  offer,
  play as playCall,
  settings as usual,
  toLine,
  types,
  type Bare,
  type Played,
} from './call-script.ts';

const flow: Flow = {
  name: 'greeting-line',
  title: 't',
  start: 'greeting',
  person: 'line',
  nodes: {
    greeting: { type: 'say', prompts: ['greeting'], skippable: false, next: 'line' },
    line: { type: 'queue', queue: 'main', skills: [], priority: 5 },
  },
};
const settings: CallSettings = { ...usual, flow };
const play = (inputs: readonly Bare[], from: CallState = newCall(facts, settings), startMs = 0): Played =>
  playCall(inputs, from, startMs);

const arriving: readonly Bare[] = [{ type: 'arrived' }];
const inFlow: readonly Bare[] = [...arriving, { type: 'leg-answered', legId: 'caller' }];
const joining: readonly Bare[] = [...inFlow, { type: 'flow-left', exit: toLine, legId: 'unused' }];
const waiting: readonly Bare[] = [...joining, { type: 'joined' }];
const ringing: readonly Bare[] = [...waiting, { type: 'offered', offer }];
const talking: readonly Bare[] = [...ringing, { type: 'leg-answered', legId: 'agent1' }];
const held: readonly Bare[] = [...talking, { type: 'hold', agentId: 'a1' }];
const lost: readonly Bare[] = [...talking, { type: 'leg-ended', legId: 'agent1', cause: 'media-lost', by: 'local' }];
const closing: readonly Bare[] = [...joining, { type: 'line-full' }];
const ended: readonly Bare[] = [...talking, { type: 'leg-ended', legId: 'caller', cause: 'normal', by: 'remote' }];

const phases = {
  arriving,
  flow: inFlow,
  joining,
  waiting,
  ringing,
  talking,
  held,
  'agent-lost': lost,
  closing,
  ended,
} as const;

describe('the way of one call', () => {
  it('greets, queues, offers, bridges, ends', () => {
    const { effects, state } = play([
      ...talking,
      { type: 'leg-ended', legId: 'caller', cause: 'normal', by: 'remote' },
    ]);
    expect(events(effects)).toEqual([
      'call.arrived',
      'call.answered',
      'queue.joined',
      'agent.offered',
      'agent.answered',
      'queue.left',
      'call.bridged',
      'wrap-up.started',
      'call.ended',
    ]);
    expect(state.phase.name).toBe('ended');
    expect(effects).toContainEqual({ type: 'hangup', legId: 'agent1', cause: 'normal' });
    expect(effects.at(-1)).toEqual({ type: 'close' });
  });

  it('tells the page before the softphone rings', () => {
    const { last } = play(ringing);
    expect(types(last).indexOf('seat')).toBeLessThan(types(last).indexOf('ring-agent'));
  });

  it('gives the flow every digit, and joins the line the flow names', () => {
    const { last } = play([...inFlow, { type: 'digit', legId: 'caller', digit: '0', durationMs: 100 }]);
    expect(last).toContainEqual({ type: 'flow', command: { type: 'digit', digit: '0' } });
    expect(play(joining).last).toContainEqual({ type: 'join', queue: 'main', priority: 5 });
  });

  it('counts the wait from joining the line to the answer', () => {
    const { last } = play(talking);
    const bridged = last.flatMap((e) => (e.type === 'emit' && e.event.type === 'call.bridged' ? [e.event.waitMs] : []));
    expect(bridged).toEqual([2_000]);
  });

  it('starts the recording once, however often the caller is bridged', () => {
    const { effects } = play([
      ...lost,
      { type: 'return', agentId: 'a1', legId: 'agent2' },
      { type: 'leg-answered', legId: 'agent2' },
    ]);
    expect(effects.filter((e) => e.type === 'start-recording')).toHaveLength(1);
    expect(effects.filter((e) => e.type === 'bridge')).toHaveLength(2);
  });
});

describe('an agent who does not answer', () => {
  it.each([
    ['no-answer', 'no-answer'],
    ['rejected', 'declined'],
    ['busy', 'declined'],
    ['unavailable', 'unreachable'],
    ['failed', 'unreachable'],
  ] as const)('leg ended with %s: offer ends as %s and the caller keeps waiting', (cause, reason) => {
    const { state, last } = play([...ringing, { type: 'leg-ended', legId: 'agent1', cause, by: 'remote' }]);
    expect(state.phase).toMatchObject({ name: 'waiting', offer: null });
    expect(last).toContainEqual({ type: 'emit', event: { type: 'offer.ended', agentId: 'a1', offerId: 'o1', reason } });
    expect(last).toContainEqual({ type: 'release-offer', offerId: 'o1', excludeMs: 30_000 });
    expect(types(last).indexOf('seat')).toBeLessThan(types(last).indexOf('release-offer'));
  });

  it('is hung up by our own deadline', () => {
    const { last } = play([...ringing, { type: 'timer', timer: 'offer', announcement: null }]);
    expect(last).toContainEqual({ type: 'hangup', legId: 'agent1', cause: 'no-answer' });
  });

  it('who answers after the deadline is hung up', () => {
    const { last, state } = play([
      ...ringing,
      { type: 'timer', timer: 'offer', announcement: null },
      { type: 'leg-answered', legId: 'agent1' },
    ]);
    expect(last).toEqual([{ type: 'hangup', legId: 'agent1', cause: 'normal' }]);
    expect(state.phase.name).toBe('waiting');
  });
});

describe('an agent whose browser dies', () => {
  it('may return to the same call', () => {
    const { state, last } = play([
      ...lost,
      { type: 'return', agentId: 'a1', legId: 'agent2' },
      { type: 'leg-answered', legId: 'agent2' },
    ]);
    expect(state.phase).toEqual({ name: 'talking', agent: { agentId: 'a1', legId: 'agent2' }, returning: null });
    expect(last).toContainEqual({ type: 'bridge', legId: 'agent2' });
    expect(events(last)).toContain('agent.returned');
  });

  it('loses the call to the front of the line after the deadline', () => {
    const { state, last } = play([...lost, { type: 'timer', timer: 'agent-return', announcement: null }]);
    expect(state.phase).toMatchObject({ name: 'waiting', offer: null });
    expect(types(last)).toContain('join-front');
    expect(last).toContainEqual({ type: 'seat', agentId: 'a1', news: { type: 'gave-up', callId: 'c1' } });
  });

  it('that reloads in time steals its own leg', () => {
    const { last } = play([
      ...talking,
      { type: 'return', agentId: 'a1', legId: 'agent2' },
      { type: 'leg-answered', legId: 'agent2' },
    ]);
    expect(types(last).indexOf('bridge')).toBeLessThan(types(last).indexOf('hangup'));
    expect(last).toContainEqual({ type: 'hangup', legId: 'agent1', cause: 'normal' });
  });

  it('and whose caller gives up leaves a wrap-up behind', () => {
    const { last } = play([...lost, { type: 'leg-ended', legId: 'caller', cause: 'normal', by: 'remote' }]);
    expect(last).toContainEqual({
      type: 'seat',
      agentId: 'a1',
      news: { type: 'call-over', callId: 'c1', wrapUpMs: 30_000 },
    });
  });
});

describe('a recording that cannot be made', () => {
  it('does not end the call, and is tried again with the next agent', () => {
    const { state, last } = play([...talking, { type: 'recording-failed' }]);
    expect(state.phase.name).toBe('talking');
    expect(events(last)).toEqual(['recording.failed']);
    const offer2 = { offerId: 'o2', agentId: 'a2', legId: 'agent2' };
    const again = play(
      [
        { type: 'leg-ended', legId: 'agent1', cause: 'media-lost', by: 'local' },
        { type: 'timer', timer: 'agent-return', announcement: null },
        { type: 'offered', offer: offer2 },
        { type: 'leg-answered', legId: 'agent2' },
      ],
      state,
      50_000,
    );
    expect(types(again.last)).toContain('start-recording');
  });
});

describe('an agent who was lost', () => {
  it.each(['completed', 'failed'] as const)('leaves the caller with music when the notice has %s', (reason) => {
    const lostState = play(lost).state;
    const notice = `c1:${String(lostState.plays)}`;
    const { effects } = step(lostState, { type: 'play-finished', playId: notice, reason, atMs: 60_000 });
    expect(effects).toContainEqual(expect.objectContaining({ type: 'play', prompts: ['music'], repeat: 'forever' }));
  });
});

describe('every phase', () => {
  const names = Object.keys(phases) as (keyof typeof phases)[];

  it.each(names.filter((n) => n !== 'ended'))(
    '%s ends at once when the caller hangs up, leaving no leg and no place in the line',
    (name) => {
      const { state } = play(phases[name]);
      const { state: after, effects } = step(state, {
        type: 'leg-ended',
        legId: 'caller',
        cause: 'normal',
        by: 'remote',
        atMs: 99_000,
      });
      expect(after.phase.name).toBe('ended');
      expect(events(effects).at(-1)).toBe('call.ended');
      const up = ['ringing', 'talking', 'held'].includes(name);
      expect(effects.some((e) => e.type === 'hangup' && e.legId === 'agent1')).toBe(up);
      if (['joining', 'waiting', 'ringing'].includes(name)) expect(types(effects)).toContain('leave-line');
    },
  );

  it.each(names)('%s releases an offer it cannot use', (name) => {
    const { state } = play(phases[name]);
    const late = { offerId: 'late', agentId: 'a9', legId: 'l9' };
    const { effects } = step(state, { type: 'offered', offer: late, atMs: 99_000 });
    const taken = name === 'waiting';
    expect(effects.some((e) => e.type === 'release-offer' && e.offerId === 'late')).toBe(!taken);
    expect(effects.some((e) => e.type === 'ring-agent')).toBe(taken);
  });

  it('answers nothing after its end but the recording’s last word and late legs', () => {
    const { state } = play(phases.ended);
    const inputs: Bare[] = [
      { type: 'arrived' },
      { type: 'joined' },
      { type: 'line-full' },
      { type: 'hold', agentId: 'a1' },
      { type: 'resume', agentId: 'a1' },
      { type: 'hang-up', agentId: 'a1' },
      { type: 'return', agentId: 'a1', legId: 'x' },
      { type: 'digit', legId: 'caller', digit: '1', durationMs: 80 },
      { type: 'leg-ended', legId: 'agent1', cause: 'normal', by: 'local' },
      { type: 'play-finished', playId: 'c1:1', reason: 'completed' },
      { type: 'declined', agentId: 'a1', offerId: 'o1' },
      { type: 'timer', timer: 'announce', announcement: null },
      { type: 'recording-failed' },
      { type: 'shutdown' },
    ];
    for (const input of inputs) expect(step(state, { ...input, atMs: 1 })).toEqual({ state, effects: [] });
    const file = { type: 'recording-finished', path: 'p', lengthMs: 1, sizeBytes: 2, atMs: 1 } as const;
    expect(events(step(state, file).effects)).toEqual(['recording.finished']);
  });

  it('only lets the agent of the call command it', () => {
    const { state } = play(phases.talking);
    for (const type of ['hold', 'hang-up'] as const)
      expect(step(state, { type, agentId: 'other', atMs: 1 }).effects).toEqual([]);
  });
});

describe('any order of inputs', () => {
  const legs = fc.constantFrom('caller', 'agent1', 'agent2', 'nobody');
  const agent = fc.constantFrom('a1', 'a2');
  const anyInput: fc.Arbitrary<Bare> = fc.oneof(
    fc.constantFrom<Bare>({ type: 'arrived' }, { type: 'joined' }, { type: 'line-full' }),
    legs.map((legId): Bare => ({ type: 'leg-answered', legId })),
    fc
      .tuple(
        legs.filter((l) => l !== 'caller'),
        fc.constantFrom('normal', 'media-lost', 'no-answer', 'rejected'),
        fc.constantFrom('remote', 'local'),
      )
      .map(([legId, cause, by]): Bare => ({ type: 'leg-ended', legId, cause, by })),
    fc.nat(6).map((n): Bare => ({ type: 'play-finished', playId: `c1:${String(n)}`, reason: 'completed' })),
    fc
      .tuple(agent, fc.constantFrom('agent1', 'agent2'))
      .map(([agentId, legId]): Bare => ({ type: 'offered', offer: { offerId: `o-${legId}`, agentId, legId } })),
    fc.tuple(agent, fc.constantFrom('hold', 'resume')).map(([agentId, type]): Bare => ({ type, agentId })),
    fc
      .tuple(agent, fc.constantFrom('agent1', 'agent2'))
      .map(([agentId, legId]): Bare => ({ type: 'return', agentId, legId })),
    fc
      .constantFrom('announce', 'max-wait', 'offer', 'agent-return', 'closing')
      .map((timer): Bare => ({ type: 'timer', timer, announcement: null })),
  );

  it('ends clean: every leg rung is hung up, every offer taken or released, the recording started at most once', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), (inputs) => {
        const all: Bare[] = [
          ...waiting,
          ...inputs,
          { type: 'leg-ended', legId: 'caller', cause: 'normal', by: 'remote' },
        ];
        const { effects, state } = play(all);
        expect(state.phase.name).toBe('ended');
        expect(effects.filter((e) => e.type === 'start-recording').length).toBeLessThanOrEqual(1);
        expect(effects.filter((e) => e.type === 'close')).toHaveLength(1);
        const rung = effects.filter((e) => e.type === 'ring-agent' && !e.returning).length;
        const settled = effects.filter(
          (e) => e.type === 'accept-offer' || (e.type === 'emit' && e.event.type === 'offer.ended'),
        ).length;
        expect(settled).toBe(rung);
      }),
      { numRuns: 2_000 },
    );
  });
});
