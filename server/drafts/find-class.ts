/** Class, department and kind of a request. Pure. */
import type { ClassGuesser } from './class-guesser.ts';
import type { CityIndex, KeywordMatch } from './city-index.ts';
import { candidate, type Finding } from './finding.ts';
import { evidenceOf, type Heard } from './heard.ts';
import { remember, rememberFor } from './remember.ts';
import { ticketKinds, type Evidence, type FieldCandidate, type TicketKind } from './types.ts';

/** Longer phrases tell more. */
const lengthWeights = [0, 0.5, 1, 1.8, 2.4, 2.8];

function weightOf(index: CityIndex, match: KeywordMatch, rivals: readonly KeywordMatch[]): number {
  const length = match.name.length;
  const uses = index.keywordUses.get(match.name) ?? 1;
  const base = (lengthWeights[Math.min(length, 5)] ?? 1) / Math.sqrt(uses);
  // Two syllables that only sound alike are weak; more are nearly as good as the right characters.
  const sound = match.exact ? 1 : length <= 2 ? 0.4 : 0.85 * match.score;
  // Sound alone gives way to characters that are there, and takes nothing from them.
  const guessed = !match.exact && rivals.some((r) => r.exact && r.from < match.to && match.from < r.to);
  const longer = rivals.filter(
    (r) => r.from <= match.from && match.to <= r.to && r.to - r.from > match.to - match.from,
  );
  const covered = guessed || longer.some((r) => r.exact || !match.exact);
  return base * sound * (covered ? 0.2 : 1);
}

interface Support {
  score: number;
  readonly evidence: Evidence[];
}

/** The classes' words in one segment. */
const wordsIn = rememberFor((index: CityIndex, { segment, weight }: Heard) => {
  const { keywords } = index.read(segment);
  return keywords.map((match) => ({
    classId: match.item.classId,
    name: match.name,
    score: weightOf(index, match, keywords) * weight,
    evidence: evidenceOf(segment, match.from, match.to),
  }));
});

/** How much each class is supported, with the words that do it. */
function supportOf(index: CityIndex, heard: readonly Heard[]): ReadonlyMap<string, Support> {
  const supports = new Map<string, Support>();
  const times = new Map<string, number>();
  for (const one of heard) {
    for (const { classId, name, score, evidence } of wordsIn(index, one)) {
      const repeats = times.get(`${classId} ${name}`) ?? 0;
      times.set(`${classId} ${name}`, repeats + 1);
      const support = supports.get(classId) ?? { score: 0, evidence: [] };
      support.score += score / (1 + repeats * 2);
      if (score / (1 + repeats * 2) > 0.3) support.evidence.push(evidence);
      supports.set(classId, support);
    }
  }
  return supports;
}

/** A sure guess counts as much as a long word of the catalogue. */
const GUESS_WEIGHT = 2;
const MAX_GUESSES = 3;

/** What a second opinion says of one sentence of the caller. */
const guessesIn = rememberFor((guesser: ClassGuesser, { segment }: Heard) =>
  guesser
    .guess(segment.text)
    .slice(0, MAX_GUESSES)
    .filter(({ words }) => words.length > 0),
);

/** Adds what a second opinion says; it needs words that support it as well. */
function addGuesses(
  supports: ReadonlyMap<string, Support>,
  { index, heard, guesser }: { index: CityIndex; heard: readonly Heard[]; guesser: ClassGuesser | undefined },
): ReadonlyMap<string, Support> {
  if (guesser === undefined) return supports;
  const all = new Map(supports);
  for (const one of heard.filter((h) => h.segment.side === 'caller')) {
    for (const { classId, confidence, words } of guessesIn(guesser, one)) {
      if (!index.classes.has(classId)) continue;
      const { score, evidence } = all.get(classId) ?? { score: 0, evidence: [] };
      const said = words.map(({ from, to }) => evidenceOf(one.segment, from, to)).filter((e) => e.words !== '');
      if (said.length === 0) continue;
      all.set(classId, { score: score + GUESS_WEIGHT * confidence, evidence: [...evidence, ...said] });
    }
  }
  return all;
}

/** Top classes with their confidence. */
export function findClass(index: CityIndex, heard: readonly Heard[], guesser?: ClassGuesser): Finding | null {
  const ranked = [...addGuesses(supportOf(index, heard), { index, heard, guesser })]
    .filter(([, s]) => s.score >= 0.38 && s.evidence.length > 0)
    // Equals stay in the order in which they were said.
    .sort(([, a], [, b]) => b.score - a.score)
    .slice(0, 3);
  const candidates = ranked.map(([value, support], i): FieldCandidate => {
    const rival = ranked[i === 0 ? 1 : 0]?.[1].score ?? 0;
    const confidence = support.score / (support.score + 0.6 * rival + 0.35);
    return candidate(index.city, 'classId', { value, confidence, evidence: support.evidence });
  });
  return candidates.length > 0 ? { origin: 'asr', candidates } : null;
}

/** The departments that follow from a class: lead first, then those that support, then the next classes' leads. */
export function departmentsOf(index: CityIndex, classes: readonly FieldCandidate[]): Finding | null {
  const best = classes[0];
  const found = best === undefined ? undefined : index.classes.get(best.value);
  if (best === undefined || found === undefined) return null;
  const { confidence, evidence } = best;
  const lead = candidate(index.city, 'departmentId', { value: found.leadDepartmentId, confidence, evidence });
  const others = new Map<string, FieldCandidate>();
  for (const id of found.supportDepartmentIds)
    others.set(id, candidate(index.city, 'departmentId', { value: id, confidence: confidence * 0.4, evidence }));
  for (const next of classes.slice(1)) {
    const id = index.classes.get(next.value)?.leadDepartmentId;
    if (id !== undefined && !others.has(id))
      others.set(id, candidate(index.city, 'departmentId', { ...next, value: id }));
  }
  others.delete(lead.value);
  return { origin: 'rule', candidates: [lead, ...others.values()].slice(0, 4) };
}

const cues: readonly (readonly [TicketKind, RegExp, number])[] = [
  ['complaint', /(?<!不|没)(投诉|头诉|投素)/g, 3.5],
  ['complaint', /受不了|没人管|冇人管|不管不问|太不像话|扰民|气死|忍无可忍|影响(休息|生活)/g, 0.9],
  ['report', /举报|检举|揭发|据报/g, 3.5],
  ['report', /(有人|他们|那家)(在|又在)?(偷|乱倒|偷倒|私自|非法|违规)|查一下他们/g, 1],
  ['help', /求助|救命|帮帮(我|忙)|快来人|(派|叫)(个)?人(来|过来)|来(个)?人(修|看)/g, 2],
  ['help', /什么时候(能)?(来水|来电|修好|恢复|来气)|修一下|维修一下|抢修|帮(我|忙)(解决|处理|协调|联系|看看)/g, 1.2],
  ['consult', /咨询|资询|了解一下|问一?下(政策|关于)/g, 3],
  ['consult', /(想|要)问(一?下|问)|(请|麻烦)问一?下|打听/g, 1.6],
  [
    'consult',
    /请问|怎么(办理|申请|查|取|交|报|弄|开|补|转)|需要(什么|哪些)(材料|手续|条件)|(在|去)哪里?(办|申请|查)|要多少钱|什么(标准|条件|流程)|能不能(报销|办|申请|取)|可以(报销|办理|申请)吗/g,
    1.4,
  ],
  ['suggestion', /建议|健议|(希望|能不能|可不可以)(能)?(增加|增设|加装|加一|多设|延长|开通|改成|设置)/g, 3],
  ['praise', /表扬|锦旗|点赞|(要|想)感谢|特别感谢|非常感谢(他|她|你们的|那)/g, 3.5],
];
/** Polite openings that ask nothing. */
const emptyAsking = /请问(是|你们是|这里是|这是)?(一二三四五|12345|市民热线|政府热线|热线)/;

/** What a caller's sentence says of the kind. */
const cuesIn = remember(({ segment, weight }: Heard) => {
  if (weight < 1) return [];
  const { text } = segment;
  return cues.flatMap(([kind, pattern, value]) =>
    [...text.matchAll(pattern)]
      .filter((match) => !emptyAsking.test(text.slice(match.index, match.index + 12)))
      .map((match) => ({ kind, value, evidence: evidenceOf(segment, match.index, match.index + match[0].length) })),
  );
});

/** The kind: what callers say they want, with the class's usual kind as a prior. */
export function findKind(index: CityIndex, heard: readonly Heard[], best: FieldCandidate | undefined): Finding | null {
  const scores = new Map<TicketKind, Support>(ticketKinds.map((kind) => [kind, { score: 0, evidence: [] }]));
  for (const { kind, value, evidence } of heard.flatMap(cuesIn)) {
    const support = scores.get(kind);
    if (support === undefined) continue;
    support.score += value / (1 + support.evidence.length);
    support.evidence.push(evidence);
  }
  const usual = best === undefined ? undefined : index.classes.get(best.value)?.usualKind;
  const prior = ticketKinds.find((kind) => kind === usual);
  const ofPrior = prior === undefined ? undefined : scores.get(prior);
  if (ofPrior !== undefined && best !== undefined) {
    ofPrior.score += 1.7 * best.confidence;
    ofPrior.evidence.push(...best.evidence);
  }
  const ranked = [...scores].filter(([, s]) => s.score >= 0.85).sort(([, a], [, b]) => b.score - a.score);
  const candidates = ranked.slice(0, 3).map(([value, s], i) => {
    const rival = ranked[i === 0 ? 1 : 0]?.[1].score ?? 0;
    const confidence = s.score / (s.score + 0.6 * rival + 0.4);
    return candidate(index.city, 'kind', { value, confidence, evidence: s.evidence });
  });
  const top = candidates[0];
  // A class that a person chose has no words of its own.
  return top === undefined ? null : { origin: top.evidence.length > 0 ? 'asr' : 'rule', candidates };
}
