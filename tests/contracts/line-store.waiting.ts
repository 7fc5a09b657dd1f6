/** What waiting callers meet: limits, call-backs, moves, estimates. */
import { expect } from '@jest/globals';
import type { LineEvent } from '../../server/acd/line-store.ts';
import { queue, type LineKit } from './line-store.kit.ts';

export function waitingChecks(h: LineKit): void {
  const { about, check, call, join, agent, pairs, waiting, heardBy, firstOffer } = h;
  about('waiting', () => {
    check('refuses newcomers when the queue is full, unless they insist', async () => {
      const overflow = { to: 'callback', queue: null } as const;
      await h.line.configure([queue('main', { maxLength: 1, overflow })]);
      await join('c1');
      expect(await join('c2')).toMatchObject({ type: 'refused', reason: 'full', overflow });
      expect((await join('c2', { insist: true })).type).toBe('joined');
      expect((await h.line.joinFront(call('c3'), 1)).type).toBe('joined');
      expect((await join('c4', { queue: 'other' })).type).toBe('joined');
    });
    check('refuses newcomers who would wait too long', async () => {
      await h.line.configure([queue('main', { deflectAboveMs: 60_000, usualHandleMs: 180_000 })]);
      for (let i = 0; i < 4; i += 1) await agent(`a${i}`, { phone: 'busy' });
      expect(await join('c1')).toMatchObject({ type: 'joined', position: 1, estimatedWaitMs: 45_000 });
      expect(await join('c2')).toMatchObject({ type: 'refused', reason: 'wait-too-long' });
    });
    check('says once when a caller has waited too long; call-backs may wait', async () => {
      const heard: LineEvent[] = [];
      h.line.subscribe((event) => heard.push(event));
      await h.line.configure([queue('main', { maxWaitMs: 50 })]);
      await join('c1');
      await join('c2', { kind: 'callback' });
      await h.advance(60);
      await pairs();
      await heardBy(heard, 1);
      await h.advance(5);
      await pairs();
      expect(heard).toMatchObject([{ type: 'waited-too-long', callId: 'c1', queue: 'main' }]);
      expect(await waiting()).toHaveLength(2);
    });
    check('turns a waiting call into a call-back that keeps its place', async () => {
      await join('c1');
      await h.advance(5);
      await join('c2');
      expect(await h.line.change('c1', { kind: 'callback' })).toBe('changed');
      expect(await h.line.waiting()).toMatchObject([{ callId: 'c1', kind: 'callback' }, { callId: 'c2' }]);
      await agent('a1');
      expect(await h.line.match(10_000)).toMatchObject([{ callId: 'c1', kind: 'callback' }]);
      expect(await h.line.change('nobody', { kind: 'callback' })).toBe('not-waiting');
    });
    check('does not offer a call-back before its time, and keeps its place', async () => {
      await join('c1', { kind: 'callback' });
      const [w] = await h.line.waiting();
      await h.line.change('c1', { notBeforeMs: (w?.joinedAtMs ?? 0) + 100 });
      await h.advance(5);
      await join('c2');
      await agent('a1');
      expect(await waiting()).toEqual(['c1', 'c2']);
      expect(await pairs()).toEqual(['c2-a1']);
      await h.line.leave('c2');
      expect(await pairs()).toEqual([]);
      await h.advance(120);
      expect(await pairs()).toEqual(['c1-a1']);
    });
    check('moves a call to another queue without losing its wait, ending an offer', async () => {
      await join('c1');
      await h.advance(5);
      await join('c2', { queue: 'tax' });
      await agent('a1');
      const offerId = await firstOffer();
      await h.advance(5);
      await h.line.change('c1', { queue: 'tax', needs: [] });
      expect(await h.line.accept(offerId)).toBe('expired');
      expect(await h.line.place('c1')).toMatchObject({ position: 1 });
      expect(await h.line.place('c2')).toMatchObject({ position: 2 });
      await agent('a2', { queues: ['tax'] });
      expect(await pairs()).toEqual(['c1-a2']);
    });
    check('tells place and queue at a glance', async () => {
      await h.line.configure([queue('main'), queue('empty')]);
      await agent('a1', { phone: 'busy' });
      await agent('a2', { phone: 'offline' });
      await join('c1');
      await h.advance(5);
      await join('c2', { kind: 'callback' });
      expect(await h.line.place('c2')).toMatchObject({ position: 2 });
      expect(await h.line.place('nobody')).toBeNull();
      const queues = await h.line.queues();
      const [first] = await h.line.waiting();
      expect(queues.find((q) => q.queue === 'main')).toMatchObject({
        waiting: 2,
        callbacks: 1,
        staffed: 1,
        free: 0,
        oldestJoinedAtMs: first?.joinedAtMs,
      });
      expect(queues.find((q) => q.queue === 'empty')).toMatchObject({ waiting: 0, oldestJoinedAtMs: null });
    });
    check('says nobody waits before somebody when an agent is free', async () => {
      await agent('a1');
      expect(await join('c1')).toMatchObject({ position: 1, estimatedWaitMs: 0 });
    });
    check('learns how fast the queue is served', async () => {
      await agent('a1', { phone: 'busy' });
      const slow = await join('c0');
      for (let i = 0; i < 10; i += 1) {
        await join(`d${i}`);
        await agent('a1');
        await h.line.accept(await firstOffer());
        await agent('a1', { phone: 'busy' });
      }
      const fast = await join('e');
      const waitOf = (a: typeof slow): number => a.estimatedWaitMs;
      expect(waitOf(fast)).toBeLessThan(waitOf(slow));
      expect((await h.line.queues()).find((q) => q.queue === 'main')?.servedPerMinute).toBeGreaterThan(5);
    });
    check('forgets exclusions with the call', async () => {
      await agent('a1');
      await join('c1');
      await h.line.release(await firstOffer(), 60_000);
      await h.line.leave('c1');
      await join('c1');
      expect(await pairs()).toEqual(['c1-a1']);
    });
  });
}
