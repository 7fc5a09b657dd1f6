/** Samples and plans for the tests of the surge part. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { surgePlanSchema, type SurgePlan } from '../../../../config/surge-schema.ts';
import { step } from '../../../../server/surge/core/controller.ts';
import type {
  ControllerState,
  ControllerStep,
  Decision,
  Effect,
  SurgeSample,
  UsualWeek,
} from '../../../../server/surge/core/types.ts';

export const standard: SurgePlan = surgePlanSchema.parse(
  parse(readFileSync(new URL('../../../../config/sample/surge/standard.yaml', import.meta.url), 'utf8')),
);

/** 60 people an hour, every hour: one a minute. */
export const usual: UsualWeek = { peoplePerHour: Array.from({ length: 168 }, () => 60), offsetMs: 0 };

/** Two minutes with 2 people, 10 seats of which 6 are free. */
export function sampleAt(atMs: number, change: Partial<SurgeSample> = {}): SurgeSample {
  return {
    ...{ atMs, windowMs: 120_000, attempts: 2, people: 2, answered: 2, abandoned: 0, turnedAway: 0 },
    ...{ talkMs: 150_000, wrapUpMs: 75_000, waiting: 0, longestWaitMs: 0 },
    ...{ seats: 10, seatsFree: 6, seatsCalledIn: 0, seatsComing: 0, seatsStandby: 30 },
    ...change,
  };
}

/** 8 times what the seats can do. */
export const flood: Partial<SurgeSample> = { attempts: 60, people: 43, waiting: 30, seatsFree: 0, abandoned: 10 };

export interface Run {
  readonly state: ControllerState;
  readonly effects: readonly Effect[];
  readonly decisions: readonly Decision[];
}

/** The same sample every five seconds. */
export function feed(
  state: ControllerState,
  plan: SurgePlan,
  { fromMs, forMs, change }: { fromMs: number; forMs: number; change: Partial<SurgeSample> },
): Run {
  const effects: Effect[] = [];
  const decisions: Decision[] = [];
  let now = state;
  for (let atMs = fromMs; atMs <= fromMs + forMs; atMs += 5_000) {
    const next: ControllerStep = step(now, { type: 'sample', sample: sampleAt(atMs, change), usual }, plan);
    effects.push(...next.effects);
    decisions.push(...next.decisions);
    now = next.state;
  }
  return { state: now, effects, decisions };
}
