/** The summary in a hotline's usual form: 来电人反映……，要求……。 Pure. */
import type { CityIndex } from './city-index.ts';
import { candidate, type Finding } from './finding.ts';
import { evidenceOf, type Heard, type Segment } from './heard.ts';
import { rememberFor } from './remember.ts';
import { ticketKinds, type Evidence, type TicketKind } from './types.ts';

/** What is known of the other fields when the summary is written; '' where nothing is. */
export interface Known {
  readonly kind: string;
  readonly placeText: string;
  readonly streetName: string;
  readonly communityName: string;
  readonly occurredText: string;
}

interface Clause {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
  readonly order: number;
  /** Says what is to be done. */
  readonly asks: boolean;
  readonly value: number;
  readonly text: string;
}

const opening =
  /^(喂|哎|嗯|呃|啊|哦|那个|这个|就是说|就是|同志|师傅|你好|您好|我想|我要|想|要|麻烦|咨询一?下|问一?下|请问一?下|请问|反映一?下|反映|投诉一?下|投诉|举报一?下|举报|另外|还有就是|还有一(?:件|间|个)(?:事情?|施|问题|情况)|一个问题|一个情况|一下|个事|建议|表扬一?下|是这样的|情况是这样|的话|对个|对的|对对|对|是的|是)+(?=.)/;
const ending = /(啊|呢|吧|呀|哦|嘛|咯|哈|谢谢你?们?|行吗|好吗|好不好)+$/;
const empty =
  /^(喂|你好|您好|谢谢|好的?|嗯|对|是的?|再见|麻烦你?了?|没有了|辛苦了?|可以|行|不用了|是12345吗|一二三四五吗|请问是.{0,8}热线吗|听得到吗)+[吗啊吧呢]*$/;
const personal = /(我姓|免贵|我叫|电话|号码|手机号|[0-9]{7,}|[零一二三四五六七八九幺]{7,})/;
const request =
  /(希望|请你们|请相关|请有关|要求|麻烦你们|能不能(?!报|办|取|申)|可不可以(?!报|办)|帮我(?!查)|派人|什么时候能|尽快|赶紧|赶快|管一管|处理一下)/;

/** One clause of the caller with what makes it worth keeping. */
const clausesOf = rememberFor((index: CityIndex, { segment }: Heard): readonly Clause[] => {
  const { keywords, risks, places } = index.read(segment);
  const clauses: Clause[] = [];
  for (const part of segment.text.matchAll(/[^，。？！,?!；;\s]+/g)) {
    const text = part[0];
    const from = part.index;
    const to = from + text.length;
    const within = (m: { from: number; to: number }): boolean => m.from >= from && m.to <= to;
    const hits = keywords.filter((m) => within(m) && (m.exact || m.name.length > 2));
    const words = hits.reduce((sum, m) => sum + Math.min(3, m.name.length - 1), 0);
    const value =
      Math.min(6, words) +
      (risks.some(within) ? 3 : 0) +
      (places.some(within) ? 0.8 : 0) +
      Math.min(1, text.length / 14);
    if (!empty.test(text) && !personal.test(text)) {
      clauses.push({ segment, from, to, order: 0, asks: request.test(text), value, text });
    }
  }
  return clauses;
});

/** The clause in the city's own characters, without filler, spoken of in the third person. */
function written(index: CityIndex, clause: Clause): string {
  const { places, keywords } = index.read(clause.segment);
  const fixes = [...places, ...keywords.filter((k) => k.name.length > 2)].filter(
    (m) => m.from >= clause.from && m.to <= clause.to && !m.exact && m.to - m.from === m.name.length && m.score > 0.9,
  );
  let text = clause.text;
  for (const fix of fixes) {
    const at = fix.from - clause.from;
    text = text.slice(0, at) + fix.name + text.slice(at + fix.name.length);
  }
  return index
    .plain(text)
    .replace(opening, '')
    .replace(ending, '')
    .replaceAll(/我们(?=家|小区|村|楼|单元|这)/g, '其')
    .replaceAll(/咱们?(?=家|小区|村|楼|这)/g, '其')
    .replaceAll(/我(?=家|的|爸|妈|老婆|孩子|儿子|女儿|楼|住)/g, '其');
}

/** The two or three clauses that say most, in the order in which they were said. */
function bestClauses(clauses: readonly Clause[]): readonly Clause[] {
  const matter = clauses.filter((c) => !c.asks || c.value >= 2.5);
  const top = [...matter].sort((a, b) => b.value - a.value || a.order - b.order).slice(0, 3);
  const least = (top[0]?.value ?? 0) >= 2 ? 1.2 : 0.3;
  return top.filter((c) => c.value >= least).sort((a, b) => a.order - b.order || a.from - b.from);
}

const verbs: Readonly<Record<TicketKind, string>> = {
  consult: '咨询',
  help: '反映',
  complaint: '反映',
  report: '举报',
  suggestion: '建议',
  praise: '表扬',
};
const wishes: Readonly<Record<TicketKind, string>> = {
  consult: '要求相关部门予以解答',
  help: '要求相关部门尽快处理',
  complaint: '要求相关部门核实处理',
  report: '要求相关部门核实查处',
  suggestion: '希望相关部门研究采纳',
  praise: '希望转达对相关人员的感谢',
};

function wishOf(
  index: CityIndex,
  clauses: readonly Clause[],
  used: readonly Clause[],
  kind: TicketKind,
): { text: string; clause: Clause | null } {
  const clause = clauses.filter((c) => c.asks && !used.includes(c)).at(-1) ?? null;
  const said =
    clause === null
      ? ''
      : written(index, clause)
          .replace(
            /^(希望|要求|请)(你们|他们|相关部门|有关部门)?(能够?|可以)?|^(麻烦|能不能|可不可以)(你们|请你们)?/,
            '',
          )
          .replace(/(一下|吗)$/, '');
  // Short or vague wishes say less than the usual wording.
  if (
    clause === null ||
    said.length < 4 ||
    /什么时候|吗$|多久|为什么/.test(said) ||
    /^(尽快|赶紧|快点)?(处理|解决|管|来|修)/.test(said)
  )
    return { text: wishes[kind], clause };
  return { text: `要求${said}`, clause };
}

const compact = (text: string): string => text.replace(/[那个这的，\s]/g, '');
const holds = (text: string, part: string): boolean => part !== '' && compact(text).includes(compact(part));

/** Writes the summary anew from everything heard; null while nothing worth telling was said. */
export function findSummary(index: CityIndex, heard: readonly Heard[], known: Known): Finding | null {
  const clauses = heard.flatMap((h, i) =>
    h.segment.side === 'caller' ? clausesOf(index, h).map((c) => ({ ...c, order: i })) : [],
  );
  const best = bestClauses(clauses);
  if (best.length === 0) return null;
  const kind = ticketKinds.find((k) => k === known.kind) ?? 'complaint';
  const matter = best
    .map((c) => written(index, c))
    .filter((text) => text.length >= 2)
    .join('，');
  if (matter === '') return null;
  const place = known.placeText !== '' ? known.placeText : known.communityName;
  const street =
    known.streetName !== '' && !matter.includes(known.streetName) && !place.includes(known.streetName)
      ? known.streetName
      : '';
  const named = best.some((c) =>
    index.read(c.segment).places.some((p) => p.item.type !== 'street' && p.from >= c.from && p.to <= c.to),
  );
  const where =
    holds(matter, place) || (known.placeText !== '' && kind === 'consult') ? '' : named ? street : `${street}${place}`;
  const when = kind === 'consult' || holds(matter, known.occurredText) ? '' : known.occurredText;
  const wish = wishOf(index, clauses, best, kind);
  const head = [where, when].filter((part) => part !== '').join('，');
  const value = `来电人${verbs[kind]}：${head === '' ? '' : `${head}，`}${matter}，${wish.text}。`.slice(0, 600);
  const used = wish.clause === null ? best : [...best, wish.clause];
  const evidence: Evidence[] = used.map((c) => evidenceOf(c.segment, c.from, c.to));
  const confidence = Math.min(0.9, 0.45 + 0.1 * Math.max(...best.map((c) => c.value)));
  return { origin: 'asr', candidates: [candidate(index.city, 'summary', { value, confidence, evidence })] };
}
