import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Line } from '../../../../server/acd/core/line.ts';
import type { AgentUpdate, WaitingCall } from '../../../../server/acd/line-store.ts';
import { defaultQueueRules, strategies, type QueueRules } from '../../../../server/acd/queue-rules.ts';
import { counterIds } from '../../../support/ids.ts';

const START_MS = 1_000_000_000_000;
const free = (agentId: string, queues: readonly string[] = ['main']): AgentUpdate => ({
  ...{ agentId, intent: 'available', pauseReason: '', phone: 'idle', queues },
});
const rules = (more: Partial<QueueRules> = {}): QueueRules => ({ ...defaultQueueRules, ...more, name: 'main' });

interface Arrival {
  readonly afterMs: number;
  readonly priority: number;
  readonly urgent: boolean;
  readonly elderly: boolean;
  readonly redials: number;
  readonly sticky: boolean;
}
const arrivals = fc.array(
  fc.record<Arrival>({
    afterMs: fc.integer({ min: 0, max: 120_000 }),
    priority: fc.integer({ min: 0, max: 9 }),
    urgent: fc.boolean(),
    elderly: fc.boolean(),
    redials: fc.integer({ min: 0, max: 100 }),
    sticky: fc.boolean(),
  }),
  { minLength: 2, maxLength: 60 },
);

/** Serves everybody with one agent who takes a call after each `everyMs`; the calls in the order they were served. */
function serveAll(line: Line, list: readonly Arrival[], everyMs: number): readonly { id: number; joinedMs: number }[] {
  const joined: number[] = [];
  const served: { id: number; joinedMs: number }[] = [];
  let nowMs = START_MS;
  let nextServiceMs = START_MS;
  const serve = (untilMs: number): void => {
    for (; nextServiceMs <= untilMs; nextServiceMs += everyMs) {
      for (const r of line.match(nextServiceMs)) {
        const id = Number(r.callId.slice(1));
        served.push({ id, joinedMs: joined[id] ?? 0 });
        line.accept(r.offerId, nextServiceMs);
      }
    }
  };
  line.setAgent(free('a0'), nowMs);
  list.forEach(({ afterMs, priority, sticky, ...facts }, i) => {
    serve(nowMs + afterMs - 1);
    nowMs += afterMs;
    joined[i] = nowMs;
    const call: WaitingCall = { callId: `c${i}`, queue: 'main', priority, facts, stickyAgentId: sticky ? 'a0' : null };
    line.join(call, nowMs);
  });
  serve(nextServiceMs + everyMs * (list.length + 1));
  return served;
}

describe('the line', () => {
  it('starves nobody: who comes later than the largest head start is never served before', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1_000, max: 90_000 }), (list, everyMs) => {
        const ageing = { ...defaultQueueRules.ageing, maxHeadStartMs: 400_000 };
        const line = new Line(counterIds('o'));
        line.configure([rules({ ageing, stickyWaitMs: 30_000, stickyHeadStartMs: 50_000, maxWaitMs: 1e9 })], START_MS);
        const served = serveAll(line, list, everyMs);
        expect(served).toHaveLength(list.length);
        served.forEach(({ joinedMs }, i) => {
          const overtaken = served.slice(i + 1).map((later) => joinedMs - later.joinedMs);
          expect(Math.max(0, ...overtaken)).toBeLessThanOrEqual(450_000);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('is first come, first served among equals', () => {
    fc.assert(
      fc.property(arrivals, (list) => {
        const equal = list.map((a) => ({
          ...a,
          afterMs: a.afterMs + 1,
          priority: 5,
          urgent: false,
          elderly: false,
          redials: 0,
          sticky: false,
        }));
        const served = serveAll(new Line(counterIds('o')), equal, 45_000);
        expect(served.map((s) => s.id)).toEqual(equal.map((_, i) => i));
      }),
      { numRuns: 60 },
    );
  });

  it.each(strategies)('leaves no free agent beside a caller (%s)', (strategy) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 }), (steps) => {
        const line = new Line(counterIds('o'));
        line.configure([rules({ strategy })], START_MS);
        steps.forEach((step, i) => {
          const nowMs = START_MS + i * 1_000;
          if (step < 3) line.join({ callId: `c${i}`, queue: 'main', priority: step }, nowMs);
          else line.setAgent(free(`a${i}`), nowMs);
          line.match(nowMs, 1e9);
        });
        const waiting = line.calls.size - line.offers.size;
        const idle = line.agents.size - line.offers.size;
        expect(Math.min(waiting, idle)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('passes a declined call from agent to agent until everybody has been asked', () => {
    const line = new Line(counterIds('o'));
    for (let i = 0; i < 5; i += 1) line.setAgent(free(`a${i}`), START_MS + i);
    line.join({ callId: 'c1', queue: 'main', priority: 5 }, START_MS + 10);
    const asked: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      for (const r of line.match(START_MS + 20 + i)) {
        asked.push(r.agentId);
        line.release(r.offerId, 60_000, START_MS + 20 + i);
      }
    }
    expect(asked).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    expect(line.match(START_MS + 60_021)).toMatchObject([{ agentId: 'a0' }]);
  });

  it('gives fifty agents who become free at once the fifty callers who are next', () => {
    const line = new Line(counterIds('o'));
    for (let i = 0; i < 300; i += 1)
      line.join({ callId: `c${String(i).padStart(3, '0')}`, queue: 'main', priority: 5 }, START_MS + i);
    for (let i = 0; i < 50; i += 1) line.setAgent(free(`a${i}`), START_MS + 1_000);
    const made = line.match(START_MS + 1_000);
    expect(made.map((r) => r.callId)).toEqual(Array.from({ length: 50 }, (_, i) => `c${String(i).padStart(3, '0')}`));
    expect(new Set(made.map((r) => r.agentId)).size).toBe(50);
  });
});
