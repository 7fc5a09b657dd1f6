import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryLineStore } from '../../../../server/acd/memory/memory-line-store.ts';
import { announcementOf } from '../../../../server/calls/announcements.ts';
import { announcementAt, rulesOf } from '../../../../server/calls/core/wait-rules.ts';
import { stalledQueues } from '../../../../server/calls/dispatcher.ts';
import { ListDiff } from '../../../../server/calls/list-diff.ts';
import { mosOf, verdictOf } from '../../../../agent-desktop/src/lib/mos.ts';
import { withDelta } from '../../../../agent-desktop/src/lib/supervisor-state.ts';
import type { SupervisorView } from '../../../../server/realtime/protocol.ts';

interface Entry {
  readonly id: string;
  readonly value: number;
}

describe('a list and its changes', () => {
  it('whoever applies the deltas has the list', () => {
    const lists = fc.array(
      fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.nat(3) }), {
        selector: (e) => e.id,
      }),
    );
    fc.assert(
      fc.property(lists, (versions) => {
        const diff = new ListDiff<Entry>((e) => e.id);
        const shown = new Map<string, Entry>();
        for (const version of versions) {
          const delta = diff.replace(version);
          for (const id of delta?.gone ?? []) shown.delete(id);
          for (const entry of delta?.put ?? []) shown.set(entry.id, entry);
          expect([...shown.values()].sort((a, b) => a.id.localeCompare(b.id))).toEqual(
            version.toSorted((a, b) => a.id.localeCompare(b.id)),
          );
        }
      }),
    );
    expect(new ListDiff<Entry>((e) => e.id).all()).toEqual([]);
  });

  it('tells nothing when nothing is new', () => {
    const diff = new ListDiff<Entry>((e) => e.id);
    diff.replace([{ id: 'a', value: 1 }]);
    expect(
      diff.update([
        { id: 'a', now: { id: 'a', value: 1 } },
        { id: 'b', now: undefined },
      ]),
    ).toBeUndefined();
  });

  it('the page puts a delta into its view, known entries in their place', () => {
    const seat = (agentId: string, sinceMs: number): unknown => ({ agentId, sinceMs });
    const view = {
      atMs: 1,
      seats: [seat('a', 1), seat('b', 1)],
      waiting: [],
      callbacks: [],
    } as unknown as SupervisorView;
    const delta = { atMs: 2, seats: { put: [seat('c', 2), seat('a', 2)], gone: ['b'] } };
    expect(withDelta(view, delta as unknown as Parameters<typeof withDelta>[1])).toMatchObject({
      atMs: 2,
      seats: [seat('a', 2), seat('c', 2)],
      waiting: [],
    });
  });
});

describe('what a waiting caller hears', () => {
  const digits = { callback: '1', leave: '9' };
  it.each([
    [1, 30_000, ['position', 'wait'], ['next-in-line', 'wait-short']],
    [
      4,
      150_000,
      ['position', 'wait'],
      ['position-before', 'number-3', 'position-after', 'wait-before', 'number-3', 'wait-after'],
    ],
    [
      2,
      0,
      ['callback', 'leave'],
      ['callback-before', 'number-1', 'callback-after', 'leave-before', 'number-9', 'leave-after'],
    ],
    [2, 0, ['incident-water'], ['incident-water']],
  ])('place %i, %i ms, %j', (position, estimatedWaitMs, words, prompts) => {
    expect(announcementOf(words, { position, estimatedWaitMs }, digits)?.prompts).toEqual(prompts);
  });

  it('nothing of what cannot be offered', () => {
    const none = { callback: null, leave: null };
    expect(announcementOf(['callback', 'leave'], { position: 2, estimatedWaitMs: 0 }, none)).toBeNull();
  });

  it('goes by the wait', () => {
    const settings = { queues: {} } as unknown as Parameters<typeof rulesOf>[0];
    const rules = {
      ...rulesOf(settings, 'main'),
      announcements: [
        { fromWaitMs: 0, say: ['a'] },
        { fromWaitMs: 60_000, say: ['b'] },
      ],
    };
    expect([0, 59_999, 60_000].map((ms) => announcementAt(rules, ms)[0])).toEqual(['a', 'a', 'b']);
  });
});

describe('the alarm of the dispatcher', () => {
  it('is for queues in which somebody waits, somebody is free, and nothing is held', async () => {
    let ids = 0;
    const line = new MemoryLineStore({ nowMs: () => 1_000, newId: () => String(++ids) });
    const agent = { agentId: 'a1', intent: 'available', pauseReason: '', phone: 'idle', queues: ['main'] } as const;
    await line.join({ callId: 'c1', queue: 'main', priority: 5 });
    expect(await stalledQueues(line, 1_000)).toEqual([]);
    await line.setAgent(agent);
    expect(await stalledQueues(line, 1_000)).toEqual(['main']);
    await line.match();
    expect(await stalledQueues(line, 1_000)).toEqual([]);
    await line.join({ callId: 'c2', queue: 'other', priority: 5 });
    expect(await stalledQueues(line, 1_000)).toEqual([]);
  });
});

describe('how a line sounds', () => {
  it.each([
    [{ roundTripMs: 20, jitterMs: 2, lossShare: 0 }, 'good', 4.35],
    [{ roundTripMs: 150, jitterMs: 20, lossShare: 0.01 }, 'good', 4.1],
    [{ roundTripMs: 300, jitterMs: 40, lossShare: 0.03 }, 'usable', 3.3],
    [{ roundTripMs: 500, jitterMs: 60, lossShare: 0.08 }, 'poor', 1.7],
  ] as const)('%j is %s', (measure, verdict, about) => {
    const mos = mosOf(measure);
    expect(verdictOf(mos)).toBe(verdict);
    expect(Math.abs(mos - about)).toBeLessThan(0.45);
  });

  it('never better for more loss, delay or jitter; always within 1 and 4.5', () => {
    const measure = fc.record({
      roundTripMs: fc.nat(3_000),
      jitterMs: fc.nat(500),
      lossShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(measure, fc.nat(500), (m, more) => {
        const mos = mosOf(m);
        expect(mos).toBeGreaterThanOrEqual(1);
        expect(mos).toBeLessThanOrEqual(4.5);
        expect(mosOf({ ...m, roundTripMs: m.roundTripMs + more })).toBeLessThanOrEqual(mos + 1e-9);
        expect(mosOf({ ...m, jitterMs: m.jitterMs + more })).toBeLessThanOrEqual(mos + 1e-9);
      }),
    );
    expect(mosOf({ roundTripMs: null, jitterMs: null, lossShare: 0 })).toBeGreaterThan(4.2);
  });
});
