/* eslint-disable max-lines -- one contract, to be read as a whole; its checks share their few helpers */
/** What every waiting line must do, whatever keeps it. The harness owns time and cleanup. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentUpdate, LineEvent, LineStore, QueueRules, WaitingCall } from '../../server/acd/line-store.ts';
import { defaultQueueRules } from '../../server/acd/queue-rules.ts';

export interface LineHarness {
  readonly line: LineStore;
  /** Moves the store's clock. */
  advance(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

export const queue = (name: string, rules: Partial<QueueRules> = {}): QueueRules => ({
  ...defaultQueueRules,
  ...rules,
  name,
});

interface Check {
  readonly name: string;
  readonly run: (harness: LineHarness) => Promise<void>;
}

/** The checks themselves, so that stores that break a promise can be seen to fail them. */
export function lineStoreChecks(): readonly Check[] {
  const checks: Check[] = [];
  let h: LineHarness;
  let group = '';
  const about = (name: string, body: () => void): void => {
    group = name;
    body();
  };
  const check = (name: string, body: () => Promise<void>): void => {
    checks.push({
      name: `${group}: ${name}`,
      run: async (harness) => {
        h = harness;
        await body();
      },
    });
  };
  const call = (callId: string, more: Partial<WaitingCall> = {}): WaitingCall => ({
    callId,
    queue: 'main',
    priority: 5,
    ...more,
  });
  const join = (callId: string, more: Partial<WaitingCall> = {}) => h.line.join(call(callId, more));
  const agent = (agentId: string, more: Partial<AgentUpdate> = {}) =>
    h.line.setAgent({ agentId, intent: 'available', pauseReason: '', phone: 'idle', queues: ['main'], ...more });
  const pairs = async (): Promise<string[]> => (await h.line.match(10_000)).map((r) => `${r.callId}-${r.agentId}`);
  const waiting = async (): Promise<string[]> => (await h.line.waiting()).map((w) => w.callId);
  /** Messages may take a moment. */
  const heardBy = async (heard: readonly LineEvent[], count: number): Promise<readonly LineEvent[]> => {
    for (let i = 0; i < 400 && heard.length < count; i += 1) await sleep(5);
    return heard;
  };
  const firstOffer = async (): Promise<string> => (await h.line.match(10_000))[0]?.offerId ?? '';

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
  return checks;
}

export function lineStoreContract(adapter: string, make: () => Promise<LineHarness>): void {
  describe(`LineStore contract: ${adapter}`, () => {
    let harness: LineHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(async () => {
      await harness.dispose();
    });
    it.each(lineStoreChecks())('$name', async ({ run }) => {
      await run(harness);
    });
  });
}
