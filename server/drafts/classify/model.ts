/**
 * The classifier: first which of the top classes, then which leaf within it, so that eight hundred leaves cost no more
 * than a few dozen. `P(leaf) = P(top) · P(leaf | top)`. A history without levels has tops only. Pure.
 */
import { featuresOf, type Features } from './features.ts';
import { probabilities, scorerOf, trainUnit, type Scorer, type Unit } from './unit.ts';
import { wordsOf } from './words.ts';

/** What is known of a model without asking it anything. */
export interface ModelFacts {
  readonly trainedAtMs: number;
  readonly rows: number;
  /** On rows that were not trained on; null when none were held out. */
  readonly heldOut: {
    readonly rows: number;
    readonly macroF1: number;
    readonly top1: number;
    readonly top3: number;
  } | null;
}

export interface ClassModel {
  readonly facts: ModelFacts;
  readonly root: Unit;
  /** By label of the root; a top with a single leaf has a unit of one label. Empty when the history has no levels. */
  readonly branches: Readonly<Record<string, Unit>>;
  /** Rows of each leaf in training: how much its probability is worth. */
  readonly seen: Readonly<Record<string, number>>;
}

export interface Row {
  readonly text: string;
  readonly label: string;
  /** The first level that the label stands under; the label itself when there are no levels. */
  readonly top: string;
}

export interface Guess {
  readonly label: string;
  readonly probability: number;
}

export interface Prepared extends Row {
  readonly features: Features;
}

export const prepared = (row: Row): Prepared => ({ ...row, features: featuresOf(wordsOf(row.text)) });

export interface TrainOptions {
  readonly trainedAtMs: number;
  /** Share done, 0 to 1, and what is being done. */
  readonly onProgress?: (share: number, what: string) => void;
}

/** A share of the work for the root, the rest for the branches, by rows. */
const ROOT_SHARE = 0.7;

function trainBranches(rows: readonly Prepared[], report: (share: number, what: string) => void): Record<string, Unit> {
  const byTop = new Map<string, Prepared[]>();
  for (const row of rows) {
    const own = byTop.get(row.top);
    if (own === undefined) byTop.set(row.top, [row]);
    else own.push(row);
  }
  const branches: Record<string, Unit> = {};
  let done = 0;
  for (const [top, own] of byTop) {
    branches[top] = trainUnit(
      own.map((row) => row.features),
      own.map((row) => row.label),
    );
    done += own.length;
    report(done / rows.length, top);
  }
  return branches;
}

export function trainModel(rows: readonly Prepared[], { trainedAtMs, onProgress }: TrainOptions): ClassModel {
  const hasLevels = rows.some((row) => row.top !== row.label);
  const rootShare = hasLevels ? ROOT_SHARE : 1;
  const root = trainUnit(
    rows.map((row) => row.features),
    rows.map((row) => row.top),
    { onProgress: (share) => onProgress?.(share * rootShare, 'root') },
  );
  const branches = hasLevels
    ? trainBranches(rows, (share, top) => onProgress?.(rootShare + share * (1 - rootShare), top))
    : {};
  const seen: Record<string, number> = {};
  for (const { label } of rows) seen[label] = (seen[label] ?? 0) + 1;
  return { facts: { trainedAtMs, rows: rows.length, heldOut: null }, root, branches, seen };
}

export interface Classifier {
  readonly model: ClassModel;
  /** Every label with its probability, likeliest first. */
  readonly classify: (features: Features) => readonly Guess[];
  /** How much each of the named features speaks for the label, within both decisions. */
  readonly reasons: (features: Features, label: string) => ReadonlyMap<number, number>;
}

interface Asked {
  readonly scorer: Scorer;
  readonly chances: Float64Array;
}

function ask(scorer: Scorer, features: Features): Asked {
  const scores = scorer.scores(scorer.rowOf(features));
  return { scorer, chances: probabilities(scores, scorer.unit.sharpness) };
}

/** Tops less likely than this are not looked into: their leaves get nothing. */
const WORTH_LOOKING = 0.02;

function addReasons(into: Map<number, number>, scorer: Scorer, features: Features, label: string): void {
  const at = scorer.unit.labels.indexOf(label);
  if (at < 0) return;
  const { columns, values } = scorer.rowOf(features);
  columns.forEach((column, k) => {
    const name = scorer.unit.hashes[column] ?? 0;
    into.set(name, (into.get(name) ?? 0) + scorer.share(column, values[k] ?? 0, at));
  });
}

/** Makes a model ready to be asked. */
export function classifierOf(model: ClassModel): Classifier {
  const root = scorerOf(model.root);
  const branches = new Map(Object.entries(model.branches).map(([top, unit]) => [top, scorerOf(unit)]));
  const topOf = new Map<string, string>();
  for (const [top, { unit }] of branches) for (const label of unit.labels) topOf.set(label, top);

  const classify = (features: Features): readonly Guess[] => {
    const { chances } = ask(root, features);
    const guesses = model.root.labels.flatMap((top, i): Guess[] => {
      const chance = chances[i] ?? 0;
      const branch = branches.get(top);
      if (branch === undefined) return [{ label: top, probability: chance }];
      if (chance < WORTH_LOOKING) return [];
      const within = ask(branch, features);
      return branch.unit.labels.map((label, k) => ({ label, probability: chance * (within.chances[k] ?? 0) }));
    });
    return guesses.sort((a, b) => b.probability - a.probability);
  };

  const reasons = (features: Features, label: string): ReadonlyMap<number, number> => {
    const found = new Map<number, number>();
    const top = topOf.get(label) ?? label;
    addReasons(found, root, features, top);
    const branch = branches.get(top);
    if (branch !== undefined) addReasons(found, branch, features, label);
    return found;
  };
  return { model, classify, reasons };
}
