/**
 * Identifiers in order of score, then of the identifier itself (as a Redis sorted set has them).
 * Kept in chunks, so that adding, removing and finding a rank hardly depend on how many there are. Pure.
 */
export interface Entry {
  readonly score: number;
  readonly id: string;
}

const CHUNK = 128;

export function isBefore(a: Entry, b: Entry): boolean {
  return a.score < b.score || (a.score === b.score && a.id < b.id);
}

/** Number of entries of a chunk that stand before (score, id). */
function countBefore(chunk: readonly Entry[], score: number, id: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = chunk[middle];
    if (at !== undefined && (at.score < score || (at.score === score && at.id < id))) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class SortedList {
  readonly #chunks: Entry[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Index of the first chunk whose last entry does not stand before (score, id). */
  #chunkFor(score: number, id: string): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = chunks[middle];
      const last = chunk?.[chunk.length - 1];
      if (last !== undefined && (last.score < score || (last.score === score && last.id < id))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(score: number, id: string): void {
    const index = Math.min(this.#chunkFor(score, id), Math.max(0, this.#chunks.length - 1));
    const chunk = this.#chunks[index];
    this.#size += 1;
    if (chunk === undefined) {
      this.#chunks.push([{ score, id }]);
      return;
    }
    const at = countBefore(chunk, score, id);
    if (at === chunk.length) chunk.push({ score, id });
    else chunk.splice(at, 0, { score, id });
    if (chunk.length > CHUNK * 2) this.#chunks.splice(index + 1, 0, chunk.splice(CHUNK));
  }

  remove(score: number, id: string): boolean {
    const index = this.#chunkFor(score, id);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return false;
    const at = countBefore(chunk, score, id);
    if (chunk[at]?.id !== id) return false;
    if (at === 0) chunk.shift();
    else if (at === chunk.length - 1) chunk.pop();
    else chunk.splice(at, 1);
    if (chunk.length === 0) this.#chunks.splice(index, 1);
    this.#size -= 1;
    return true;
  }

  first(): Entry | undefined {
    return this.#chunks[0]?.[0];
  }

  /** The first entry that `wanted` accepts, from the front. */
  find(wanted: (entry: Entry) => boolean): Entry | undefined {
    for (const chunk of this.#chunks) {
      for (const entry of chunk) if (wanted(entry)) return entry;
    }
    return undefined;
  }

  /** How many stand before this one. */
  rank(score: number, id: string): number {
    const index = this.#chunkFor(score, id);
    let before = 0;
    for (let i = 0; i < index; i += 1) before += this.#chunks[i]?.length ?? 0;
    return before + countBefore(this.#chunks[index] ?? [], score, id);
  }

  entries(): readonly Entry[] {
    return this.#chunks.flat();
  }
}
