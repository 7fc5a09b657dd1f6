/**
 * One call from INVITE to hang-up: `step(state, input) → { state, effects }`. Pure: no clock, no I/O, no randomness.
 *
 * ```
 * arriving → flow → joining → waiting ⇄ (offer) → talking ⇄ held
 *                       ↘ closing           ↘ agent-lost → talking | waiting (front)
 * ```
 * The caller's hang-up ends the call from every phase; `ended` answers nothing.
 */
import { initialFlowState, stepFlow, type FlowEffect, type FlowInput } from '../../../ivr/core/interpreter.ts';
import {
  agentLegEnded,
  onHangUp,
  onHold,
  onResume,
  onReturn,
  returnTimedOut,
  returnedLegAnswered,
} from './call-talk.ts';
import type { CallEffect, CallFacts, CallInput, CallSettings, CallState, CallStep } from './call-types.ts';
import {
  declined,
  lineFull,
  offered,
  offerTimedOut,
  offeredLegAnswered,
  onAnnounce,
  onMaxWait,
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
    plays: 0,
  };
}

export function step(state: CallState, input: CallInput): CallStep {
  if (state.phase.name === 'ended') return lateInput(state, input);
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
    case 'joined':
      return startWaiting(state, input.atMs);
    case 'line-full':
      return lineFull(state);
    case 'offered':
      return offered(state, input.offer);
    case 'declined':
      return declined(state, input);
    case 'hold':
      return onHold(state, input);
    case 'resume':
      return onResume(state, input);
    case 'hang-up':
      return onHangUp(state, input);
    case 'return':
      return onReturn(state, input);
    case 'timer':
      return onTimer(state, input);
    case 'recording-finished':
      return recordingFinished(state, input);
    case 'recording-failed':
      return stay({ ...state, recording: false }, [emit({ type: 'recording.failed' })]);
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
  const { from, to, trunk, callerLegId } = state.facts;
  return stay(state, [emit({ type: 'call.arrived', from, to, trunk, legId: callerLegId }), { type: 'answer' }]);
}

type Input<T extends CallInput['type']> = Extract<CallInput, { type: T }>;

function onLegAnswered(state: CallState, input: Input<'leg-answered'>): CallStep {
  if (input.legId === state.facts.callerLegId) {
    if (state.phase.name !== 'arriving') return stay(state);
    return runFlow({ ...state, phase: { name: 'flow', flow: initialFlowState } }, { type: 'start' }, [
      emit({ type: 'call.answered' }),
    ]);
  }
  const { phase } = state;
  if (phase.name === 'waiting' && phase.offer?.legId === input.legId)
    return offeredLegAnswered(state, phase.offer, input.atMs);
  if ('returning' in phase && phase.returning === input.legId)
    return returnedLegAnswered(state, input.legId, input.atMs);
  // A leg nobody waits for any more must not stay up.
  return stay(state, [{ type: 'hangup', legId: input.legId, cause: 'normal' }]);
}

function onLegEnded(state: CallState, input: Input<'leg-ended'>): CallStep {
  if (input.legId === state.facts.callerLegId) {
    return endCall(
      state,
      input.cause === 'media-lost' ? 'media-lost' : input.cause === 'shutdown' ? 'shutdown' : 'caller-hung-up',
      input.atMs,
    );
  }
  const { phase } = state;
  if (phase.name === 'waiting' && phase.offer?.legId === input.legId)
    return offeredLegEnded(state, phase.offer, input.cause);
  return agentLegEnded(state, input);
}

/** Runs the flow one step and carries out what it asks for. */
function runFlow(state: CallState, input: FlowInput, before: readonly CallEffect[]): CallStep {
  if (state.phase.name !== 'flow') return stay(state, before);
  const { state: flow, effects } = stepFlow(state.settings.flow, state.phase.flow, input);
  let next: CallState = { ...state, phase: { name: 'flow', flow } };
  const out: CallEffect[] = [...before];
  for (const effect of effects) {
    const done = flowEffect(next, effect);
    next = done.state;
    out.push(...done.effects);
  }
  return { state: next, effects: out };
}

function flowEffect(state: CallState, effect: FlowEffect): CallStep {
  switch (effect.type) {
    case 'play':
      return withPlay(state, effect.prompts, 'once', [
        { type: 'stop-timer', timer: 'flow' },
        emit({ type: 'prompt.started', prompt: effect.prompts.join('+') }),
      ]);
    case 'start-timer':
      return stay(state, [{ type: 'start-timer', timer: 'flow', delayMs: effect.delayMs }]);
    case 'enter-queue':
      return {
        state: { ...state, phase: { name: 'joining', queue: effect.queue, priority: effect.priority } },
        effects: [
          { type: 'stop-timer', timer: 'flow' },
          { type: 'join', queue: effect.queue, priority: effect.priority },
        ],
      };
    case 'hang-up':
      return {
        state: { ...state, phase: { name: 'closing', cause: 'flow-ended' } },
        effects: [{ type: 'start-timer', timer: 'closing', delayMs: 0 }],
      };
  }
}

function onPlayFinished(state: CallState, input: Input<'play-finished'>): CallStep {
  // A prompt that was replaced or cut off by the next thing says nothing new.
  if (input.playId !== playId(state) || input.reason === 'stopped') return stay(state);
  const { phase } = state;
  if (phase.name === 'flow') {
    return runFlow(state, { type: 'prompt-finished' }, [
      emit({ type: 'prompt.finished', prompt: phase.flow.node, reason: input.reason }),
    ]);
  }
  if (phase.name === 'closing') return endCall(state, phase.cause, input.atMs);
  // Announcements and notices end in music. Music itself ends only by a fault: it is not started again in a loop.
  if (phase.name === 'waiting' && phase.announcing) {
    return withPlay({ ...state, phase: { ...phase, announcing: false } }, ['music'], 'forever');
  }
  if (phase.name === 'agent-lost' && !phase.music) {
    return withPlay({ ...state, phase: { ...phase, music: true } }, ['music'], 'forever');
  }
  return stay(state);
}

function onDigit(state: CallState, input: Input<'digit'>): CallStep {
  if (input.legId !== state.facts.callerLegId) return stay(state);
  const event = emit({ type: 'call.digit', digit: input.digit, durationMs: input.durationMs });
  return runFlow(state, { type: 'digit', digit: input.digit }, [event]);
}

function onTimer(state: CallState, input: Input<'timer'>): CallStep {
  switch (input.timer) {
    case 'flow':
      return runFlow(state, { type: 'timer-fired' }, []);
    case 'announce':
      return onAnnounce(state, input.announcement);
    case 'max-wait':
      return onMaxWait(state, input.atMs);
    case 'offer':
      return offerTimedOut(state);
    case 'agent-return':
      return returnTimedOut(state, input.atMs);
    case 'closing':
      return state.phase.name === 'closing' ? endCall(state, state.phase.cause, input.atMs) : stay(state);
  }
}

function recordingFinished(state: CallState, input: Input<'recording-finished'>): CallStep {
  const { path, lengthMs, sizeBytes } = input;
  return stay({ ...state, recording: false }, [emit({ type: 'recording.finished', path, lengthMs, sizeBytes })]);
}
