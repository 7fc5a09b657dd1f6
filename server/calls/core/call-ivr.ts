/**
 * The part of the call machine in which the caller goes through the call flow: at the beginning, and for a rating after
 * the talk. What happens inside the flow is `ivr/core`'s business and is run by `ivr/runner.ts`; here it begins and ends.
 * Pure.
 */
import type { FlowExit } from '../../../ivr/core/flow-types.ts';
import type { HangupCause } from '../../../telephony/ports/switch.ts';
import type { EpochMs } from '../../timeline/events.ts';
import { agentDone, agentHangsUp, withMusic } from './call-front.ts';
import { supervisorLeaves } from './call-others.ts';
import type { CallEffect, CallInput, CallState, CallStep, FlowCommand, LineWants, Phase } from './call-types.ts';
import { emit, endCall, goTo, stay } from './call-util.ts';

type Input<T extends CallInput['type']> = Extract<CallInput, { type: T }>;
type FlowDialling = Extract<Phase, { name: 'flow-dialling' }>;

/** The longest a caller may be kept for a rating. */
const RATING_MS = 120_000;

const flowIs = (command: FlowCommand): CallEffect => ({ type: 'flow', command });

/** From the flow's start. */
export function enterFlow(state: CallState, before: readonly CallEffect[]): CallStep {
  return {
    state: goTo(state, { name: 'flow', talkMs: null }),
    effects: [...before, flowIs({ type: 'start', callerKnown: state.facts.from !== '' })],
  };
}

/** At one node of the flow, e.g. instead of waiting. */
export function goToNode(state: CallState, to: string, before: readonly CallEffect[] = []): CallStep {
  return { state: goTo(state, { name: 'flow', talkMs: null }), effects: [...before, flowIs({ type: 'go', to })] };
}

export function onFlowDigit(state: CallState, input: Input<'digit'>, before: readonly CallEffect[]): CallStep {
  const isInFlow = state.phase.name === 'flow';
  return stay(state, isInFlow ? [...before, flowIs({ type: 'digit', digit: input.digit })] : before);
}

export function onFlowPlayFinished(state: CallState, input: Input<'play-finished'>): CallStep {
  const { playId, reason } = input;
  return stay(state, [flowIs({ type: 'play-finished', playId, reason })]);
}

/** A message is recorded as the call itself is: its words fill the call's draft. */
export function onVoicemail(state: CallState, input: Input<'voicemail'>): CallStep {
  if (state.phase.name !== 'flow') return stay(state);
  if (!input.on) return stay(state, [{ type: 'listen', on: false }]);
  const start: CallEffect[] = state.recording ? [] : [{ type: 'start-recording' }];
  return { state: { ...state, recording: true }, effects: [...start, { type: 'listen', on: true }] };
}

/** The caller comes out of the flow. */
export function onFlowLeft(state: CallState, input: Input<'flow-left'>): CallStep {
  const { phase } = state;
  if (phase.name !== 'flow') return stay(state);
  const { exit, atMs } = input;
  switch (exit.type) {
    case 'queue':
      return join(state, exit);
    case 'transfer':
      return dial(state, exit, input.legId);
    case 'hang-up':
      return endCall(state, phase.talkMs === null ? 'flow-ended' : 'agent-hung-up', atMs);
  }
}

/** A foreign language is something the agent must be able to speak; a dialect is something the caller would like. */
function wantsOf({ skills, language, dialect, caller }: Extract<FlowExit, { type: 'queue' }>): LineWants | undefined {
  const isUsual = language === '' || /^zh/i.test(language);
  const needs = isUsual ? skills : [...skills, { skill: language.toLowerCase(), minLevel: 1 }];
  if (needs.length === 0 && dialect === '' && caller === undefined) return undefined;
  return { needs, dialect: dialect === '' ? null : dialect, ...(caller === undefined ? {} : { caller }) };
}

function join(state: CallState, exit: Extract<FlowExit, { type: 'queue' }>): CallStep {
  const { priority } = exit;
  const { sentBy } = state.facts;
  // A partner's callers have a queue of their own where the city has set one up.
  const isTheirs = sentBy !== undefined && state.settings.queues?.[sentBy.queue] !== undefined;
  const queue = isTheirs ? sentBy.queue : exit.queue;
  const wants = wantsOf(exit);
  const chosen = wants === undefined ? {} : { wants };
  return {
    state: goTo(state, { name: 'joining', queue, priority, ...chosen }),
    effects: [
      { type: 'stop-timer', timer: 'closing' },
      { type: 'join', queue, priority, ...chosen },
    ],
  };
}

/** The flow passes the caller on to another number, with music until somebody answers there. */
function dial(state: CallState, exit: Extract<FlowExit, { type: 'transfer' }>, legId: string): CallStep {
  const { to, ringMs, otherwise } = exit;
  const party = { partyId: legId, legId, target: { kind: 'number', number: to } } as const;
  return withMusic(goTo(state, { name: 'flow-dialling', party, otherwise }), [
    { type: 'ring-party', party },
    // No agent of ours has had the call.
    emit({
      type: 'call.transferred',
      agentId: '',
      kind: 'blind',
      partyId: legId,
      legId,
      toAgentId: null,
      toNumber: to,
    }),
    { type: 'start-timer', timer: 'party', delayMs: ringMs },
  ]);
}

export function flowDialAnswered(state: CallState, { party }: FlowDialling, atMs: EpochMs): CallStep {
  return {
    state: {
      ...goTo(state, { name: 'forwarded', party, sinceMs: atMs }),
      bridgedAtMs: state.bridgedAtMs ?? atMs,
    },
    effects: [
      { type: 'stop-timer', timer: 'party' },
      { type: 'bridge', legId: party.legId },
      emit({ type: 'transfer.answered', partyId: party.partyId }),
    ],
  };
}

const failureOf = (cause: HangupCause): 'no-answer' | 'declined' | 'unreachable' =>
  cause === 'no-answer' || cause === 'cancelled'
    ? 'no-answer'
    : cause === 'busy' || cause === 'rejected' || cause === 'normal'
      ? 'declined'
      : 'unreachable';

/** Nobody there: on at the node the flow names for it. */
export function flowDialFailed(state: CallState, { party, otherwise }: FlowDialling, cause: HangupCause): CallStep {
  return goToNode(state, otherwise, [
    { type: 'stop-timer', timer: 'party' },
    emit({ type: 'transfer.failed', partyId: party.partyId, reason: failureOf(cause) }),
  ]);
}

export function flowDialTimedOut(state: CallState, phase: FlowDialling): CallStep {
  const { state: next, effects } = flowDialFailed(state, phase, 'no-answer');
  return { state: next, effects: [{ type: 'hangup', legId: phase.party.legId, cause: 'no-answer' }, ...effects] };
}

/**
 * The agent has hung up or pressed the button. When the flow has a rating node and the caller is still there, the caller
 * is asked before the call ends; the agent's wrap-up begins at once.
 */
export function afterTalk(state: CallState, atMs: EpochMs): CallStep {
  const { rating } = state.settings.flow;
  const { phase } = state;
  if (rating === undefined || (phase.name !== 'talking' && phase.name !== 'held'))
    return endCall(state, 'agent-hung-up', atMs);
  const { supervisors, facts, bridgedAtMs } = state;
  return {
    state: { ...goTo(state, { name: 'flow', talkMs: bridgedAtMs === null ? 0 : atMs - bridgedAtMs }), supervisors: [] },
    effects: [
      { type: 'listen', on: false },
      { type: 'park' },
      ...agentHangsUp(phase),
      ...supervisors.map(({ legId }): CallEffect => ({ type: 'hangup', legId, cause: 'normal' })),
      ...supervisors.flatMap((s) => supervisorLeaves(facts.callId, s, atMs)),
      ...agentDone(state, phase.agent.agentId),
      { type: 'start-timer', timer: 'closing', delayMs: RATING_MS },
      flowIs({ type: 'go', to: rating }),
    ],
  };
}
