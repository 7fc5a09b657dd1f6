/** Calls that may be served now, the first in serving order on top. A binary heap. Pure. */
import { isBefore, type Entry } from './sorted-list.ts';

export interface Candidate extends Entry {
  /** For whom the call was looked up; absent when the call itself has changed. */
  readonly agentId?: string;
}

export class Candidates {
  readonly #heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const heap = this.#heap;
    let at = heap.push(candidate) - 1;
    while (at > 0) {
      const parentAt = (at - 1) >>> 1;
      const parent = heap[parentAt];
      if (parent === undefined || !isBefore(candidate, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = candidate;
  }

  pop(): Candidate | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const child = this.#smallerChild(at);
      const next = heap[child];
      if (next === undefined || !isBefore(next, last)) break;
      heap[at] = next;
      at = child;
    }
    heap[at] = last;
    return top;
  }

  #smallerChild(at: number): number {
    const left = this.#heap[at * 2 + 1];
    const right = this.#heap[at * 2 + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? at * 2 + 2 : at * 2 + 1;
  }
}
