/**
 * A second matter in one call: the caller begins anew (另外, 还有一件事 …, or the agent has asked whether there is more) and what
 * follows belongs to another part of the catalogue than what went before. Pure.
 *
 * An offer that is wrong costs the agent more than one that is missing: both halves must say by themselves what they
 * are about, in words of the catalogue that are there, not only in sounds.
 */
import type { ClassGuesser } from './class-guesser.ts';
import type { CityIndex } from './city-index.ts';
import { findClass } from './find-class.ts';
import type { Heard } from './heard.ts';
import { halvesOf } from './sentence-halves.ts';
import type { Evidence, FieldCandidate } from './types.ts';

/** Where it begins. */
export interface MatterStart {
  readonly fromSegmentId: string;
  /** 0: with the sentence; else inside it. */
  readonly fromChar: number;
}

export interface SecondMatterFound extends MatterStart {
  readonly classId: string;
  /** e.g. 供水供电供气 › 供水 › 停水. */
  readonly display: string;
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
}

const filler = '(?:嗯|呃|啊|哦|喂|好的?|行|是的|对|有的?|然后|那个|还|我|，|。|\\s)*';
const begins = new RegExp(
  `^${filler}(?:另外|还有(?!没有)|还想|还要|再(?:问|反映|投诉|咨询|说|一个|一件)|顺便|第二[个件]|对了|除了这个|除此之外)`,
);
const anew = new RegExp(`^${filler}(?:要|想)(?:再)?(?:投诉|举报|咨询|反映|建议|表扬|求助|问一?下)`);
const askedForMore = /还有(什么|没有|其他|别的)|其他(的)?(问题|事|诉求|需要)|别的(问题|事|诉求|需要)/;

/** Inside a sentence only what cannot well mean anything else: nobody paused there. */
const within =
  /另外(?![一两几那这]?[个家条边栋户些种样位名头半层间]|的|人)|还有(?:另外)?一(?:件|个)(?:事|问题|情况)|(?:还[想要]|顺便)再?(?:投诉|举报|咨询|反映|问)|第二[件个](?:事|问题|情况)/g;

const SURE_BEFORE = 0.5;
const SURE_AFTER = 0.68;
/** Characters by which a corrected sentence may be longer or shorter. */
const MOST_MOVED = 8;
/** What went before must not go on in what follows. */
const LEAST_RIVAL = 0.35;

interface Search {
  readonly index: CityIndex;
  readonly guesser: ClassGuesser | undefined;
}

/** Where inside a sentence something new may begin. */
const placesWithin = (text: string): readonly number[] =>
  [...text.matchAll(within)].map((match) => match.index).filter((at) => at > 0);

/** The cut is told for a text that the recogniser may have corrected since: the nearest beginning there. */
export function cutNear(text: string, at: number): number {
  const [nearest = at] = [...placesWithin(text)].sort((a, b) => Math.abs(a - at) - Math.abs(b - at));
  return Math.min(text.length, Math.abs(nearest - at) <= MOST_MOVED ? nearest : at);
}

/** Where in the caller's sentences something new may begin. */
function beginnings(heard: readonly Heard[]): readonly { readonly i: number; readonly at: number }[] {
  return heard.flatMap(({ segment }, i) => {
    if (segment.side !== 'caller') return [];
    const before = heard[i - 1]?.segment;
    const asked = before?.side === 'agent' && askedForMore.test(before.text);
    const whole = i > 0 && (asked || begins.test(segment.text) || anew.test(segment.text));
    return [...(whole ? [0] : []), ...placesWithin(segment.text)].map((at) => ({ i, at }));
  });
}

/** At least one word of the catalogue in the caller's mouth, as it is written. */
function hasOwnWord({ index }: Search, heard: readonly Heard[], classId: string): boolean {
  return heard.some(
    ({ segment }) =>
      segment.side === 'caller' &&
      index.read(segment).keywords.some((k) => k.exact && k.item.classId === classId && k.name.length >= 2),
  );
}

/** Other than what it was about: neither the same topic nor the same first level with the same department. */
function isOther({ index }: Search, a: FieldCandidate, b: FieldCandidate): boolean {
  const [first, second] = [index.classes.get(a.value), index.classes.get(b.value)];
  if (first === undefined || second === undefined) return false;
  if (first.path[0] === second.path[0] && first.leadDepartmentId === second.leadDepartmentId) return false;
  return first.path[0] !== second.path[0] || first.path[1] !== second.path[1];
}

/** What was heard before a beginning, and from it on. */
export function dividedAt(
  heard: readonly Heard[],
  i: number,
  at: number,
): readonly [readonly Heard[], readonly Heard[]] {
  const one = heard[i];
  if (one === undefined || at === 0) return [heard.slice(0, i), heard.slice(i)];
  const [head, tail] = halvesOf(one, at);
  return [
    [...heard.slice(0, i), head],
    [tail, ...heard.slice(i + 1)],
  ];
}

function matterFrom(search: Search, heard: readonly Heard[], i: number, at: number): SecondMatterFound | null {
  const [before, after] = dividedAt(heard, i, at);
  const old = findClass(search.index, before, search.guesser)?.candidates ?? [];
  const fresh = findClass(search.index, after, search.guesser)?.candidates ?? [];
  const [was, is] = [old[0], fresh[0]];
  const fromSegmentId = after[0]?.segment.segmentId;
  if (was === undefined || is === undefined || fromSegmentId === undefined) return null;
  if (was.confidence < SURE_BEFORE || is.confidence < SURE_AFTER || !isOther(search, was, is)) return null;
  const goesOn = fresh.some((c) => c.value === was.value && c.confidence >= LEAST_RIVAL);
  const wasThere = old.some((c) => c.value === is.value && c.confidence >= LEAST_RIVAL);
  if (goesOn || wasThere || !hasOwnWord(search, after, is.value) || !hasOwnWord(search, before, was.value)) return null;
  const { value: classId, display, confidence, evidence } = is;
  return { fromSegmentId, fromChar: at, classId, display, confidence, evidence };
}

/** The second matter, if there is one. */
export function findSecondMatter(search: Search, heard: readonly Heard[]): SecondMatterFound | null {
  for (const { i, at } of beginnings(heard)) {
    const found = matterFrom(search, heard, i, at);
    if (found !== null) return found;
  }
  return null;
}
