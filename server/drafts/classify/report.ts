/** How good a classifier is on rows that it has not seen. Pure. */
import type { Classifier, Prepared } from './model.ts';

export interface ClassFigures {
  readonly label: string;
  readonly rows: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Report {
  readonly rows: number;
  readonly macroF1: number;
  readonly top1: number;
  readonly top3: number;
  readonly classes: readonly ClassFigures[];
  /** Truth, then what was guessed instead, most frequent first. */
  readonly confused: readonly { readonly truth: string; readonly guess: string; readonly times: number }[];
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

interface Pair {
  readonly truth: string;
  readonly guess: string;
}

function figuresOf(label: string, pairs: readonly Pair[]): ClassFigures {
  let right = 0;
  let rows = 0;
  let guessed = 0;
  for (const { truth, guess } of pairs) {
    if (truth === label) rows += 1;
    if (guess === label) guessed += 1;
    if (truth === label && guess === label) right += 1;
  }
  const precision = share(right, guessed);
  const recall = share(right, rows);
  return { label, rows, precision, recall, f1: share(2 * precision * recall, precision + recall) };
}

/** Macro-F1 over the labels that occur as truth. */
export function figuresByClass(pairs: readonly Pair[]): readonly ClassFigures[] {
  return [...new Set(pairs.map((p) => p.truth))].sort().map((label) => figuresOf(label, pairs));
}

export const macroF1Of = (figures: readonly ClassFigures[]): number =>
  share(
    figures.reduce((sum, f) => sum + f.f1, 0),
    figures.length,
  );

function confusions(pairs: readonly Pair[]): Report['confused'] {
  const times = new Map<string, number>();
  for (const { truth, guess } of pairs) {
    if (truth === guess) continue;
    const key = JSON.stringify([truth, guess]);
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return [...times]
    .map(([key, n]) => {
      const [truth, guess] = JSON.parse(key) as [string, string];
      return { truth, guess, times: n };
    })
    .sort((a, b) => b.times - a.times);
}

export function reportOn(classifier: Classifier, rows: readonly Prepared[]): Report {
  let first = 0;
  let three = 0;
  const pairs = rows.map((row): Pair => {
    const guesses = classifier.classify(row.features);
    const guess = guesses[0]?.label ?? '';
    if (guess === row.label) first += 1;
    if (guesses.slice(0, 3).some((g) => g.label === row.label)) three += 1;
    return { truth: row.label, guess };
  });
  const classes = figuresByClass(pairs);
  return {
    rows: rows.length,
    macroF1: macroF1Of(classes),
    top1: share(first, rows.length),
    top3: share(three, rows.length),
    classes,
    confused: confusions(pairs),
  };
}
