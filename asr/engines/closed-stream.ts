/** A stream that never was: the recogniser is off or full. */
import type { RecognizerStream, RecognizerStreamOptions } from '../ports.ts';

/** Tells `onEnd` after the caller has the stream in hand, then ignores everything. */
export function closedStream(options: RecognizerStreamOptions, reason: 'ended' | 'failed'): RecognizerStream {
  queueMicrotask(() => {
    options.onEnd(reason);
  });
  return { push: () => undefined, end: () => Promise.resolve() };
}
