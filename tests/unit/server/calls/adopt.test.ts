import { describe, expect, it } from '@jest/globals';
import type { LegSnapshot } from '../../../../telephony/ports/switch.ts';
import { adopt, type Adopted, type Adoption } from '../../../../server/calls/core/adopt.ts';
import { newCall, step } from '../../../../server/calls/core/call-machine.ts';
import { recordOf } from '../../../../server/calls/core/call-record.ts';
import type { CallEffect, CallState } from '../../../../server/calls/core/call-types.ts';
import { whyHere } from '../../../../server/calls/views.ts';
import type { CallEvent, CallEventBody } from '../../../../server/timeline/events.ts';
import { settings } from './call-script.ts';

const NOW = 100_000;

const told = (bodies: readonly CallEventBody[]): CallEvent[] =>
  bodies.map((body, i) => ({ ...body, callId: 'c1', seq: i + 1, atMs: (i + 1) * 1_000 }));

const arrived: CallEventBody = { type: 'call.arrived', from: '1', to: '12345', trunk: 't', legId: 'caller' };
const inFlow: CallEventBody[] = [arrived, { type: 'call.answered' }];
const waiting: CallEventBody[] = [...inFlow, { type: 'queue.joined', queue: 'main', priority: 5 }];
const offered: CallEventBody[] = [...waiting, { type: 'agent.offered', agentId: 'a1', offerId: 'o1', ringMs: 1 }];
const talking: CallEventBody[] = [
  ...offered,
  { type: 'agent.answered', agentId: 'a1', offerId: 'o1', legId: 'agent' },
  { type: 'queue.left', waitMs: 2_000, reason: 'answered' },
  { type: 'call.bridged', agentId: 'a1', waitMs: 2_000 },
  { type: 'recording.started', path: 'p', startedAtMs: 8_000 },
];
const held: CallEventBody[] = [...talking, { type: 'call.held', agentId: 'a1' }];
const lost: CallEventBody[] = [...talking, { type: 'agent.lost', agentId: 'a1' }];
const asking: CallEventBody[] = [
  ...talking,
  { type: 'consult.started', agentId: 'a1', partyId: 'p1', legId: 'party', toAgentId: 'a2', toNumber: '' },
];
const asked: CallEventBody[] = [...asking, { type: 'consult.answered', agentId: 'a1', partyId: 'p1' }];
const three: CallEventBody[] = [
  ...asked,
  { type: 'consult.ended', agentId: 'a1', partyId: 'p1', reason: 'conferenced' },
  { type: 'conference.started', agentId: 'a1', partyId: 'p1' },
];
const to = { partyId: 'p1', legId: 'party', toAgentId: 'a2', toNumber: '' };
const sent: CallEventBody[] = [...talking, { type: 'call.transferred', agentId: 'a1', kind: 'blind', ...to }];
const forwarded: CallEventBody[] = [
  ...talking,
  { type: 'call.transferred', agentId: 'a1', kind: 'attended', ...to, toAgentId: null, toNumber: '110' },
];
const listened: CallEventBody[] = [
  ...talking,
  { type: 'supervision.started', supervisorId: 's1', agentId: 'a1', legId: 'super', mode: 'listen' },
];
const closing: CallEventBody[] = [...waiting, { type: 'queue.left', waitMs: 1, reason: 'waited-too-long' }];
const diverted: CallEventBody[] = [
  ...waiting,
  { type: 'divert.started', partner: 'x', legId: 'party' },
  { type: 'queue.left', waitMs: 1, reason: 'diverted' },
];

const leg = (legId: string, state: LegSnapshot['state'], more: Partial<LegSnapshot> = {}): LegSnapshot => ({
  legId,
  state,
  direction: legId === 'caller' ? 'inbound' : 'outbound',
  peerLegId: undefined,
  marks: { call_id: 'c1' },
  ...more,
});
const agentMarks = { call_id: 'c1', role: 'agent', agent_id: 'a1', offer_id: 'o1' };
const caller = (state: LegSnapshot['state'], peerLegId?: string): LegSnapshot => leg('caller', state, { peerLegId });
const agent = (state: LegSnapshot['state'], peerLegId?: string): LegSnapshot =>
  leg('agent', state, { peerLegId, marks: agentMarks });
const party = (state: LegSnapshot['state'], peerLegId?: string): LegSnapshot =>
  leg('party', state, { peerLegId, marks: { call_id: 'c1', role: 'party', agent_id: 'a2', party_id: 'p1' } });
const boss = (state: LegSnapshot['state']): LegSnapshot =>
  leg('super', state, { marks: { call_id: 'c1', role: 'supervisor', agent_id: 's1' } });

function adoptOne(events: readonly CallEventBody[], legs: readonly LegSnapshot[]): Adoption {
  const record = recordOf(told(events));
  return adopt(record === undefined ? [] : [record], legs, settings, NOW);
}

/** What the machine makes of an adopted call. */
function settled({ state, effects, inputs }: Adopted): { state: CallState; effects: readonly CallEffect[] } {
  return inputs.reduce(
    (before, input) => {
      const done = step(before.state, input);
      return { state: done.state, effects: [...before.effects, ...done.effects] };
    },
    { state, effects },
  );
}

const wordsOf = (effects: readonly CallEffect[]): string[] =>
  effects.map((e) => {
    if (e.type === 'emit') return e.event.type;
    if (e.type === 'seat') return `seat ${e.agentId} ${e.news.type}`;
    if (e.type === 'start-timer') return `timer ${e.timer}`;
    if (e.type === 'play') return `play ${e.prompts.join('+')}`;
    return 'legId' in e ? `${e.type} ${e.legId}` : e.type;
  });

type Row = readonly [string, readonly CallEventBody[], readonly LegSnapshot[], string, readonly string[]];
/** What was, which legs are, what it becomes, what is done beside telling that it was adopted. */
const rows: readonly Row[] = [
  ['rings unanswered', [arrived], [caller('incoming')], 'arriving', ['answer']],
  ['answered meanwhile', [arrived], [caller('parked')], 'flow', ['call.answered', 'flow']],
  ['in the call flow', inFlow, [caller('parked')], 'flow', ['flow']],
  [
    'waits',
    waiting,
    [caller('parked')],
    'waiting',
    ['leave-line', 'join-again', 'timer announce', 'timer max-wait', 'play music'],
  ],
  [
    'waits, its agent rings',
    offered,
    [caller('parked'), agent('ringing')],
    'waiting',
    ['offer.ended', 'leave-line', 'join-again', 'timer announce', 'timer max-wait', 'play music', 'hangup agent'],
  ],
  ['waits, its agent has answered', offered, [caller('parked'), agent('parked')], 'talking', ['bridge agent']],
  [
    'talks',
    talking,
    [caller('bridged', 'agent'), agent('bridged', 'caller')],
    'talking',
    ['seat a1 talking', 'listen'],
  ],
  [
    'talks, but was not joined',
    talking,
    [caller('parked'), agent('parked')],
    'talking',
    ['seat a1 talking', 'bridge agent', 'listen'],
  ],
  ['talks, the agent has gone', talking, [caller('parked')], 'agent-lost', ['seat a1 lost', 'timer agent-return']],
  ['held', held, [caller('parked'), agent('parked')], 'held', ['seat a1 talking', 'play music']],
  ['held, the agent has gone', held, [caller('parked')], 'agent-lost', ['agent.lost']],
  ['without owner', lost, [caller('parked')], 'agent-lost', ['seat a1 lost', 'timer agent-return', 'play music']],
  [
    'the agent came back',
    lost,
    [caller('parked'), agent('parked')],
    'talking',
    ['seat a1 talking', 'bridge agent', 'listen'],
  ],
  [
    'a colleague is rung',
    asking,
    [caller('parked'), agent('parked'), party('ringing')],
    'consulting',
    ['seat a1 talking', 'seat a2 ringing', 'timer party', 'play music'],
  ],
  [
    'a colleague answered',
    asking,
    [caller('parked'), agent('parked'), party('parked')],
    'consulting',
    ['bridge-others'],
  ],
  [
    'a colleague is asked',
    asked,
    [caller('parked'), agent('bridged', 'party'), party('bridged', 'agent')],
    'consulting',
    ['seat a1 talking', 'seat a2 helping', 'play music'],
  ],
  ['the colleague has gone', asked, [caller('parked'), agent('parked')], 'talking', ['bridge agent', 'consult.ended']],
  ['the agent who asked has gone', asked, [caller('parked'), party('parked')], 'agent-lost', ['hangup party']],
  [
    'three talk',
    three,
    [caller('conferenced'), agent('conferenced'), party('conferenced')],
    'conference',
    ['seat a1 talking', 'seat a2 helping', 'listen'],
  ],
  ['of three the agent has gone', three, [caller('conferenced'), party('conferenced')], 'talking', ['bridge party']],
  ['of three the colleague has gone', three, [caller('parked'), agent('parked')], 'talking', ['bridge agent']],
  ['being transferred', sent, [caller('parked'), party('ringing')], 'transferring', ['seat a2 ringing', 'timer party']],
  [
    'transferred meanwhile',
    sent,
    [caller('parked'), party('parked')],
    'talking',
    ['bridge party', 'transfer.answered'],
  ],
  ['nobody took the transfer', sent, [caller('parked')], 'waiting', ['transfer.failed', 'join-front']],
  ['passed on', forwarded, [caller('bridged', 'party'), party('bridged', 'caller')], 'forwarded', []],
  ['passed on, the other has gone', forwarded, [caller('parked')], 'ended', ['hangup caller', 'call.ended']],
  [
    'listened to',
    listened,
    [caller('bridged', 'agent'), agent('bridged', 'caller'), boss('supervising')],
    'talking',
    ['seat s1 helping'],
  ],
  [
    'the supervisor has gone',
    listened,
    [caller('bridged', 'agent'), agent('bridged', 'caller')],
    'talking',
    ['supervision.ended'],
  ],
  ['the supervised agent has gone', listened, [caller('parked'), boss('parked')], 'agent-lost', ['hangup super']],
  ['hears a last sentence', closing, [caller('parked')], 'closing', ['timer closing', 'play waited-too-long']],
  [
    'passed on by the call flow',
    [...inFlow, { type: 'transfer.answered', partyId: 'party' }],
    [caller('bridged', 'party'), party('bridged', 'caller')],
    'forwarded',
    [],
  ],
  [
    'let go by the agent, asked how it was',
    [...talking, { type: 'wrap-up.started', agentId: 'a1', wrapUpMs: 1 }],
    [caller('parked')],
    'closing',
    ['timer closing'],
  ],
  ['with a partner hotline', diverted, [caller('bridged', 'party'), party('bridged', 'caller')], 'diverted', []],
];

describe('a call that went on without us', () => {
  it.each(rows)('%s', (_name, events, legs, phase, done) => {
    const { adopted, over, strays } = adoptOne(events, legs);
    expect([over, strays]).toEqual([[], []]);
    const [one] = adopted;
    if (one === undefined) throw new Error('not adopted');
    const { state, effects } = settled(one);
    expect(state.phase.name).toBe(phase);
    const words = wordsOf(effects);
    expect(words[0]).toBe('call.adopted');
    expect(words).toEqual(expect.arrayContaining([...done]));
    if (done.length === 0) expect(words.slice(1).filter((w) => !w.startsWith('seat'))).toEqual([]);
  });

  it('keeps the mark of the partner hotline that sent it: as told at its arrival, to the agent who gets it', () => {
    const sentBy = {
      partnerId: 'linjiang',
      theirCallId: 'l7',
      queue: 'partner-linjiang',
      city: '临江',
      placeInLine: 7,
    };
    const facts = {
      callId: 'c1',
      callerLegId: 'caller',
      from: '1',
      to: '12345',
      trunk: 't',
      arrivedAtMs: 1_000,
      sentBy,
    };
    const { effects } = step(newCall(facts, settings), { type: 'arrived', atMs: 1_000 });
    const told = effects.flatMap((e) => (e.type === 'emit' ? [e.event] : []));
    const { adopted } = adoptOne([...told, ...waiting.slice(1)], [caller('parked')]);
    const state = adopted[0]?.state;
    expect(state?.facts).toEqual(facts);
    expect(state === undefined ? '' : whyHere(state)).toContain('临江');
  });

  it('keeps its old place and what it asked for', () => {
    const joined: CallEventBody = {
      type: 'queue.joined',
      queue: 'tax',
      priority: 6,
      needs: [{ skill: 'tax', minLevel: 2 }],
      dialect: 'wu',
    };
    const { adopted } = adoptOne([...inFlow, joined], [caller('parked')]);
    const wants = { needs: [{ skill: 'tax', minLevel: 2 }], dialect: 'wu' };
    expect(adopted[0]?.effects).toContainEqual({
      type: 'join-again',
      queued: { queue: 'tax', priority: 6, joinedAtMs: 3_000, wants },
    });
  });

  it('that was put to the front stays there', () => {
    const back: CallEventBody[] = [...lost, { type: 'queue.joined', queue: 'main', priority: 9 }];
    const { adopted } = adoptOne(back, [caller('parked')]);
    expect(wordsOf(adopted[0]?.effects ?? [])).toContain('join-front');
  });

  it('keeps deadlines, but leaves people a moment', () => {
    const { adopted } = adoptOne(lost, [caller('parked')]);
    const [one] = adopted;
    expect(one?.effects).toContainEqual({ type: 'start-timer', timer: 'agent-return', delayMs: 5_000 });
    expect(one?.state.plays).toBeGreaterThan(1_000);
  });

  it('whose caller has gone is over, and its legs go', () => {
    const { adopted, over, hangUp } = adoptOne(talking, [agent('parked')]);
    expect([adopted, over.map((r) => r.callId), hangUp]).toEqual([[], ['c1'], ['agent']]);
  });

  it('is known by its leg’s name when the leg was not marked yet', () => {
    const { adopted } = adoptOne([arrived], [leg('caller', 'parked', { marks: {} })]);
    expect(adopted).toHaveLength(1);
  });

  it('leaves legs of nobody to the reaper', () => {
    const other = leg('x', 'parked', { marks: { call_id: 'never-heard-of' } });
    expect(adoptOne(waiting, [caller('parked'), other]).strays).toEqual(['x']);
    const ended: CallEventBody[] = [...talking, { type: 'call.ended', cause: 'caller-hung-up', talkMs: 1 }];
    expect(adoptOne(ended, [agent('parked')])).toMatchObject({ adopted: [], over: [], strays: ['agent'] });
  });
});

describe('what the timeline tells', () => {
  it('passes over events it does not know, and needs a beginning', () => {
    const later = { type: 'something.new', callId: 'c1', seq: 4, atMs: 9_000 } as unknown as CallEvent;
    expect(recordOf([...told(waiting), later])).toMatchObject({ stage: 'waiting', seq: 4, lastAtMs: 9_000 });
    expect(recordOf(told([{ type: 'call.answered' }]))).toBeUndefined();
  });

  it('an attended transfer gives the call to the one who was asked', () => {
    const done: CallEventBody[] = [
      ...asked,
      { type: 'consult.ended', agentId: 'a1', partyId: 'p1', reason: 'transferred' },
      { type: 'call.transferred', agentId: 'a1', kind: 'attended', ...to },
      { type: 'wrap-up.started', agentId: 'a1', wrapUpMs: 1 },
      { type: 'call.bridged', agentId: 'a2', waitMs: 0 },
    ];
    expect(recordOf(told(done))).toMatchObject({ stage: 'talking', agentId: 'a2', party: null, firstWaitMs: 2_000 });
  });
});
