import { describe, expect, it } from '@jest/globals';
import { newCall, step } from '../../../../server/calls/core/call-machine.ts';
import type { CallEffect, CallInput, CallSettings, CallState } from '../../../../server/calls/core/call-types.ts';
import type { Overflow, WaitRules } from '../../../../server/calls/core/wait-rules.ts';

type Node = CallSettings['flow']['nodes'][string];
const say = (prompt: string): Overflow => ({ to: 'message', prompts: [prompt] });
const main: WaitRules = {
  title: '综合队列',
  ringMs: 9_000,
  excludeAfterNoAnswerMs: 7_000,
  wrapUpMs: 11_000,
  maxWaiting: 10,
  maxWaitMs: 60_000,
  firstAnnouncementMs: 2_000,
  announceEveryMs: 20_000,
  announcements: [],
  music: 'calm',
  callbackDigit: '1',
  leaveDigit: '9',
  onLeave: say('bye'),
  onFull: say('full'),
  onMaxWait: say('late'),
  deflectAboveMs: null,
  onDeflect: { to: 'callback' },
};
const settings = (rules: Partial<WaitRules> = {}): CallSettings => ({
  flow: { name: 'f', title: 'f', start: 'line', person: 'line', nodes: {} },
  ringMs: 1,
  excludeAfterNoAnswerMs: 1,
  agentReturnMs: 1,
  firstAnnouncementMs: 1,
  positionEveryMs: 1,
  maxWaitMs: 1,
  wrapUpMs: 1,
  mediaTimeoutMs: 1,
  queues: { main: { ...main, ...rules }, other: { ...main, title: '其他', maxWaitMs: 5_000 } },
});
const facts = { callId: 'c1', callerLegId: 'caller', from: '13800138000', to: '12345', trunk: 't', arrivedAtMs: 0 };
const joining = (rules?: Partial<WaitRules>): CallState => ({
  ...newCall(facts, settings(rules)),
  phase: { name: 'joining', queue: 'main', priority: 5 },
});

type Bare = CallInput extends infer I ? (I extends { atMs: number } ? Omit<I, 'atMs'> : never) : never;
function play(state: CallState, ...inputs: readonly Bare[]): { state: CallState; last: readonly CallEffect[] } {
  let now = state;
  let last: readonly CallEffect[] = [];
  inputs.forEach((input, i) => {
    const done = step(now, { ...input, atMs: 1_000 * (i + 1) });
    now = done.state;
    last = done.effects;
  });
  return { state: now, last };
}
const waiting = (rules?: Partial<WaitRules>): CallState => play(joining(rules), { type: 'joined' }).state;
const digit = (d: string): Bare => ({ type: 'digit', legId: 'caller', digit: d, durationMs: 100 });
const prompts = (effects: readonly CallEffect[]): readonly string[] =>
  effects.flatMap((e) => (e.type === 'play' ? e.prompts : []));
const told = (effects: readonly CallEffect[]): readonly string[] =>
  effects.flatMap((e) => (e.type === 'emit' ? [e.event.type] : []));
const offer = { offerId: 'o1', agentId: 'a1', legId: 'agent1' };
const maxWait: Bare = { type: 'timer', timer: 'max-wait', announcement: null };
const lastMaxWait = (effects: readonly CallEffect[]): CallEffect | undefined =>
  effects.findLast((e) => e.type === 'start-timer' && e.timer === 'max-wait');

describe('waiting by the queue’s own rules', () => {
  it('has its music, its times and its ring', () => {
    const { last } = play(joining(), { type: 'joined' });
    expect(prompts(last)).toEqual(['calm']);
    expect(last).toContainEqual({ type: 'start-timer', timer: 'announce', delayMs: 2_000 });
    expect(last).toContainEqual({ type: 'start-timer', timer: 'max-wait', delayMs: 60_000 });
    expect(play(waiting(), { type: 'offered', offer }).last).toContainEqual({
      type: 'start-timer',
      timer: 'offer',
      delayMs: 9_000,
    });
  });

  it('has its wrap-up', () => {
    const talking = play(waiting(), { type: 'offered', offer }, { type: 'leg-answered', legId: 'agent1' }).state;
    const { last } = play(talking, { type: 'hang-up', agentId: 'a1' });
    expect(last).toContainEqual({
      type: 'seat',
      agentId: 'a1',
      news: { type: 'call-over', callId: 'c1', wrapUpMs: 11_000 },
    });
  });
});

describe('ways out', () => {
  it.each([
    ['leaves by a digit', digit('9'), 'bye', 'left-line'],
    ['waits too long', maxWait, 'late', 'waited-too-long'],
  ] as const)('%s', (_name, input, prompt, cause) => {
    const { state, last } = play(waiting(), input);
    expect(state.phase).toEqual({ name: 'closing', cause });
    expect(prompts(last)).toEqual([prompt]);
    expect(last).toContainEqual({ type: 'leave-line' });
    expect(told(last)).toContain('queue.left');
  });

  it.each([digit('9'), digit('1'), maxWait])('nothing happens while somebody is rung', (input) => {
    const ringing = play(waiting(), { type: 'offered', offer }).state;
    const { state, last } = play(ringing, input);
    expect(state.phase.name).toBe('waiting');
    expect(last.some((e) => e.type === 'leave-line' || e.type === 'book-callback')).toBe(false);
  });

  it('moves to the other queue with the joining time, at most three times', () => {
    const rules = { onMaxWait: { to: 'queue', queue: 'other' } as const };
    const { state, last } = play(waiting(rules), maxWait);
    expect(state.queued).toEqual({ queue: 'other', priority: 5, joinedAtMs: 1_000 });
    expect(last).toContainEqual({ type: 'move-line', queued: state.queued });
    expect(last).toContainEqual({ type: 'start-timer', timer: 'max-wait', delayMs: 5_000 });
    const tired = play({ ...waiting(rules), moves: 3 }, maxWait);
    expect(tired.state.phase).toEqual({ name: 'closing', cause: 'waited-too-long' });
  });

  const taking = (state: CallState): CallState => {
    const say = { prompts: ['leave-message'], maxMs: 60_000, minMs: 1_000, saved: [] } as unknown as Node;
    const nodes = { message: { ...say, type: 'voicemail', next: 'bye', empty: 'bye' } as unknown as Node };
    return { ...state, settings: { ...state.settings, flow: { ...state.settings.flow, nodes } } };
  };

  it.each([
    ['a full queue', () => joining({ onFull: { to: 'voicemail' } }), { type: 'line-full' }, 'line-full'],
    ['too long a wait', () => waiting({ onMaxWait: { to: 'voicemail' } }), maxWait, 'waited-too-long'],
    ['the leave digit', () => waiting({ onLeave: { to: 'voicemail' } }), digit('9'), 'left-line'],
  ] as const)('%s leads to the flow’s place for messages', (_name, from, input, reason) => {
    const { state, last } = play(taking(from()), input);
    expect([state.phase, state.queued]).toEqual([{ name: 'flow', talkMs: null }, null]);
    expect(last).toContainEqual({ type: 'flow', command: { type: 'go', to: 'message' } });
    expect(last).toContainEqual({ type: 'emit', event: expect.objectContaining({ type: 'queue.left', reason }) });
    // Who comes back by 0 and finds no room again is not sent round for ever.
    expect(play({ ...taking(from()), moves: 3 }, input).state.phase.name).toBe('closing');
    // A flow that takes no messages: the truth instead of silence.
    expect(play(from(), input).state.phase.name).toBe('closing');
  });

  it('a full queue sends on before the line', () => {
    const { state, last } = play(joining({ onFull: { to: 'queue', queue: 'other' } }), { type: 'line-full' });
    expect(state.phase).toMatchObject({ name: 'joining', queue: 'other' });
    expect(last).toEqual([{ type: 'join', queue: 'other', priority: 5 }]);
  });

  it('too long an estimate: the call-back is offered first thing, and the place is taken', () => {
    const { state, last } = play(joining(), { type: 'deflected', estimatedWaitMs: 900_000 });
    expect(state.phase.name).toBe('waiting');
    expect(last[0]).toMatchObject({ type: 'join-again' });
    expect(last).toContainEqual({ type: 'start-timer', timer: 'announce', delayMs: 0 });
  });

  it('a plan at the door: who is not admitted hears why', () => {
    const { state, last } = play(joining(), { type: 'sent-on', way: say('sorry'), cause: 'line-full' });
    expect(state.phase).toEqual({ name: 'closing', cause: 'line-full' });
    expect(prompts(last)).toEqual(['sorry']);
    expect(last.some((e) => e.type === 'join')).toBe(false);
  });

  it('a plan at the door without room: the call-back can be chosen for a while, then the caller is let go', () => {
    const letGo = { afterMs: 25_000, prompts: ['no-room'] };
    const atTheDoor: Bare = { type: 'sent-on', way: { to: 'callback' }, cause: 'line-full', letGo };
    const { state, last } = play(joining({ onMaxWait: { to: 'queue', queue: 'other' } }), atTheDoor);
    expect(state.phase.name).toBe('waiting');
    expect(last).toContainEqual({ type: 'start-timer', timer: 'announce', delayMs: 0 });
    expect(lastMaxWait(last)).toMatchObject({ delayMs: 25_000 });
    // A call-back that could not be kept does not make room.
    const refused = play(state, { type: 'callback-kept', callbackId: null, reason: 'asked' });
    expect(lastMaxWait(refused.last)).toMatchObject({ delayMs: 25_000 });
    const over = play(refused.state, maxWait);
    expect(over.state.phase).toEqual({ name: 'closing', cause: 'line-full' });
    expect(prompts(over.last)).toEqual(['no-room']);
  });
});

describe('a call-back instead of waiting', () => {
  it('is promised only when it is kept', () => {
    const asked = play(waiting(), digit('1'));
    expect(asked.last).toContainEqual({ type: 'book-callback', reason: 'asked', queued: asked.state.queued });
    expect(asked.state.phase.name).toBe('waiting');
    const kept = play(asked.state, { type: 'callback-kept', callbackId: 'cb1', reason: 'asked' });
    expect(kept.state.phase).toEqual({ name: 'closing', cause: 'callback-booked' });
    expect(told(kept.last)).toEqual(['callback.booked', 'queue.left']);
    expect(prompts(kept.last)).toEqual(['callback-booked']);
  });

  it('that cannot be kept is said, and the place is kept', () => {
    const { state, last } = play(waiting(), digit('1'), { type: 'callback-kept', callbackId: null, reason: 'asked' });
    expect(state.phase).toMatchObject({ name: 'waiting', announcing: true });
    expect(prompts(last)).toEqual(['callback-refused']);
  });

  it('is void when an agent was quicker', () => {
    const { last } = play(
      waiting(),
      digit('1'),
      { type: 'offered', offer },
      { type: 'callback-kept', callbackId: 'cb1', reason: 'asked' },
    );
    expect(last).toEqual([{ type: 'cancel-callback', callbackId: 'cb1' }]);
  });

  const queued = { queue: 'main', priority: 5, joinedAtMs: -50_000 };
  const out = (): CallState =>
    newCall({ ...facts, callback: { callbackId: 'cb1', attempt: 2, queued, ringMs: 30_000 } }, settings());
  const standing = (): CallState => play(out(), { type: 'call-back' }).state;
  const dialling = (): CallState =>
    play(standing(), { type: 'offered', offer }, { type: 'leg-answered', legId: 'agent1' }).state;

  it('stands at the place it had', () => {
    const { last } = play(out(), { type: 'call-back' });
    expect(last).toContainEqual({ type: 'join-again', queued });
    expect(told(last)).toEqual(['call.arrived', 'callback.queued']);
  });

  it('rings the agent first, the citizen after the answer, and joins them', () => {
    const rung = play(standing(), { type: 'offered', offer });
    expect(rung.last.some((e) => e.type === 'ring-citizen')).toBe(false);
    const ready = play(rung.state, { type: 'leg-answered', legId: 'agent1' });
    expect(ready.last).toContainEqual({ type: 'ring-citizen' });
    expect(ready.last).toContainEqual({ type: 'leave-line' });
    const talking = play(ready.state, { type: 'leg-answered', legId: 'caller' });
    expect(talking.state.phase).toMatchObject({ name: 'talking', agent: { agentId: 'a1' } });
    expect(told(talking.last)).toEqual(['call.answered', 'call.bridged']);
    expect(told(talking.last)).not.toContain('queue.left');
  });

  it.each([
    ['is busy', { type: 'leg-ended', legId: 'caller', cause: 'busy', by: 'remote' }, 'busy'],
    ['does not answer', { type: 'timer', timer: 'citizen', announcement: null }, 'no-answer'],
    ['loses its agent', { type: 'leg-ended', legId: 'agent1', cause: 'media-lost', by: 'local' }, 'agent-gone'],
    ['is withdrawn', { type: 'callback-withdrawn' }, 'agent-gone'],
  ] as const)('whose citizen %s frees the agent at once', (_name, input, cause) => {
    const { state, last } = play(dialling(), input);
    expect(state.phase.name).toBe('ended');
    expect(last).toContainEqual({ type: 'emit', event: { type: 'callback.not-reached', cause } });
    expect(last).toContainEqual({ type: 'seat', agentId: 'a1', news: { type: 'not-reached', callId: 'c1' } });
    expect(told(last)).not.toContain('wrap-up.started');
  });

  it('is offered to the next when the agent declines', () => {
    const { state, last } = play(
      standing(),
      { type: 'offered', offer },
      { type: 'declined', agentId: 'a1', offerId: 'o1' },
    );
    expect(state.phase).toEqual({ name: 'callback-waiting', offer: null });
    expect(last).toContainEqual({ type: 'release-offer', offerId: 'o1', excludeMs: 7_000 });
  });
});

describe('a partner hotline', () => {
  const diverting = (): CallState => play(waiting(), { type: 'divert', partner: 'linjiang', legId: 'p1' }).state;

  it('is rung out of the line, and talks when it answers', () => {
    const rung = play(waiting(), { type: 'divert', partner: 'linjiang', legId: 'p1' });
    expect(rung.last.map((e) => e.type)).toEqual(
      expect.arrayContaining(['leave-line', 'ring-partner', 'start-timer', 'stop-timer', 'emit']),
    );
    const { state, last } = play(diverting(), { type: 'leg-answered', legId: 'p1' });
    expect(state.phase.name).toBe('diverted');
    expect(last).toContainEqual({ type: 'bridge', legId: 'p1' });
    expect(last).toContainEqual({
      type: 'emit',
      event: { type: 'call.bridged', agentId: 'partner:linjiang', waitMs: 0 },
    });
  });

  it.each([
    ['does not answer', { type: 'timer', timer: 'divert', announcement: null }],
    ['is busy', { type: 'leg-ended', legId: 'p1', cause: 'busy', by: 'remote' }],
  ] as const)('that %s gives the caller back at the place there was', (_name, input) => {
    const before = diverting();
    const { state, last } = play(before, input);
    expect(state.phase).toEqual({ name: 'waiting', offer: null, announcing: false });
    expect(last).toContainEqual({ type: 'join-again', queued: before.queued });
    expect(told(last)).toContain('divert.failed');
  });

  it.each([diverting, () => play(diverting(), { type: 'leg-answered', legId: 'p1' }).state])(
    'a caller who hangs up ends both legs',
    (make) => {
      const { state, last } = play(make(), { type: 'leg-ended', legId: 'caller', cause: 'normal', by: 'remote' });
      expect(state.phase.name).toBe('ended');
      expect(last).toContainEqual({ type: 'hangup', legId: 'p1', cause: 'normal' });
    },
  );
});
