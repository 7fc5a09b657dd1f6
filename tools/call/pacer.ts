/** One drift-corrected 20 ms beat for any number of streams: `next += 20`, never `setInterval`. */

export const FRAME_MS = 20;
/** After a longer stall the beat starts anew instead of sending everything at once. */
const MAX_BEHIND_MS = 200;

export class Pacer {
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #nextAtMs = 0;

  /** Calls `onFrame` every 20 ms until the returned function is called. */
  add(onFrame: () => void): () => void {
    this.#listeners.add(onFrame);
    if (this.#timer === undefined) {
      this.#nextAtMs = performance.now() + FRAME_MS;
      this.#schedule();
    }
    return () => {
      this.#listeners.delete(onFrame);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #schedule(): void {
    this.#timer = setTimeout(
      () => {
        this.#beat();
      },
      Math.max(0, this.#nextAtMs - performance.now()),
    );
  }

  #beat(): void {
    const nowMs = performance.now();
    if (nowMs - this.#nextAtMs > MAX_BEHIND_MS) this.#nextAtMs = nowMs;
    while (this.#nextAtMs <= nowMs) {
      for (const onFrame of this.#listeners) onFrame();
      this.#nextAtMs += FRAME_MS;
    }
    if (this.#listeners.size > 0) this.#schedule();
    else this.#timer = undefined;
  }
}
