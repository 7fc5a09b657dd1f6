/** Whether a trunk can be used, from probes, calls and registrations. Pure. */

export interface Health {
  readonly isUp: boolean;
  /** Failures or successes in a row that speak against `isUp`. */
  readonly against: number;
  /** Not used before this time: it said so (Retry-After), or a call has found it dead. */
  readonly restUntilMs: number;
}

export type HealthInput =
  /** An answer to OPTIONS, whatever it said but 503: somebody is there. */
  | { readonly type: 'probe'; readonly ok: boolean }
  | { readonly type: 'registration'; readonly ok: boolean }
  /** Any answer to a call but 503. */
  | { readonly type: 'call-answered' }
  /** No answer, or it could not be sent. */
  | { readonly type: 'call-unanswered' }
  /** 503: it is full or going down (RFC 3261 section 21.5.4). */
  | { readonly type: 'call-refused'; readonly retryAfterS: number | undefined };

export interface HealthThresholds {
  readonly downAfter: number;
  readonly upAfter: number;
}

/** As a trunk begins: in use until something speaks against it. */
export const freshHealth: Health = { isUp: true, against: 0, restUntilMs: 0 };

/** A trunk that did not answer a call rests for this long, or until a probe succeeds. */
const DEAD_REST_MS = 30_000;
const FULL_REST_MS = 2_000;
const MAX_REST_MS = 60_000;

/** The next state. */
export function stepHealth(health: Health, input: HealthInput, rules: HealthThresholds, nowMs: number): Health {
  switch (input.type) {
    case 'probe':
      return input.ok ? succeeded(health, rules) : failed(health, rules);
    case 'registration':
      return input.ok ? { isUp: true, against: 0, restUntilMs: 0 } : { ...health, isUp: false, against: 0 };
    case 'call-answered':
      return { isUp: true, against: 0, restUntilMs: 0 };
    case 'call-unanswered':
      return { ...failed(health, rules), restUntilMs: nowMs + DEAD_REST_MS };
    case 'call-refused': {
      const restMs = input.retryAfterS === undefined ? FULL_REST_MS : input.retryAfterS * 1_000;
      return { ...health, restUntilMs: nowMs + Math.min(Math.max(restMs, FULL_REST_MS), MAX_REST_MS) };
    }
  }
}

function succeeded(health: Health, { upAfter }: HealthThresholds): Health {
  // A probe that was answered ends the rest of a dead trunk, not the one that a full trunk asked for.
  if (health.isUp) return { ...health, against: 0 };
  const against = health.against + 1;
  return against >= upAfter ? { isUp: true, against: 0, restUntilMs: 0 } : { ...health, against };
}

function failed(health: Health, { downAfter }: HealthThresholds): Health {
  if (!health.isUp) return { ...health, against: 0 };
  const against = health.against + 1;
  return against >= downAfter ? { ...health, isUp: false, against: 0 } : { ...health, against };
}

/** Whether calls should go there now. */
export function isUsable(health: Health, nowMs: number): boolean {
  return health.isUp && nowMs >= health.restUntilMs;
}
