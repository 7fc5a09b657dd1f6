/** Times and shares as people read them. Pure. */

const two = (n: number): string => String(n).padStart(2, '0');

/** `03:27`, `1:02:03`; negative counts as zero. */
export function clockText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** `12:03:07` in the browser's time zone. */
export function timeOfDay(epochMs: number): string {
  const d = new Date(epochMs);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** `2026-11-21` in the browser's time zone. */
export function dayText(epochMs: number): string {
  const d = new Date(epochMs);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** Whole days between two days of the browser's calendar; 0 = today. */
export function daysAgo(epochMs: number, nowMs: number): number {
  const dayOf = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);
  return Math.max(0, Math.round((dayOf(nowMs) - dayOf(epochMs)) / 86_400_000));
}

/** `96.4 %`, or a dash while there is nothing to divide. */
export function shareText(share: number | null, digits = 1): string {
  return share === null ? '—' : `${(share * 100).toFixed(digits)}%`;
}

/** `7777 7777`-style grouping that a person can read out: the date apart, then groups of three. */
export function spokenTicketNumber(ticketNumber: string): readonly string[] {
  const match = /^([A-Z]*)(\d{8})-(\d+)$/u.exec(ticketNumber);
  if (match === null) return [ticketNumber];
  const [, letters = '', date = '', serial = ''] = match;
  return [`${letters}${date.slice(0, 4)}`, date.slice(4), ...(serial.match(/\d{1,3}/gu) ?? [])];
}
