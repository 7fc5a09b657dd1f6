/** How digits, times of day and dates are read in Chinese, as names of prompts. Pure. */
import { numberPieces } from './number-pieces.ts';

/** Recordings that numbers, digits, times and dates are made of; they must be there whatever a flow says. */
export const pieceNames: readonly string[] = [
  ...['0', '1', '2', '2-of', '3', '4', '5', '6', '7', '8', '9', '10', '100', '1000'].map((n) => `number-${n}`),
  ...['digit-1', 'time-night', 'time-morning', 'time-noon', 'time-afternoon', 'time-evening', 'time-hour'],
  ...['time-half', 'time-minute', 'date-month', 'date-day'],
];

/** One by one; 1 is read 幺, as in every number told on the telephone. Other characters are left out. */
export function digitPieces(text: string): string[] {
  return Array.from(text).flatMap((c) => (c === '1' ? ['digit-1'] : /\d/.test(c) ? [`number-${c}`] : []));
}

function partOfDay(hour: number): string {
  if (hour < 6) return 'time-night';
  if (hour < 12) return 'time-morning';
  if (hour === 12) return 'time-noon';
  return hour < 18 ? 'time-afternoon' : 'time-evening';
}

/** `15:05` → 下午三点零五分; nothing for what is no time of day. */
export function timePieces(text: string): string[] {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || hour > 24 || minute > 59) return [];
  const onClock = hour % 12 === 0 ? (hour === 12 ? 12 : 0) : hour % 12;
  // 两点, but 十二点 and 零点.
  const pieces = [partOfDay(hour % 24), ...numberPieces(onClock), 'time-hour'];
  if (minute === 30) return [...pieces, 'time-half'];
  if (minute === 0) return pieces;
  return [...pieces, ...(minute < 10 ? ['number-0'] : []), ...ordinal(minute), 'time-minute'];
}

/** `2026-11-02` → 十一月二日; the year goes without saying. */
export function datePieces(text: string): string[] {
  const match = /^\d{4}-(\d{2})-(\d{2})$/.exec(text);
  const [month, day] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || month < 1 || month > 12 || day < 1 || day > 31) return [];
  return [...ordinal(month), 'date-month', ...ordinal(day), 'date-day'];
}

/** Minutes, months and days are numbers, not counts: 二, never 两. */
function ordinal(n: number): string[] {
  return numberPieces(n).map((name) => (name === 'number-2-of' ? 'number-2' : name));
}
