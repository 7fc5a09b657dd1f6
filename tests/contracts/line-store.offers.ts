/** Offers: made once, ended, made again. */
import { expect } from '@jest/globals';
import type { LineEvent } from '../../server/acd/line-store.ts';
import { queue, type LineKit } from './line-store.kit.ts';

export function offerChecks(h: LineKit): void {
  const { about, check, join, agent, pairs, waiting, heardBy, firstOffer } = h;
  about('offers', () => {
    check('never reserves a call or an agent twice, however many ask at once', async () => {
      for (const id of ['c1', 'c2', 'c3']) await join(id);
      await agent('a1');
      await agent('a2');
      const all = (await Promise.all(Array.from({ length: 8 }, () => h.line.match(10_000)))).flat();
      expect(all).toHaveLength(2);
      expect(new Set(all.map((r) => r.agentId)).size).toBe(2);
      expect(new Set(all.map((r) => r.callId)).size).toBe(2);
      expect(await h.line.reservations()).toHaveLength(2);
    });
    check('takes the call out of the line when the offer is accepted', async () => {
      await join('c1');
      await agent('a1');
      const offerId = await firstOffer();
      expect(await h.line.accept(offerId)).toBe('accepted');
      expect(await waiting()).toEqual([]);
      expect(await h.line.accept(offerId)).toBe('expired');
      expect(await h.line.reservations()).toEqual([]);
    });
    check('offers again when the hold runs out, and says so', async () => {
      const heard: LineEvent[] = [];
      h.line.subscribe((event) => heard.push(event));
      await join('c1');
      await agent('a1');
      const [first] = await h.line.match(40);
      await h.advance(60);
      expect(await h.line.accept(first?.offerId ?? '')).toBe('expired');
      expect(await pairs()).toEqual(['c1-a1']);
      expect(await heardBy(heard, 1)).toEqual([{ type: 'offer-lost', reservation: first, reason: 'expired' }]);
    });
    check('keeps the place of a released call and passes over the agent for a while', async () => {
      await join('c1');
      await h.advance(5);
      await join('c2');
      await agent('a1');
      expect(await h.line.release(await firstOffer(), 100)).toBe('released');
      expect(await waiting()).toEqual(['c1', 'c2']);
      expect(await pairs()).toEqual(['c2-a1']);
      await h.line.leave('c2');
      expect(await pairs()).toEqual([]);
      await h.advance(120);
      expect(await pairs()).toEqual(['c1-a1']);
    });
    check('does not ask the same agent twice in a row while others are free', async () => {
      await join('c1');
      await agent('a1');
      await h.advance(5);
      const first = await firstOffer();
      await agent('a2');
      await h.line.release(first, 0);
      expect(await pairs()).toEqual(['c1-a2']);
    });
    check('asks the same agent again when there is no other', async () => {
      await join('c1');
      await agent('a1');
      await h.line.release(await firstOffer(), 0);
      expect(await pairs()).toEqual(['c1-a1']);
    });
    check('frees the agent when the caller leaves, and leaving twice is harmless', async () => {
      await join('c1');
      await agent('a1');
      await h.line.match(10_000);
      await h.line.leave('c1');
      await h.line.leave('c1');
      await join('c2');
      expect(await pairs()).toEqual(['c2-a1']);
    });
    check('releases what a removed agent held, and says so', async () => {
      const heard: LineEvent[] = [];
      h.line.subscribe((event) => heard.push(event));
      await join('c1');
      await agent('a1');
      await h.line.match(10_000);
      await h.line.removeAgent('a1');
      await agent('a2');
      expect(await pairs()).toEqual(['c1-a2']);
      expect(await heardBy(heard, 1)).toMatchObject([{ type: 'offer-lost', reason: 'agent-gone' }]);
    });
    check('keeps a reservation when agent and call are told again', async () => {
      await join('c1');
      await agent('a1');
      const offerId = await firstOffer();
      await agent('a1', { phone: 'ringing' });
      await agent('a1', { phone: 'busy' });
      await join('c1');
      expect(await pairs()).toEqual([]);
      expect(await h.line.accept(offerId)).toBe('accepted');
    });
    check('holds an offer for the ring time of the queue when not told otherwise', async () => {
      await h.line.configure([queue('main', { ringMs: 5_000 })]);
      await join('c1');
      await agent('a1');
      const [r] = await h.line.match();
      const heldMs = (r?.expiresAtMs ?? 0) - (r?.joinedAtMs ?? 0);
      expect(heldMs).toBeGreaterThanOrEqual(15_000);
      expect(heldMs).toBeLessThan(20_000);
    });
  });
}
