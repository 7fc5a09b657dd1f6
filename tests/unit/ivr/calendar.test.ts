import { describe, expect, it } from '@jest/globals';
import { calendarSchema, hoursAt, localTime } from '../../../ivr/core/calendar.ts';
import { loadCalendar } from '../../../ivr/load-flow.ts';

const shanghai = (text: string): number => Date.parse(`${text}+08:00`);

describe('hours and holidays', () => {
  it.each([
    ['2026-11-02T08:29', 'closed'],
    ['2026-11-02T08:30', 'open'],
    ['2026-11-02T12:00', 'closed'],
    ['2026-11-02T17:29', 'open'],
    ['2026-11-01T10:00', 'closed'],
    ['2026-10-01T10:00', 'holiday'],
    ['2026-10-07T23:59', 'holiday'],
    ['2026-10-08T10:00', 'open'],
    // A Saturday that is worked to make up for the holiday.
    ['2026-10-10T10:00', 'open'],
    ['2026-10-10T18:00', 'closed'],
    ['2026-02-28T10:00', 'open'],
  ])('%s is %s at the office', async (at, expected) => {
    const calendar = await loadCalendar(['ivr/calendar.yaml']);
    expect(hoursAt(calendar, 'office', shanghai(at))).toBe(expected);
    expect(hoursAt(calendar, 'always', shanghai(at))).toBe('open');
  });

  it('goes by the city’s clock, wherever the server is', () => {
    expect(localTime('Asia/Shanghai', Date.UTC(2026, 0, 1, 16, 0))).toEqual({
      date: '2026-01-02',
      time: '00:00',
      weekday: 'fri',
    });
    expect(localTime('Asia/Urumqi', Date.UTC(2026, 0, 1, 17, 59)).date).toBe('2026-01-01');
  });

  it('is open where nobody has said otherwise', () => {
    expect(hoursAt(calendarSchema.parse({ timetables: {} }), 'unknown', 0)).toBe('open');
  });

  it.each([
    ['a time that does not exist', { timetables: { a: { mon: [['25:00', '26:00']] } } }],
    ['an end before the beginning', { timetables: { a: { mon: [['12:00', '08:00']] } } }],
    ['a day that does not exist', { timetables: {}, workdays: ['2026-13-40'] }],
    [
      'a holiday that ends before it begins',
      { timetables: {}, holidays: [{ name: 'x', from: '2026-02-02', to: '2026-02-01' }] },
    ],
    ['a place nobody knows', { timetables: {}, timeZone: 'Mars/Base' }],
  ])('refuses %s', (_name, data) => {
    expect(calendarSchema.safeParse(data).success).toBe(false);
  });
});
