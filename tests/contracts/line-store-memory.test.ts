import { describe, expect, it } from '@jest/globals';
import { MemoryLineStore } from '../../server/acd/memory/memory-line-store.ts';
import { counterIds } from '../support/ids.ts';
import { lineStoreContract } from './line-store.contract.ts';

lineStoreContract('memory', () => {
  let nowMs = 1_000_000;
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

describe('MemoryLineStore', () => {
  it('forgets exclusions with the call', async () => {
    const line = new MemoryLineStore({ nowMs: () => 1, newId: counterIds('o') });
    const call = { callId: 'c1', queue: 'main', priority: 5 };
    await line.setAgent({ agentId: 'a1', intent: 'available', pauseReason: '', phone: 'idle', queues: ['main'] });
    await line.join(call);
    const [r] = await line.match(1_000);
    await line.release(r?.offerId ?? '', 60_000);
    await line.leave('c1');
    await line.join(call);
    expect(await line.match(1_000)).toHaveLength(1);
  });
});
