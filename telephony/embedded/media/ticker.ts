/** One drift-corrected 20 ms beat for everything that must be paced: prompts, music, digits, taps. */

const periodMs = 20;
/** After a stall longer than this the missed beats are left out instead of being made up in a burst. */
const maxCatchUpTicks = 5;

export class Ticker {
  readonly #onTick: (tick: number) => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;
  #originMs = 0;

  /** `onTick` gets the number of the beat; numbers left out after a stall are time that passed unpaced. */
  constructor(onTick: (tick: number) => void, now: () => number) {
    this.#onTick = onTick;
    this.#now = now;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    // Beats are counted from here on; the number itself goes on, so that it never repeats.
    this.#originMs = this.#now() - this.#tick * periodMs;
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    const nextMs = this.#originMs + (this.#tick + 1) * periodMs;
    this.#timer = setTimeout(
      () => {
        this.#run();
      },
      Math.max(0, nextMs - this.#now()),
    );
  }

  #run(): void {
    const due = Math.floor((this.#now() - this.#originMs) / periodMs);
    if (due - this.#tick > maxCatchUpTicks) this.#tick = due - 1;
    while (this.#tick < due && this.#timer !== undefined) {
      this.#tick += 1;
      this.#onTick(this.#tick);
    }
    if (this.#timer !== undefined) this.#schedule();
  }
}
