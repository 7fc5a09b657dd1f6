/** When each spoken word was first to be read. Pure. */
import type { Snapshot } from '../phones/protocol.ts';

export interface Spoken {
  readonly word: string;
  /** When its last sample was sent. */
  readonly endAtMs: number;
}

export interface WordTimes {
  /** Milliseconds from a word's end to the first text with it; only for words that appeared. */
  readonly latenciesMs: readonly number[];
  readonly spoken: number;
  readonly missing: readonly string[];
}

/** Words, in order, as many as possible, each at its own place in the text: indexes of those found. */
export function wordsIn(text: string, words: readonly string[]): readonly number[] {
  const width = text.length + 1;
  // best[i * width + p]: most of the first i words to be found in the first p characters.
  const best = new Uint16Array((words.length + 1) * width);
  const at = (i: number, p: number): number => best[i * width + p] ?? 0;
  words.forEach((word, k) => {
    for (let p = 0; p < width; p++) {
      const fits = p >= word.length && text.startsWith(word, p - word.length);
      const withIt = fits ? at(k, p - word.length) + 1 : 0;
      best[(k + 1) * width + p] = Math.max(at(k, p), p === 0 ? 0 : at(k + 1, p - 1), withIt);
    }
  });
  const found: number[] = [];
  let [i, p] = [words.length, text.length];
  while (i > 0 && p > 0) {
    const word = words[i - 1] ?? '';
    if (at(i, p) === at(i - 1, p)) i -= 1;
    else if (at(i, p) === at(i, p - 1)) p -= 1;
    else {
      found.unshift(i - 1);
      i -= 1;
      p -= word.length;
    }
  }
  return found;
}

const plain = (text: string): string => text.replaceAll(/[^\p{Script=Han}\p{L}\p{N}]/gu, '');
/** A word may be guessed from its beginning, but not before it began. */
const LONGEST_WORD_MS = 1_500;

export function wordTimes(spoken: readonly Spoken[], shown: readonly Snapshot[]): WordTimes {
  const firstAtMs = new Map<number, number>();
  for (const { atMs, text } of shown) {
    const begun = spoken.filter((s) => s.endAtMs - LONGEST_WORD_MS <= atMs).map((s) => s.word);
    for (const k of wordsIn(plain(text), begun)) if (!firstAtMs.has(k)) firstAtMs.set(k, atMs);
  }
  const latenciesMs = spoken.flatMap(({ endAtMs }, k) => {
    const atMs = firstAtMs.get(k);
    return atMs === undefined ? [] : [atMs - endAtMs];
  });
  const missing = spoken.filter((_, k) => !firstAtMs.has(k)).map((s) => s.word);
  return { latenciesMs, spoken: spoken.length, missing };
}
