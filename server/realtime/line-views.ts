/** What pages are shown of the line: who waits, the queues, the trunks, call-backs, words of danger. Types only. */
import type { QueueState, SeatLevel } from '../acd/line-store.ts';
import type { CallbackReason, EpochMs } from '../timeline/events.ts';

export interface WaitingView {
  readonly callId: string;
  readonly maskedNumber: string;
  readonly queue: string;
  readonly joinedAtMs: EpochMs;
  readonly state: 'waiting' | 'offered';
  readonly kind: 'call' | 'callback';
  readonly priority: number;
  /** Skills that are asked for, the dialect included. */
  readonly needs: readonly string[];
}

/** One queue at a glance. */
export interface QueueView extends QueueState {
  readonly title: string;
}

/** A line to a carrier or a gateway. */
export interface TrunkView {
  readonly name: string;
  /** `resting`: it is there, but calls out keep away from it for a moment. */
  readonly state: 'up' | 'resting' | 'down' | 'inbound-only';
  /** Null: calls only come in over it, and nothing is known until one does. */
  readonly sinceMs: EpochMs | null;
  /** Null: it wants no registration. */
  readonly registered: boolean | null;
  /** Addresses that it has. */
  readonly places: number;
}

export interface CallbackView {
  readonly id: string;
  readonly callId: string;
  readonly maskedNumber: string;
  readonly queue: string;
  readonly reason: CallbackReason;
  readonly joinedAtMs: EpochMs;
  readonly requestedAtMs: EpochMs;
  /** `later`: its time has not come; `by-hand`: the hotline has no way out, somebody has to phone. */
  readonly state: 'in-line' | 'calling' | 'later' | 'by-hand';
  readonly tries: number;
  readonly notBeforeMs: EpochMs;
  /** How the last try ended; '' before the first. */
  readonly result: string;
}

/** Somebody waits, somebody is free, and nothing is offered. */
export interface LineAlarmView {
  readonly sinceMs: EpochMs;
  readonly queues: readonly string[];
}

/** Words of danger in a call: somebody should listen at once. */
export interface RiskView {
  readonly callId: string;
  readonly maskedNumber: string;
  /** What people read, e.g. 燃气泄漏. */
  readonly labels: readonly string[];
  /** The words that were heard. */
  readonly words: string;
  readonly agentId: string | null;
  readonly heardAtMs: EpochMs;
  /** The call is over. */
  readonly over: boolean;
}

/** What an agent's page measured of its line. */
export interface LineReport {
  readonly atMs: EpochMs;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  readonly lossShare: number;
  /** 1 to 4.5. */
  readonly mos: number;
}

/** What an agent can do; dialects are skills. */
export interface AgentProfileView {
  readonly queues: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
  readonly seatLevel: SeatLevel;
}

export interface LineView {
  readonly waiting: number;
  readonly longestWaitMs: number;
  readonly freeAgents: number;
}

/** Entries of a list that are new or have changed, and those that are no more. */
export interface ListDelta<T> {
  readonly put: readonly T[];
  readonly gone: readonly string[];
}
