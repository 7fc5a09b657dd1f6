/** What the surge runner asks of the rest of the house. Small ports; each is given by the wiring. */
import type { LinePolicy } from '../acd/line-policy.ts';
import type { CallInView, EpochMs, SurgeStatus, Words } from './api-types.ts';

/** Wrap-up, announcements to those who wait, call-backs, deflection, admission: set as a whole. */
export interface LineRules {
  setPolicy(policy: LinePolicy): void;
}

export interface SeatsWanted {
  readonly seats: number;
  readonly wave: number;
  readonly skills: readonly string[];
  readonly dialects: readonly string[];
  readonly bySocket: boolean;
  readonly byWebhook: boolean;
  readonly answerWithinMs: number;
  readonly why: Words;
}

export interface SeatCounts {
  readonly asked: number;
  readonly accepted: number;
  readonly ready: number;
  readonly standby: number;
}

/** Standby seats: asks for more, or thanks those that are not needed any more. */
export interface CloudSeats {
  want(request: SeatsWanted): Promise<void>;
  counts(): SeatCounts;
  /** Users whose call-in is open and who have come. */
  ready(): ReadonlySet<string>;
  /** An agent takes calls now. */
  seen(userIds: ReadonlySet<string>): Promise<void>;
}

/** Pages of people. */
export interface Pages {
  surge(userId: string, status: SurgeStatus): void;
  callIn(userId: string, callIn: CallInView): void;
  online(userId: string): boolean;
}

export interface Clock {
  readonly nowMs: () => EpochMs;
  readonly newId: () => string;
}
