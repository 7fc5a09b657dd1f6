/**
 * A circuit breaker: an engine that fails again and again is left alone for a while, then tried with one stream. Pure.
 */

export type Breaker =
  | { readonly type: 'closed'; readonly failuresAtMs: readonly number[] }
  | { readonly type: 'open'; readonly untilMs: number; readonly restMs: number }
  /** One stream tries it out; when nothing is said on it until then, another one may. */
  | { readonly type: 'trying'; readonly untilMs: number; readonly restMs: number };

export type BreakerInput = 'failed' | 'worked' | 'chosen';

const FAILURES = 3;
const WITHIN_MS = 30_000;
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 300_000;
const TRY_MS = 15_000;
/** An engine that dies takes many streams with it: that is one failure. */
const SAME_INCIDENT_MS = 1000;

export const closedBreaker: Breaker = { type: 'closed', failuresAtMs: [] };

export function isUsable(breaker: Breaker, nowMs: number): boolean {
  switch (breaker.type) {
    case 'closed':
      return true;
    case 'open':
    case 'trying':
      return nowMs >= breaker.untilMs;
  }
}

export function stepBreaker(breaker: Breaker, input: BreakerInput, nowMs: number): Breaker {
  switch (input) {
    case 'worked':
      return breaker.type === 'open' ? breaker : closedBreaker;
    case 'chosen':
      if (breaker.type === 'closed' || nowMs < breaker.untilMs) return breaker;
      return { type: 'trying', untilMs: nowMs + TRY_MS, restMs: breaker.restMs };
    case 'failed':
      return failed(breaker, nowMs);
  }
}

function failed(breaker: Breaker, nowMs: number): Breaker {
  switch (breaker.type) {
    case 'open':
      return breaker;
    case 'trying': {
      const restMs = Math.min(LONGEST_REST_MS, breaker.restMs * 2);
      return { type: 'open', untilMs: nowMs + restMs, restMs };
    }
    case 'closed': {
      if (nowMs - (breaker.failuresAtMs.at(-1) ?? -Infinity) < SAME_INCIDENT_MS) return breaker;
      const failuresAtMs = [...breaker.failuresAtMs.filter((atMs) => nowMs - atMs < WITHIN_MS), nowMs];
      if (failuresAtMs.length < FAILURES) return { type: 'closed', failuresAtMs };
      return { type: 'open', untilMs: nowMs + FIRST_REST_MS, restMs: FIRST_REST_MS };
    }
  }
}
