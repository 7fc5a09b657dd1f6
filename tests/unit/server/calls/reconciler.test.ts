import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { MemoryLineStore } from '../../../../server/acd/memory/memory-line-store.ts';
import type { LineStore, Waiting } from '../../../../server/acd/line-store.ts';
import { Reconciler } from '../../../../server/calls/reconciler.ts';
import { counterIds } from '../../../support/ids.ts';

/** A line that several servers share: calls named `other-…` are another server's, `orphan-…` a dead one's. */
function shared(line: MemoryLineStore): LineStore {
  const ownerOf = ({ callId, owner }: Waiting): string =>
    callId.startsWith('other-') ? 's2' : callId.startsWith('orphan-') ? '' : owner;
  const waiting = async (): Promise<readonly Waiting[]> =>
    (await line.waiting()).map((w) => ({ ...w, owner: ownerOf(w) }));
  return new Proxy<LineStore>(line, {
    get: (target, name: keyof LineStore) => {
      const value: unknown = name === 'waiting' ? waiting : Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('the reconciler on a line that several servers share', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('takes out its own calls that are over, and no others', async () => {
    const line = new MemoryLineStore({ nowMs: () => 0, newId: counterIds('o') });
    for (const callId of ['mine', 'other-1', 'orphan-1']) await line.join({ callId, queue: 'main', priority: 5 });
    const reconciler = new Reconciler({
      switch: { list: () => Promise.resolve([]) } as never,
      line: shared(line),
      calls: new Map(),
      legs: new Map(),
      isOthers: () => false,
      logger: pino({ enabled: false }),
      nowMs: () => 0,
    });
    await jest.advanceTimersByTimeAsync(6_000);
    reconciler.close();
    expect((await line.waiting()).map((w) => w.callId)).toEqual(['orphan-1', 'other-1']);
  });
});
