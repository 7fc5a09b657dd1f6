/** Lays names over a stretch of a sentence, syllable by syllable, with at most one syllable lost or added. Pure. */
import type { NameStore, SaidSounds } from './name-store.ts';

export interface Laid {
  readonly score: number;
  /** First and last syllable of the sentence that belong to the name. */
  readonly first: number;
  readonly last: number;
  readonly sameChars: boolean;
}

/** What is between two syllables that fit: nothing, a syllable of the name lost, or one added. */
export type Gap = 'none' | 'lost' | 'added';

/** Where a name is laid: the sentence's syllable for its first one; a gap lies before its syllable `gapAt`. */
export interface Place {
  readonly start: number;
  readonly gap: Gap;
  readonly gapAt: number;
}

/** Share of the whole score that the shared ending has. */
const ENDING_SHARE = 0.25;
/** A syllable of the name that was not heard counts this much. */
const LOST = 0.4;
/** A syllable in between that is not in the name costs this much. */
const ADDED = 0.3;
/** An ending that was said differently or not at all is no part of the match. */
const HEARD = 0.5;
/** For names of which only the same characters or exactly the same sound will do. */
export const STRICT_SCORE = 0.97;

/** Least score by number of syllables: two syllables are too few for anything but the same sound. */
export function leastScore(length: number, strict: boolean): number {
  if (strict || length <= 2) return STRICT_SCORE;
  return length === 3 ? 0.86 : 0.8;
}

/** Least average likeness of the core with which a name can still reach its least score. */
export function leastCore(length: number, coreLength: number, strict: boolean): number {
  const share = length === coreLength ? 0 : ENDING_SHARE;
  return (leastScore(length, strict) - share) / (1 - share);
}

interface Sums {
  core: number;
  ending: number;
  last: number;
  sameChars: boolean;
}

function sumsOf(store: NameStore, name: number, said: SaidSounds, { start, gap, gapAt }: Place): Sums {
  const core = store.coreOf(name);
  const sums: Sums = { core: gap === 'added' ? -ADDED : 0, ending: 0, last: start, sameChars: gap === 'none' };
  let i = start;
  for (let k = 0; k < store.lengthOf(name); k += 1) {
    if (gap === 'lost' && k === gapAt) {
      sums.core += LOST;
      continue;
    }
    if (gap === 'added' && k === gapAt) i += 1;
    const value = store.alike(name, k, said, i);
    if (value < 1) sums.sameChars = false;
    if (value >= HEARD) sums.last = i;
    if (k < core) sums.core += value;
    else sums.ending += value;
    i += 1;
  }
  return sums;
}

/** How well the name fits there; null when not well enough. */
export function lay(
  store: NameStore,
  { name, strict }: { readonly name: number; readonly strict: boolean },
  said: SaidSounds,
  place: Place,
): Laid | null {
  const length = store.lengthOf(name);
  const coreLength = store.coreOf(name);
  const { core, ending, last, sameChars } = sumsOf(store, name, said, place);
  if (sameChars) return { score: 1, first: place.start, last, sameChars };
  const share = length === coreLength ? 0 : ENDING_SHARE;
  // Half an ending is worth less than half: 通道 is no 街道.
  const endingScore = length === coreLength ? 0 : (ending / (length - coreLength)) ** 2;
  const score = (core / coreLength) * (1 - share) + endingScore * share;
  return score < leastScore(length, strict) ? null : { score, first: place.start, last, sameChars };
}
