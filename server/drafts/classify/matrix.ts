/** Rows of sparse numbers, laid out flat: what linear training walks over again and again. Pure. */

export interface SparseRows {
  /** Row i is `[starts[i], starts[i + 1])` of `columns` and `values`. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
  readonly width: number;
}

export const rowCount = (rows: SparseRows): number => rows.starts.length - 1;

export interface SparseRow {
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

export function sparseRows(rows: readonly SparseRow[], width: number): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = (starts[i] ?? 0) + row.columns.length;
  });
  const total = starts[rows.length] ?? 0;
  const columns = new Int32Array(total);
  const values = new Float32Array(total);
  rows.forEach((row, i) => {
    columns.set(row.columns, starts[i]);
    values.set(row.values, starts[i]);
  });
  return { starts, columns, values, width };
}
