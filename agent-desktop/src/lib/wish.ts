export interface WishOptions {
  /** Whether it was done. */
  readonly attempt: () => Promise<boolean>;
  /** Nothing is tried while this says no; `retry` comes when it may say yes. */
  readonly canTry: () => boolean;
  readonly againMs: number;
}

/** Something wanted now and then: one attempt at a time, again until an attempt that began after the last wish is done. */
export class Wish {
  readonly #options: WishOptions;
  #wanted = 0;
  #fulfilled = 0;
  #busy = false;
  #closed = false;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WishOptions) {
    this.#options = options;
  }

  get #isOpen(): boolean {
    return !this.#closed && this.#fulfilled < this.#wanted;
  }

  want(): void {
    this.#wanted += 1;
    this.retry();
  }

  retry(): void {
    if (this.#isOpen && !this.#busy && this.#options.canTry()) void this.#try(this.#wanted);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
  }

  async #try(wanted: number): Promise<void> {
    this.#busy = true;
    const done = await this.#options.attempt();
    this.#busy = false;
    if (done) this.#fulfilled = wanted;
    if (!this.#isOpen) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.retry();
    }, this.#options.againMs);
  }
}
