/** Fan-out of switch events, the same in every adapter. */
import type { Logger } from 'pino';
import type { SwitchEvent } from './switch.ts';

export class SwitchEmitter {
  readonly #listeners = new Set<(event: SwitchEvent) => void>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  subscribe(listener: (event: SwitchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** A listener that throws is a bug of the listener: it is logged and does not stop the switch. */
  emit(event: SwitchEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#logger.error({ err: error, event: event.type }, 'listener of switch events failed');
      }
    }
  }
}
