/**
 * The sentence that is being said on one stream: decides what is shown and whether it is news. Pure.
 */
import type { TimedToken, TimeSpan } from '../ports.ts';
import { maskedSpans } from './masked-spans.ts';
import { piecesAt, textPieces } from './pieces.ts';
import { sentenceText } from './sentence-text.ts';
import type { Piece } from './spoken-numbers.ts';
import { Wording } from './wording.ts';
import type { WordingModel } from './wording-model.ts';

/** What the recogniser has heard of the sentence so far; `heardMs` on the recording's clock, one for each token. */
export interface HeardSentence {
  readonly text: string;
  readonly tokens: readonly string[];
  readonly heardMs: readonly number[];
}

export interface TrackedSentence {
  readonly sentence: number;
  readonly rev: number;
  readonly text: string;
  readonly final: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly tokens: readonly TimedToken[];
  readonly syllables: readonly string[];
  readonly gapBeforeMs: number;
  readonly maskedSpans?: readonly TimeSpan[];
}

/** @see SentenceTracker.hear */
export class SentenceTracker {
  readonly #model: WordingModel | null;
  #wording: Wording | null;
  #sentence = 0;
  #rev = 0;
  #shown = '';
  #tail = '';
  #gapBeforeMs = 0;

  /** @param model - for recognisers that give toned syllables; null for those that give characters. */
  constructor(model: WordingModel | null) {
    this.#model = model;
    this.#wording = model === null ? null : new Wording(model);
  }

  /** True while a sentence has been shown and not been finished. */
  get open(): boolean {
    return this.#rev > 0;
  }

  /** Audio was lost before what comes next. */
  lost(gapMs: number): void {
    this.#gapBeforeMs += gapMs;
  }

  /** The sentence as it stands; nothing when nothing changed for the reader. */
  hear(heard: HeardSentence, final: boolean): TrackedSentence | undefined {
    const pieces = this.#pieces(heard);
    const { text, tokens, tail } = sentenceText(pieces, { final, before: this.#tail });
    const news = text !== '' && (final || text !== this.#shown);
    if (news) this.#rev++;
    this.#shown = text;
    const update: TrackedSentence | undefined = news
      ? {
          sentence: this.#sentence,
          rev: this.#rev,
          text,
          final,
          startMs: Math.round(pieces[0]?.startMs ?? 0),
          endMs: Math.round(pieces.at(-1)?.endMs ?? 0),
          tokens: tokens.map((t) => ({ text: t.text, startMs: Math.round(t.startMs), endMs: Math.round(t.endMs) })),
          syllables: this.#wording === null ? [] : unmaskedSyllables(heard.tokens, pieces, tokens),
          gapBeforeMs: Math.round(this.#gapBeforeMs),
          ...maskedSpans(tokens),
        }
      : undefined;
    if (final) this.#next(update === undefined ? this.#tail : tail);
    return update;
  }

  #pieces(heard: HeardSentence): readonly Piece[] {
    const wording = this.#wording;
    if (wording === null) return textPieces(heard.text, heard.tokens, heard.heardMs);
    // Greedy CTC only ever adds tokens, so the beam goes on from where it was.
    for (const syllable of heard.tokens.slice(wording.length)) wording.push(syllable);
    return piecesAt(wording.chars(), heard.heardMs);
  }

  #next(tail: string): void {
    if (this.#rev > 0) {
      this.#sentence++;
      this.#gapBeforeMs = 0;
    }
    this.#rev = 0;
    this.#shown = '';
    this.#tail = tail;
    this.#wording = this.#model === null ? null : new Wording(this.#model);
  }
}

/** A masked number is masked as it sounds, too: `*` in place of its syllables. */
function unmaskedSyllables(
  syllables: readonly string[],
  pieces: readonly Piece[],
  shown: readonly TimedToken[],
): readonly string[] {
  const masked = shown.filter((token) => token.text.includes('*'));
  if (masked.length === 0) return syllables;
  return syllables.map((syllable, i) => {
    const startMs = pieces[i]?.startMs ?? 0;
    return masked.some((token) => token.startMs <= startMs && startMs < token.endMs) ? '*' : syllable;
  });
}
