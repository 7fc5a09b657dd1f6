/** The caller's name and the number to call back. Pure. */
import type { City } from '../../config/city.ts';
import { candidate, type Finding } from './finding.ts';
import { evidenceOf, type Heard, type Segment } from './heard.ts';
import { syllablesOf } from '../../asr/dialect/syllable.ts';
import { remember } from './remember.ts';
import { likelySurname, surnames } from './surname.ts';
import type { Evidence, FieldCandidate } from './types.ts';

const compound = '欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|东方';
const surname = `(?:${compound}|[${surnames}])`;
/** 弓长张: the way to say which character is meant. */
const spelled: Readonly<Record<string, string>> = {
  弓长: '张',
  立早: '章',
  木子: '李',
  耳东: '陈',
  双木: '林',
  口天: '吴',
  双人: '徐',
  草头: '黄',
  三横: '王',
  言午: '许',
  古月: '胡',
  走肖: '赵',
};
const title = '先生|女士|小姐|阿姨|大爷|大妈|师傅';
const titled = new RegExp(`(${surname})(${title})`);
const saidSurname = new RegExp(`(?:免贵)?姓(?:是)?(${surname})`);
const saidName = new RegExp(
  `(?:我(?:的名字)?叫做?|姓名是?|名字(?:是|叫))(${surname}[\\u4e00-\\u9fff]{1,2}?)(?=$|[，。,！]|的|就|住|我|电话|是|在|[0-9]|[一幺]三|[一幺]五|[一幺]八)`,
);
const bareAnswer = new RegExp(`^[，嗯啊哦我呃]*(${surname}[\\u4e00-\\u9fff]{0,2})[，。]?$`);
const spelledOut = /(弓长|立早|木子|耳东|双木|口天|双人|草头|三横|言午|古月|走肖)([张章李陈林吴徐黄王许胡赵])/;

/** What is written for a caller who does not want to be named. */
export const ANONYMOUS = '匿名';
const unnamed =
  /(我要|我想|请)?匿名|不想(留|说|透露)(姓名|名字)|不要?(透露|公开|泄露|说出)我的?(姓名|名字|身份|信息)|别(说|讲)是我(说|举报|投诉|反映)的/;

interface Said {
  readonly value: string;
  readonly from: number;
  readonly to: number;
  readonly confidence: number;
}

const nameOf = remember(nameIn);

function nameIn({ segment, asked, confirmed }: Heard): Said | null {
  const { text, side } = segment;
  const spell = spelledOut.exec(text);
  const full = saidName.exec(text);
  const sur = saidSurname.exec(text);
  const called = titled.exec(text);
  const at = (m: RegExpExecArray, value: string, confidence: number): Said => ({
    value,
    from: m.index,
    to: m.index + m[0].length,
    confidence,
  });
  const secret = side === 'caller' ? unnamed.exec(text) : null;
  if (secret !== null) return at(secret, ANONYMOUS, 0.93);
  if (side === 'agent') return called === null ? null : at(called, called[0], confirmed ? 0.9 : 0.8);
  if (full?.[1] !== undefined) return at(full, full[1], 0.92);
  if (spell?.[1] !== undefined) return at(spell, spelled[spell[1]] ?? '', 0.95);
  if (sur?.[1] !== undefined && (asked === 'name' || /我|免贵|本人|^姓/.test(text)))
    return at(sur, likelySurname(sur[1]), 0.9);
  if (called !== null && (asked === 'name' || /(我是|叫我|本人)/.test(text))) return at(called, called[0], 0.9);
  const bare = asked === 'name' ? bareAnswer.exec(text) : null;
  return bare?.[1] === undefined ? null : at(bare, bare[1], 0.8);
}

const surnameOf = (name: string): string => new RegExp(`^${surname}`).exec(name)?.[0] ?? name.charAt(0);
const isFull = (name: string): boolean => name.length > surnameOf(name).length && !new RegExp(`(${title})$`).test(name);

/** The caller's name: a full name, else surname with the title the agent uses, else the surname. */
export function findName(city: City, heard: readonly Heard[], known: string): Finding | null {
  const found = heard.flatMap((h) => {
    const said = nameOf(h);
    return said === null || said.value === ''
      ? []
      : [{ ...said, side: h.segment.side, evidence: evidenceOf(h.segment, said.from, said.to) }];
  });
  const byValue = new Map<string, { confidence: number; evidence: Evidence[] }>();
  const own = found.filter((f) => f.side === 'caller');
  for (const said of found) {
    // The agent's 王先生 completes the caller's 姓王; alone it is a guess.
    const partner = said.side === 'agent' ? own.find((o) => surnameOf(o.value) === surnameOf(said.value)) : undefined;
    const confidence = partner === undefined ? (said.side === 'agent' ? 0.6 : said.confidence) : 0.95;
    const evidence = partner === undefined ? [said.evidence] : [partner.evidence, said.evidence];
    const before = byValue.get(said.value);
    byValue.set(said.value, {
      confidence: Math.max(confidence, (before?.confidence ?? 0) + 0.03),
      evidence: [...(before?.evidence ?? []), ...evidence],
    });
  }
  const candidates = [...byValue]
    .map(([value, f]) =>
      candidate(city, 'callerName', { value, ...f, confidence: f.confidence + (isFull(value) ? 0.04 : 0) }),
    )
    .sort((a, b) => b.confidence - a.confidence);
  // 王先生 says all that 王 says.
  const fullest = candidates.filter(
    ({ value }) => !candidates.some((c) => c.value !== value && c.value.startsWith(value) && c.confidence >= 0.8),
  );
  if (fullest.length > 0) return { origin: 'asr', candidates: fullest.slice(0, 3) };
  if (known === '') return null;
  return {
    origin: 'call',
    candidates: [candidate(city, 'callerName', { value: known, confidence: 0.7, evidence: [] })],
  };
}

const digits: Readonly<Record<string, string>> = {
  零: '0',
  〇: '0',
  洞: '0',
  一: '1',
  幺: '1',
  腰: '1',
  二: '2',
  两: '2',
  三: '3',
  四: '4',
  五: '5',
  六: '6',
  七: '7',
  拐: '7',
  八: '8',
  九: '9',
};
const run = /[0-9零〇洞一幺腰二两三四五六七拐八九](?:[\s，,、-]?[0-9零〇洞一幺腰二两三四五六七拐八九]){2,}/g;
const otherNumber = /(身份证|工单|车牌|卡号|账号|验证码|尾号|编号|订单|门牌|合同)[^，。]{0,6}$/;
const mobile = /^1[3-9][0-9]{9}$/;
const landline = /^(0[0-9]{2,3})?[2-8][0-9]{6,7}$/;

interface Run {
  readonly digits: string;
  readonly from: number;
  readonly to: number;
  /** The digit that the character right before sounds like (下午6933802 → 5), else ''. */
  readonly lead: string;
}

const digitSounds: Readonly<Record<string, string>> = {
  ling: '0',
  yi: '1',
  yao: '1',
  er: '2',
  san: '3',
  si: '4',
  wu: '5',
  liu: '6',
  qi: '7',
  ba: '8',
  jiu: '9',
};

const runsIn = remember(({ text, syllables }: Segment): readonly Run[] => {
  return [...text.matchAll(run)].flatMap((match): Run[] => {
    if (otherNumber.test(text.slice(0, match.index))) return [];
    const value = match[0].replaceAll(/[^0-9]/g, (c) => digits[c] ?? '');
    const before = syllablesOf(text, syllables).find((s) => s.to === match.index);
    const lead = digitSounds[before?.sound ?? ''] ?? '';
    return [{ digits: value, from: match.index, to: match.index + match[0].length, lead }];
  });
});

/** Mobile numbers without their first 1. */
const headless = /^[3-9][0-9]{9}$/;

/** The number with its first digit, where that was written as another word of the same sound, or was lost. */
function completed(said: Run): { readonly digits: string; readonly from: number; readonly sure: number } | null {
  const whole = said.lead + said.digits;
  const from = Math.max(0, said.from - 1);
  if (said.lead !== '' && mobile.test(whole)) return { digits: whole, from, sure: 0.9 };
  if (said.lead !== '' && whole.length === 8 && landline.test(whole)) return { digits: whole, from, sure: 0.8 };
  return headless.test(said.digits) ? { digits: `1${said.digits}`, from, sure: 0.72 } : null;
}

interface Spoken {
  readonly value: string;
  readonly evidence: readonly Evidence[];
  readonly confidence: number;
}

const numberWords = /电话|号码|手机|座机|联系|打我|打这个|就打|记一下/;

/** Numbers said in one breath, or in up to four pieces one after the other. */
function spokenNumbers(heard: readonly Heard[]): readonly Spoken[] {
  const found: Spoken[] = [];
  let pending: { digits: string; evidence: Evidence[] } = { digits: '', evidence: [] };
  let quiet = 0;
  for (const { segment, asked, confirmed } of heard) {
    if (segment.side === 'agent' && !confirmed) continue;
    const runs = runsIn(segment);
    quiet = runs.length === 0 ? quiet + 1 : 0;
    if (quiet > 1) pending = { digits: '', evidence: [] };
    const context = asked === 'number' || numberWords.test(segment.text);
    for (const one of runs) {
      const { to } = one;
      const whole = context ? completed(one) : null;
      const { digits: said, from } = whole ?? one;
      const evidence = evidenceOf(segment, from, to);
      const joined = pending.digits + said;
      if (whole !== null) found.push({ value: said, evidence: [evidence], confidence: whole.sure });
      else if (mobile.test(said)) found.push({ value: said, evidence: [evidence], confidence: 0.95 });
      else if (mobile.test(joined))
        found.push({ value: joined, evidence: [...pending.evidence, evidence], confidence: 0.88 });
      else if (landline.test(said) && context) found.push({ value: said, evidence: [evidence], confidence: 0.86 });
      const open =
        joined.length < 11 && pending.evidence.length < 4 && (context || pending.digits !== '' || /^1[3-9]/.test(said));
      pending =
        open && said.length < 11
          ? { digits: joined, evidence: [...pending.evidence, evidence] }
          : { digits: '', evidence: [] };
    }
  }
  return found;
}

const corrected = /不对|不是|错了|说错|换一个|改成|应该是/;

/** The number to call back: one that was said, else the one that called. */
export function findNumber(city: City, heard: readonly Heard[], callerNumber: string): Finding | null {
  const spoken = new Map<string, FieldCandidate>();
  for (const one of spokenNumbers(heard)) {
    const before = spoken.get(one.value);
    const text = heard.find((h) => h.segment.segmentId === one.evidence[0]?.segmentId)?.segment.text ?? '';
    const bonus = (before === undefined ? 0 : 0.04) + (corrected.test(text) ? 0.04 : 0);
    const evidence = [...(before?.evidence ?? []), ...one.evidence];
    spoken.set(
      one.value,
      candidate(city, 'callbackNumber', {
        value: one.value,
        confidence: Math.max(one.confidence, before?.confidence ?? 0) + bonus,
        evidence,
      }),
    );
  }
  const fromCall =
    callerNumber === ''
      ? []
      : [candidate(city, 'callbackNumber', { value: callerNumber, confidence: 0.8, evidence: [] })];
  const candidates = [...spoken.values()].reverse().sort((a, b) => b.confidence - a.confidence);
  const best = candidates[0];
  if (best === undefined || best.value === callerNumber) {
    return fromCall.length === 0 ? null : { origin: 'call', candidates: [...fromCall, ...candidates.slice(1, 3)] };
  }
  return { origin: 'asr', candidates: [...candidates, ...fromCall].slice(0, 3) };
}
