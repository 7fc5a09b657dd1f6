/** What the surge controller knows, decides and wants done. Types only; times are inputs everywhere in this folder. */
import type { Measure, MeasureType, SurgeLevel } from '../../../config/surge-schema.ts';
import type { DecisionKind, EpochMs, ForecastView, Words } from '../api-types.ts';

/** Counted over the last `windowMs`, and the line as it stands. */
export interface SurgeSample {
  readonly atMs: EpochMs;
  readonly windowMs: number;
  /** Calls that came. */
  readonly attempts: number;
  /** Those of people who had not phoned in the hour before. */
  readonly people: number;
  readonly answered: number;
  readonly abandoned: number;
  /** Turned away with a polite message, or sent to self-service. */
  readonly turnedAway: number;
  /** Means of the latest calls; null while there are none. */
  readonly talkMs: number | null;
  readonly wrapUpMs: number | null;
  readonly waiting: number;
  readonly longestWaitMs: number;
  /** Logged in and not paused, called-in ones included. */
  readonly seats: number;
  readonly seatsFree: number;
  readonly seatsCalledIn: number;
  /** Said yes, not there yet. */
  readonly seatsComing: number;
  /** On standby and in shift, not asked yet. */
  readonly seatsStandby: number;
}

/** What `SurgeSample` means against plan and usual day. */
export interface Indicators {
  readonly peoplePerMs: number;
  readonly attemptsPerMs: number;
  readonly usualPerMs: number | null;
  readonly arrivalsRatio: number | null;
  /** Work arriving per seat of our own with the usual wrap-up: does not fall because of what the plan did. */
  readonly load: number;
  readonly estimatedWaitMs: number;
  readonly abandonRate: number;
  /** With the wrap-up as it is now. */
  readonly handleMs: number;
}

export interface ActiveMeasure {
  readonly measure: Measure;
  readonly sinceMs: EpochMs;
  /** call-in: seats wanted; admission: callers let into the line; wrap-up: milliseconds; else null. */
  readonly amount: number | null;
  readonly why: Words;
}

export interface Proposal {
  readonly id: string;
  readonly atMs: EpochMs;
  readonly measure: Measure;
  readonly amount: number | null;
  readonly what: Words;
  readonly why: Words;
}

export interface Decision {
  readonly id: string;
  readonly atMs: EpochMs;
  readonly kind: DecisionKind;
  readonly level: SurgeLevel;
  readonly measure: MeasureType | null;
  readonly why: Words;
  readonly by: string;
}

export interface Demand {
  /** Smoothed: people per ms. */
  readonly peoplePerMs: number;
  /** Smoothed: people against usual; null while nothing is usual. */
  readonly ratio: number | null;
  readonly atMs: EpochMs;
}

export interface ControllerState {
  readonly level: SurgeLevel;
  readonly levelSinceMs: EpochMs;
  readonly heldLevel: SurgeLevel | null;
  /** Since when a level's limits are passed. */
  readonly aboveSinceMs: Readonly<Partial<Record<SurgeLevel, EpochMs>>>;
  /** Since when this level is not needed any more. */
  readonly calmSinceMs: EpochMs | null;
  /** Since when fewer called-in seats would do. */
  readonly spareSinceMs: EpochMs | null;
  readonly demand: Demand | null;
  readonly active: readonly ActiveMeasure[];
  readonly proposals: readonly Proposal[];
  /** A supervisor's answers, until the line is normal again. */
  readonly answers: Readonly<Partial<Record<MeasureType, 'accept' | 'refuse'>>>;
  readonly nextId: number;
  readonly why: Words;
  readonly indicators: Indicators | null;
  readonly sample: SurgeSample | null;
  readonly forecast: readonly ForecastView[];
}

export type ControllerInput =
  | { readonly type: 'sample'; readonly sample: SurgeSample; readonly usual: UsualWeek | null }
  | {
      readonly type: 'answer';
      readonly atMs: EpochMs;
      readonly proposalId: string;
      readonly answer: 'accept' | 'refuse';
      readonly by: string;
    }
  | { readonly type: 'hold'; readonly atMs: EpochMs; readonly level: SurgeLevel | null; readonly by: string }
  /** Ends everything that was started (the plan is switched off, the server's surge part goes away for good). */
  | { readonly type: 'end'; readonly atMs: EpochMs; readonly by: string };

/** People per hour for each of the 168 hours of the week, Monday 00:00 first, in the city's time. */
export interface UsualWeek {
  readonly peoplePerHour: readonly number[];
  /** Of the city's clock against UTC. */
  readonly offsetMs: number;
}

/** What the runner carries out. Doing one twice must be harmless: after a restart `start` comes again. */
export interface Effect {
  readonly type: 'start' | 'change' | 'stop';
  readonly active: ActiveMeasure;
}

export interface ControllerStep {
  readonly state: ControllerState;
  readonly effects: readonly Effect[];
  readonly decisions: readonly Decision[];
}
