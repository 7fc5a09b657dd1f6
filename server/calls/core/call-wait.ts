/** The part of the call machine from the line to the agent's answer. Pure. */
import type { HangupCause } from '../../../telephony/ports/switch.ts';
import type { EpochMs, OfferEndReason } from '../../timeline/events.ts';
import { toldWants } from './call-front.ts';
import type { Announcement, CallEffect, CallInput, CallState, CallStep, Offer } from './call-types.ts';
import { PHONE_EXTRA_MS } from './call-phone.ts';
import { emit, goTo, stay, withPlay } from './call-util.ts';
import { reasonOf } from './ring-outcome.ts';
import { rulesOf, type WaitRules } from './wait-rules.ts';

/** Rules of the queue the call stands in. */
export function rulesNow(state: CallState): WaitRules {
  return rulesOf(state.settings, state.queued?.queue ?? 'main');
}

export function startWaiting(state: CallState, atMs: EpochMs, firstAnnouncementMs?: number): CallStep {
  const { phase, settings } = state;
  if (phase.name !== 'joining') return stay(state, [{ type: 'leave-line' }]);
  const { name: _name, ...place } = phase;
  const { queue, priority } = place;
  const rules = rulesOf(settings, queue);
  const next: CallState = {
    ...state,
    phase: { name: 'waiting', offer: null, announcing: false },
    queued: { ...place, joinedAtMs: atMs },
  };
  return withPlay(next, [rules.music], 'forever', [
    emit({ type: 'queue.joined', queue, priority, ...toldWants(phase.wants) }),
    { type: 'start-timer', timer: 'announce', delayMs: firstAnnouncementMs ?? rules.firstAnnouncementMs },
    { type: 'start-timer', timer: 'max-wait', delayMs: rules.maxWaitMs },
  ]);
}

export function onAnnounce(state: CallState, announcement: Announcement | null): CallStep {
  const { phase } = state;
  if (phase.name !== 'waiting') return stay(state);
  const again: CallEffect = { type: 'start-timer', timer: 'announce', delayMs: rulesNow(state).announceEveryMs };
  if (announcement === null || phase.offer !== null) return stay(state, [again]);
  const { prompts, position, estimatedWaitMs } = announcement;
  return withPlay(goTo(state, { ...phase, announcing: true }), prompts, 'once', [
    again,
    emit({ type: 'queue.announced', position, estimatedWaitMs }),
  ]);
}

export function offered(state: CallState, offer: Offer): CallStep {
  const { phase, facts } = state;
  if ((phase.name !== 'waiting' && phase.name !== 'callback-waiting') || phase.offer !== null) {
    return stay(state, [{ type: 'release-offer', offerId: offer.offerId, excludeMs: 0 }]);
  }
  const { agentId, offerId } = offer;
  const ringMs = rulesNow(state).ringMs + (offer.byPhone === true ? PHONE_EXTRA_MS : 0);
  return {
    state: goTo(state, { ...phase, offer }),
    effects: [
      { type: 'seat', agentId, news: { type: 'ringing', callId: facts.callId, offerId } },
      { type: 'ring-agent', offer, returning: false },
      // The deadline of an offer is ours, not the leg's: a leg that never answers must not hold the caller.
      { type: 'start-timer', timer: 'offer', delayMs: ringMs },
      emit({ type: 'agent.offered', agentId, offerId, ringMs }),
    ],
  };
}

export function offeredLegAnswered(state: CallState, offer: Offer, atMs: EpochMs): CallStep {
  const { facts, queued } = state;
  const { agentId, offerId, legId } = offer;
  const waitMs = queued === null ? 0 : atMs - queued.joinedAtMs;
  return {
    state: {
      ...goTo(state, { name: 'talking', agent: { agentId, legId }, returning: null }),
      bridgedAtMs: state.bridgedAtMs ?? atMs,
      agentId,
      recording: true,
    },
    effects: [
      { type: 'bridge', legId },
      { type: 'accept-offer', offerId },
      { type: 'leave-line' },
      { type: 'stop-timer', timer: 'offer' },
      { type: 'stop-timer', timer: 'announce' },
      { type: 'stop-timer', timer: 'max-wait' },
      ...(state.recording ? [] : [{ type: 'start-recording' } as const]),
      { type: 'listen', on: true },
      { type: 'seat', agentId, news: { type: 'talking', callId: facts.callId } },
      emit({ type: 'agent.answered', agentId, offerId, legId }),
      emit({ type: 'queue.left', waitMs, reason: 'answered' }),
      emit({ type: 'call.bridged', agentId, waitMs }),
    ],
  };
}

export function offeredLegEnded(state: CallState, offer: Offer, cause: HangupCause): CallStep {
  return offerOver(state, offer, reasonOf[cause], []);
}

export function offerTimedOut(state: CallState): CallStep {
  const { phase } = state;
  if ((phase.name !== 'waiting' && phase.name !== 'callback-waiting') || phase.offer === null) return stay(state);
  return offerOver(state, phase.offer, 'no-answer', [{ type: 'hangup', legId: phase.offer.legId, cause: 'no-answer' }]);
}

export function declined(state: CallState, input: Extract<CallInput, { type: 'declined' }>): CallStep {
  const { phase } = state;
  const offer = phase.name === 'waiting' || phase.name === 'callback-waiting' ? phase.offer : null;
  if (offer?.agentId !== input.agentId || offer.offerId !== input.offerId) return stay(state);
  return offerOver(state, offer, 'declined', [{ type: 'hangup', legId: offer.legId, cause: 'cancelled' }]);
}

/** The caller keeps the place in the line; the agent is passed over for this call for a while. */
function offerOver(state: CallState, offer: Offer, reason: OfferEndReason, before: readonly CallEffect[]): CallStep {
  const { phase, facts } = state;
  if (phase.name !== 'waiting' && phase.name !== 'callback-waiting') return stay(state);
  const { agentId, offerId } = offer;
  return {
    state: goTo(state, { ...phase, offer: null }),
    effects: [
      ...before,
      { type: 'stop-timer', timer: 'offer' },
      emit({ type: 'offer.ended', agentId, offerId, reason }),
      // The seat changes first, so that releasing cannot offer the same call to the same agent.
      { type: 'seat', agentId, news: { type: 'offer-over', callId: facts.callId, reason } },
      { type: 'release-offer', offerId, excludeMs: rulesNow(state).excludeAfterNoAnswerMs },
    ],
  };
}
