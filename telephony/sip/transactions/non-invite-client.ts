/**
 * Non-INVITE client transaction, RFC 3261 section 17.1.2.
 *
 *   trying ──1xx──► proceeding ──200-699──► completed ──K──► terminated     (E: resend, F: timeout)
 */
import { SIXTY_FOUR_T1_MS, T1_MS, T2_MS, T4_MS } from './timers.ts';
import { INFORM_MESSAGE, INFORM_TIMEOUT, INFORM_TRANSPORT, send, startTimer, stopTimers, type Step } from './types.ts';

export type NonInviteClientState =
  | { readonly name: 'trying' | 'proceeding'; readonly request: Uint8Array; readonly timerEMs: number }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

export type NonInviteClientInput =
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'timer-fired'; readonly timer: 'E' | 'F' | 'K' }
  | { readonly type: 'transport-failed' };

type Result = Step<NonInviteClientState>;
const DEAD: NonInviteClientState = { name: 'terminated' };

/** Sends the request. */
export function startNonInviteClient(request: Uint8Array, reliable: boolean): Result {
  const state: NonInviteClientState = { name: 'trying', request, timerEMs: T1_MS };
  const retransmit = reliable ? [] : [startTimer('E', T1_MS)];
  return { state, effects: [send(request), ...retransmit, startTimer('F', SIXTY_FOUR_T1_MS)] };
}

/** One input. */
export function stepNonInviteClient(
  state: NonInviteClientState,
  input: NonInviteClientInput,
  reliable: boolean,
): Result {
  switch (state.name) {
    case 'trying':
    case 'proceeding':
      return whileOpen(state, input, reliable);
    case 'completed':
      return { state: input.type === 'timer-fired' && input.timer === 'K' ? DEAD : state, effects: [] };
    case 'terminated':
      return { state, effects: [] };
  }
}

function whileOpen(
  state: Extract<NonInviteClientState, { name: 'trying' | 'proceeding' }>,
  input: NonInviteClientInput,
  reliable: boolean,
): Result {
  if (input.type === 'transport-failed') return { state: DEAD, effects: [INFORM_TRANSPORT] };
  if (input.type === 'response') {
    if (input.status < 200) return { state: { ...state, name: 'proceeding' }, effects: [INFORM_MESSAGE] };
    const timerK = startTimer('K', reliable ? 0 : T4_MS);
    return { state: { name: 'completed' }, effects: [...stopTimers('E', 'F'), timerK, INFORM_MESSAGE] };
  }
  if (input.timer === 'F') return { state: DEAD, effects: [INFORM_TIMEOUT] };
  if (input.timer !== 'E') return { state, effects: [] };
  // Doubles up to T2; once provisional, always T2 (section 17.1.2.2).
  const timerEMs = state.name === 'proceeding' ? T2_MS : Math.min(state.timerEMs * 2, T2_MS);
  return { state: { ...state, timerEMs }, effects: [send(state.request), startTimer('E', timerEMs)] };
}
