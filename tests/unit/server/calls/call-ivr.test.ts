/** The call machine before, in and after the call flow: messages, transfers, the rating after the talk. */
import { describe, expect, it } from '@jest/globals';
import type { FlowExit } from '../../../../ivr/core/flow-types.ts';
import { flowShape } from '../../../../ivr/core/flow.ts';
import type { CallEventBody } from '../../../../server/timeline/events.ts';
import { recordOf } from '../../../../server/calls/core/call-record.ts';
import { withDialect } from '../../../../server/calls/core/call-front.ts';
import { rulesOf } from '../../../../server/calls/core/wait-rules.ts';
import { whyHere } from '../../../../server/calls/views.ts';
import { newCall } from '../../../../server/calls/core/call-machine.ts';
import type { CallEffect, CallFacts, CallSettings } from '../../../../server/calls/core/call-types.ts';
import {
  facts,
  inFlow,
  offer,
  play as playCall,
  settings as usual,
  toLine,
  type Bare,
  type Played,
} from './call-script.ts';

const flow = flowShape.parse({
  name: 'rated',
  title: 't',
  start: 'line',
  person: 'line',
  rating: 'rate',
  nodes: {
    line: { type: 'queue' },
    rate: { type: 'rating', prompts: ['rate'], next: 'bye' },
    bye: { type: 'hang-up' },
  },
});
const settings: CallSettings = { ...usual, flow };
const { rating: _rating, ...without } = flow;
const unrated: CallSettings = { ...settings, flow: without };
const exit = (change: Partial<Extract<FlowExit, { type: 'queue' }>> = {}): FlowExit => ({
  ...toLine,
  ...change,
});

function play(inputs: readonly Bare[], with_ = settings, of: CallFacts = facts): Played {
  return playCall(inputs, newCall(of, with_));
}

const told = (effects: readonly CallEffect[]): unknown[] =>
  effects.flatMap((e) => (e.type === 'emit' ? [e.event] : []));
const left = (to: FlowExit): Bare => ({ type: 'flow-left', exit: to, legId: 'new' });
const talking: readonly Bare[] = [
  ...inFlow,
  left(exit()),
  { type: 'joined' },
  { type: 'offered', offer },
  { type: 'leg-answered', legId: 'agent1' },
];
const agentHangsUp: Bare = { type: 'leg-ended', legId: 'agent1', cause: 'normal', by: 'remote' };
const callerHangsUp: Bare = { type: 'leg-ended', legId: 'caller', cause: 'normal', by: 'remote' };

describe('a call found again after a restart', () => {
  const past = (...bodies: CallEventBody[]): ReturnType<typeof recordOf> =>
    recordOf(bodies.map((body, i) => ({ ...body, callId: 'c1', seq: i + 1, atMs: i * 1_000 })));
  const begun: CallEventBody[] = [
    { type: 'call.arrived', from: '1', to: '12345', trunk: 't', legId: 'caller' },
    { type: 'call.answered' },
    { type: 'ivr.entered', flow: 'f', node: 'menu' },
  ];
  const out = { agentId: '', kind: 'blind', partyId: 'p', legId: 'p', toAgentId: null, toNumber: '110' } as const;

  it.each<[string, CallEventBody[], string]>([
    ['in the flow', [], 'flow'],
    ['being passed on', [{ type: 'call.transferred', ...out }], 'transferring'],
    [
      'passed on in vain',
      [
        { type: 'call.transferred', ...out },
        { type: 'transfer.failed', partyId: 'p', reason: 'no-answer' },
        { type: 'ivr.entered', flow: 'f', node: 'bye' },
      ],
      'flow',
    ],
    [
      'passed on',
      [
        { type: 'call.transferred', ...out },
        { type: 'transfer.answered', partyId: 'p' },
      ],
      'forwarded',
    ],
    [
      'in its rating',
      [
        { type: 'queue.joined', queue: 'main', priority: 5 },
        { type: 'call.bridged', agentId: 'a1', waitMs: 1 },
        { type: 'ivr.entered', flow: 'f', node: 'rate' },
      ],
      'closing',
    ],
  ])('%s is known as such', (_name, more, stage) => {
    expect(past(...begun, ...more)?.stage).toBe(stage);
  });
});

describe('the way into the line', () => {
  it('takes skills and dialect along, and keeps them on the timeline', () => {
    const chosen = exit({ skills: [{ skill: 'enterprise', minLevel: 2 }], dialect: 'wu' });
    const { effects } = play([...inFlow, left(chosen), { type: 'joined' }]);
    const wants = { needs: [{ skill: 'enterprise', minLevel: 2 }], dialect: 'wu' };
    expect(effects).toContainEqual({ type: 'join', queue: 'main', priority: 5, wants });
    expect(told(effects)).toContainEqual({ type: 'queue.joined', queue: 'main', priority: 5, ...wants });
  });

  it('takes along whom the flow has found the caller to be, also through a restart and a chosen dialect', () => {
    const { effects, state } = play([...inFlow, left(exit({ caller: 'elderly' })), { type: 'joined' }]);
    const joined = told(effects).find((e) => (e as CallEventBody).type === 'queue.joined');
    expect(joined).toEqual({ type: 'queue.joined', queue: 'main', priority: 5, caller: 'elderly' });
    const bodies = [{ type: 'call.arrived', from: '1', to: '12345', trunk: 't', legId: 'caller' }, joined];
    const record = recordOf(bodies.map((b, i) => ({ ...(b as CallEventBody), callId: 'c1', seq: i + 1, atMs: i })));
    expect(record?.queued?.wants).toMatchObject({ caller: 'elderly' });
    expect(withDialect(state, 'wu').queued?.wants).toEqual({ needs: [], dialect: 'wu', caller: 'elderly' });
  });

  it('makes a foreign language a need', () => {
    const { last } = play([...inFlow, left(exit({ language: 'en' }))]);
    const wants = { needs: [{ skill: 'en', minLevel: 1 }], dialect: null };
    expect(last).toContainEqual({ type: 'join', queue: 'main', priority: 5, wants });
  });

  it('asks for nothing when nothing was chosen', () => {
    expect(play([...inFlow, left(exit())]).last).toContainEqual({ type: 'join', queue: 'main', priority: 5 });
  });
});

describe('a call that a partner hotline has sent on', () => {
  const sentBy = {
    ...{ partnerId: 'jiangcheng', theirCallId: 'j1' },
    ...{ queue: 'partner-jiangcheng', city: '江城', placeInLine: 7 },
  };

  it('waits in the queue for its callers, where there is one', () => {
    const queues = { 'partner-jiangcheng': rulesOf(settings, 'main') };
    const { state, last } = play([...inFlow, left(exit())], { ...settings, queues }, { ...facts, sentBy });
    expect(last).toContainEqual({ type: 'join', queue: 'partner-jiangcheng', priority: 5 });
    expect(whyHere(state)).toBe('江城热线转来 · 在当地排第 7 位');
  });

  it('else with all the others', () => {
    const { last } = play([...inFlow, left(exit())], settings, { ...facts, sentBy });
    expect(last).toContainEqual({ type: 'join', queue: 'main', priority: 5 });
  });
});

describe('a message', () => {
  const on: Bare = { type: 'voicemail', on: true };

  it('is recorded and heard as the call itself', () => {
    const { last, state } = play([...inFlow, on]);
    expect(last).toEqual([{ type: 'start-recording' }, { type: 'listen', on: true }]);
    expect(state.recording).toBe(true);
  });

  it('is stopped before the call is said to have ended', () => {
    const { last } = play([...inFlow, on, callerHangsUp]);
    expect(last[0]).toEqual({ type: 'flow', command: { type: 'stop' } });
    expect(told(last)).toEqual([{ type: 'call.ended', cause: 'caller-hung-up', talkMs: 0 }]);
  });

  it('that cannot be recorded is told to the flow', () => {
    const { last } = play([...inFlow, on, { type: 'recording-failed' }]);
    expect(last).toContainEqual({ type: 'flow', command: { type: 'record-failed' } });
  });

  it('ends by listening no more', () => {
    expect(play([...inFlow, on, { type: 'voicemail', on: false }]).last).toEqual([{ type: 'listen', on: false }]);
  });
});

describe('a transfer out of the flow', () => {
  const out: FlowExit = { type: 'transfer', to: '110', ringMs: 20_000, otherwise: 'bye' };
  const dialling: readonly Bare[] = [...inFlow, left(out)];

  it('rings with music, and joins the two', () => {
    expect(play(dialling).last).toContainEqual({
      type: 'ring-party',
      party: { partyId: 'new', legId: 'new', target: { kind: 'number', number: '110' } },
    });
    const { state, last } = play([...dialling, { type: 'leg-answered', legId: 'new' }]);
    expect(state.phase.name).toBe('forwarded');
    expect(last).toContainEqual({ type: 'bridge', legId: 'new' });
  });

  it.each<[string, Bare]>([
    ['is refused', { type: 'leg-ended', legId: 'new', cause: 'busy', by: 'remote' }],
    ['rings too long', { type: 'timer', timer: 'party', announcement: null }],
  ])('goes on in the flow when it %s', (_name, input) => {
    const { state, last } = play([...dialling, input]);
    expect(state.phase.name).toBe('flow');
    expect(last).toContainEqual({ type: 'flow', command: { type: 'go', to: 'bye' } });
    expect(told(last)).toEqual([expect.objectContaining({ type: 'transfer.failed' })]);
  });

  it('leaves no leg behind when the caller hangs up', () => {
    expect(play([...dialling, callerHangsUp]).last).toContainEqual({ type: 'hangup', legId: 'new', cause: 'normal' });
  });
});

describe('the rating after the talk', () => {
  it.each<[string, Bare]>([
    ['hangs up', agentHangsUp],
    ['presses the button', { type: 'hang-up', agentId: 'a1' }],
  ])('is asked when the agent %s, whose wrap-up begins at once', (_name, input) => {
    const { state, last } = play([...talking, input]);
    expect(state.phase).toEqual({ name: 'flow', talkMs: 1_000 });
    expect(last).toContainEqual({ type: 'flow', command: { type: 'go', to: 'rate' } });
    expect(last).toContainEqual({ type: 'hangup', legId: 'agent1', cause: 'normal' });
    expect(last).not.toContainEqual({ type: 'hangup', legId: 'caller', cause: 'normal' });
    expect(told(last)).toEqual([{ type: 'wrap-up.started', agentId: 'a1', wrapUpMs: 30_000 }]);
  });

  it.each<[string, Bare]>([
    ['the flow ends', left({ type: 'hang-up' })],
    ['it takes too long', { type: 'timer', timer: 'closing', announcement: null }],
  ])('ends the call as ended by the agent when %s; talk counts to the end of the talk', (_name, input) => {
    const { last } = play([...talking, agentHangsUp, input]);
    expect(told(last)).toEqual([{ type: 'call.ended', cause: 'agent-hung-up', talkMs: 1_000 }]);
    expect(last).toContainEqual({ type: 'hangup', legId: 'caller', cause: 'normal' });
  });

  it('is cut short by the caller', () => {
    const { last } = play([...talking, agentHangsUp, callerHangsUp]);
    expect(told(last)).toEqual([expect.objectContaining({ type: 'call.ended', talkMs: 1_000 })]);
  });

  it('lets 0 lead to a person again', () => {
    const { state, last } = play([...talking, agentHangsUp, left(exit())]);
    expect(state.phase.name).toBe('joining');
    expect(last).toContainEqual({ type: 'stop-timer', timer: 'closing' });
  });

  it('is not asked by a flow without one, nor of a caller who hung up', () => {
    expect(play([...talking, agentHangsUp], unrated).state.phase.name).toBe('ended');
    expect(play([...talking, callerHangsUp]).state.phase.name).toBe('ended');
  });
});
