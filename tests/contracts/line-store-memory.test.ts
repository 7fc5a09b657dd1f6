import { MemoryLineStore } from '../../server/acd/memory/memory-line-store.ts';
import { counterIds } from '../support/ids.ts';
import { lineStoreContract } from './line-store.contract.ts';

lineStoreContract('memory', () => {
  let nowMs = 1_000_000_000_000;
  const line = new MemoryLineStore({ nowMs: () => nowMs, newId: counterIds('o') });
  return Promise.resolve({
    line,
    advance: (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    },
    dispose: () => line.close(),
  });
});
