/**
 * The city's hours and holidays: data, and one question. Pure; the time is an input, the time zone is the city's.
 */
import { z } from 'zod';

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-10-01, in quotes')
  .refine((text) => !Number.isNaN(Date.parse(`${text}T00:00:00Z`)), 'is no date of the calendar');
const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time such as 08:30, in quotes');
const spans = z.array(z.tuple([clock, clock]).refine(([from, to]) => from < to, 'must end after it begins')).max(6);

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const timetable = z.strictObject({
  mon: spans.default([]),
  tue: spans.default([]),
  wed: spans.default([]),
  thu: spans.default([]),
  fri: spans.default([]),
  sat: spans.default([]),
  sun: spans.default([]),
  /** Hours on a public holiday; empty = closed all day. */
  holidays: spans.default([]),
});

export const calendarSchema = z.strictObject({
  timeZone: z
    .string()
    .refine((zone) => isTimeZone(zone), 'must be a time zone such as Asia/Shanghai')
    .default('Asia/Shanghai'),
  timetables: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), timetable),
  holidays: z
    .array(
      z
        .strictObject({ name: z.string().min(1).max(40), from: day, to: day })
        .refine((h) => h.from <= h.to, { error: 'must end after it begins', path: ['to'] }),
    )
    .max(500)
    .default([]),
  /** Saturdays and Sundays that are worked to make up for a holiday (调休): the hours of a Monday. */
  workdays: z.array(day).max(200).default([]),
});

export type Calendar = z.output<typeof calendarSchema>;
export type Hours = 'open' | 'closed' | 'holiday';

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Date, weekday and time of day where the city is. */
export function localTime(
  timeZone: string,
  atMs: number,
): { readonly date: string; readonly time: string; readonly weekday: (typeof weekdays)[number] } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(atMs));
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '00';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  // 1 January 1970 was a Thursday.
  const days = Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
  return { date, time: `${part('hour')}:${part('minute')}`, weekday: weekdays[(((days + 3) % 7) + 7) % 7] ?? 'mon' };
}

/** Whether a timetable is open at this moment. A timetable that does not exist is open: a person is always right. */
export function hoursAt(calendar: Calendar, name: string, atMs: number): Hours {
  const table = calendar.timetables[name];
  if (table === undefined) return 'open';
  const { date, time, weekday } = localTime(calendar.timeZone, atMs);
  const within = (list: readonly (readonly [string, string])[]): boolean =>
    list.some(([from, to]) => time >= from && time < to);
  if (calendar.workdays.includes(date)) return within(table.mon) ? 'open' : 'closed';
  if (calendar.holidays.some((h) => date >= h.from && date <= h.to)) return within(table.holidays) ? 'open' : 'holiday';
  return within(table[weekday]) ? 'open' : 'closed';
}
