/**
 * The four transaction machines share their effects. A machine is a pure function of its state; its runner performs
 * the effects in order and feeds expired timers back.
 */
import type { TimerName } from './timers.ts';

export type TransactionEffect =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly delayMs: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerName }
  /**
   * Tells the user: `message`: the message just received is for you; `timeout`: no answer (client) or no ACK (server);
   * `ringing-too-long`: timer C of an INVITE, send CANCEL; `transport-failed`: could not be sent.
   */
  | { readonly type: 'inform'; readonly what: 'message' | 'timeout' | 'ringing-too-long' | 'transport-failed' };

export interface Step<S> {
  readonly state: S;
  readonly effects: readonly TransactionEffect[];
}

export const INFORM_MESSAGE: TransactionEffect = { type: 'inform', what: 'message' };
export const INFORM_TIMEOUT: TransactionEffect = { type: 'inform', what: 'timeout' };
export const INFORM_TRANSPORT: TransactionEffect = { type: 'inform', what: 'transport-failed' };

/** Effect that starts a timer; over a reliable transport the waiting timers are zero. */
export function startTimer(timer: TimerName, delayMs: number): TransactionEffect {
  return { type: 'start-timer', timer, delayMs };
}

/** Effects that stop timers. */
export function stopTimers(...timers: TimerName[]): TransactionEffect[] {
  return timers.map((timer) => ({ type: 'stop-timer', timer }));
}

/** Effect that sends. */
export function send(bytes: Uint8Array): TransactionEffect {
  return { type: 'send', bytes };
}
