/** Small steps shared by the parts of the call machine. Pure. */
import type { CallEndCause, CallEventBody, EpochMs } from '../../timeline/events.ts';
import type { CallEffect, CallState, CallStep, Phase } from './call-types.ts';
import { rulesOf } from './wait-rules.ts';

export function emit(event: CallEventBody): CallEffect {
  return { type: 'emit', event };
}

export function stay(state: CallState, effects: readonly CallEffect[] = []): CallStep {
  return { state, effects };
}

export function goTo(state: CallState, phase: Phase): CallState {
  return { ...state, phase };
}

/** Name of the prompt that plays now. */
export function playId(state: CallState): string {
  return `${state.facts.callId}:${String(state.plays)}`;
}

export function withPlay(
  state: CallState,
  prompts: readonly string[],
  repeat: 'once' | 'forever',
  before: readonly CallEffect[] = [],
): CallStep {
  const next = { ...state, plays: state.plays + 1 };
  return { state: next, effects: [...before, { type: 'play', playId: playId(next), prompts, repeat }] };
}

/** Legs of agents that are up or being rung in this phase. */
function agentLegs(phase: Phase): readonly string[] {
  switch (phase.name) {
    case 'waiting':
    case 'callback-waiting':
      return phase.offer === null ? [] : [phase.offer.legId];
    case 'dialling':
      return [phase.agent.legId];
    case 'diverting':
    case 'diverted':
      return [phase.legId];
    case 'talking':
    case 'held':
      return phase.returning === null ? [phase.agent.legId] : [phase.agent.legId, phase.returning];
    case 'agent-lost':
      return phase.returning === null ? [] : [phase.returning];
    case 'arriving':
    case 'flow':
    case 'joining':
    case 'closing':
    case 'ended':
      return [];
  }
}

function seatEffects(state: CallState): readonly CallEffect[] {
  const { phase, facts } = state;
  const { callId } = facts;
  if ((phase.name === 'waiting' || phase.name === 'callback-waiting') && phase.offer !== null) {
    const { agentId, offerId } = phase.offer;
    return [
      emit({ type: 'offer.ended', agentId, offerId, reason: 'caller-gone' }),
      { type: 'seat', agentId, news: { type: 'offer-over', callId, reason: 'caller-gone' } },
    ];
  }
  if (phase.name === 'dialling') {
    return [{ type: 'seat', agentId: phase.agent.agentId, news: { type: 'not-reached', callId } }];
  }
  const agentId =
    phase.name === 'talking' || phase.name === 'held'
      ? phase.agent.agentId
      : phase.name === 'agent-lost'
        ? phase.agentId
        : null;
  if (agentId === null) return [];
  const { wrapUpMs } = rulesOf(state.settings, state.queued?.queue ?? 'main');
  return [
    emit({ type: 'wrap-up.started', agentId, wrapUpMs }),
    { type: 'seat', agentId, news: { type: 'call-over', callId, wrapUpMs } },
  ];
}

function leaveLine(state: CallState, cause: CallEndCause, atMs: EpochMs): readonly CallEffect[] {
  const { queued, phase } = state;
  if (phase.name === 'joining' || phase.name === 'callback-waiting') return [{ type: 'leave-line' }];
  if (queued === null || (phase.name !== 'waiting' && phase.name !== 'diverting')) return [];
  const reason = cause === 'waited-too-long' || cause === 'line-full' || cause === 'left-line' ? cause : 'abandoned';
  return [{ type: 'leave-line' }, emit({ type: 'queue.left', waitMs: atMs - queued.joinedAtMs, reason })];
}

/** Ends everything that belongs to the call, from whatever phase it is in. */
export function endCall(state: CallState, cause: CallEndCause, atMs: EpochMs): CallStep {
  const talkMs = state.bridgedAtMs === null ? 0 : atMs - state.bridgedAtMs;
  const legs = [...agentLegs(state.phase), state.facts.callerLegId];
  const hangups = legs.map((legId): CallEffect => ({ type: 'hangup', legId, cause: 'normal' }));
  return {
    state: goTo(state, { name: 'ended' }),
    effects: [
      ...leaveLine(state, cause, atMs),
      { type: 'listen', on: false },
      ...hangups,
      ...seatEffects(state),
      emit({ type: 'call.ended', cause, talkMs }),
      { type: 'close' },
    ],
  };
}
