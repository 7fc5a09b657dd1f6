/** What is asked to close when the server stops, in the order in which it must. */
import type { Logger } from 'pino';

/** A step that hangs must not keep the process from ending. */
const STEP_MS = 8_000;

export class Closing {
  readonly #steps: { readonly name: string; readonly close: () => unknown }[] = [];
  #running: Promise<void> | undefined;

  /** Later parts stand on earlier ones, so they close first. */
  add(name: string, close: () => unknown): void {
    this.#steps.unshift({ name, close });
  }

  close(logger: Logger): Promise<void> {
    this.#running ??= this.#run(logger);
    return this.#running;
  }

  async #run(logger: Logger): Promise<void> {
    for (const { name, close } of this.#steps) {
      const late = new Promise((_, reject) => {
        setTimeout(reject, STEP_MS, new Error(`not closed within ${String(STEP_MS)} ms`)).unref();
      });
      try {
        await Promise.race([Promise.resolve(close()), late]);
      } catch (error) {
        logger.error({ err: error, step: name }, 'part did not close cleanly');
      }
    }
  }
}
