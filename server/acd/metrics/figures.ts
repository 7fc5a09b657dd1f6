/** The figures of a call centre out of counts: each with its formula, so that nobody has to guess. Pure. */
import { addCounts, noCounts, type Counts, type TallyRow } from './tally.ts';

export interface Figures {
  /** null: nothing to divide by. */
  readonly connectRate: number | null;
  readonly callbackConnectRate: number | null;
  readonly serviceLevel15OfAnswered: number | null;
  readonly serviceLevel15OfOffered: number | null;
  readonly abandonRate: number | null;
  readonly asaMs: number | null;
  readonly ahtMs: number | null;
  readonly longestWaitMs: number;
}

/** Shown beside the numbers. */
export const formulas: Readonly<Record<keyof Figures, string>> = {
  connectRate: 'bridged to a person (on site, cloud, partner) / offered to the queue',
  callbackConnectRate: 'call-backs that reached the caller / call-backs',
  serviceLevel15OfAnswered: 'answered within 15 s / answered',
  serviceLevel15OfOffered: 'answered within 15 s / (offered - abandoned within 5 s)',
  abandonRate: 'hung up while waiting / offered',
  asaMs: 'waits of answered calls / answered',
  ahtMs: '(talk + hold + wrap-up) / handled',
  longestWaitMs: 'longest wait, answered or not',
};

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

export function figuresOf(c: Counts): Figures {
  return {
    connectRate: ratio(c.answered, c.offered),
    callbackConnectRate: ratio(c.callbacksReached, c.callbacks),
    serviceLevel15OfAnswered: ratio(c.answeredWithin15s, c.answered),
    serviceLevel15OfOffered: ratio(c.answeredWithin15s, c.offered - c.abandonedWithin5s),
    abandonRate: ratio(c.abandoned, c.offered),
    asaMs: ratio(c.waitMs, c.answered),
    ahtMs: ratio(c.talkMs + c.holdMs + c.wrapUpMs, c.handled),
    longestWaitMs: c.longestWaitMs,
  };
}

/** Sums of rows by whatever is asked: queue, skill, seat level, five minutes, day. */
export function countsBy(rows: readonly TallyRow[], keyOf: (row: TallyRow) => string): ReadonlyMap<string, Counts> {
  const sums = new Map<string, Counts>();
  for (const row of rows) {
    const key = keyOf(row);
    sums.set(key, addCounts(sums.get(key) ?? noCounts(), row));
  }
  return sums;
}

/** The day of a time stamp, `2026-01-31`, in a zone so many minutes before UTC (`Date.getTimezoneOffset`). */
export function dayOf(atMs: number, offsetMinutes: number): string {
  return new Date(atMs - offsetMinutes * 60_000).toISOString().slice(0, 10);
}

/** A stretch of time in which an agent was logged in. */
export interface SeatSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: 'free' | 'ringing' | 'busy' | 'wrap-up' | 'paused';
}

/** Share of the time not paused that was spent on calls (ringing, talk, hold and wrap-up), within a window. */
export function occupancy(spans: readonly SeatSpan[], fromMs: number, toMs: number): number | null {
  let worked = 0;
  let staffed = 0;
  for (const span of spans) {
    const ms = Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs);
    if (ms <= 0 || span.state === 'paused') continue;
    staffed += ms;
    if (span.state !== 'free') worked += ms;
  }
  return ratio(worked, staffed);
}
