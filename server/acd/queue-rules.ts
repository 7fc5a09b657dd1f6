/** How one queue is served. Data, from the configuration (`config/queues-schema.ts`); types and defaults only. */

/**
 * Who of the free agents gets the next call, in every ring:
 * `longest-idle`, `fewest-calls` (since log-in, then longest idle), `round-robin` (whose last offer is longest ago),
 * `best-skill` (highest level of the call's first need, then longest idle).
 */
export const strategies = ['longest-idle', 'fewest-calls', 'round-robin', 'best-skill'] as const;
export type Strategy = (typeof strategies)[number];

export const seatLevels = ['on-site', 'cloud', 'partner'] as const;
export type SeatLevel = (typeof seatLevels)[number];

/**
 * Head starts in milliseconds: a call is served as if it had come that much earlier. All calls age alike from then
 * on, so whoever comes later than the largest head start after a call can never overtake it: nobody starves.
 */
export interface Ageing {
  /** For each step of priority. */
  readonly priorityStepMs: number;
  readonly urgentMs: number;
  readonly elderlyMs: number;
  /** For each redial. */
  readonly redialMs: number;
  /** All together never more than this. */
  readonly maxHeadStartMs: number;
}

/** From `afterMs` of waiting on, these seats may take the call and each needed level is lower by `lowerLevelsBy`. */
export interface Ring {
  readonly afterMs: number;
  /** 5 waives every need. */
  readonly lowerLevelsBy: number;
  readonly seats: readonly SeatLevel[];
}

/** What to do with a caller whom the queue cannot take or has kept too long. */
export interface Overflow {
  readonly to: 'message' | 'callback' | 'voicemail' | 'queue' | 'partner';
  /** For `queue`. */
  readonly queue: string | null;
}

export interface QueueRules {
  readonly name: string;
  readonly strategy: Strategy;
  readonly ageing: Ageing;
  /** Ascending `afterMs`, the first at 0. */
  readonly rings: readonly Ring[];
  /** How long a call is kept for its sticky agent while that agent is busy. */
  readonly stickyWaitMs: number;
  /** How much earlier than others the sticky agent takes such a call. */
  readonly stickyHeadStartMs: number;
  /** How long a call is kept for seats that speak its dialect, if there are any. */
  readonly dialectWaitMs: number;
  readonly maxLength: number;
  readonly maxWaitMs: number;
  /** Refuse newcomers whose estimated wait is longer than this; 0: never. */
  readonly deflectAboveMs: number;
  readonly overflow: Overflow;
  readonly ringMs: number;
  readonly wrapUpMs: number;
  /** An agent who declined or did not answer a call is not offered it again for this long. */
  readonly excludeMs: number;
  /** Talk and wrap-up of a usual call, for estimates until the queue's own pace is known. */
  readonly usualHandleMs: number;
}

export const defaultQueueRules: Omit<QueueRules, 'name'> = {
  strategy: 'longest-idle',
  ageing: {
    priorityStepMs: 60_000,
    urgentMs: 300_000,
    elderlyMs: 30_000,
    redialMs: 20_000,
    maxHeadStartMs: 1_200_000,
  },
  rings: [{ afterMs: 0, lowerLevelsBy: 0, seats: seatLevels }],
  stickyWaitMs: 0,
  stickyHeadStartMs: 60_000,
  dialectWaitMs: 0,
  maxLength: 100_000,
  maxWaitMs: 1_800_000,
  deflectAboveMs: 0,
  overflow: { to: 'message', queue: null },
  ringMs: 20_000,
  wrapUpMs: 30_000,
  excludeMs: 30_000,
  usualHandleMs: 180_000,
};

/** The rules of a queue that the configuration does not know. */
export function rulesFor(name: string): QueueRules {
  return { name, ...defaultQueueRules };
}
