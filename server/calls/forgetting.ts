/** When a call that is over leaves the memory. */
import type { SeatState } from './core/seat.ts';
import type { LiveCall } from './live-call.ts';

/** An ended call without an agent is kept this long for late events. */
const FORGET_MS = 60_000;

export interface ForgettingParts {
  readonly seats: { all(): readonly SeatState[] };
  /** Whether somebody else still refers to it. */
  isHeld(callId: string): boolean;
  forget(callId: string): void;
}

/** A call stays while somebody's wrap-up refers to it, or its draft is not in the database yet. */
export function forgetWhenIdle(call: LiveCall, parts: ForgettingParts): void {
  const { callId } = call.runner;
  setTimeout(() => {
    const needed = parts.seats.all().some((s) => s.work.type !== 'none' && s.work.callId === callId);
    if (needed || !call.draft.isSaved || parts.isHeld(callId)) forgetWhenIdle(call, parts);
    else parts.forget(callId);
  }, FORGET_MS).unref();
}
