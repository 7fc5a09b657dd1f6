/** The page's address as a store; three pages need no router. */
import type { ReadableStore } from '../lib/store.ts';

const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of [...listeners]) listener();
};
window.addEventListener('popstate', tell);

export const pathStore: ReadableStore<string> = {
  getSnapshot: () => window.location.pathname,
  subscribe: (listener) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};

/** Goes to another page without reloading: socket and call stay. */
export function goTo(path: string): void {
  if (path === window.location.pathname) return;
  window.history.pushState(null, '', path + window.location.search);
  tell();
}
