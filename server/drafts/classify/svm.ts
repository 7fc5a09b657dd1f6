/**
 * Linear support vector machine with squared hinge loss, one class against the rest, by dual coordinate descent
 * (Hsieh et al., "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008, algorithm 1). Pure.
 */
import { rowCount, type SparseRows } from './matrix.ts';
import { seeded, shuffled } from './random.ts';

export interface SvmOptions {
  /** Price of a row on the wrong side. */
  readonly cost: number;
  readonly maxRounds: number;
  /** Ends when the gradients of a round lie this close together. */
  readonly tolerance: number;
}

export interface LinearUnit {
  readonly weights: Float32Array;
  readonly bias: number;
}

const dotOf = ({ columns, values }: SparseRows, weights: Float32Array, from: number, to: number): number => {
  let sum = 0;
  for (let k = from; k < to; k += 1) sum += (values[k] ?? 0) * (weights[columns[k] ?? 0] ?? 0);
  return sum;
};

/** Squared length of each row; one more for the bias, which is a column of ones. */
function squares(rows: SparseRows): Float64Array {
  const out = new Float64Array(rowCount(rows)).fill(1);
  for (let i = 0; i < out.length; i += 1) {
    let sum = 1;
    for (let k = rows.starts[i] ?? 0; k < (rows.starts[i + 1] ?? 0); k += 1) sum += (rows.values[k] ?? 0) ** 2;
    out[i] = sum;
  }
  return out;
}

/** `isOf[i]`: row i is of the class. `costs[i]` scales the price of row i. `scale`: columns are multiplied by it. */
export function trainSvm(
  rows: SparseRows,
  isOf: Uint8Array,
  costs: Float32Array,
  { cost, maxRounds, tolerance }: SvmOptions,
): LinearUnit {
  const { starts, columns, values, width } = rows;
  const count = rowCount(rows);
  const weights = new Float32Array(width);
  const alphas = new Float64Array(count);
  const lengths = squares(rows);
  const random = seeded(12_345);
  let bias = 0;
  for (let round = 0; round < maxRounds; round += 1) {
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (const i of shuffled(count, random)) {
      const from = starts[i] ?? 0;
      const to = starts[i + 1] ?? 0;
      const sign = isOf[i] === 1 ? 1 : -1;
      const diagonal = 0.5 / (cost * (costs[i] ?? 1));
      const before = alphas[i] ?? 0;
      const gradient = sign * (dotOf(rows, weights, from, to) + bias) - 1 + diagonal * before;
      const projected = before === 0 ? Math.min(gradient, 0) : gradient;
      highest = Math.max(highest, projected);
      lowest = Math.min(lowest, projected);
      if (Math.abs(projected) < 1e-12) continue;
      const after = Math.max(before - gradient / ((lengths[i] ?? 1) + diagonal), 0);
      const step = (after - before) * sign;
      alphas[i] = after;
      for (let k = from; k < to; k += 1) {
        const column = columns[k] ?? 0;
        weights[column] = (weights[column] ?? 0) + step * (values[k] ?? 0);
      }
      bias += step;
    }
    if (highest - lowest <= tolerance) break;
  }
  return { weights, bias };
}
