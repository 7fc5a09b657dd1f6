/** Who is served first, and by whom. */
import { expect } from '@jest/globals';
import type { QueueRules } from '../../server/acd/line-store.ts';
import { defaultQueueRules } from '../../server/acd/queue-rules.ts';
import { queue, type LineKit } from './line-store.kit.ts';

export function orderChecks(h: LineKit): void {
  const { about, check, call, join, agent, pairs, waiting, firstOffer } = h;
  about('order', () => {
    check('serves by priority, then by waiting time', async () => {
      await join('c1');
      await h.advance(5);
      await join('c2');
      await h.advance(5);
      await join('c3', { priority: 8 });
      expect(await waiting()).toEqual(['c3', 'c1', 'c2']);
      await agent('a1');
      expect(await pairs()).toEqual(['c3-a1']);
    });
    check('lets long waits outweigh priority', async () => {
      const ageing = { ...defaultQueueRules.ageing, priorityStepMs: 30 };
      await h.line.configure([queue('main', { ageing })]);
      await join('c1', { priority: 5 });
      await h.advance(100);
      await join('c2', { priority: 7 });
      expect(await waiting()).toEqual(['c1', 'c2']);
    });
    check('gives the urgent line, the elderly and those who redial a head start, up to the most there is', async () => {
      const ageing = {
        priorityStepMs: 0,
        urgentMs: 90_000,
        elderlyMs: 30_000,
        redialMs: 20_000,
        maxHeadStartMs: 100_000,
      };
      await h.line.configure([queue('main', { ageing })]);
      await join('plain');
      await h.advance(3);
      await join('elderly', { facts: { elderly: true } });
      await h.advance(3);
      await join('redial2', { facts: { redials: 2 } });
      await h.advance(3);
      await join('urgent', { facts: { urgent: true } });
      await h.advance(3);
      await join('all', { facts: { urgent: true, elderly: true, redials: 50 } });
      expect(await waiting()).toEqual(['all', 'urgent', 'redial2', 'elderly', 'plain']);
    });
    check('answers a second join without moving the call', async () => {
      expect((await join('c1')).type).toBe('joined');
      await h.advance(5);
      await join('c2');
      expect(await join('c1')).toMatchObject({ type: 'already-waiting', position: 1 });
      expect(await waiting()).toEqual(['c1', 'c2']);
    });
    check('puts a returned call before everyone', async () => {
      await join('c1', { priority: 9 });
      await h.advance(5);
      await h.line.joinFront(call('c2'), 1e15);
      expect(await waiting()).toEqual(['c2', 'c1']);
    });
    check('puts a call of a rebuilt line where it stood', async () => {
      await join('c1');
      const [w] = await h.line.waiting();
      await join('c0', { joinedAtMs: (w?.joinedAtMs ?? 0) - 1_000 });
      expect(await waiting()).toEqual(['c0', 'c1']);
      expect(await h.line.place('c0')).toMatchObject({ position: 1 });
      expect(await h.line.place('c1')).toMatchObject({ position: 2 });
    });
  });

  about('agents', () => {
    check('gives the longest-idle agent first', async () => {
      await agent('a1', { phone: 'busy' });
      await agent('a2');
      await h.advance(20);
      await agent('a1');
      await join('c1');
      expect(await pairs()).toEqual(['c1-a2']);
    });
    check('gives who took the fewest calls since log-in first', async () => {
      await h.line.configure([queue('main', { strategy: 'fewest-calls' })]);
      await agent('a1');
      await h.advance(5);
      await join('c1');
      await h.line.accept(await firstOffer());
      await agent('a2');
      await join('c2');
      expect(await pairs()).toEqual(['c2-a2']);
      expect((await h.line.agents()).find((a) => a.agentId === 'a1')).toMatchObject({ callsTaken: 1 });
      await agent('a1', { intent: 'off' });
      await agent('a1');
      expect((await h.line.agents()).find((a) => a.agentId === 'a1')).toMatchObject({ callsTaken: 0 });
    });
    check('goes round', async () => {
      await h.line.configure([queue('main', { strategy: 'round-robin' })]);
      for (const id of ['a1', 'a2', 'a3']) await agent(id);
      const served: string[] = [];
      for (let i = 0; i < 6; i += 1) {
        await join(`c${i}`);
        const [r] = await h.line.match(10_000);
        served.push(r?.agentId ?? '');
        await h.line.accept(r?.offerId ?? '');
      }
      expect(served).toEqual(['a1', 'a2', 'a3', 'a1', 'a2', 'a3']);
    });
    check('gives the best at the first need', async () => {
      await h.line.configure([queue('main', { strategy: 'best-skill' })]);
      await agent('a1', { skills: { tax: 2 } });
      await h.advance(5);
      await agent('a2', { skills: { tax: 5 } });
      await agent('a3', { skills: { tax: 4, law: 5 } });
      await join('c1', { needs: [{ skill: 'tax', minLevel: 1 }] });
      expect(await pairs()).toEqual(['c1-a2']);
      await join('c2', {
        needs: [
          { skill: 'law', minLevel: 3 },
          { skill: 'tax', minLevel: 1 },
        ],
      });
      expect(await pairs()).toEqual(['c2-a3']);
    });
    check('serves several queues, whose head starts are compared', async () => {
      await agent('a1', { phone: 'busy', queues: ['main', 'tax'] });
      await join('c1');
      await h.advance(5);
      await join('c2', { queue: 'tax' });
      await agent('a1', { queues: ['main', 'tax'] });
      expect(await pairs()).toEqual(['c1-a1']);
      await h.line.leave('c1');
      expect(await pairs()).toEqual(['c2-a1']);
    });
    check('offers only to agents who are available, idle, of the queue and able', async () => {
      await join('c1', { needs: [{ skill: 'tax', minLevel: 3 }] });
      await agent('a1', { phone: 'busy', skills: { tax: 5 } });
      await agent('a2', { intent: 'paused', pauseReason: 'x', skills: { tax: 5 } });
      await agent('a3', { queues: ['other'], skills: { tax: 5 } });
      await agent('a4', { skills: { tax: 2 } });
      expect(await pairs()).toEqual([]);
      await agent('a4', { skills: { tax: 3 } });
      expect(await pairs()).toEqual(['c1-a4']);
    });
    check('does not let a call nobody can take hold up the others', async () => {
      await join('c1', { needs: [{ skill: 'tax', minLevel: 3 }] });
      await h.advance(5);
      await join('c2');
      await agent('a1');
      expect(await pairs()).toEqual(['c2-a1']);
    });
  });

  about('rings', () => {
    const rings: QueueRules['rings'] = [
      { afterMs: 0, lowerLevelsBy: 0, seats: ['on-site'] },
      { afterMs: 100, lowerLevelsBy: 2, seats: ['on-site'] },
      { afterMs: 250, lowerLevelsBy: 5, seats: ['on-site', 'cloud'] },
    ];
    check('lowers what is needed and lets other seats in as time goes by', async () => {
      await h.line.configure([queue('main', { rings })]);
      await join('c1', { needs: [{ skill: 'tax', minLevel: 4 }] });
      await agent('cloud', { skills: { tax: 5 }, seatLevel: 'cloud' });
      await agent('a1', { skills: { tax: 2 } });
      expect(await pairs()).toEqual([]);
      await h.advance(110);
      expect(await pairs()).toEqual(['c1-a1']);
      await h.line.leave('c1');
      await agent('a1', { phone: 'busy' });
      await join('c2', { needs: [{ skill: 'tax', minLevel: 4 }] });
      await h.advance(110);
      expect(await pairs()).toEqual([]);
      await h.advance(160);
      expect(await pairs()).toEqual(['c2-cloud']);
    });
    check('keeps a call for its own agent while that one is there, and gives it up when not', async () => {
      await h.line.configure([queue('main', { stickyWaitMs: 200 })]);
      await agent('mine', { phone: 'busy' });
      await agent('other');
      await join('c1', { stickyAgentId: 'mine' });
      expect(await pairs()).toEqual([]);
      await agent('mine', { phone: 'idle' });
      expect(await pairs()).toEqual(['c1-mine']);
      await h.line.leave('c1');
      await agent('mine', { phone: 'busy' });
      await join('c2', { stickyAgentId: 'mine' });
      expect(await pairs()).toEqual([]);
      await agent('mine', { intent: 'paused', pauseReason: 'x' });
      expect(await pairs()).toEqual(['c2-other']);
      await h.line.leave('c2');
      await agent('mine', { phone: 'busy' });
      await join('c3', { stickyAgentId: 'mine' });
      await h.advance(210);
      expect(await pairs()).toEqual(['c3-other']);
    });
    check('prefers the agent who knows the matter, and seats that speak the dialect', async () => {
      await agent('a1');
      await h.advance(5);
      await agent('a2', { skills: { wu: 1 } });
      await h.advance(5);
      await agent('a3');
      await join('c1', { dialect: 'wu' });
      await h.advance(2);
      await join('c2', { stickyAgentId: 'a3' });
      expect(await pairs()).toEqual(['c1-a2', 'c2-a3']);
    });
    check('keeps a call for speakers of its dialect for a while, if there are any', async () => {
      await h.line.configure([queue('main', { dialectWaitMs: 150 })]);
      await agent('a1');
      await join('c1', { dialect: 'wu' });
      expect(await pairs()).toEqual(['c1-a1']);
      await h.line.leave('c1');
      await agent('wu', { phone: 'busy', skills: { wu: 2 } });
      await join('c2', { dialect: 'wu' });
      expect(await pairs()).toEqual([]);
      await h.advance(160);
      expect(await pairs()).toEqual(['c2-a1']);
    });
  });
}
