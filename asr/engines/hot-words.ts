/** Gives every stream the city's names as hints, unless it brings its own. */
import type { Recognizer } from '../ports.ts';

export function withHotWords(recognizer: Recognizer, hotWords: readonly string[]): Recognizer {
  return {
    get name() {
      return recognizer.name;
    },
    get description() {
      return recognizer.description;
    },
    get capabilities() {
      return recognizer.capabilities;
    },
    get state() {
      return recognizer.state;
    },
    start: () => recognizer.start(),
    onState: (listener) => recognizer.onState(listener),
    open: (options) => recognizer.open({ hotWords, ...options }),
    close: () => recognizer.close(),
    report: () => recognizer.report(),
  };
}
