/**
 * One call from INVITE to hang-up: `step(state, input) → { state, effects }`. Pure: no clock, no I/O, no randomness.
 *
 * ```
 * arriving → flow → joining → waiting ⇄ (offer) → talking ⇄ held
 *                       ↘ closing           ↘ agent-lost → talking | waiting (front)
 * talking | held → consulting → talking | conference | transferring | (the other's) talking | forwarded
 * ```
 * A call-back begins in the line: `callback-waiting → dialling → talking`. From `waiting` a partner hotline may take the
 * call (`diverting → diverted`). The caller's hang-up ends the call from every phase; `ended` answers nothing.
 */
import type { EpochMs } from '../../timeline/events.ts';
import {
  agentLegEnded,
  onHangUp,
  onHold,
  onResume,
  onReturn,
  returnTimedOut,
  returnedLegAnswered,
} from './call-talk.ts';
import { dialledOn, ownLegAnswered } from './call-own-leg.ts';
import { partyDeclined, partyLegAnswered, partyLegEnded, partyTimedOut } from './call-party.ts';
import { isPeopleInput, stepPeople } from './call-people.ts';
import { withPhones } from './call-phone.ts';
import { supervisorGone, supervisorLegAnswered } from './call-supervise.ts';
import type { CallEffect, CallFacts, CallInput, CallSettings, CallState, CallStep } from './call-types.ts';
import {
  enterFlow,
  flowDialAnswered,
  flowDialFailed,
  flowDialTimedOut,
  onFlowDigit,
  onFlowLeft,
  onFlowPlayFinished,
  onVoicemail,
} from './call-ivr.ts';
import {
  agentReadyToCall,
  citizenAnswered,
  citizenNotReached,
  dialledLegEnded,
  startCallback,
  withdrawn,
} from './call-back.ts';
import {
  divertTimedOut,
  lineFull,
  onCallbackKept,
  onDeflected,
  onDivert,
  onMaxWait,
  onSentOn,
  onWaitingDigit,
  partnerAnswered,
  partnerFailed,
} from './call-overflow.ts';
import {
  declined,
  offered,
  offerTimedOut,
  offeredLegAnswered,
  onAnnounce,
  rulesNow,
  startWaiting,
  offeredLegEnded,
} from './call-wait.ts';
import { emit, endCall, playId, stay, withPlay } from './call-util.ts';

export function newCall(facts: CallFacts, settings: CallSettings): CallState {
  return {
    facts,
    settings,
    phase: { name: 'arriving' },
    queued: null,
    bridgedAtMs: null,
    agentId: null,
    recording: false,
    supervisors: [],
    phones: {},
    plays: 0,
    moves: 0,
  };
}

export function step(state: CallState, input: CallInput): CallStep {
  return withPhones(state, input, stepCall);
}

function stepCall(state: CallState, input: CallInput): CallStep {
  if (state.phase.name === 'ended') return lateInput(state, input);
  if (isPeopleInput(input)) return stepPeople(state, input);
  switch (input.type) {
    case 'arrived':
      return onArrived(state);
    case 'leg-answered':
      return onLegAnswered(state, input);
    case 'leg-ended':
      return onLegEnded(state, input);
    case 'play-finished':
      return onPlayFinished(state, input);
    case 'digit':
      return onDigit(state, input);
    case 'flow-left':
      return onFlowLeft(state, input);
    case 'voicemail':
      return onVoicemail(state, input);
    case 'joined':
      return startWaiting(state, input.atMs);
    case 'line-full':
      return lineFull(state, input.atMs);
    case 'deflected':
      return onDeflected(state, input);
    case 'sent-on':
      return onSentOn(state, input);
    case 'callback-kept':
      return onCallbackKept(state, input);
    case 'callback-withdrawn':
      return withdrawn(state, input.atMs);
    case 'call-back':
      return startCallback(state);
    case 'divert':
      return onDivert(state, input);
    case 'offered':
      return offered(state, input.offer);
    case 'declined':
      return 'party' in state.phase ? partyDeclined(state, input) : declined(state, input);
    case 'hold':
      return onHold(state, input);
    case 'resume':
      return onResume(state, input);
    case 'hang-up':
      return onHangUp(state, input);
    case 'return':
      return onReturn(state, input);
    case 'accept-by-phone':
      return stay(state);
    case 'timer':
      return onTimer(state, input);
    case 'recording-finished':
      return recordingFinished(state, input);
    case 'recording-failed':
      return recordingFailed(state);
    case 'shutdown':
      return endCall(state, 'shutdown', input.atMs);
  }
}

/** After the end only two things matter: the recording's last word, and legs and offers that came too late. */
function lateInput(state: CallState, input: CallInput): CallStep {
  if (input.type === 'recording-finished') return recordingFinished(state, input);
  if (input.type === 'offered') {
    return stay(state, [{ type: 'release-offer', offerId: input.offer.offerId, excludeMs: 0 }]);
  }
  if (input.type === 'leg-answered') return stay(state, [{ type: 'hangup', legId: input.legId, cause: 'normal' }]);
  return stay(state);
}

function onArrived(state: CallState): CallStep {
  const { from, to, trunk, callerLegId, sentBy } = state.facts;
  const sent = sentBy === undefined ? {} : { sentBy };
  return stay(state, [
    emit({ type: 'call.arrived', from, to, trunk, legId: callerLegId, ...sent }),
    { type: 'answer' },
  ]);
}

type Input<T extends CallInput['type']> = Extract<CallInput, { type: T }>;

function onLegAnswered(state: CallState, input: Input<'leg-answered'>): CallStep {
  if (input.legId === state.facts.callerLegId) {
    if (state.phase.name === 'dialling') return citizenAnswered(state, state.phase, input.atMs);
    if (state.phase.name !== 'arriving') return stay(state);
    return enterFlow(state, [emit({ type: 'call.answered' })]);
  }
  const { phase } = state;
  if (phase.name === 'waiting' && phase.offer?.legId === input.legId)
    return offeredLegAnswered(state, phase.offer, input.atMs);
  if (phase.name === 'callback-waiting' && phase.offer?.legId === input.legId)
    return agentReadyToCall(state, phase.offer);
  if (phase.name === 'diverting' && phase.legId === input.legId) return partnerAnswered(state, phase, input.atMs);
  if ('returning' in phase && phase.returning === input.legId)
    return returnedLegAnswered(state, input.legId, input.atMs);
  if (phase.name === 'flow-dialling' && phase.party.legId === input.legId)
    return flowDialAnswered(state, phase, input.atMs);
  const dialled = dialledOn(phase, input.legId);
  if (dialled !== undefined) return ownLegAnswered(state, dialled);
  if ('party' in phase && phase.party.legId === input.legId) return partyLegAnswered(state, input.atMs);
  const supervision = state.supervisors.find((s) => s.legId === input.legId);
  if (supervision !== undefined) return supervisorLegAnswered(state, supervision, input.atMs);
  // A leg nobody waits for any more must not stay up.
  return stay(state, [{ type: 'hangup', legId: input.legId, cause: 'normal' }]);
}

function onLegEnded(state: CallState, input: Input<'leg-ended'>): CallStep {
  if (state.phase.name === 'dialling') return dialledLegEnded(state, state.phase, input);
  if (input.legId === state.facts.callerLegId) {
    return endCall(
      state,
      input.cause === 'media-lost' ? 'media-lost' : input.cause === 'shutdown' ? 'shutdown' : 'caller-hung-up',
      input.atMs,
    );
  }
  const { phase } = state;
  if ((phase.name === 'waiting' || phase.name === 'callback-waiting') && phase.offer?.legId === input.legId)
    return offeredLegEnded(state, phase.offer, input.cause);
  if (phase.name === 'diverting' && phase.legId === input.legId) return partnerFailed(state, phase, input.cause);
  if (phase.name === 'diverted' && phase.legId === input.legId) return endCall(state, 'diverted', input.atMs);
  if (phase.name === 'flow-dialling' && phase.party.legId === input.legId)
    return flowDialFailed(state, phase, input.cause);
  if ('party' in phase && phase.party.legId === input.legId) return partyLegEnded(state, input);
  const supervision = state.supervisors.find((s) => s.legId === input.legId);
  if (supervision !== undefined) return supervisorGone(state, supervision, input.atMs, false);
  return agentLegEnded(state, input);
}

function onPlayFinished(state: CallState, input: Input<'play-finished'>): CallStep {
  if (state.phase.name === 'flow') return onFlowPlayFinished(state, input);
  // A prompt that was replaced or cut off by the next thing says nothing new.
  if (input.playId !== playId(state) || input.reason === 'stopped') return stay(state);
  const { phase } = state;
  if (phase.name === 'closing') return endCall(state, phase.cause, input.atMs);
  // Announcements and notices end in music. Music itself ends only by a fault: it is not started again in a loop.
  if (phase.name === 'waiting' && phase.announcing) {
    return withPlay({ ...state, phase: { ...phase, announcing: false } }, [rulesNow(state).music], 'forever');
  }
  if (phase.name === 'agent-lost' && !phase.music) {
    return withPlay({ ...state, phase: { ...phase, music: true } }, ['music'], 'forever');
  }
  return stay(state);
}

function onDigit(state: CallState, input: Input<'digit'>): CallStep {
  if (input.legId !== state.facts.callerLegId) return stay(state);
  const event = emit({ type: 'call.digit', digit: input.digit, durationMs: input.durationMs });
  if (state.phase.name === 'waiting') {
    const { state: next, effects } = onWaitingDigit(state, input);
    return { state: next, effects: [event, ...effects] };
  }
  return onFlowDigit(state, input, [event]);
}

function onTimer(state: CallState, input: Input<'timer'>): CallStep {
  switch (input.timer) {
    case 'announce':
      return onAnnounce(state, input.announcement);
    case 'max-wait':
      return onMaxWait(state, input.atMs);
    case 'offer':
      return offerTimedOut(state);
    case 'agent-return':
      return returnTimedOut(state, input.atMs);
    case 'citizen':
      return state.phase.name === 'dialling' ? citizenNotReached(state, 'no-answer', input.atMs) : stay(state);
    case 'divert':
      return divertTimedOut(state);
    case 'party':
      return state.phase.name === 'flow-dialling'
        ? flowDialTimedOut(state, state.phase)
        : partyTimedOut(state, input.atMs);
    case 'closing':
      return closingTime(state, input.atMs);
  }
}

/** A last sentence, or a rating after the talk, takes too long. */
function closingTime(state: CallState, atMs: EpochMs): CallStep {
  const { phase } = state;
  if (phase.name === 'closing') return endCall(state, phase.cause, atMs);
  return phase.name === 'flow' && phase.talkMs !== null ? endCall(state, 'agent-hung-up', atMs) : stay(state);
}

function recordingFailed(state: CallState): CallStep {
  const told: CallEffect = emit({ type: 'recording.failed' });
  const inFlow: CallEffect[] =
    state.phase.name === 'flow' ? [{ type: 'flow', command: { type: 'record-failed' } }] : [];
  return stay({ ...state, recording: false }, [told, ...inFlow]);
}

function recordingFinished(state: CallState, input: Input<'recording-finished'>): CallStep {
  const { path, lengthMs, sizeBytes } = input;
  return stay({ ...state, recording: false }, [emit({ type: 'recording.finished', path, lengthMs, sizeBytes })]);
}
