/** One word for a seat, out of the three records that the server keeps. Pure. */
import type { SeatView } from './types.ts';

/** In the order in which a supervisor looks: those in a call first, those away last. */
export const seatStates = ['talking', 'ringing', 'wrap-up', 'idle', 'paused', 'offline'] as const;
export type SeatState = (typeof seatStates)[number];

export function seatState(seat: Pick<SeatView, 'online' | 'phone' | 'intent'>): SeatState {
  if (seat.phone === 'busy') return 'talking';
  if (seat.phone === 'ringing') return 'ringing';
  if (seat.phone === 'wrap-up') return 'wrap-up';
  if (!seat.online || seat.phone === 'offline' || seat.intent === 'off') return 'offline';
  return seat.intent === 'paused' ? 'paused' : 'idle';
}
