/**
 * A text as numbers: words and pairs of words, and characters in ones, twos and threes (which bridge what segmentation
 * tears apart and what recognition half hears). Counts, by hashed name, in two blocks. Pure.
 */
import { hashOn, hashStart } from './hash.ts';

export type Counts = Map<number, number>;
/** Blocks are weighed apart, so that the many characters do not drown the few words. */
export interface Features {
  readonly words: Counts;
  readonly chars: Counts;
}

const WORD = hashStart('w');
const PAIR = hashStart('p');
const CHAR = hashStart('c');
/** What comes first (a title, the first sentence) says most of the matter. */
const HEAD_WORDS = 16;
const HEAD_WEIGHT = 2;

const add = (counts: Counts, name: number, weight: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + weight);
};

function addChars(counts: Counts, word: string, next: string, weight: number): void {
  // N-grams that begin in this word and may reach into the next.
  const text = word + next.slice(0, 2);
  for (let i = 0; i < word.length; i += 1) {
    let name = CHAR;
    for (let n = 0; n < 3 && i + n < text.length; n += 1) {
      name = hashOn(name, text.charAt(i + n));
      add(counts, name, weight);
    }
  }
}

/** Features of segmented text. */
export function featuresOf(words: readonly string[]): Features {
  const features: Features = { words: new Map(), chars: new Map() };
  words.forEach((word, i) => {
    const weight = i < HEAD_WORDS ? HEAD_WEIGHT : 1;
    const next = words[i + 1] ?? '';
    add(features.words, hashOn(WORD, word), weight);
    if (next !== '') add(features.words, hashOn(hashOn(hashOn(PAIR, word), ' '), next), weight);
    addChars(features.chars, word, next, weight);
  });
  return features;
}
