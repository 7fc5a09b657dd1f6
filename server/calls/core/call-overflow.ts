/** The ways out of the line that are not an agent: full, too long, a digit, another queue, a partner, a call-back. Pure. */
import type { HangupCause } from '../../../telephony/ports/switch.ts';
import type { CallbackReason, CallEndCause, EpochMs, QueueLeftReason } from '../../timeline/events.ts';
import type { CallEffect, CallInput, CallState, CallStep, Phase, Queued } from './call-types.ts';
import { emit, goTo, stay, withPlay } from './call-util.ts';
import { goToNode } from './call-ivr.ts';
import { rulesNow, startWaiting } from './call-wait.ts';
import { rulesOf, voicemailNodeOf, type Overflow } from './wait-rules.ts';

/** A last sentence longer than this is cut off. */
const CLOSING_MS = 15_000;
/** After so many moves a caller is told the truth instead of being sent on. */
const MOST_MOVES = 3;
/** A partner that does not answer in this time gives the caller back. */
const PARTNER_RINGS_MS = 20_000;

type Input<T extends CallInput['type']> = Extract<CallInput, { type: T }>;
type LeaveCause = Extract<CallEndCause, 'line-full' | 'waited-too-long' | 'left-line' | 'deflected'>;

interface Way {
  readonly cause: LeaveCause;
  readonly atMs: EpochMs;
}

function sayAndClose(
  state: CallState,
  cause: CallEndCause,
  prompts: readonly string[],
  before: readonly CallEffect[],
): CallStep {
  return withPlay(goTo(state, { name: 'closing', cause }), prompts, 'once', [
    ...before,
    { type: 'start-timer', timer: 'closing', delayMs: CLOSING_MS },
  ]);
}

function leave(state: CallState, reason: QueueLeftReason, atMs: EpochMs): readonly CallEffect[] {
  const { queued, phase } = state;
  const waitMs = queued === null ? 0 : atMs - queued.joinedAtMs;
  const left = emit({ type: 'queue.left', waitMs, reason });
  if (phase.name === 'joining') return [left];
  return [
    { type: 'leave-line' },
    { type: 'stop-timer', timer: 'announce' },
    { type: 'stop-timer', timer: 'max-wait' },
    left,
  ];
}

export function lineFull(state: CallState, atMs: EpochMs): CallStep {
  const { phase, settings } = state;
  if (phase.name !== 'joining') return stay(state);
  return take(state, rulesOf(settings, phase.queue).onFull, { cause: 'line-full', atMs });
}

export function onMaxWait(state: CallState, atMs: EpochMs): CallStep {
  const { phase, queued } = state;
  if (phase.name !== 'waiting') return stay(state);
  // Someone is being rung: the caller is about to be served.
  if (phase.offer !== null || queued === null)
    return stay(state, [{ type: 'start-timer', timer: 'max-wait', delayMs: rulesNow(state).ringMs }]);
  const { letGo } = phase;
  if (letGo !== undefined) return take(state, { to: 'message', prompts: letGo.prompts }, { cause: 'line-full', atMs });
  return take(state, rulesNow(state).onMaxWait, { cause: 'waited-too-long', atMs });
}

/** The estimated wait is too long: a call-back is offered first thing; any other way is taken at once. */
export function onDeflected(state: CallState, input: Input<'deflected'>): CallStep {
  const { phase, settings } = state;
  if (phase.name !== 'joining') return stay(state);
  const { onDeflect } = rulesOf(settings, phase.queue);
  if (onDeflect.to === 'callback') return waitAnyway(state, input.atMs, 0);
  return take(state, onDeflect, { cause: 'deflected', atMs: input.atMs });
}

/** A surge plan has decided at the door. */
export function onSentOn(state: CallState, { way, cause, atMs, letGo }: Input<'sent-on'>): CallStep {
  if (state.phase.name !== 'joining') return stay(state);
  if (way.to !== 'callback') return take(state, way, { cause, atMs });
  const waits = waitAnyway(state, atMs, 0);
  const { phase } = waits.state;
  if (letGo === undefined || phase.name !== 'waiting') return waits;
  return {
    state: { ...waits.state, phase: { ...phase, letGo } },
    effects: [...waits.effects, { type: 'start-timer', timer: 'max-wait', delayMs: letGo.afterMs }],
  };
}

/** The place is taken after all: the call was not put into the line when it was deflected or found it full. */
function waitAnyway(state: CallState, atMs: EpochMs, firstAnnouncementMs?: number): CallStep {
  if (state.phase.name !== 'joining') return stay(state);
  const { state: next, effects } = startWaiting(state, atMs, firstAnnouncementMs);
  if (next.queued === null) return stay(state);
  return { state: next, effects: [{ type: 'join-again', queued: next.queued }, ...effects] };
}

export function onWaitingDigit(state: CallState, input: Input<'digit'>): CallStep {
  const { phase, facts } = state;
  // Somebody is being rung: the caller is about to be served.
  if (phase.name !== 'waiting' || phase.offer !== null || input.legId !== facts.callerLegId) return stay(state);
  const { callbackDigit, leaveDigit, onLeave } = rulesNow(state);
  if (input.digit === callbackDigit) return wantCallback(state, 'asked');
  if (input.digit === leaveDigit) return take(state, onLeave, { cause: 'left-line', atMs: input.atMs });
  return stay(state);
}

function take(state: CallState, overflow: Overflow, way: Way): CallStep {
  switch (overflow.to) {
    case 'message':
      return sayAndClose(state, way.cause, overflow.prompts, leave(state, leftReason[way.cause], way.atMs));
    case 'queue':
      return move(state, overflow.queue, way);
    case 'partner':
      return toPartner(state, overflow.partner, way);
    case 'voicemail':
      return toVoicemail(state, way);
    case 'callback':
      return state.phase.name === 'joining'
        ? andThen(waitAnyway(state, way.atMs), (s) => wantCallback(s, 'overflow'))
        : wantCallback(state, way.cause === 'left-line' ? 'asked' : 'overflow');
  }
}

const leftReason: Readonly<Record<LeaveCause, QueueLeftReason>> = {
  'line-full': 'line-full',
  'waited-too-long': 'waited-too-long',
  'left-line': 'left-line',
  deflected: 'deflected',
};

function andThen(first: CallStep, second: (state: CallState) => CallStep): CallStep {
  const after = second(first.state);
  return { state: after.state, effects: [...first.effects, ...after.effects] };
}

/** Told what is so, and let go: for a caller who has been sent on often enough, or for whom the way is closed. */
function giveUp(state: CallState, way: Way): CallStep {
  const prompts = way.cause === 'waited-too-long' ? ['waited-too-long'] : ['line-full'];
  return sayAndClose(state, way.cause, prompts, leave(state, leftReason[way.cause], way.atMs));
}

/** Out of the line, to where the flow takes messages; 0 leads to a person from there as from everywhere. */
function toVoicemail(state: CallState, way: Way): CallStep {
  const node = voicemailNodeOf(state.settings.flow);
  if (node === undefined || state.moves >= MOST_MOVES) return giveUp(state, way);
  const { state: next, effects } = goToNode(state, node, leave(state, leftReason[way.cause], way.atMs));
  return { state: { ...next, queued: null, moves: state.moves + 1 }, effects };
}

function move(state: CallState, queue: string, way: Way): CallStep {
  const { phase, queued } = state;
  if (state.moves >= MOST_MOVES) return giveUp(state, way);
  if (phase.name === 'joining') {
    const { name: _name, ...place } = { ...phase, queue };
    return {
      state: { ...goTo(state, { name: 'joining', ...place }), moves: state.moves + 1 },
      effects: [{ type: 'join', ...place }],
    };
  }
  if (phase.name !== 'waiting' || phase.offer !== null || queued === null) return stay(state);
  const moved: Queued = { ...queued, queue };
  const rules = rulesOf(state.settings, queue);
  return {
    state: { ...state, queued: moved, moves: state.moves + 1 },
    effects: [
      { type: 'move-line', queued: moved },
      emit({
        type: 'queue.moved',
        queue,
        priority: moved.priority,
        why: way.cause === 'deflected' ? 'deflected' : 'overflow',
      }),
      { type: 'start-timer', timer: 'max-wait', delayMs: rules.maxWaitMs },
    ],
  };
}

// --- call-back instead of waiting -------------------------------------------------------------------------------------

function wantCallback(state: CallState, reason: CallbackReason): CallStep {
  const { phase, queued } = state;
  if (phase.name !== 'waiting' || phase.offer !== null || queued === null) return stay(state);
  return stay(state, [{ type: 'book-callback', reason, queued }]);
}

/** Nothing is promised before it is in the database. */
export function onCallbackKept(state: CallState, input: Input<'callback-kept'>): CallStep {
  const { phase } = state;
  const { callbackId, reason, atMs } = input;
  if (phase.name !== 'waiting' || phase.offer !== null) {
    // An agent was quicker, or the caller has gone: then a missed call is what it is.
    return stay(state, callbackId === null ? [] : [{ type: 'cancel-callback', callbackId }]);
  }
  if (callbackId === null) {
    const delayMs = phase.letGo?.afterMs ?? rulesNow(state).maxWaitMs;
    const again: CallEffect = { type: 'start-timer', timer: 'max-wait', delayMs };
    return withPlay(goTo(state, { ...phase, announcing: true }), ['callback-refused'], 'once', [again]);
  }
  return sayAndClose(
    state,
    'callback-booked',
    ['callback-booked'],
    [emit({ type: 'callback.booked', callbackId, reason }), ...leave(state, 'callback', atMs)],
  );
}

// --- partner hotlines -------------------------------------------------------------------------------------------------

function toPartner(state: CallState, partner: string, way: Way): CallStep {
  if (state.moves >= MOST_MOVES) return giveUp(state, way);
  if (state.phase.name === 'joining') return andThen(waitAnyway(state, way.atMs), (s) => toPartner(s, partner, way));
  const wanted = { ...state, moves: state.moves + 1 };
  // Should the way be closed, the rule applies again after the shortest time.
  return stay(wanted, [
    { type: 'want-divert', partner },
    { type: 'start-timer', timer: 'max-wait', delayMs: PARTNER_RINGS_MS + 10_000 },
  ]);
}

export function onDivert(state: CallState, input: Input<'divert'>): CallStep {
  const { phase, queued } = state;
  if (phase.name !== 'waiting' || phase.offer !== null || queued === null) return stay(state);
  const { partner, legId } = input;
  return {
    state: goTo(state, { name: 'diverting', partner, legId }),
    effects: [
      // Out of the line while the partner rings: nobody here may be offered a call that is about to be taken.
      { type: 'leave-line' },
      { type: 'stop-timer', timer: 'announce' },
      { type: 'stop-timer', timer: 'max-wait' },
      emit({ type: 'divert.started', partner, legId }),
      { type: 'ring-partner', partner, legId, queued },
      { type: 'start-timer', timer: 'divert', delayMs: PARTNER_RINGS_MS },
    ],
  };
}

type Diverting = Extract<Phase, { name: 'diverting' }>;

export function partnerAnswered(state: CallState, phase: Diverting, atMs: EpochMs): CallStep {
  const { partner, legId } = phase;
  const agentId = `partner:${partner}`;
  const waitMs = state.queued === null ? 0 : atMs - state.queued.joinedAtMs;
  return {
    state: {
      ...goTo(state, { name: 'diverted', partner, legId }),
      bridgedAtMs: state.bridgedAtMs ?? atMs,
      agentId,
    },
    effects: [
      { type: 'stop-timer', timer: 'divert' },
      { type: 'bridge', legId },
      emit({ type: 'queue.left', waitMs, reason: 'diverted' }),
      emit({ type: 'call.bridged', agentId, waitMs }),
    ],
  };
}

export function divertTimedOut(state: CallState): CallStep {
  const { phase } = state;
  if (phase.name !== 'diverting') return stay(state);
  return partnerFailed(state, phase, 'no-answer', [{ type: 'hangup', legId: phase.legId, cause: 'no-answer' }]);
}

/** Back to the line, at the place the caller had. */
export function partnerFailed(
  state: CallState,
  phase: Diverting,
  cause: HangupCause,
  before: readonly CallEffect[] = [],
): CallStep {
  const { queued } = state;
  if (queued === null) return stay(state, before);
  const rules = rulesNow(state);
  return {
    state: goTo(state, { name: 'waiting', offer: null, announcing: false }),
    effects: [
      ...before,
      { type: 'stop-timer', timer: 'divert' },
      emit({ type: 'divert.failed', partner: phase.partner, cause }),
      { type: 'join-again', queued },
      { type: 'start-timer', timer: 'announce', delayMs: rules.announceEveryMs },
      { type: 'start-timer', timer: 'max-wait', delayMs: rules.maxWaitMs },
    ],
  };
}
