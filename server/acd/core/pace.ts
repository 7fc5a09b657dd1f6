/**
 * How fast a queue is served, measured only while somebody waited: at night a queue serves few because few come, and
 * that says nothing about how long the next crowd will wait. Old observations fade. Pure.
 */
import type { EpochMs } from '../line-store.ts';

export interface Pace {
  /** Calls served, fading. */
  readonly served: number;
  /** Time during which somebody waited, fading alike. */
  readonly busyMs: number;
  readonly atMs: EpochMs;
}

/** Observations count for about this long. */
export const FADE_MS = 300_000;
/** What the staffing says counts like this much observed time. */
const PRIOR_MS = 60_000;
const LONGEST_MS = 4 * 3_600_000;

export const newPace = (atMs: EpochMs): Pace => ({ served: 0, busyMs: 0, atMs });

/** Brings the figures up to `atMs`; `busy`: somebody has waited since they were last brought up. */
export function advancePace(pace: Pace, atMs: EpochMs, busy: boolean): Pace {
  const fade = Math.exp(-Math.max(0, atMs - pace.atMs) / FADE_MS);
  return { served: pace.served * fade, busyMs: pace.busyMs * fade + (busy ? FADE_MS * (1 - fade) : 0), atMs };
}

export interface Staffing {
  readonly staffed: number;
  readonly free: number;
  readonly usualHandleMs: number;
}

export function servedPerMs(pace: Pace, staffing: Staffing): number {
  const expected = (PRIOR_MS * staffing.staffed) / Math.max(1, staffing.usualHandleMs);
  return (pace.served + expected) / (pace.busyMs + PRIOR_MS);
}

/** How long the caller at `position` (1: next) will wait. */
export function estimateWaitMs(position: number, pace: Pace, staffing: Staffing): number {
  if (position <= staffing.free) return 0;
  const perMs = servedPerMs(pace, staffing);
  return perMs <= 0 ? LONGEST_MS : Math.min(LONGEST_MS, Math.round(position / perMs));
}
