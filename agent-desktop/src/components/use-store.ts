import { useSyncExternalStore } from 'react';
import { clock } from '../lib/clock.ts';
import type { ReadableStore } from '../lib/store.ts';

/** Reads a store of `lib/` and follows its changes. */
export function useStore<T>(store: ReadableStore<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** The server's time, twice a second. Use it in small leaf components only. */
export function useNow(): number {
  return useStore(clock);
}
