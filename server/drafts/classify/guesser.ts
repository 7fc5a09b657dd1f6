/**
 * The city's history as a second opinion on the class (`class-guesser.ts`): what the model in use makes of a sentence.
 * A class that the history has seen often is trusted, one that it has hardly seen is left to the catalogue's words.
 */
import type { ClassGuess, ClassGuesser } from '../class-guesser.ts';
import { featuresOf } from './features.ts';
import { classifierOf, type ClassModel, type Classifier } from './model.ts';
import { normalised, wordsOf } from './words.ts';

/** So many rows of a class make its history half as weighty as it can get. */
const HALF_TRUST_ROWS = 20;
/** Fewer words than this say too little. */
const LEAST_WORDS = 2;
/** Small talk gets 0.2 or so from a model that has no word for "nothing". */
const LEAST_CONFIDENCE = 0.3;
const LEAST_REASON = 0.01;
const MAX_GUESSES = 3;
const MAX_WORDS_SHOWN = 4;

const trustIn = (classifier: Classifier, label: string): number => {
  const rows = classifier.model.seen[label] ?? 0;
  return rows / (rows + HALF_TRUST_ROWS);
};

/** The words that speak most for the class, where they were said. */
function reasonsFor(text: string, words: readonly string[], reasons: ReadonlyMap<number, number>): ClassGuess['words'] {
  const weightOf = (word: string): number => {
    const features = featuresOf([word]);
    return [...features.words.keys(), ...features.chars.keys()].reduce((sum, n) => sum + (reasons.get(n) ?? 0), 0);
  };
  const said = normalised(text);
  // Positions are those of the text as it stands; where making forms one has moved them, nothing can be shown.
  if (said.length !== text.length) return [];
  return [...new Set(words)]
    .map((word) => ({ word, weight: weightOf(word) }))
    .filter(({ weight }) => weight > LEAST_REASON)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_WORDS_SHOWN)
    .map(({ word }) => ({ from: said.indexOf(word), to: said.indexOf(word) + word.length }))
    .filter(({ from }) => from >= 0);
}

function guessesOf(classifier: Classifier, text: string): readonly ClassGuess[] {
  const words = wordsOf(text);
  if (words.length < LEAST_WORDS) return [];
  const features = featuresOf(words);
  return classifier
    .classify(features)
    .slice(0, MAX_GUESSES)
    .map(({ label, probability }) => ({ classId: label, confidence: probability * trustIn(classifier, label) }))
    .filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
    .map((guess) => ({ ...guess, words: reasonsFor(text, words, classifier.reasons(features, guess.classId)) }));
}

/** Guesses by the model in use; not at all while there is none. Sentences heard before a change keep their guess. */
export class LearnedGuesser implements ClassGuesser {
  #classifier: Classifier | null = null;

  use(model: ClassModel | null): void {
    this.#classifier = model === null ? null : classifierOf(model);
  }

  get classifier(): Classifier | null {
    return this.#classifier;
  }

  readonly guess = (text: string): readonly ClassGuess[] =>
    this.#classifier === null ? [] : guessesOf(this.#classifier, text);
}
