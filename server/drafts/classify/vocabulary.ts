/** Which features count, and how much each tells (inverse document frequency). Pure. */
import type { Counts, Features } from './features.ts';
import { Columns } from './columns.ts';
import { sparseRows, type SparseRow, type SparseRows } from './matrix.ts';

export interface Vocabulary {
  readonly columnOf: Columns;
  readonly hashes: Uint32Array;
  readonly idf: Float32Array;
}

/** Features seen in fewer texts than this are chance. */
export const MIN_TEXTS = 3;
/** The commonest are kept when a long history has more. */
const MAX_FEATURES = 600_000;

/** Features of at least `minTexts` texts. */
export function vocabularyOf(texts: readonly Features[], minTexts = MIN_TEXTS): Vocabulary {
  const textsWith = new Map<number, number>();
  const count = (counts: Counts): void => {
    for (const name of counts.keys()) textsWith.set(name, (textsWith.get(name) ?? 0) + 1);
  };
  for (const { words, chars } of texts) {
    count(words);
    count(chars);
  }
  let kept = [...textsWith].filter(([, n]) => n >= minTexts);
  if (kept.length > MAX_FEATURES) kept = kept.sort(([, a], [, b]) => b - a).slice(0, MAX_FEATURES);
  kept.sort(([a], [b]) => a - b);
  const hashes = Uint32Array.from(kept, ([name]) => name);
  const idf = Float32Array.from(kept, ([, n]) => Math.log((1 + texts.length) / (1 + n)) + 1);
  return { hashes, idf, columnOf: new Columns(hashes) };
}

/** Sublinear counts times idf, each block of length one. */
function addBlock(
  { columnOf, idf }: Pick<Vocabulary, 'columnOf' | 'idf'>,
  counts: Counts,
  row: { columns: number[]; values: number[] },
): void {
  const first = row.values.length;
  let square = 0;
  for (const [name, count] of counts) {
    const column = columnOf.find(name);
    if (column < 0) continue;
    const value = (1 + Math.log(count)) * (idf[column] ?? 0);
    row.columns.push(column);
    row.values.push(value);
    square += value * value;
  }
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let k = first; k < row.values.length; k += 1) row.values[k] = (row.values[k] ?? 0) * scale;
}

/** A text in the vocabulary's columns. */
export function rowOf(vocabulary: Pick<Vocabulary, 'columnOf' | 'idf'>, features: Features): SparseRow {
  const row = { columns: [] as number[], values: [] as number[] };
  addBlock(vocabulary, features.words, row);
  addBlock(vocabulary, features.chars, row);
  return row;
}

export function rowsOf(vocabulary: Vocabulary, texts: readonly Features[]): SparseRows {
  return sparseRows(
    texts.map((text) => rowOf(vocabulary, text)),
    vocabulary.hashes.length,
  );
}
