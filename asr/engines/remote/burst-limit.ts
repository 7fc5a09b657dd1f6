/**
 * How much audio may be sent faster than it was spoken: a bucket that leaks at a multiple of the speed of speech.
 * Pure: the time is an input.
 */
const MAX_WAITING_MS = 2000;
/** Audio of a sentence that moves to this engine comes faster than speech. */
const LEAK = 4;

export class BurstLimit {
  #levelMs = 0;
  #atMs = 0;

  /** True when `audioMs` more may be sent at `nowMs`. */
  take(audioMs: number, nowMs: number): boolean {
    this.#levelMs = Math.max(0, this.#levelMs - Math.max(0, nowMs - this.#atMs) * LEAK);
    this.#atMs = nowMs;
    if (this.#levelMs + audioMs > MAX_WAITING_MS) return false;
    this.#levelMs += audioMs;
    return true;
  }
}
