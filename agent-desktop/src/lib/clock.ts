/** One ticking clock for all timers on screen, on the server's time. */
import type { ReadableStore } from './store.ts';

const tickMs = 500;
let offsetMs = 0;
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** Milliseconds on the server's clock, now. */
export function serverNowMs(): number {
  return Date.now() + offsetMs;
}

/** Called with every `hello`. */
export function setServerNow(serverMs: number): void {
  offsetMs = serverMs - Date.now();
  tick();
}

function tick(): void {
  nowMs = serverNowMs();
  for (const listener of [...listeners]) listener();
}

/** The server's time, twice a second while anyone looks. */
export const clock: ReadableStore<number> = {
  getSnapshot: () => nowMs,
  subscribe: (listener) => {
    listeners.add(listener);
    nowMs = serverNowMs();
    timer ??= setInterval(tick, tickMs);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  },
};
