/** The outcome as one HTML page: charts in SVG of our own, no library, no network. */
import { surgeLevels, type SurgeLevel } from '../../config/surge-schema.ts';
import type { CityResult } from './result.ts';
import type { Scenario } from './scenario.ts';
import { columns, percent, shown } from './table.ts';
import { OFFSET_MS, type RunResult } from './world.ts';

interface Variant {
  readonly title: string;
  readonly result: RunResult;
}

const WIDTH = 960;
const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 24;
const levelColours: Readonly<Record<SurgeLevel, string>> = {
  normal: 'none',
  busy: '#fff3d6',
  surge: '#ffdcc2',
  emergency: '#ffc9c9',
};

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const clock = (atMs: number): string => new Date(atMs + OFFSET_MS).toISOString().slice(11, 16);

interface Series {
  readonly title: string;
  readonly colour: string;
  readonly values: readonly number[];
}

function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 2.5, 5, 10].map((m) => m * power).find((top) => top >= value) ?? value;
}

/** Bands of the level behind the lines. */
function bands(city: CityResult, x: (i: number) => number): string {
  return city.minutes
    .map(({ level }, i) =>
      level === 'normal'
        ? ''
        : `<rect x="${x(i).toFixed(1)}" y="0" width="${(x(i + 1) - x(i) + 0.5).toFixed(1)}" height="${HEIGHT}" fill="${levelColours[level]}"/>`,
    )
    .join('');
}

export function chart(title: string, city: CityResult, series: readonly Series[]): string {
  const count = Math.max(2, city.minutes.length);
  const top = niceTop(Math.max(1, ...series.flatMap((s) => s.values)));
  const x = (i: number): number => LEFT + (i * (WIDTH - LEFT)) / (count - 1);
  const y = (value: number): number => HEIGHT - (value / top) * (HEIGHT - 10);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * top).toFixed(1);
    return `<line x1="${LEFT}" x2="${WIDTH}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${LEFT - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${Math.round(part * top)}</text>`;
  });
  const every = Math.max(1, Math.round(count / 8));
  const hours = city.minutes.flatMap((m, i) =>
    i % every === 0
      ? [`<text x="${x(i).toFixed(1)}" y="${HEIGHT + 16}" text-anchor="middle">${clock(m.atMs)}</text>`]
      : [],
  );
  const lines = series.map(
    (s) =>
      `<polyline fill="none" stroke="${s.colour}" stroke-width="1.8" points="${s.values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(' ')}"/>`,
  );
  const legend = series.map((s) => `<span><i style="background:${s.colour}"></i>${escape(s.title)}</span>`).join('');
  return `<figure><figcaption>${escape(title)} ${legend}</figcaption><svg viewBox="0 0 ${WIDTH + 8} ${HEIGHT + BOTTOM}" role="img" aria-label="${escape(title)}">${bands(city, x)}${grid.join('')}${hours.join('')}${lines.join('')}</svg></figure>`;
}

function chartsOf(city: CityResult): string {
  const of = (read: (m: CityResult['minutes'][number]) => number): readonly number[] => city.minutes.map(read);
  return [
    chart('每分钟 per minute', city, [
      { title: '来电 calls', colour: '#9aa5b1', values: of((m) => m.attempts) },
      { title: '新来电人 new people', colour: '#c2410c', values: of((m) => m.people) },
      { title: '接通 answered', colour: '#15803d', values: of((m) => m.connected) },
    ]),
    chart('线路 the line', city, [
      { title: '排队 waiting', colour: '#b45309', values: of((m) => m.waiting) },
      { title: '在岗席位 seats', colour: '#1d4ed8', values: of((m) => m.seats) },
    ]),
  ].join('');
}

/** Bars of the connect rate of people: what each measure is worth. */
function contributions(id: string, variants: readonly Variant[]): string {
  const rows = variants.flatMap(({ title, result }) => {
    const city = result.cities.find((c) => c.id === id);
    return city === undefined ? [] : [{ title, share: city.connectRatePeople }];
  });
  const full = rows[0]?.share ?? 0;
  const bars = rows.map(({ title, share }, i) => {
    const y = i * 26;
    const points = (share - full) * 100;
    const change = i === 0 ? '' : ` (${points >= 0 ? '+' : ''}${points.toFixed(1)})`;
    return `<text x="260" y="${y + 14}" text-anchor="end">${escape(title)}</text><rect x="270" y="${y + 2}" width="${(share * 560).toFixed(1)}" height="16" fill="${i === 0 ? '#15803d' : '#94a3b8'}"/><text x="${(276 + share * 560).toFixed(1)}" y="${y + 14}">${percent(share)}${change}</text>`;
  });
  return `<figure><figcaption>各项措施的作用：接通率(人) what each measure is worth</figcaption><svg viewBox="0 0 ${WIDTH} ${rows.length * 26 + 4}" role="img" aria-label="contributions">${bars.join('')}</svg></figure>`;
}

function rowsOf(id: string, variants: readonly Variant[]): string {
  return variants
    .flatMap(({ title, result }) => {
      const city = result.cities.find((c) => c.id === id);
      if (city === undefined) return [];
      return [`<tr><th>${escape(title)}</th>${columns.map((c) => `<td>${c.value(city)}</td>`).join('')}</tr>`];
    })
    .join('');
}

function decisionsOf(city: CityResult): string {
  const shownDecisions = city.decisions.filter((d) => d.kind !== 'change').slice(0, 60);
  if (shownDecisions.length === 0) return '';
  const items = shownDecisions.map((d) => `<li><time>${clock(d.atMs)}</time> ${escape(d.why.zh)}</li>`).join('');
  return `<details><summary>决定及理由 decisions (${city.decisions.length})</summary><ol>${items}</ol></details>`;
}

const style = `body{font:14px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans SC",sans-serif;margin:24px auto;max-width:1180px;padding:0 16px;color:#1f2933}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;width:100%;font-size:12px}td,th{border-bottom:1px solid #e4e7eb;padding:4px 6px;text-align:right}th:first-child{text-align:left}
figure{margin:16px 0}figcaption{font-weight:600}figcaption span{font-weight:400;margin-left:14px}figcaption i{display:inline-block;width:12px;height:3px;margin-right:4px;vertical-align:middle}
svg{width:100%;font-size:11px;fill:#52606d}li{margin:2px 0}.levels span{display:inline-block;padding:0 8px;margin-right:8px}`;

export function page(scenario: Scenario, variants: readonly Variant[]): string {
  const [main] = variants;
  const cities = main === undefined ? [] : shown(main.result);
  const head = columns.map((c) => `<th>${escape(c.title)}</th>`).join('');
  const sections = cities.map(
    (city) =>
      `<h2>${escape(city.name)}</h2><table><tr><th></th>${head}</tr>${rowsOf(city.id, variants)}</table>${variants.length > 2 ? contributions(city.id, variants) : ''}<h3>${escape(main?.title ?? '')}</h3>${chartsOf(city)}${decisionsOf(city)}`,
  );
  const colours: Readonly<Record<SurgeLevel, string>> = { ...levelColours, normal: '#fff' };
  const names: Readonly<Record<SurgeLevel, string>> = {
    normal: '正常',
    busy: '繁忙',
    surge: '激增',
    emergency: '应急',
  };
  const levels = surgeLevels.map((l) => `<span style="background:${colours[l]}">${names[l]} ${l}</span>`).join('');
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>${escape(scenario.title)}</title><style>${style}</style><h1>${escape(scenario.title)}</h1><p>${escape(scenario.description)} seed ${scenario.seed}</p><p class="levels">${levels}</p>${sections.join('')}<p>接通率(人) = 与话务员通话的人 ÷ 来电的人（重拨合并）。分流、约回拨、已回拨不计入接通。效率 = 接听数 ÷ 同样席位一个接一个所能接听的数。</p></html>\n`;
}
