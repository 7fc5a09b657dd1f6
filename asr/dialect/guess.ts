/**
 * Which dialect a caller speaks: guessed from the words used and from the sounds that were heard where another one is
 * written, within the first seconds of speech. Pure.
 */
import type { Dialect } from '../../config/city.ts';
import { generalAccent, similarityOf, type Similarity } from './accent.ts';
import { syllablesOf } from './syllable.ts';
import { dialectWordsIn, wordsAt, type WordTable } from './words.ts';

/** What is needed of one sentence of the caller. */
export interface HeardSentence {
  readonly text: string;
  /** Toned pinyin as heard; empty when the engine gives none. */
  readonly syllables: readonly string[];
  readonly startMs: number;
  /** Language the engine believes in, e.g. `yue`; '' when it does not say. */
  readonly language?: string;
}

export interface DialectGuess {
  readonly dialectId: string;
  /** 0 to 1; what is missing to 1 is Mandarin and the other dialects. */
  readonly confidence: number;
  /** Words that tell it, as said; empty when only sounds do. */
  readonly words: readonly string[];
}

export interface DialectGuesser {
  /** Dialects that are at all likely, best first; empty for plain Mandarin. */
  readonly guess: (sentences: readonly HeardSentence[]) => readonly DialectGuess[];
}

/** Later speech is not looked at: by then the call has its agent and the agent has ears. */
export const GUESS_WITHIN_MS = 10_000;

/** How far Mandarin is expected before anything is known. */
const MANDARIN = 1.1;
/** A word of one dialect only; one that several share counts a share. */
const WORD = 1;
/** A word that Mandarin has too only helps others. */
const SHARED_WITH_MANDARIN = 0.2;
/** A sound heard for another that this accent confuses. */
const SOUND = 0.35;
/** What the engine says for itself. */
const ENGINE = 1.5;
const LEAST_CONFIDENCE = 0.25;

interface Known {
  readonly dialect: Dialect;
  readonly table: WordTable<Dialect['words'][number]>;
  readonly alike: Similarity;
}

interface Score {
  value: number;
  readonly words: Set<string>;
}

function withinFirstSeconds(sentences: readonly HeardSentence[]): readonly HeardSentence[] {
  const startMs = sentences[0]?.startMs ?? 0;
  return sentences.filter((s) => s.startMs - startMs < GUESS_WITHIN_MS);
}

/** Pairs of what was heard and how the written character is read, where they differ. */
function slipsOf({ text, syllables }: HeardSentence): readonly (readonly [heard: string, read: string])[] {
  const heard = syllablesOf(text, syllables);
  const read = syllablesOf(text);
  if (syllables.length !== read.length) return [];
  return heard.flatMap((syllable, i) => {
    const written = read[i]?.sound ?? '';
    return syllable.sound === written || syllable.sound === '' ? [] : [[syllable.sound, written] as const];
  });
}

export function createDialectGuesser(dialects: readonly Dialect[]): DialectGuesser {
  const general = similarityOf(generalAccent);
  const known = dialects.map((dialect): Known => {
    const accent = { ...dialect.accent, id: dialect.id };
    return { dialect, table: dialectWordsIn(dialect.words), alike: similarityOf(accent) };
  });
  const users = new Map<string, number>();
  for (const { words } of dialects) for (const { said } of words) users.set(said, (users.get(said) ?? 0) + 1);

  const scoreOf = ({ dialect, table, alike }: Known, sentences: readonly HeardSentence[]): Score => {
    const score: Score = { value: 0, words: new Set() };
    for (const sentence of sentences) {
      for (const { word } of wordsAt(sentence.text, table)) {
        if (score.words.has(word.said)) continue;
        const shared = word.onlyInDialect === true;
        score.value += (WORD * (shared ? SHARED_WITH_MANDARIN : 1)) / (users.get(word.said) ?? 1) ** 1.5;
        score.words.add(word.said);
      }
      for (const [heard, read] of slipsOf(sentence)) {
        // Only what this accent confuses more than others do says anything; what nobody confuses is a slip.
        const surplus = alike(heard, read) - Math.min(0.85, general(heard, read));
        if (alike(heard, read) >= 0.7) score.value += SOUND * Math.max(0.5, surplus * 3);
      }
      if (sentence.language === dialect.language) score.value += ENGINE;
    }
    return score;
  };

  const guess = (all: readonly HeardSentence[]): readonly DialectGuess[] => {
    const sentences = withinFirstSeconds(all);
    const scores = known.map((one) => ({ id: one.dialect.id, ...scoreOf(one, sentences) }));
    const total = scores.reduce((sum, s) => sum + s.value ** 1.5, MANDARIN);
    return scores
      .map(({ id, value, words }) => {
        const confidence = Math.round((value ** 1.5 / total) * 1_000) / 1_000;
        return { dialectId: id, confidence, words: [...words].slice(0, 6) };
      })
      .filter((g) => g.confidence >= LEAST_CONFIDENCE)
      .sort((a, b) => b.confidence - a.confidence);
  };
  return { guess };
}
