/** Street, community and the words of the place. Pure. */
import type { CityIndex, PlaceMatch } from './city-index.ts';
import { candidate, type Finding } from './finding.ts';
import { evidenceOf, type Heard, type Segment } from './heard.ts';
import { remember, rememberFor } from './remember.ts';
import type { Evidence, FieldCandidate } from './types.ts';

interface Support {
  score: number;
  /** Best single mention. */
  best: number;
  readonly evidence: Evidence[];
}

const denied = /(不是|不在|并非)(在|我们|那个|说)?$/;
const homeBefore = /(住在|住|我在|我们|我是|地址[是在]?|位于|这里是|就在|是在|在)$/;

/** How much each mention says about the matter's place; negative when the speaker denies it. */
const mentionsIn = rememberFor((index: CityIndex, { segment, weight, asked }: Heard) =>
  index.read(segment).places.map((match) => {
    const before = segment.text.slice(0, match.from);
    const not = denied.test(before);
    const close = homeBefore.test(before) || asked === 'place' ? 1.15 : 1;
    const score = not ? -2 : match.score ** 2 * weight * close * (match.item.bare ? 0.8 : 1);
    return { match, score, not, evidence: evidenceOf(segment, match.from, match.to) };
  }),
);

function collect(
  index: CityIndex,
  heard: readonly Heard[],
  idsOf: (match: PlaceMatch) => readonly (readonly [id: string, share: number])[],
): Map<string, Support> {
  const supports = new Map<string, Support>();
  for (const one of heard) {
    for (const { match, score, evidence } of mentionsIn(index, one)) {
      for (const [id, share] of idsOf(match)) {
        const support = supports.get(id) ?? { score: 0, best: 0, evidence: [] };
        support.score += score * share;
        support.best = Math.max(support.best, score * share);
        if (score > 0) support.evidence.push(evidence);
        supports.set(id, support);
      }
    }
  }
  return supports;
}

/** Names said once by the caller are nearly sure; names only the agent said, or that only sound alike, less so. */
function confidenceOf(support: Support, rival: number): number {
  const own = Math.min(support.score, support.best + 0.15);
  return Math.min(0.97, 0.94 * Math.min(1.04, own)) * (own / (own + 0.25 * Math.max(0, rival)));
}

function rank(
  supports: ReadonlyMap<string, Support>,
  toCandidate: (id: string, s: Support, rival: number) => FieldCandidate,
): FieldCandidate[] {
  // Equals stay in the order in which they were said.
  const ranked = [...supports]
    .filter(([, s]) => s.score > 0.2 && s.evidence.length > 0)
    .sort(([, a], [, b]) => b.score - a.score);
  return ranked.slice(0, 3).map(([id, s], i) => toCandidate(id, s, ranked[i === 0 ? 1 : 0]?.[1].score ?? 0));
}

/** Streets that were said in so many words, and the one that a person chose: what is named in them is meant. */
export function streetsSaid(index: CityIndex, heard: readonly Heard[], chosen: string): readonly string[] {
  const said = heard.flatMap((h) => mentionsIn(index, h)).filter((m) => m.match.item.type === 'street' && !m.not);
  const ids = new Set(said.filter((m) => m.match.score >= 0.9).map((m) => m.match.item.id));
  if (chosen !== '') ids.add(chosen);
  return [...ids].slice(0, 4);
}

/** Communities by name, estate or landmark; those of `streetId` only when a person has chosen the street. */
export function findCommunity(index: CityIndex, heard: readonly Heard[], streetId: string): Finding | null {
  const streets = collect(index, heard, (m) => (m.item.type === 'street' ? [[m.item.id, 1]] : []));
  const supports = collect(index, heard, (m) => (m.item.type === 'community' ? [[m.item.id, 1]] : []));
  for (const [id, support] of supports) {
    const street = index.communities.get(id)?.streetId ?? '';
    if (streetId !== '' && street !== streetId) supports.delete(id);
    else if (streets.size > 0 && support.score > 0) support.score *= (streets.get(street)?.score ?? 0) > 0 ? 1.1 : 0.75;
  }
  const candidates = rank(supports, (value, s, rival) => {
    const confidence = confidenceOf(s, rival);
    return candidate(index.city, 'communityId', { value, confidence, evidence: s.evidence });
  });
  return candidates.length > 0 ? { origin: 'asr', candidates } : null;
}

/** Streets by name, else the street of the community, else the only street of a road. */
export function findStreet(
  index: CityIndex,
  heard: readonly Heard[],
  community: FieldCandidate | null,
): Finding | null {
  const direct = collect(index, heard, (m) => {
    if (m.item.type === 'street') return [[m.item.id, 1]];
    if (m.item.type !== 'road') return [];
    const ids = index.roadStreets.get(m.item.id) ?? [];
    return ids.map((id) => [id, 0.65 / ids.length] as const);
  });
  const implied = index.communities.get(community?.value ?? '')?.streetId;
  if (implied !== undefined && community !== null) {
    const support = direct.get(implied) ?? { score: 0, best: 0, evidence: [] };
    support.score += community.confidence * 1.02;
    support.best = Math.max(support.best, community.confidence * 1.02);
    direct.set(implied, { ...support, evidence: [...support.evidence, ...community.evidence] });
  }
  const candidates = rank(direct, (value, s, rival) =>
    candidate(index.city, 'streetId', { value, confidence: confidenceOf(s, rival), evidence: s.evidence }),
  );
  if (implied !== undefined && community !== null && community.evidence.length === 0) {
    // A person's choice needs no words.
    const chosen = candidate(index.city, 'streetId', { value: implied, confidence: 0.99, evidence: [] });
    return { origin: 'rule', candidates: [chosen, ...candidates.filter((c) => c.value !== implied)] };
  }
  const best = candidates[0];
  if (best === undefined) return null;
  return { origin: best.value === implied ? 'rule' : 'asr', candidates };
}

const number = '(?:[0-9]+|[一二三四五六七八九十百零两]+)';
const unit = new RegExp(
  `(?<![月0-9一二三四五六七八九十百])${number}(?:号楼|号院|栋|幢|单元|号门|期|楼(?!上|下)|层|室|弄|组|号(?!码|线|楼|院|门))`,
  'g',
);
const notPlace = /^(号|楼|层)?(早|晚|上午|下午|中午|凌晨|开始|到现在|那天)/;
const relation =
  /(正|斜)?(旁边|边上|对面|附近|门口|楼下|楼上|楼顶|隔壁|后面|前面|背后|路口|交叉口|十字路口|拐角|东门|南门|西门|北门|地下车库|大门口|公交站|地铁站|地铁口|桥下|桥头|河边|下边|下面|后门|前门)/g;
const unknownName =
  /(?<=(?:住在|在|地址是|位于|我是|就是|我们)(?:江城市?)?)(?!我|你|他|这|那|哪|一|家|楼|小区|社区|马路|路|里|外|公园里)[\u4e00-\u9fff]{2,6}?(?:路|街|巷|小区|花园|家园|新村|苑|大厦|广场|村|公寓|市场|公园|小学|中学)(?!上)/g;
const joint = /^(的|和|与|跟|那个|这个|那边|这边|那里|里面|里|小区|社区|到|靠近|交|往|，|、|\s){0,2}$/;

interface Chosen {
  readonly communityId: string;
  readonly notHere: ReadonlySet<string>;
}

interface Atom {
  readonly from: number;
  readonly to: number;
  /** What is written, with the city's own characters. */
  readonly text: string;
  readonly value: number;
  readonly sure: number;
}

/** Houses, directions and places that are not among the city's names. */
const freeAtoms = remember(({ text }: Segment): readonly Atom[] => {
  const kinds = [
    [unit, 1.5, 0.9],
    [unknownName, 1.2, 0.7],
    [relation, 0.6, 0.8],
  ] as const;
  return kinds.flatMap(([pattern, value, sure]) =>
    [...text.matchAll(pattern)].flatMap((match): Atom[] => {
      const to = match.index + match[0].length;
      return notPlace.test(text.slice(to)) ? [] : [{ from: match.index, to, text: match[0], value, sure }];
    }),
  );
});

function atomsOf(index: CityIndex, segment: Segment, { communityId, notHere }: Chosen): readonly Atom[] {
  const { text } = segment;
  const named = index.read(segment).places.flatMap((m): Atom[] => {
    if (denied.test(text.slice(0, m.from)) || notHere.has(m.item.id)) return [];
    const whole = m.to - m.from === m.name.length && (m.exact || m.score > 0.9);
    const value = m.item.type === 'street' ? 1.6 : m.item.id === communityId ? 2.6 : 2;
    return [{ from: m.from, to: m.to, text: whole ? m.name : text.slice(m.from, m.to), value, sure: m.score }];
  });
  // Names that could both be meant by the same words are told once: 滨江街道, not 滨江大道 as well.
  const atoms: Atom[] = [];
  for (const atom of [...named.sort((a, b) => b.sure - a.sure || b.value - a.value), ...freeAtoms(segment)])
    if (!atoms.some((a) => atom.from < a.to && a.from < atom.to)) atoms.push(atom);
  return atoms.sort((a, b) => a.from - b.from);
}

interface Phrase {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly value: number;
  readonly named: boolean;
  readonly sure: number;
}

/** Neighbouring atoms grow together into phrases like 锦绣花园三号楼下边. */
function phrasesOf(index: CityIndex, { segment, weight }: Heard, chosen: Chosen): readonly Phrase[] {
  const phrases: Phrase[] = [];
  for (const atom of atomsOf(index, segment, chosen)) {
    const last = phrases.at(-1);
    const between = last === undefined ? '' : segment.text.slice(last.to, atom.from);
    const named = atom.value >= 1.2 && atom.value !== 1.5;
    const value = atom.value * weight;
    if (last !== undefined && joint.test(between)) {
      const text = last.text + between.replace(/那个|这个|，|\s/g, '') + atom.text;
      const joined = { text, to: atom.to, value: last.value + value, named: last.named || named };
      phrases[phrases.length - 1] = { ...last, ...joined, sure: Math.min(last.sure, atom.sure) };
    } else {
      phrases.push({ segment, from: atom.from, to: atom.to, text: atom.text, value, named, sure: atom.sure });
    }
  }
  return phrases;
}

/** Ids of places that the caller said it is not. */
function deniedIn(index: CityIndex, heard: readonly Heard[]): ReadonlySet<string> {
  const mentions = heard.flatMap((h) => mentionsIn(index, h));
  return new Set(mentions.filter((m) => m.not).map((m) => m.match.item.id));
}

/** The words of the place: the fullest phrase with a name, and a house said apart from it. */
export function findPlaceText(index: CityIndex, heard: readonly Heard[], communityId: string): Finding | null {
  const chosen = { communityId, notHere: deniedIn(index, heard) };
  const phrases = heard.filter((h) => h.weight >= 0.9).flatMap((h) => phrasesOf(index, h, chosen));
  const fuller = (a: Phrase, b: Phrase): number => b.value - a.value;
  const named = phrases.filter((p) => p.named).sort(fuller)[0];
  const house = phrases.filter((p) => !p.named && p.value >= 0.9).sort(fuller)[0];
  const best = named ?? house;
  if (best === undefined) return null;
  const apart =
    named !== undefined && house !== undefined && !/[0-9一二三四五六七八九十](号|栋|幢|单元|室|楼)/.test(named.text);
  const parts = apart ? [named, house] : [best];
  const value = parts.map((p) => p.text).join('');
  const evidence = parts.map((p) => evidenceOf(p.segment, p.from, p.to));
  const sure = Math.min(...parts.map((p) => p.sure));
  const confidence = (best.named ? 0.93 : 0.7) * sure;
  return { origin: 'asr', candidates: [candidate(index.city, 'placeText', { value, confidence, evidence })] };
}
