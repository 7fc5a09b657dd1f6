/**
 * INVITE server transaction, RFC 3261 section 17.2.1 with the Accepted state of RFC 6026.
 *
 *   proceeding ──2xx──► accepted ──L──► terminated
 *       │ 300-699
 *       └──► completed ──ACK──► confirmed ──I──► terminated     (G: resend, H: no ACK came)
 */
import { SIXTY_FOUR_T1_MS, T1_MS, T2_MS, T4_MS } from './timers.ts';
import { INFORM_MESSAGE, INFORM_TIMEOUT, INFORM_TRANSPORT, send, startTimer, stopTimers, type Step } from './types.ts';

export type InviteServerState =
  | { readonly name: 'proceeding'; readonly last: Uint8Array | undefined }
  | { readonly name: 'completed'; readonly last: Uint8Array; readonly timerGMs: number }
  | { readonly name: 'confirmed' | 'accepted' | 'terminated' };

export type InviteServerInput =
  | { readonly type: 'request-retransmit' }
  | { readonly type: 'ack' }
  | { readonly type: 'respond'; readonly status: number; readonly bytes: Uint8Array }
  | { readonly type: 'timer-fired'; readonly timer: 'G' | 'H' | 'I' | 'L' }
  | { readonly type: 'transport-failed' };

type Result = Step<InviteServerState>;
const DEAD: InviteServerState = { name: 'terminated' };

/** The INVITE has arrived; the user sends 100 at once. */
export function startInviteServer(): Result {
  return { state: { name: 'proceeding', last: undefined }, effects: [] };
}

/** One input. */
export function stepInviteServer(state: InviteServerState, input: InviteServerInput, reliable: boolean): Result {
  switch (state.name) {
    case 'proceeding':
      return inProceeding(state, input, reliable);
    case 'completed':
      return inCompleted(state, input, reliable);
    case 'accepted':
      return inAccepted(state, input);
    case 'confirmed':
      return { state: input.type === 'timer-fired' && input.timer === 'I' ? DEAD : state, effects: [] };
    case 'terminated':
      return { state, effects: [] };
  }
}

function inProceeding(
  state: Extract<InviteServerState, { name: 'proceeding' }>,
  input: InviteServerInput,
  reliable: boolean,
): Result {
  switch (input.type) {
    case 'request-retransmit':
      return { state, effects: state.last === undefined ? [] : [send(state.last)] };
    case 'respond':
      return respond(input, reliable);
    case 'transport-failed':
      return { state, effects: [INFORM_TRANSPORT] };
    case 'ack':
    case 'timer-fired':
      return { state, effects: [] };
  }
}

function respond({ status, bytes }: Extract<InviteServerInput, { type: 'respond' }>, reliable: boolean): Result {
  if (status < 200) return { state: { name: 'proceeding', last: bytes }, effects: [send(bytes)] };
  if (status < 300) {
    // RFC 6026 section 7.1: absorbs repeated INVITEs while the user repeats the 2xx itself.
    return { state: { name: 'accepted' }, effects: [send(bytes), startTimer('L', SIXTY_FOUR_T1_MS)] };
  }
  const retransmit = reliable ? [] : [startTimer('G', T1_MS)];
  const effects = [send(bytes), ...retransmit, startTimer('H', SIXTY_FOUR_T1_MS)];
  return { state: { name: 'completed', last: bytes, timerGMs: T1_MS }, effects };
}

function inCompleted(
  state: Extract<InviteServerState, { name: 'completed' }>,
  input: InviteServerInput,
  reliable: boolean,
): Result {
  switch (input.type) {
    case 'request-retransmit':
      return { state, effects: [send(state.last)] };
    case 'ack':
      return {
        state: { name: 'confirmed' },
        effects: [...stopTimers('G', 'H'), startTimer('I', reliable ? 0 : T4_MS)],
      };
    case 'timer-fired':
      if (input.timer === 'H') return { state: DEAD, effects: [INFORM_TIMEOUT] };
      if (input.timer !== 'G') return { state, effects: [] };
      return resendFinal(state);
    case 'transport-failed':
      return { state, effects: [INFORM_TRANSPORT] };
    case 'respond':
      return { state, effects: [] };
  }
}

function resendFinal(state: Extract<InviteServerState, { name: 'completed' }>): Result {
  const timerGMs = Math.min(state.timerGMs * 2, T2_MS);
  return { state: { ...state, timerGMs }, effects: [send(state.last), startTimer('G', timerGMs)] };
}

function inAccepted(state: InviteServerState, input: InviteServerInput): Result {
  switch (input.type) {
    case 'respond':
      return { state, effects: input.status >= 200 && input.status < 300 ? [send(input.bytes)] : [] };
    case 'ack':
      return { state, effects: [INFORM_MESSAGE] };
    case 'timer-fired':
      return { state: input.timer === 'L' ? DEAD : state, effects: [] };
    case 'transport-failed':
      return { state, effects: [INFORM_TRANSPORT] };
    case 'request-retransmit':
      return { state, effects: [] };
  }
}
