/** From what streams told to how long words took. Pure. */
import { toPinyin } from '../../support/speech.ts';
import { wordTimes } from '../first-call/word-times.ts';
import type { Script } from '../first-call/script.ts';
import { p95 } from '../stats.ts';
import type { Run } from './subject.ts';

export interface Latency {
  readonly p95Ms: number;
  readonly words: number;
  /** Share of the words that were heard at all. */
  readonly heard: number;
}

/** A toneless syllable as one character, so that words can be looked for as in any text. */
class Alphabet {
  readonly #known = new Map<string, string>();

  text(syllables: readonly string[]): string {
    return syllables.map((syllable) => this.#char(syllable)).join('');
  }

  #char(syllable: string): string {
    const known = this.#known.get(syllable);
    if (known !== undefined) return known;
    const char = String.fromCodePoint(0x4e00 + this.#known.size);
    this.#known.set(syllable, char);
    return char;
  }
}

const SAMPLES_PER_MS = 8;
/** Words that ended this long before the end count: later ones may still have been on their way. */
const TAIL_MS = 1000;
/** Only the first streams are looked at closely: searching takes longer than hearing. */
const MOST_STREAMS = 40;

const syllablesOf = (word: string): readonly string[] =>
  toPinyin(word)
    .split(/[\s,]+/)
    .map((syllable) => syllable.replace(/[0-9]$/, ''));

export function latencyOf(run: Run, voices: readonly Script[], forMs: number): Latency {
  const alphabet = new Alphabet();
  const found: number[] = [];
  let spoken = 0;
  const step = Math.max(1, Math.floor(run.told.length / MOST_STREAMS));
  for (let stream = 0; stream < run.told.length; stream += step) {
    const voice = voices[stream % voices.length];
    const startMs = run.startsAtMs[stream] ?? 0;
    if (voice === undefined) continue;
    const words = voice.words.flatMap((word, k) => {
      const endMs = (voice.lastSamples[k] ?? 0) / SAMPLES_PER_MS;
      return endMs > forMs - TAIL_MS ? [] : [{ word: alphabet.text(syllablesOf(word)), endAtMs: startMs + endMs }];
    });
    const shown = (run.told[stream] ?? []).map(({ atMs, syllables }) => ({ atMs, text: alphabet.text(syllables) }));
    const times = wordTimes(words, shown);
    found.push(...times.latenciesMs);
    spoken += times.spoken;
  }
  return {
    p95Ms: found.length === 0 ? Infinity : p95(found),
    words: spoken,
    heard: found.length / Math.max(1, spoken),
  };
}
