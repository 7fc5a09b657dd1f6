/**
 * INVITE client transaction, RFC 3261 section 17.1.1 with the Accepted state of RFC 6026.
 *
 *   calling ──1xx──► proceeding ──2xx──► accepted ──M──► terminated
 *      │ A: resend       │ C: inform        │ 2xx: inform
 *      │ B: timeout      └─300-699─► completed ──D──► terminated
 *      └──────────── (2xx and 300-699 also from calling)
 */
import { SIXTY_FOUR_T1_MS, T1_MS, TIMER_C_MS, TIMER_D_MS } from './timers.ts';
import { INFORM_MESSAGE, INFORM_TIMEOUT, INFORM_TRANSPORT, send, startTimer, stopTimers, type Step } from './types.ts';

export type InviteClientState =
  | { readonly name: 'calling'; readonly request: Uint8Array; readonly timerAMs: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed'; readonly ack: Uint8Array }
  | { readonly name: 'accepted' }
  | { readonly name: 'terminated' };

export type InviteClientInput =
  /** `ack` is the ACK that fits the response; sent for 300-699 only (section 17.1.1.3). */
  | { readonly type: 'response'; readonly status: number; readonly ack: Uint8Array }
  | { readonly type: 'timer-fired'; readonly timer: 'A' | 'B' | 'C' | 'D' | 'M' }
  | { readonly type: 'transport-failed' };

type Result = Step<InviteClientState>;
const DEAD: InviteClientState = { name: 'terminated' };

/** Sends the INVITE. */
export function startInviteClient(request: Uint8Array, reliable: boolean): Result {
  const state: InviteClientState = { name: 'calling', request, timerAMs: T1_MS };
  const retransmit = reliable ? [] : [startTimer('A', T1_MS)];
  return { state, effects: [send(request), ...retransmit, startTimer('B', SIXTY_FOUR_T1_MS)] };
}

/** One input. */
export function stepInviteClient(state: InviteClientState, input: InviteClientInput, reliable: boolean): Result {
  switch (state.name) {
    case 'calling':
      return inCalling(state, input, reliable);
    case 'proceeding':
      return inProceeding(state, input, reliable);
    case 'completed':
      return inCompleted(state, input);
    case 'accepted':
      return inAccepted(state, input);
    case 'terminated':
      return { state, effects: [] };
  }
}

function inCalling(
  state: Extract<InviteClientState, { name: 'calling' }>,
  input: InviteClientInput,
  reliable: boolean,
): Result {
  if (input.type === 'response') return onResponse(input, reliable);
  if (input.type === 'transport-failed') return { state: DEAD, effects: [INFORM_TRANSPORT] };
  if (input.timer === 'B') return { state: DEAD, effects: [INFORM_TIMEOUT] };
  if (input.timer !== 'A') return { state, effects: [] };
  // Doubles without an upper bound (section 17.1.1.2); timer B ends it.
  const timerAMs = state.timerAMs * 2;
  return { state: { ...state, timerAMs }, effects: [send(state.request), startTimer('A', timerAMs)] };
}

function inProceeding(state: InviteClientState, input: InviteClientInput, reliable: boolean): Result {
  if (input.type === 'response') return onResponse(input, reliable);
  if (input.type === 'transport-failed') return { state: DEAD, effects: [INFORM_TRANSPORT] };
  if (input.timer === 'C') return { state, effects: [{ type: 'inform', what: 'ringing-too-long' }] };
  return { state, effects: [] };
}

function onResponse(input: Extract<InviteClientInput, { type: 'response' }>, reliable: boolean): Result {
  if (input.status < 200) {
    return {
      state: { name: 'proceeding' },
      effects: [...stopTimers('A', 'B'), startTimer('C', TIMER_C_MS), INFORM_MESSAGE],
    };
  }
  const stopped = stopTimers('A', 'B', 'C');
  if (input.status < 300) {
    // RFC 6026 section 7.2: stays to pass on repeated and forked 2xx.
    return { state: { name: 'accepted' }, effects: [...stopped, startTimer('M', SIXTY_FOUR_T1_MS), INFORM_MESSAGE] };
  }
  const timerD = startTimer('D', reliable ? 0 : TIMER_D_MS);
  return {
    state: { name: 'completed', ack: input.ack },
    effects: [...stopped, send(input.ack), timerD, INFORM_MESSAGE],
  };
}

function inCompleted(state: Extract<InviteClientState, { name: 'completed' }>, input: InviteClientInput): Result {
  if (input.type === 'transport-failed') return { state: DEAD, effects: [INFORM_TRANSPORT] };
  if (input.type === 'timer-fired') return { state: input.timer === 'D' ? DEAD : state, effects: [] };
  return { state, effects: input.status >= 300 ? [send(state.ack)] : [] };
}

function inAccepted(state: InviteClientState, input: InviteClientInput): Result {
  if (input.type === 'transport-failed') return { state, effects: [] };
  if (input.type === 'timer-fired') return { state: input.timer === 'M' ? DEAD : state, effects: [] };
  return { state, effects: input.status >= 200 && input.status < 300 ? [INFORM_MESSAGE] : [] };
}
