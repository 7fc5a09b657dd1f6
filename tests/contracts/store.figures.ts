/** What figures need of every store: the events of many calls, some at a time, and counts that agree with the day's. */
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { reportOf } from '../../server/acd/metrics/report.ts';
import { lineEvents } from '../../server/acd/metrics/tally.ts';
import type { CallStore } from '../../server/store/ports.ts';
import type { CallEvent, CallEventBody } from '../../server/timeline/events.ts';
import { eventsOf } from './store.kit.ts';

const dayMs = 24 * 3_600_000;
const arrived: CallEventBody = { type: 'call.arrived', from: '', to: '12345', trunk: 'test', legId: 'leg-1' };
const joined: CallEventBody = { type: 'queue.joined', queue: 'main', priority: 0 };

export async function readsManyCalls(calls: CallStore): Promise<void> {
  const sinceMs = Date.now() + 20 * dayMs;
  const ids = Array.from({ length: 450 }, (_, i) => `${String(i % 7)}-${randomUUID()}`);
  for (const [i, callId] of ids.entries()) await calls.append(eventsOf(callId, sinceMs + (i % 3), [arrived, joined]));
  const seen: CallEvent[] = [];
  let pages = 0;
  for await (const page of calls.eventsOf(sinceMs, sinceMs + 3, ['call.arrived', 'queue.joined'])) {
    pages += 1;
    seen.push(...page);
  }
  expect(pages).toBeGreaterThan(1);
  expect(seen.map((e) => e.type)).toEqual(ids.flatMap(() => ['call.arrived', 'queue.joined']));
  expect(new Set(seen.map((e) => e.callId))).toEqual(new Set(ids));
}

/** The same calls, by the figures of the queue. */
export async function agreesWithTheDay(calls: CallStore, sinceMs: number): Promise<void> {
  const [day, report] = await Promise.all([
    calls.dayCounts(sinceMs),
    reportOf({
      ...{
        fromMs: sinceMs - dayMs,
        toMs: sinceMs + dayMs,
        by: 'queue',
        seatLevelOf: () => 'on-site',
        offsetMinutes: 0,
      },
      pages: calls.eventsOf(sinceMs, sinceMs + dayMs, lineEvents),
    }),
  ]);
  const { offered, answered, abandoned, abandonedWithin5s } = report.total.counts;
  expect({ offered, bridged: answered, abandoned, abandonedWithin5s }).toEqual({
    ...{ offered: day.offered, bridged: day.bridged },
    ...{ abandoned: day.abandoned, abandonedWithin5s: day.abandonedWithin5s },
  });
  expect(report.rows.map((row) => row.key)).toEqual(['main']);
}
