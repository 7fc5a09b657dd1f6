/** A call that we make: it stands in the line for its citizen, an agent is reserved first, then the citizen is rung. Pure. */
import type { HangupCause } from '../../../telephony/ports/switch.ts';
import type { EpochMs } from '../../timeline/events.ts';
import type { CallEffect, CallInput, CallState, CallStep, Offer, Phase } from './call-types.ts';
import { emit, endCall, goTo, stay } from './call-util.ts';

type Dialling = Extract<Phase, { name: 'dialling' }>;

export function startCallback(state: CallState): CallStep {
  const { facts, phase } = state;
  const { callback, from, to, trunk, callerLegId } = facts;
  if (callback === undefined || phase.name !== 'arriving') return stay(state);
  const { callbackId, attempt, queued } = callback;
  const { queue, joinedAtMs } = queued;
  return {
    state: { ...goTo(state, { name: 'callback-waiting', offer: null }), queued },
    effects: [
      emit({ type: 'call.arrived', from, to, trunk, legId: callerLegId }),
      emit({ type: 'callback.queued', callbackId, queue, attempt, joinedAtMs }),
      { type: 'join-again', queued },
    ],
  };
}

/** The agent has taken it: now, and not before, the citizen's telephone rings. */
export function agentReadyToCall(state: CallState, offer: Offer): CallStep {
  const { facts } = state;
  const { agentId, offerId, legId } = offer;
  const ringMs = facts.callback?.ringMs ?? state.settings.ringMs;
  return {
    state: { ...goTo(state, { name: 'dialling', agent: { agentId, legId } }), agentId },
    effects: [
      { type: 'accept-offer', offerId },
      { type: 'leave-line' },
      { type: 'stop-timer', timer: 'offer' },
      { type: 'seat', agentId, news: { type: 'talking', callId: facts.callId } },
      emit({ type: 'agent.answered', agentId, offerId, legId }),
      { type: 'play-agent', legId, prompts: ['callback-dialling'] },
      { type: 'ring-citizen' },
      { type: 'start-timer', timer: 'citizen', delayMs: ringMs },
      emit({ type: 'callback.dialled', agentId, legId: facts.callerLegId }),
    ],
  };
}

export function citizenAnswered(state: CallState, phase: Dialling, atMs: EpochMs): CallStep {
  const { agent } = phase;
  const waitMs = state.queued === null ? 0 : atMs - state.queued.joinedAtMs;
  return {
    state: { ...goTo(state, { name: 'talking', agent, returning: null }), bridgedAtMs: atMs, recording: true },
    effects: [
      { type: 'stop-timer', timer: 'citizen' },
      { type: 'bridge', legId: agent.legId },
      { type: 'start-recording' },
      { type: 'listen', on: true },
      emit({ type: 'call.answered' }),
      emit({ type: 'call.bridged', agentId: agent.agentId, waitMs }),
    ],
  };
}

/** Busy, out, switched off, refused: who tries again, and when, is not this call's matter. */
export function citizenNotReached(state: CallState, cause: HangupCause | 'agent-gone', atMs: EpochMs): CallStep {
  const before: CallEffect = emit({ type: 'callback.not-reached', cause });
  const { state: next, effects } = endCall(state, 'callback-not-reached', atMs);
  return { state: next, effects: [{ type: 'stop-timer', timer: 'citizen' }, before, ...effects] };
}

/** Legs that end while the citizen is rung. */
export function dialledLegEnded(
  state: CallState,
  phase: Dialling,
  input: Extract<CallInput, { type: 'leg-ended' }>,
): CallStep {
  if (input.legId === state.facts.callerLegId) {
    const { cause } = input;
    // Taken and put down at once is as good as not taken.
    return citizenNotReached(state, cause, input.atMs);
  }
  return input.legId === phase.agent.legId ? citizenNotReached(state, 'agent-gone', input.atMs) : stay(state);
}

/** Nobody has picked up yet: whoever was rung for it is let go. */
export function withdrawn(state: CallState, atMs: EpochMs): CallStep {
  if (state.phase.name === 'callback-waiting') return endCall(state, 'callback-not-reached', atMs);
  return state.phase.name === 'dialling' ? citizenNotReached(state, 'agent-gone', atMs) : stay(state);
}
