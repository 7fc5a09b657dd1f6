/** The state of a recogniser and who wants to know about it. */
import type { RecognizerState } from '../ports.ts';

export class StateHolder {
  #value: RecognizerState = { type: 'starting' };
  readonly #listeners = new Set<(state: RecognizerState) => void>();

  get value(): RecognizerState {
    return this.#value;
  }

  set(value: RecognizerState): void {
    if (value.type === this.#value.type && reasonOf(value) === reasonOf(this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  listen(listener: (state: RecognizerState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the first state that is not `starting`. */
  settled(): Promise<void> {
    if (this.#value.type !== 'starting') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.listen((state) => {
        if (state.type === 'starting') return;
        stop();
        resolve();
      });
    });
  }
}

function reasonOf(state: RecognizerState): string {
  switch (state.type) {
    case 'off':
      return state.reason;
    case 'ready':
      return state.degraded ?? '';
    case 'starting':
      return '';
  }
}
