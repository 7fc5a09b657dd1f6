/** The virtual clock: what is due next, in order of time and then of entry. */

export interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => Promise<void> | void;
  cancelled: boolean;
}

const before = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** A binary heap. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: Entry['run']): Entry {
    const entry = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, run, cancelled: false };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return entry;
  }

  after(delayMs: number, run: Entry['run']): Entry {
    return this.at(this.#nowMs + delayMs, run);
  }

  /** Runs everything up to and at `untilMs`. */
  async runUntil(untilMs: number): Promise<number> {
    let done = 0;
    for (let top = this.#heap[0]; top !== undefined && top.atMs <= untilMs; top = this.#heap[0]) {
      this.#pop();
      if (top.cancelled) continue;
      this.#nowMs = top.atMs;
      const running = top.run();
      if (running !== undefined) await running;
      done++;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    return done;
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x === undefined || y === undefined) return;
    this.#heap[a] = y;
    this.#heap[b] = x;
  }

  #less(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    return x !== undefined && y !== undefined && before(x, y);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#less(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    this.#swap(0, this.#heap.length - 1);
    this.#heap.pop();
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (this.#less(left, least)) least = left;
      if (this.#less(right, least)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
