/**
 * One decision among some classes: a linear score for each, by a support vector machine on TF-IDF whose columns are
 * weighed by how much likelier they are in the class (the log-count ratios of NB-SVM, Wang and Manning, ACL 2012;
 * their square root, which on messages of citizens does better than either none or all of them). Pure.
 */
import type { Features } from './features.ts';
import { rowCount, type SparseRow, type SparseRows } from './matrix.ts';
import { compand, expand } from './quantise.ts';
import { trainSvm, type LinearUnit } from './svm.ts';
import { Columns } from './columns.ts';
import { rowOf, rowsOf, vocabularyOf, type Vocabulary } from './vocabulary.ts';

/** Weights are kept as companded bytes: `weights[column * classes + class]`. */
export interface Unit {
  readonly labels: readonly string[];
  readonly hashes: Uint32Array;
  readonly idf: Float32Array;
  readonly weights: Int8Array;
  readonly scales: Float32Array;
  readonly biases: Float32Array;
  /** Scores are multiplied by this before they become probabilities. */
  readonly sharpness: number;
}

export interface UnitOptions {
  readonly minTexts?: number;
  readonly onProgress?: (share: number) => void;
}

const MACHINE = { cost: 0.5, maxRounds: 25, tolerance: 0.1 };
/** Rare classes are made dearer by this power of how rare they are. */
const BALANCE = 0.5;
export const USUAL_SHARPNESS = 3;

function costsOf(labels: readonly number[], classes: number): Float32Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return Float32Array.from(labels, (label) => (labels.length / (classes * (counts[label] ?? 1))) ** BALANCE);
}

/** How much likelier each column is in the class than outside it: logarithm, its square root with its sign. */
function ratiosOf(rows: SparseRows, isOf: Uint8Array): Float32Array {
  const inside = new Float64Array(rows.width).fill(1);
  const outside = new Float64Array(rows.width).fill(1);
  for (let i = 0; i < rowCount(rows); i += 1) {
    const counts = isOf[i] === 1 ? inside : outside;
    for (let k = rows.starts[i] ?? 0; k < (rows.starts[i + 1] ?? 0); k += 1) {
      const column = rows.columns[k] ?? 0;
      counts[column] = (counts[column] ?? 0) + 1;
    }
  }
  const sum = (counts: Float64Array): number => counts.reduce((a, b) => a + b, 0);
  const offset = Math.log(sum(outside) / sum(inside));
  return Float32Array.from(inside, (n, column) => {
    const ratio = Math.log(n / (outside[column] ?? 1)) + offset;
    return Math.sign(ratio) * Math.sqrt(Math.abs(ratio));
  });
}

/** `scaled` is room for the weighed values, used again for each class. */
function trainClass(rows: SparseRows, isOf: Uint8Array, costs: Float32Array, scaled: Float32Array): LinearUnit {
  const ratios = ratiosOf(rows, isOf);
  for (let k = 0; k < scaled.length; k += 1) scaled[k] = (rows.values[k] ?? 0) * (ratios[rows.columns[k] ?? 0] ?? 0);
  const { weights, bias } = trainSvm({ ...rows, values: scaled }, isOf, costs, MACHINE);
  return { weights: weights.map((w, column) => w * (ratios[column] ?? 0)), bias };
}

function packed(vocabulary: Vocabulary, labels: readonly string[], units: readonly LinearUnit[]): Unit {
  const classes = labels.length;
  const scales = Float32Array.from(units, (u) => u.weights.reduce((max, w) => Math.max(max, Math.abs(w)), 1e-9));
  const bytes = new Int8Array(vocabulary.hashes.length * classes);
  units.forEach(({ weights }, label) => {
    const scale = scales[label] ?? 1;
    for (let column = 0; column < weights.length; column += 1)
      bytes[column * classes + label] = compand((weights[column] ?? 0) / scale);
  });
  return {
    labels,
    hashes: vocabulary.hashes,
    idf: vocabulary.idf,
    weights: bytes,
    scales,
    biases: Float32Array.from(units, (u) => u.bias),
    sharpness: USUAL_SHARPNESS,
  };
}

/** Learns to tell the labels apart. A single label needs no learning. */
export function trainUnit(texts: readonly Features[], labelOf: readonly string[], options: UnitOptions = {}): Unit {
  const labels = [...new Set(labelOf)].sort();
  const numbers = labelOf.map((label) => labels.indexOf(label));
  const empty = { hashes: new Uint32Array(0), idf: new Float32Array(0), columnOf: new Columns(new Uint32Array(0)) };
  if (labels.length < 2)
    return packed(
      empty,
      labels,
      labels.map(() => ({ weights: new Float32Array(0), bias: 0 })),
    );
  const vocabulary = vocabularyOf(texts, options.minTexts);
  const rows = rowsOf(vocabulary, texts);
  const costs = costsOf(numbers, labels.length);
  const scaled = new Float32Array(rows.values.length);
  const units = labels.map((_, label) => {
    const unit = trainClass(
      rows,
      Uint8Array.from(numbers, (n) => (n === label ? 1 : 0)),
      costs,
      scaled,
    );
    options.onProgress?.((label + 1) / labels.length);
    return unit;
  });
  return packed(vocabulary, labels, units);
}

/** A unit made ready to be asked. */
export interface Scorer {
  readonly unit: Unit;
  readonly rowOf: (features: Features) => SparseRow;
  readonly scores: (row: SparseRow) => Float64Array;
  /** What one column adds to the score of a class. */
  readonly share: (column: number, value: number, label: number) => number;
}

export function scorerOf(unit: Unit): Scorer {
  const columnOf = new Columns(unit.hashes);
  const classes = unit.labels.length;
  const weightAt = (column: number, label: number): number =>
    expand(unit.weights[column * classes + label] ?? 0) * (unit.scales[label] ?? 0);
  const scores = ({ columns, values }: SparseRow): Float64Array => {
    const sums = Float64Array.from(unit.biases);
    columns.forEach((column, k) => {
      const value = values[k] ?? 0;
      for (let label = 0; label < classes; label += 1)
        sums[label] = (sums[label] ?? 0) + value * weightAt(column, label);
    });
    return sums;
  };
  return {
    unit,
    scores,
    rowOf: (features) => rowOf({ columnOf, idf: unit.idf }, features),
    share: (column, value, label) => value * weightAt(column, label),
  };
}

/** Scores as probabilities. */
export function probabilities(scores: Float64Array, sharpness: number): Float64Array {
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = scores.map((s) => Math.exp((s - highest) * sharpness));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}
