/**
 * Days and times as people say them (上个月底, 下礼拜三, 大前天晚上, 三月五号) as dates, given the day of the call. Pure.
 * Works on text whose numbers are written as digits or not.
 */
import { numberValue } from './spoken-numbers.ts';

/** A day of the calendar; month 1 to 12. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export interface SpokenDay {
  /** Where the words stand in the text. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** First and last day that may be meant; the same for one day. */
  readonly first: Day;
  readonly last: Day;
  /** `凌晨` … when it was said. */
  readonly dayPart: string | null;
  /** Hour of 24 and minute, when said. */
  readonly time: { readonly hour: number; readonly minute: number } | null;
}

const DAY_MS = 86_400_000;
const utc = ({ year, month, day }: Day): number => Date.UTC(year, month - 1, day);
const dayOf = (ms: number): Day => {
  const date = new Date(ms);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
};
const plusDays = (day: Day, days: number): Day => dayOf(utc(day) + days * DAY_MS);
/** The first day of a month some months away. */
const monthStart = ({ year, month }: Day, months: number): Day => dayOf(Date.UTC(year, month - 1 + months, 1));
const monthEnd = (first: Day): Day => plusDays(monthStart(first, 1), -1);
/** 1 Monday … 7 Sunday. */
const weekday = (day: Day): number => ((new Date(utc(day)).getUTCDay() + 6) % 7) + 1;

interface Span {
  readonly first: Day;
  readonly last: Day;
}
const one = (day: Day): Span => ({ first: day, last: day });

interface Rule {
  readonly pattern: RegExp;
  readonly find: (groups: readonly string[], today: Day) => Span | undefined;
}

const NUM = '[0-9一二两三四五六七八九十]{1,3}';
const numberOf = (text: string): number => (/^[0-9]+$/.test(text) ? Number(text) : (numberValue(text) ?? 0));

const relativeDays: Readonly<Record<string, number>> = {
  大前天: -3,
  前天: -2,
  昨天: -1,
  昨日: -1,
  昨晚: -1,
  今天: 0,
  今日: 0,
  今早: 0,
  今晚: 0,
  当天: 0,
  明天: 1,
  明日: 1,
  明早: 1,
  明晚: 1,
  后天: 2,
  大后天: 3,
};
const weekShift: Readonly<Record<string, number>> = { 上上: -2, 上: -1, 这: 0, 本: 0, 下: 1, 下下: 2 };
const weekdays: Readonly<Record<string, number>> = { 一: 1, 二: 2, 三: 3, 四: 4, 五: 5, 六: 6, 日: 7, 天: 7, 末: 6 };
const yearShift: Readonly<Record<string, number>> = { 前年: -2, 去年: -1, 今年: 0, 明年: 1 };
const monthShift: Readonly<Record<string, number>> = { 上上: -2, 上: -1, 这: 0, 本: 0, 当: 0, 下: 1 };

/** A day of a month, or nothing when the month has no such day. */
function dayIn(year: number, month: number, day: number): Day | undefined {
  const made = { year, month, day };
  const real = dayOf(utc(made));
  return real.month === month && real.day === day ? made : undefined;
}

const AHEAD_DAYS = 60;

/** Without a year people mean the last one, or one that is near: they complain about what was. */
function nearestYear(today: Day, month: number, day: number): Day | undefined {
  const candidates = [today.year, today.year - 1, today.year + 1].flatMap((year) => dayIn(year, month, day) ?? []);
  return candidates
    .filter((d) => utc(d) - utc(today) <= AHEAD_DAYS * DAY_MS)
    .sort((a, b) => Math.abs(utc(a) - utc(today)) - Math.abs(utc(b) - utc(today)))[0];
}

/** 底 (the last ten days), 初 (the first ten), 中旬 … of a month. */
function partOfMonth(first: Day, part: string): Span {
  const last = monthEnd(first);
  switch (part) {
    case '底':
    case '末':
    case '下旬':
      return { first: { ...first, day: part === '下旬' ? 21 : last.day - 4 }, last };
    case '初':
    case '上旬':
      return { first, last: { ...first, day: part === '上旬' ? 10 : 5 } };
    case '中':
    case '中旬':
      return { first: { ...first, day: 11 }, last: { ...first, day: 20 } };
    default:
      return { first, last };
  }
}

const monthPart = '(底|末|初|中旬|上旬|下旬|中)?';

/** The first that fits at a place counts, so longer words come before shorter ones. */
const rules: readonly Rule[] = [
  {
    pattern: new RegExp(`^([0-9]{4}|[零一二三四五六七八九]{4})年(${NUM})月(?:(${NUM})[号日])?${monthPart}`),
    find: ([y = '', m = '', d = '', part = '']) => {
      const year = /^[0-9]+$/.test(y)
        ? Number(y)
        : Number(Array.from(y, (c) => '零一二三四五六七八九'.indexOf(c)).join(''));
      if (d === '') return partOfMonth({ year, month: numberOf(m), day: 1 }, part);
      const day = dayIn(year, numberOf(m), numberOf(d));
      return day && one(day);
    },
  },
  {
    pattern: new RegExp(`^(前年|去年|今年|明年)(?:(${NUM})月)?(?:(${NUM})[号日])?${monthPart}`),
    find: ([y = '', m = '', d = '', part = ''], today) => {
      const year = today.year + (yearShift[y] ?? 0);
      const month = numberOf(m);
      if (m === '') {
        if (part === '底' || part === '末')
          return { first: { year, month: 12, day: 1 }, last: { year, month: 12, day: 31 } };
        if (part === '初') return { first: { year, month: 1, day: 1 }, last: { year, month: 1, day: 31 } };
        return { first: { year, month: 1, day: 1 }, last: { year, month: 12, day: 31 } };
      }
      if (d === '') return partOfMonth({ year, month, day: 1 }, part);
      const day = dayIn(year, month, numberOf(d));
      return day && one(day);
    },
  },
  {
    pattern: new RegExp(`^(上上|上|这|本|当|下)个?月(?:(${NUM})[号日])?${monthPart}`),
    find: ([which = '', d = '', part = ''], today) => {
      const first = monthStart(today, monthShift[which] ?? 0);
      if (d === '') return partOfMonth(first, part);
      const day = dayIn(first.year, first.month, numberOf(d));
      return day && one(day);
    },
  },
  {
    pattern: /^(上上|上|这|本|下下|下)?个?(?:礼拜|星期|周)([一二三四五六日天末])(?![直般定样共]|[个次]人)/,
    find: ([which = '', name = ''], today) => {
      const monday = plusDays(today, 1 - weekday(today));
      const day = plusDays(monday, 7 * (weekShift[which] ?? 0) + (weekdays[name] ?? 1) - 1);
      // 周三 without a word before it: of those around today the last one, for people complain about what was.
      const meant = which === '' && utc(day) > utc(today) ? plusDays(day, -7) : day;
      return name === '末' ? { first: meant, last: plusDays(meant, 1) } : one(meant);
    },
  },
  {
    pattern: /^(上上|上|这|本|下下|下)个?(?:礼拜|星期|周)/,
    find: ([which = ''], today) => {
      const first = plusDays(today, 1 - weekday(today) + 7 * (weekShift[which] ?? 0));
      return { first, last: plusDays(first, 6) };
    },
  },
  {
    pattern: /^(大前天|前天|昨天|昨日|昨晚|今天|今日|今早|今晚|当天|大后天|后天|明天|明日|明早|明晚)/,
    find: ([name = ''], today) => one(plusDays(today, relativeDays[name] ?? 0)),
  },
  {
    pattern: new RegExp(`^(${NUM})(天|个?礼拜|个?星期|周|个月|年)(以?前|之前|以?后|之后)`),
    find: ([n = '', unit = '', way = ''], today) => {
      const count = numberOf(n) * (way.includes('前') ? -1 : 1);
      if (unit === '天') return one(plusDays(today, count));
      if (/礼拜|星期|周/.test(unit)) return one(plusDays(today, 7 * count));
      const first = monthStart(today, unit === '年' ? 12 * count : count);
      return one({ ...first, day: Math.min(today.day, monthEnd(first).day) });
    },
  },
  {
    pattern: new RegExp(`^(${NUM})月(?:份)?(?:(${NUM})[号日])`),
    find: ([m = '', d = ''], today) => {
      const day = nearestYear(today, numberOf(m), numberOf(d));
      return day && one(day);
    },
  },
  {
    pattern: new RegExp(`^(${NUM})月(?:份)?${monthPart}(?![0-9一二三四五六七八九十])`),
    find: ([m = '', part = ''], today) => {
      const first = nearestYear(today, numberOf(m), 1);
      return first && partOfMonth(first, part);
    },
  },
  {
    // 五号: the last one, unless it is still to come this month and near.
    pattern: new RegExp(`^(${NUM})[号日](?!楼|线|码|院|门|店|岗|栋|室|地铁)`),
    find: ([d = ''], today) => {
      const day = dayIn(today.year, today.month, numberOf(d));
      if (day !== undefined && utc(day) <= utc(today)) return one(day);
      const before = monthStart(today, -1);
      const last = dayIn(before.year, before.month, numberOf(d));
      return last && one(last);
    },
  },
];

const timePattern = new RegExp(
  `^[的，]?(凌晨|清晨|早上|早晨|上午|中午|下午|晚上|傍晚|半夜|夜里)?(?:(${NUM})(?:点|时)(?:钟)?(半|一刻|三刻|零?${NUM}分?)?)?`,
);
/** Said with the day: 昨晚, 今早. */
const partInDay: Readonly<Record<string, string>> = {
  昨晚: '晚上',
  今晚: '晚上',
  明晚: '晚上',
  今早: '早上',
  明早: '早上',
};

function timeOf(
  text: string,
  said: string,
): { readonly dayPart: string | null; readonly time: SpokenDay['time']; readonly length: number } {
  const match = timePattern.exec(text);
  const [whole = '', part, hourText, rest = ''] = match ?? [];
  const dayPart = part ?? partInDay[said] ?? null;
  const hour = hourText === undefined ? undefined : numberOf(hourText);
  if (hour === undefined || hour > 24) return { dayPart, time: null, length: part === undefined ? 0 : whole.length };
  const minutes: Readonly<Record<string, number>> = { '': 0, 半: 30, 一刻: 15, 三刻: 45 };
  const minute = minutes[rest] ?? numberOf(rest.replace(/^零/, '').replace(/分$/, ''));
  const late = /下午|晚上|傍晚/.test(dayPart ?? '') || (dayPart === '中午' && hour < 3);
  const hour24 = late && hour < 12 ? hour + 12 : /半夜|夜里|晚上/.test(dayPart ?? '') && hour === 12 ? 24 : hour;
  return { dayPart, time: { hour: hour24 % 24, minute }, length: whole.length };
}

/** Every day that is spoken of, in order. */
export function spokenDays(text: string, today: Day): readonly SpokenDay[] {
  const found: SpokenDay[] = [];
  for (let at = 0; at < text.length;) {
    const day = dayAt(text, at, today);
    if (day !== undefined) found.push(day);
    at = day?.to ?? at + 1;
  }
  return found;
}

function dayAt(text: string, at: number, today: Day): SpokenDay | undefined {
  const rest = text.slice(at);
  // 二十五号 does not begin again at 五号.
  if (/[0-9一二三四五六七八九十月]/.test(text[at - 1] ?? '') && /[0-9一二两三四五六七八九十]/.test(rest[0] ?? ''))
    return undefined;
  for (const { pattern, find } of rules) {
    const match = pattern.exec(rest);
    const span =
      match === null
        ? undefined
        : find(
            match.slice(1).map((g) => (g as string | undefined) ?? ''),
            today,
          );
    if (match === null || span === undefined) continue;
    const { dayPart, time, length } = timeOf(rest.slice(match[0].length), match[0]);
    const to = at + match[0].length + length;
    return { from: at, to, text: text.slice(at, to), ...span, dayPart, time };
  }
  return undefined;
}
