/** What REST (`/api/surge`) and the socket (`surge`, `surge.call-in`) tell pages. Types only; docs/api/openapi.yaml. */
import type { CallInChannel, Measure, MeasureType, SeatSource, SurgeLevel } from '../../config/surge-schema.ts';

export type { CallInChannel, MeasureType, SeatSource, SurgeLevel };
export type EpochMs = number;

/** A sentence with its numbers, in Chinese and in English. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What was measured. Shares are fractions of 1. */
export interface SurgeNumbers {
  /** Calls per minute. */
  readonly attemptsPerMinute: number;
  /** People per minute: somebody who phones again counts once. */
  readonly peoplePerMinute: number;
  /** What is usual at this hour of the week, per minute; null while nothing is known. */
  readonly usualPerMinute: number | null;
  readonly arrivalsRatio: number | null;
  readonly load: number;
  readonly waiting: number;
  readonly longestWaitMs: number;
  readonly estimatedWaitMs: number;
  readonly abandonRate: number;
  readonly handleMs: number;
  readonly seats: number;
  readonly seatsFree: number;
  /** Of the seats, those called in. */
  readonly seatsCalledIn: number;
}

export interface ForecastView {
  readonly inMs: number;
  readonly peoplePerMinute: number;
  readonly waitMs: number;
  readonly abandonRate: number;
  readonly seatsNeeded: number;
}

export const decisionKinds = [
  'level',
  'start',
  'change',
  'stop',
  'propose',
  'accept',
  'refuse',
  'withdraw',
  'hold',
] as const;
export type DecisionKind = (typeof decisionKinds)[number];

/** Something the controller or a supervisor decided, and why. */
export interface DecisionView {
  readonly id: string;
  readonly atMs: EpochMs;
  readonly kind: DecisionKind;
  readonly level: SurgeLevel;
  readonly measure: MeasureType | null;
  readonly why: Words;
  /** Id of the supervisor, or `controller`. */
  readonly by: string;
}

export interface ProposalView {
  readonly id: string;
  readonly atMs: EpochMs;
  readonly measure: Measure;
  readonly what: Words;
  readonly why: Words;
}

export interface ActiveMeasureView {
  readonly type: MeasureType;
  readonly sinceMs: EpochMs;
  readonly what: Words;
  /** call-in: seats wanted; admission: callers let into the line; wrap-up: milliseconds. */
  readonly amount: number | null;
}

export interface PartnerView {
  readonly id: string;
  readonly name: string;
  /** Calls of ours with them now. */
  readonly calls: number;
  readonly maxCalls: number | null;
}

export interface SurgeStatus {
  readonly atMs: EpochMs;
  readonly planName: string;
  readonly planTitle: string;
  readonly planVersion: number;
  readonly level: SurgeLevel;
  readonly levelSinceMs: EpochMs;
  /** Level a supervisor holds by hand; null = the controller decides. */
  readonly heldLevel: SurgeLevel | null;
  readonly why: Words;
  readonly numbers: SurgeNumbers;
  readonly forecast: readonly ForecastView[];
  readonly active: readonly ActiveMeasureView[];
  readonly proposals: readonly ProposalView[];
  readonly partners: readonly PartnerView[];
  readonly callIns: { readonly asked: number; readonly accepted: number; readonly ready: number };
}

export interface PlanView {
  readonly name: string;
  readonly title: string;
  readonly version: number;
  readonly inForce: boolean;
  readonly savedAtMs: EpochMs;
  readonly savedBy: string;
  /** As it was written, with its comments. */
  readonly yaml: string;
}

export interface PlanFault {
  /** Dotted path, e.g. `levels.busy.enter`; '' for the whole plan. */
  readonly path: string;
  readonly message: string;
}

export interface DryRunView {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Minutes for which there are measurements. */
  readonly minutes: number;
  readonly points: readonly {
    readonly atMs: EpochMs;
    readonly level: SurgeLevel;
    readonly load: number;
    readonly peoplePerMinute: number;
    readonly estimatedWaitMs: number;
    readonly seats: number;
    readonly seatsWanted: number;
  }[];
  readonly decisions: readonly DecisionView[];
}

export interface Shift {
  readonly id: string;
  readonly startsAtMs: EpochMs;
  readonly endsAtMs: EpochMs;
}

export interface RosterEntry {
  readonly id: string;
  /** The user that logs in. */
  readonly userId: string;
  readonly displayName: string;
  readonly source: SeatSource;
  readonly city: string;
  readonly skills: readonly string[];
  readonly dialects: readonly string[];
  /** Addresses are only known to the webhook's gateway; this is the name it knows the person by. '' = socket only. */
  readonly contactRef: string;
  readonly active: boolean;
  readonly online: boolean;
  readonly shifts: readonly Shift[];
}

export const callInAnswers = ['accepted', 'declined'] as const;
export type CallInAnswer = (typeof callInAnswers)[number];
export const callInStates = ['asked', 'accepted', 'declined', 'expired', 'ready', 'released'] as const;
export type CallInState = (typeof callInStates)[number];

export interface CallInView {
  readonly id: string;
  readonly rosterId: string;
  readonly userId: string;
  readonly displayName: string;
  readonly wave: number;
  readonly state: CallInState;
  readonly why: Words;
  readonly askedAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly answeredAtMs: EpochMs | null;
  readonly readyAtMs: EpochMs | null;
  readonly releasedAtMs: EpochMs | null;
}

/** GET /api/surge/me: what a standby agent sees. */
export interface StandbyView {
  readonly entry: RosterEntry | null;
  readonly callIn: CallInView | null;
}

export const partnerCallStates = ['sent', 'connected', 'ended', 'failed', 'handed-back'] as const;
export type PartnerCallState = (typeof partnerCallStates)[number];

/** A call that went to, or came from, a partner hotline. */
export interface PartnerCallView {
  readonly id: string;
  readonly direction: 'out' | 'in';
  readonly partnerId: string;
  readonly callId: string;
  readonly city: string;
  readonly placeInLine: number;
  readonly reason: string;
  readonly state: PartnerCallState;
  readonly atMs: EpochMs;
  readonly ticketNumber: string | null;
}
