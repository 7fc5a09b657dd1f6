/** The people, calls and seats of a simulation, and what is counted. */
import type { SeatSource, SurgeLevel } from '../../config/surge-schema.ts';
import type { Entry } from './agenda.ts';

export interface Person {
  readonly id: number;
  readonly city: string;
  readonly firstAtMs: number;
  attempts: number;
  /** An agent of this or a partner city answered. */
  connectedAtMs: number | null;
  /** Reached by a call-back: counted apart. */
  calledBackAtMs: number | null;
  /** A call-back was promised: phones no more. */
  promised: boolean;
}

export type Ending = 'connected' | 'abandoned' | 'busy' | 'away' | 'deflected' | 'notice' | 'promised';

export interface SimCall {
  readonly id: string;
  readonly person: Person;
  readonly arrivedAtMs: number;
  /** Where it waits or is answered: another city's when diverted. */
  at: string;
  joinedAtMs: number;
  waiting: boolean;
  patience: Entry | null;
  readonly callback: boolean;
}

export interface SimSeat {
  readonly id: string;
  readonly source: SeatSource;
  readonly readyAtMs: number;
  state: 'idle' | 'ringing' | 'busy' | 'wrap-up';
  leaving: boolean;
  goneAtMs: number | null;
}

/** One minute of a city, for the charts. */
export interface MinuteRow {
  readonly atMs: number;
  attempts: number;
  people: number;
  connected: number;
  lost: number;
  waiting: number;
  seats: number;
  level: SurgeLevel;
}

export interface Answer {
  readonly atMs: number;
  readonly waitMs: number;
  readonly source: SeatSource;
}
