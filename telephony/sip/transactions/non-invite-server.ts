/**
 * Non-INVITE server transaction, RFC 3261 section 17.2.2.
 *
 *   trying ──1xx──► proceeding ──200-699──► completed ──J──► terminated
 */
import { SIXTY_FOUR_T1_MS } from './timers.ts';
import { INFORM_TRANSPORT, send, startTimer, type Step } from './types.ts';

export type NonInviteServerState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding' | 'completed'; readonly last: Uint8Array }
  | { readonly name: 'terminated' };

export type NonInviteServerInput =
  | { readonly type: 'request-retransmit' }
  | { readonly type: 'respond'; readonly status: number; readonly bytes: Uint8Array }
  | { readonly type: 'timer-fired'; readonly timer: 'J' }
  | { readonly type: 'transport-failed' };

type Result = Step<NonInviteServerState>;
const DEAD: NonInviteServerState = { name: 'terminated' };

/** The request has arrived. */
export function startNonInviteServer(): Result {
  return { state: { name: 'trying' }, effects: [] };
}

/** One input. */
export function stepNonInviteServer(
  state: NonInviteServerState,
  input: NonInviteServerInput,
  reliable: boolean,
): Result {
  if (state.name === 'terminated') return { state, effects: [] };
  switch (input.type) {
    case 'request-retransmit':
      return { state, effects: state.name === 'trying' ? [] : [send(state.last)] };
    case 'respond':
      return respond(state, input, reliable);
    case 'timer-fired':
      return { state: state.name === 'completed' ? DEAD : state, effects: [] };
    case 'transport-failed':
      return { state: DEAD, effects: [INFORM_TRANSPORT] };
  }
}

function respond(
  state: NonInviteServerState,
  { status, bytes }: Extract<NonInviteServerInput, { type: 'respond' }>,
  reliable: boolean,
): Result {
  if (state.name === 'completed') return { state, effects: [] }; // Further final responses are discarded.
  if (status < 200) return { state: { name: 'proceeding', last: bytes }, effects: [send(bytes)] };
  const timerJ = startTimer('J', reliable ? 0 : SIXTY_FOUR_T1_MS);
  return { state: { name: 'completed', last: bytes }, effects: [send(bytes), timerJ] };
}
