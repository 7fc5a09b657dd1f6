/** When it happened, in the caller's words. Pure. */
import type { City } from '../../config/city.ts';
import { spokenDays, type Day } from '../../asr/transcript/spoken-days.ts';
import { candidate, type Finding } from './finding.ts';
import { evidenceOf, type Heard } from './heard.ts';
import { remember } from './remember.ts';
import type { Evidence } from './types.ts';

const n = '(?:[0-9]+|[一二三四五六七八九十两几半]+)';
/** Words that place something in time on their own. */
const anchor = [
  '每天|天天|每晚|每日|每个?(?:周末|星期|礼拜|月)|每周[一二三四五六日天末]?|周末',
  '大前天|前天|昨天|昨晚|昨夜|前晚|今朝|昨儿个?|前日子|今天|今早|今晚|今晨|前几天|这几天|这两天|近几天|这段时间|最近|近期|前段时间|前一阵子?|这阵子',
  '(?:上上|上|这|本)个?(?:周|星期|礼拜)[一二三四五六日天末]?|(?:上|这|本)个?月(?:初|中|底|[0-9一二三四五六七八九十]+[号日])?',
  `去年(?:年底|[0-9一二三四五六七八九十]+月份?)?|今年(?:年初|[0-9一二三四五六七八九十]+月份?)?|前年`,
  `(?:周|星期|礼拜)[一二三四五六日天]`,
  `[0-9一二三四五六七八九十]+月份?(?:[0-9一二三四五六七八九十]+[号日])?|(?<![楼栋元])[0-9一二三四五六七八九十]+[号日](?=早|晚|上午|下午|中午|凌晨|那天|开始|到现在)`,
  '春节|元旦|国庆|五一|清明|端午|中秋|暑假|寒假|过年|开学',
  `凌晨|清晨|一大早|早上|早晨|上午|中午|下午|傍晚|晚上|天擦黑|晌午|后晌|夜里头?|夜间|半夜三更|半夜|深夜|后半夜|通宵|整夜|白天`,
  `${n}点(?:半|多|钟|[0-9一二三四五六七八九十]+分?)*|[0-9]{1,2}[:：][0-9]{2}`,
  `(?:已经|都|快|持续|连续|有)+了?(?:${n}个?多?(?:天|个?月|周|星期|礼拜|年|个?小时|钟头)(?:多)?|好几[天月年]|一整天|大半年)`,
  `${n}个?多?(?:天|月|周|星期|礼拜|年|小时)(?:多)?(?:以?前|了|没)|好几天了?|好几个月了?|大半年了?|${n}个多?(?:月|星期|小时)`,
  '刚才|刚刚|刚',
].join('|');
const glue = '(?:从|自|到|至|的|大概|大约|差不多|将近|快|就|一直|，)*';
const tail = '(?:左右|前后|就?开始|以后|之后|过后|以前|之前|开始|起|多|的时候|到现在|一直)*';
const pattern = new RegExp(`(?:从|自从|自|大概|大约)?(?:${anchor})${tail}(?:${glue}(?:${anchor})${tail})*`, 'g');
const anchorOnly = new RegExp(anchor, 'g');

interface Phrase {
  readonly parts: readonly Evidence[];
  readonly value: number;
}

/** Earlier reports and opening hours are not when it happened. */
/** Months of wages or rent are amounts. */
const amountBefore = /(欠|欠了?我们?|交|付|租|押|扣)了?$/;
const amountAfter = /^的?(工资|房租|租金|押金|工钱|薪水|社保)/;
const elsewhere = /(上次|之前)(反映|打|投诉)|营业|上班|开门/;

/** 去年 and the like are said well enough as they are. */
const LONGEST_SPAN_DAYS = 31;
const utcMs = ({ year, month, day }: Day): number => Date.UTC(year, month - 1, day);
const daysBetween = (a: Day, b: Day): number => (utcMs(b) - utcMs(a)) / 86_400_000;

function spanText(first: Day, last: Day): string {
  const from = `${first.month}月${first.day}日`;
  if (daysBetween(first, last) === 0) return from;
  return `${from}至${last.month === first.month ? '' : `${last.month}月`}${last.day}日`;
}

const phrasesOf = remember((heard: Heard): readonly Phrase[] => joined(phrasesIn(heard)));

function phrasesIn({ segment, asked }: Heard): Phrase[] {
  return [...segment.text.matchAll(pattern)].flatMap((match): Phrase[] => {
    const words = match[0].replace(/[，的就]+$/, '');
    const atoms = [...words.matchAll(anchorOnly)];
    const weak = atoms.every((a) => /^(刚|刚才|刚刚|今天|最近)$/.test(a[0]));
    const value = atoms.length + words.length * 0.05 + (asked === 'time' ? 1.5 : 0) - (weak ? 0.6 : 0);
    const after = segment.text.slice(match.index, match.index + words.length + 6);
    const before = segment.text.slice(0, match.index);
    if (amountBefore.test(before) || amountAfter.test(segment.text.slice(match.index + words.length))) return [];
    if (elsewhere.test(after) && asked !== 'time') return [];
    return [{ parts: [evidenceOf(segment, match.index, match.index + words.length)], value }];
  });
}

/** Phrases of one sentence belong together: 上个月底就开始，一般是凌晨两点多. */
function joined(phrases: readonly Phrase[]): readonly Phrase[] {
  const strong = phrases.filter((p) => p.value >= 0.9).slice(0, 3);
  if (strong.length < 2) return phrases;
  return [{ parts: strong.flatMap((p) => p.parts), value: strong.reduce((sum, p) => sum + p.value, 0) }, ...phrases];
}

/** 昨天下午 is of no use to whoever reads the ticket next week: the date it means follows the words. */
function dated(words: string, today: Day | undefined): string {
  if (today === undefined) return words;
  const days = spokenDays(words, today).filter(({ first, last }) => daysBetween(first, last) <= LONGEST_SPAN_DAYS);
  const dates = [...new Set(days.map(({ first, last }) => spanText(first, last)))];
  return dates.length === 0 ? words : `${words}（${dates.join('、')}）`;
}

/** The fullest time phrase of the caller, the first of equals; dated when the day of the call is known. */
export function findOccurred(city: City, heard: readonly Heard[], today?: Day): Finding | null {
  const phrases = heard.filter((h) => h.segment.side === 'caller' || h.confirmed).flatMap(phrasesOf);
  const ranked = phrases.sort((a, b) => b.value - a.value).slice(0, 3);
  const candidates = ranked.map(({ parts, value }) => {
    const words = parts.map((part) => part.words.replaceAll('，', '')).join('，');
    const confidence = Math.min(0.95, 0.5 + 0.2 * value);
    return candidate(city, 'occurredText', { value: dated(words, today), confidence, evidence: parts });
  });
  return candidates.length > 0 ? { origin: 'asr', candidates } : null;
}
