/** Notices when this process did not run although it should have: the limit of what it can tell about others. */

const PERIOD_MS = 2;
/** Timers of Node come up to a millisecond late by themselves. */
const LATE_MS = 2;

/** A beat that came late. Moments are of the monotonic clock. */
export interface Stall {
  readonly dueMs: number;
  /** When the beat after it came: by then all that had waited was read, for one round of the loop reads every socket. */
  readonly untilMs: number;
}

export class Heartbeat {
  readonly stalls: Stall[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lateSinceMs: number | undefined;

  start(): void {
    if (this.#timer === undefined) this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const dueMs = performance.now() + PERIOD_MS;
    this.#timer = setTimeout(() => {
      const nowMs = performance.now();
      if (this.#lateSinceMs !== undefined) this.stalls.push({ dueMs: this.#lateSinceMs, untilMs: nowMs });
      this.#lateSinceMs = nowMs - dueMs >= LATE_MS ? dueMs : undefined;
      this.#arm();
    }, PERIOD_MS);
  }
}

/** How long what was read at a moment may have waited for this process, at most. Stalls are in order. */
export function stallAt(stalls: readonly Stall[], atMs: number): number {
  let [low, high] = [0, stalls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stalls[middle]?.untilMs ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  // The first that is not over yet began before all others that cover the moment.
  return Math.max(0, atMs - (stalls[low]?.dueMs ?? atMs));
}
