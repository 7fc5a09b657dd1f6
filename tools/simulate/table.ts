/** The outcome as a table for the terminal. */
import type { CityResult } from './result.ts';
import type { Scenario } from './scenario.ts';
import type { RunResult } from './world.ts';

interface Variant {
  readonly title: string;
  readonly result: RunResult;
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** Chinese characters take two columns. */
const width = (text: string): number =>
  Array.from(text).reduce((sum, c) => sum + ((c.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0);
const left = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));
const right = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - width(text))) + text;

interface Column {
  readonly title: string;
  readonly columns: number;
  readonly value: (city: CityResult) => string;
}

export const columns: readonly Column[] = [
  { title: '来电 calls', columns: 11, value: (c) => String(c.attempts) },
  { title: '倍 x', columns: 6, value: (c) => c.attemptsTimes.toFixed(1) },
  { title: '人数 people', columns: 12, value: (c) => String(c.people) },
  { title: '接通率(人)', columns: 11, value: (c) => percent(c.connectRatePeople) },
  { title: '前15分', columns: 8, value: (c) => percent(c.connectRate15) },
  { title: '接通率(次)', columns: 11, value: (c) => percent(c.connectRateCalls) },
  { title: '接听', columns: 7, value: (c) => String(c.answered) },
  { title: '本地', columns: 7, value: (c) => String(c.answeredBy['on-site']) },
  { title: '云', columns: 7, value: (c) => String(c.answeredBy.cloud) },
  { title: '协作', columns: 7, value: (c) => String(c.answeredBy.partner) },
  { title: '均等待s', columns: 9, value: (c) => (c.meanWaitMs / 1_000).toFixed(0) },
  { title: '放弃', columns: 7, value: (c) => String(c.endings.abandoned) },
  { title: '婉拒+忙', columns: 9, value: (c) => String(c.endings.away + c.endings.busy) },
  { title: '分流*', columns: 7, value: (c) => String(c.endings.deflected + c.endings.notice) },
  { title: '约回拨*', columns: 9, value: (c) => String(c.promised) },
  { title: '已回拨*', columns: 9, value: (c) => String(c.calledBack) },
  { title: '效率', columns: 8, value: (c) => percent(c.efficiency) },
];

const TITLE_COLUMNS = 32;

/** Cities that somebody phones. */
export function shown(result: RunResult): readonly CityResult[] {
  return result.cities.filter((city) => city.people > 0);
}

export function table(scenario: Scenario, variants: readonly Variant[]): string {
  const head = left('', TITLE_COLUMNS) + columns.map((c) => right(c.title, c.columns)).join('');
  const lines = [`${scenario.title}   (${scenario.name}, seed ${scenario.seed})`, ''];
  const ids = variants[0] === undefined ? [] : shown(variants[0].result).map((c) => c.id);
  for (const id of ids) {
    const name = scenario.cities.find((c) => c.id === id)?.name ?? id;
    lines.push(left(name, TITLE_COLUMNS).trimEnd(), head);
    for (const { title, result } of variants) {
      const city = result.cities.find((c) => c.id === id);
      if (city !== undefined)
        lines.push(left(`  ${title}`, TITLE_COLUMNS) + columns.map((c) => right(c.value(city), c.columns)).join(''));
    }
    lines.push('');
  }
  lines.push(
    '接通率(人) = 与话务员通话的人 ÷ 来电的人（重拨合并）。* 分流、约回拨、已回拨均不计入接通，单独列出。',
    'Connect rate of people: people who spoke to an agent ÷ people who phoned (redials merged). Deflected callers and',
    'call-backs are not in it. 效率 efficiency = answered ÷ what the same seats could have answered back to back.',
  );
  return lines.join('\n');
}
