/** Days of the hotline's time zone: all of China keeps UTC+8, without summer time. Pure. */

import type { Day } from '../../asr/transcript/spoken-days.ts';

const UTC_PLUS_8_MS = 8 * 3_600_000;

/** `2026-11-27`, on the hotline's calendar. */
export const dayOf = (atMs: number): string => new Date(atMs + UTC_PLUS_8_MS).toISOString().slice(0, 10);

/** The parts of `2026-11-27`. */
export function dayFrom(day: string | undefined): Day | undefined {
  const [year, month, date] = (day ?? '').split('-').map(Number);
  return year === undefined || month === undefined || date === undefined ? undefined : { year, month, day: date };
}
