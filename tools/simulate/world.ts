/** Builds the cities of a scenario, lets people phone, and runs the clock. */
import { MemoryLineStore } from '../../server/acd/memory/memory-line-store.ts';
import type { SurgePlan } from '../../config/surge-schema.ts';
import type { UsualWeek } from '../../server/surge/core/types.ts';
import { Agenda } from './agenda.ts';
import { City } from './city.ts';
import { Counts } from './counts.ts';
import type { Person } from './model.ts';
import { Random } from './random.ts';
import { resultOf, type CityResult } from './result.ts';
import type { CityScenario, Plans, Scenario } from './scenario.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Chinese time, all year. */
export const OFFSET_MS = 8 * HOUR_MS;

export interface RunOptions {
  readonly scenario: Scenario;
  readonly plans: Plans;
  /** Nothing is planned: what happens without any of this. */
  readonly withoutPlan?: boolean;
  /** Changes every plan, e.g. takes one measure away. */
  readonly change?: (plan: SurgePlan) => SurgePlan;
}

export interface RunResult {
  readonly scenario: Scenario;
  readonly cities: readonly CityResult[];
  readonly events: number;
  readonly tookMs: number;
}

const hourAt = (atMs: number): number => Math.floor((atMs + OFFSET_MS) / HOUR_MS) % 24;

/** Times the usual at a moment of the scenario. */
export function demandTimes(city: CityScenario, sinceStartMs: number): number {
  const points = city.demand;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || sinceStartMs < first.atMs || sinceStartMs > last.atMs) return 1;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (a === undefined || b === undefined || sinceStartMs > b.atMs) continue;
    return a.times + ((b.times - a.times) * (sinceStartMs - a.atMs)) / Math.max(1, b.atMs - a.atMs);
  }
  return last.times;
}

function usualWeek(city: CityScenario): UsualWeek {
  return { peoplePerHour: Array.from({ length: 7 }, () => city.usualPerHour).flat(), offsetMs: OFFSET_MS };
}

/** People who phone for the first time in each minute. */
function letPhone(city: City, scenario: CityScenario, { agenda, startMs, endMs, random }: Clocked): void {
  let number = 0;
  const minute = (atMs: number): void => {
    const usual = scenario.usualPerHour[hourAt(atMs)] ?? 0;
    const many = random.count((usual / 60) * demandTimes(scenario, atMs - startMs));
    for (let i = 0; i < many; i++) {
      const firstAtMs = atMs + random.next() * MINUTE_MS;
      const person: Person = {
        ...{ id: number++, city: scenario.id, firstAtMs, attempts: 0 },
        ...{ connectedAtMs: null, calledBackAtMs: null, promised: false },
      };
      agenda.at(firstAtMs, () => city.attempt(person));
    }
    if (atMs + MINUTE_MS < endMs)
      agenda.at(atMs + MINUTE_MS, () => {
        minute(atMs + MINUTE_MS);
      });
  };
  minute(agenda.nowMs);
}

interface Clocked {
  readonly agenda: Agenda;
  readonly startMs: number;
  readonly endMs: number;
  readonly random: Random;
}

async function openSeats(city: City, scenario: CityScenario, { agenda, endMs }: Clocked): Promise<void> {
  const turn = async (): Promise<void> => {
    await city.seats.onDuty(Math.round(scenario.seats[hourAt(agenda.nowMs)] ?? 0));
    const nextMs = (Math.floor(agenda.nowMs / HOUR_MS) + 1) * HOUR_MS;
    if (nextMs < endMs) agenda.at(nextMs, turn);
  };
  await turn();
  for (let lent = 0; lent < (scenario.lends?.seats ?? 0); lent++) await city.seats.add('partner');
}

function streamsOf(seed: number, id: string): { patience: Random; talk: Random; habit: Random; seats: Random } {
  const make = (purpose: string): Random => new Random(seed, `${id}/${purpose}`);
  return { patience: make('patience'), talk: make('talk'), habit: make('habit'), seats: make('seats') };
}

export async function runScenario({ scenario, plans, withoutPlan, change }: RunOptions): Promise<RunResult> {
  const beganMs = performance.now();
  const startMs = Date.parse(`${scenario.startsAt}:00+08:00`);
  const endMs = startMs + scenario.lengthMs;
  const agenda = new Agenda(startMs - scenario.warmUpMs);
  const cities = new Map<string, { city: City; counts: Counts; plan: SurgePlan | null }>();
  const find = (id: string): City | undefined => cities.get(id)?.city;
  let offers = 0;
  for (const spec of scenario.cities) {
    const own = withoutPlan === true || spec.plan === null ? undefined : plans.get(spec.plan);
    const plan = own === undefined ? null : (change?.(own) ?? own);
    const counts = new Counts(startMs, scenario.lengthMs);
    const line = new MemoryLineStore({ nowMs: () => agenda.nowMs, newId: () => `offer-${offers++}` });
    const others = scenario.cities.map((c) => c.id).filter((id) => id !== spec.id);
    const streams = streamsOf(scenario.seed, spec.id);
    const usual = usualWeek(spec);
    const city = new City({ scenario, city: spec, plan, usual, agenda, line, counts, streams, find, others });
    cities.set(spec.id, { city, counts, plan });
  }
  for (const spec of scenario.cities) {
    const city = find(spec.id);
    if (city === undefined) continue;
    const clocked = { agenda, startMs, endMs, random: new Random(scenario.seed, `${spec.id}/arrivals`) };
    await openSeats(city, spec, clocked);
    letPhone(city, spec, clocked);
    const check = async (): Promise<void> => {
      await city.check();
      agenda.after(scenario.checkEveryMs, check);
    };
    agenda.after(scenario.checkEveryMs, check);
  }
  const events = await agenda.runUntil(endMs);
  const results = scenario.cities.flatMap((spec): CityResult[] => {
    const made = cities.get(spec.id);
    return made === undefined ? [] : [resultOf({ scenario, spec, ...made, find })];
  });
  return { scenario, cities: results, events, tookMs: performance.now() - beganMs };
}
