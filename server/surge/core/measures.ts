/** Which measures a level asks for, and how much of each: seats to call in, callers to let into the line. */
import type { Measure, MeasureType, SurgeLevel, SurgePlan } from '../../../config/surge-schema.ts';
import { seatsWanted } from './forecast.ts';
import { rank } from './level.ts';
import type { ControllerState, Demand, Indicators, SurgeSample, UsualWeek } from './types.ts';

/** Of this level and the ones below it; a higher level's measure takes the place of the same one of a lower level. */
export function measuresOf(plan: SurgePlan, level: SurgeLevel): ReadonlyMap<MeasureType, Measure> {
  const found = new Map<MeasureType, Measure>();
  for (const step of ['busy', 'surge', 'emergency'] as const)
    if (rank(step) <= rank(level)) for (const measure of plan.levels[step].measures) found.set(measure.type, measure);
  return found;
}

export function wrapUpLimitMs(state: ControllerState): number | null {
  for (const { measure } of state.active) if (measure.type === 'wrap-up') return measure.maxMs;
  return null;
}

type CallIn = Extract<Measure, { type: 'call-in' }>;

/** The waves that are due: so long after the level was reached. */
export function wavesDue(measure: CallIn, sinceLevelMs: number): CallIn['waves'] {
  return measure.waves.filter((wave) => wave.afterMs <= sinceLevelMs);
}

export interface Situation {
  readonly plan: SurgePlan;
  readonly sample: SurgeSample;
  readonly now: Indicators;
  readonly demand: Demand;
  readonly usual: UsualWeek | null;
  /** Since when the level stands. */
  readonly levelSinceMs: number;
}

/** Seats to have from standby: what is missing, as far as the waves that are due go; more are asked than will come. */
export function callInAmount(measure: CallIn, s: Situation): number {
  const { sample, plan } = s;
  const pool = sample.seatsStandby + sample.seatsCalledIn + sample.seatsComing;
  const share = Math.max(0, ...wavesDue(measure, sample.atMs - s.levelSinceMs).map((wave) => wave.share));
  const own = sample.seats - sample.seatsCalledIn;
  const missing = seatsWanted(plan, sample, s.demand, s) - own;
  return Math.max(0, Math.min(Math.ceil(missing / Math.max(0.05, plan.assume.acceptShare)), Math.floor(pool * share)));
}

/** So many may wait that the last of them is answered in time by the seats there are. */
export function admissionAmount(answerWithinMs: number, seats: number, handleMs: number): number {
  return Math.max(1, Math.ceil((seats * answerWithinMs) / Math.max(1, handleMs)));
}

export function amountOf(measure: Measure, s: Situation): number | null {
  switch (measure.type) {
    case 'call-in':
      return callInAmount(measure, s);
    case 'wrap-up':
      return measure.maxMs;
    case 'admission':
      return admissionAmount(measure.answerWithinMs, s.sample.seats, s.now.handleMs);
    case 'pause-outbound':
    case 'announce':
    case 'call-back':
    case 'deflect':
    case 'partners':
      return null;
  }
}
