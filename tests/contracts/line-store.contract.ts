/** What every waiting line must do, whatever keeps it. The harness owns time and cleanup. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LineStore } from '../../server/acd/line-store.ts';

export interface LineHarness {
  readonly line: LineStore;
  /** Moves the store's clock. */
  advance(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

export function lineStoreContract(adapter: string, make: () => Promise<LineHarness>): void {
  describe(`LineStore contract: ${adapter}`, () => {
    let h: LineHarness;
    const call = (callId: string, priority = 5) => ({ callId, queue: 'main', priority });
    const agent = (agentId: string, phone: 'idle' | 'busy' = 'idle') =>
      h.line.setAgent({ agentId, intent: 'available', pauseReason: '', phone, queues: ['main'] });
    const pairs = async (): Promise<string[]> => (await h.line.match(10_000)).map((r) => `${r.callId}-${r.agentId}`);
    const waiting = async (): Promise<string[]> => (await h.line.waiting()).map((w) => w.callId);

    beforeEach(async () => {
      h = await make();
    });
    afterEach(async () => {
      await h.dispose();
    });

    it('serves by priority, then by waiting time', async () => {
      await h.line.join(call('c1'));
      await h.advance(5);
      await h.line.join(call('c2'));
      await h.advance(5);
      await h.line.join(call('c3', 8));
      expect(await waiting()).toEqual(['c3', 'c1', 'c2']);
      await agent('a1');
      expect(await pairs()).toEqual(['c3-a1']);
    });
    it('answers a second join without moving the call', async () => {
      expect(await h.line.join(call('c1'))).toBe('joined');
      await h.advance(5);
      await h.line.join(call('c2'));
      expect(await h.line.join(call('c1'))).toBe('already-waiting');
      expect(await waiting()).toEqual(['c1', 'c2']);
    });
    it('gives the longest-idle agent first', async () => {
      await agent('a1', 'busy');
      await agent('a2');
      await h.advance(20);
      await agent('a1');
      await h.line.join(call('c1'));
      expect(await pairs()).toEqual(['c1-a2']);
    });
    it('never reserves a call or an agent twice, however many ask at once', async () => {
      for (const id of ['c1', 'c2', 'c3']) await h.line.join(call(id));
      await agent('a1');
      await agent('a2');
      const all = (await Promise.all(Array.from({ length: 8 }, () => h.line.match(10_000)))).flat();
      expect(all).toHaveLength(2);
      expect(new Set(all.map((r) => r.agentId)).size).toBe(2);
      expect(new Set(all.map((r) => r.callId)).size).toBe(2);
    });
    it('offers only to agents who are available, idle and of the queue', async () => {
      await h.line.join(call('c1'));
      await agent('a1', 'busy');
      await h.line.setAgent({ agentId: 'a2', intent: 'paused', pauseReason: 'x', phone: 'idle', queues: ['main'] });
      await h.line.setAgent({ agentId: 'a3', intent: 'available', pauseReason: '', phone: 'idle', queues: ['other'] });
      expect(await pairs()).toEqual([]);
    });
    it('takes the call out of the line when the offer is accepted', async () => {
      await h.line.join(call('c1'));
      await agent('a1');
      const [r] = await h.line.match(10_000);
      expect(await h.line.accept(r?.offerId ?? '')).toBe('accepted');
      expect(await waiting()).toEqual([]);
      expect(await h.line.accept(r?.offerId ?? '')).toBe('expired');
    });
    it('offers again when the hold runs out', async () => {
      await h.line.join(call('c1'));
      await agent('a1');
      const [first] = await h.line.match(40);
      await h.advance(60);
      expect(await h.line.accept(first?.offerId ?? '')).toBe('expired');
      expect(await pairs()).toEqual(['c1-a1']);
    });
    it('keeps the place of a released call and passes over the agent for a while', async () => {
      await h.line.join(call('c1'));
      await h.advance(5);
      await h.line.join(call('c2'));
      await agent('a1');
      const [r] = await h.line.match(10_000);
      expect(await h.line.release(r?.offerId ?? '', 100)).toBe('released');
      expect(await pairs()).toEqual(['c2-a1']);
      await h.line.leave('c2');
      expect(await pairs()).toEqual([]);
      await h.advance(120);
      expect(await pairs()).toEqual(['c1-a1']);
    });
    it('frees the agent when the caller leaves, and leaving twice is harmless', async () => {
      await h.line.join(call('c1'));
      await agent('a1');
      await h.line.match(10_000);
      await h.line.leave('c1');
      await h.line.leave('c1');
      await h.line.join(call('c2'));
      expect(await pairs()).toEqual(['c2-a1']);
    });
    it('puts a returned call before everyone', async () => {
      await h.line.join(call('c1', 9));
      await h.advance(5);
      await h.line.joinFront(call('c2'), 1e15);
      expect(await waiting()).toEqual(['c2', 'c1']);
    });
    it('releases what a removed agent held', async () => {
      await h.line.join(call('c1'));
      await agent('a1');
      await h.line.match(10_000);
      await h.line.removeAgent('a1');
      await agent('a2');
      expect(await pairs()).toEqual(['c1-a2']);
    });
  });
}
