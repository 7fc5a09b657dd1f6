/** Small steps shared by the parts of the call machine. Pure. */
import type { CallEndCause, CallEventBody, EpochMs } from '../../timeline/events.ts';
import type { CallEffect, CallState, CallStep, Phase } from './call-types.ts';
import { legsOfAgent, othersLeave, othersLegs } from './call-others.ts';
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
    case 'consulting':
    case 'conference':
      return legsOfAgent(phase);
    case 'agent-lost':
      return phase.returning === null ? [] : [phase.returning];
    case 'arriving':
    case 'flow':
    case 'flow-dialling':
    case 'joining':
    case 'transferring':
    case 'forwarded':
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
  const agentId = 'agent' in phase ? phase.agent.agentId : phase.name === 'agent-lost' ? phase.agentId : null;
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

/** Nothing comes of the call flow any more; what was said into a recording counts. */
function flowStops({ phase }: CallState): readonly CallEffect[] {
  const isInFlow = phase.name === 'flow' || phase.name === 'flow-dialling';
  return isInFlow ? [{ type: 'flow', command: { type: 'stop' } }] : [];
}

/** Talk counts until the agent let go, also when the caller was asked for a rating after it. */
function talkMsOf({ phase, bridgedAtMs }: CallState, atMs: EpochMs): number {
  if (phase.name === 'flow' && phase.talkMs !== null) return phase.talkMs;
  return bridgedAtMs === null ? 0 : atMs - bridgedAtMs;
}

/** Ends everything that belongs to the call, from whatever phase it is in. */
export function endCall(state: CallState, cause: CallEndCause, atMs: EpochMs): CallStep {
  const talkMs = talkMsOf(state, atMs);
  const legs = [...agentLegs(state.phase), ...othersLegs(state), state.facts.callerLegId];
  const hangups = legs.map((legId): CallEffect => ({ type: 'hangup', legId, cause: 'normal' }));
  return {
    state: { ...goTo(state, { name: 'ended' }), supervisors: [] },
    effects: [
      ...flowStops(state),
      ...leaveLine(state, cause, atMs),
      { type: 'listen', on: false },
      ...hangups,
      ...othersLeave(state, atMs),
      ...seatEffects(state),
      emit({ type: 'call.ended', cause, talkMs }),
      { type: 'close' },
    ],
  };
}
