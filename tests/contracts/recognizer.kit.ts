/** What the contracts of recognition servers share: waiting, a fault that cuts all streams, taking everything down. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Recognizer } from '../../asr/ports.ts';

export async function until(what: string, done: () => boolean): Promise<void> {
  for (let waitedMs = 0; !done(); waitedMs += 20) {
    if (waitedMs > 10_000) throw new Error(`${what}: it did not happen within 10 s`);
    await delay(20);
  }
}

interface Breakable {
  breakConnections(): void;
  stop(): Promise<void>;
}

/** How the contract breaks a recogniser of which the server is ours, and lets go of both. */
export function faultsOf(
  recognizer: Recognizer,
  server: Breakable,
): { readonly crash: () => Promise<void>; readonly dispose: () => Promise<void> } {
  return {
    crash: async () => {
      const before = recognizer.report()[0]?.failedStreams ?? 0;
      server.breakConnections();
      await until('streams fail', () => (recognizer.report()[0]?.failedStreams ?? 0) > before);
    },
    dispose: async () => {
      await recognizer.close();
      await server.stop();
    },
  };
}
