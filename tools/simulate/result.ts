/** What came of it, by docs/metrics.md: shares of calls and of people, and what the seats could have answered at all. */
import type { MeasureType, SeatSource, SurgePlan } from '../../config/surge-schema.ts';
import type { Decision } from '../../server/surge/core/types.ts';
import type { City } from './city.ts';
import type { Counts } from './counts.ts';
import type { Ending, MinuteRow, SimSeat } from './model.ts';
import { Random } from './random.ts';
import type { CityScenario, Scenario } from './scenario.ts';

const QUARTER_MS = 900_000;
const ANSWER_WITHIN_MS = 15_000;

export interface CityResult {
  readonly id: string;
  readonly name: string;
  readonly attempts: number;
  readonly people: number;
  /** Attempts against the people who usually phone in this time. */
  readonly attemptsTimes: number;
  readonly peopleTimes: number;
  readonly endings: Readonly<Record<Ending, number>>;
  /** Calls bridged to a person ÷ all calls. */
  readonly connectRateCalls: number;
  /** People bridged to a person ÷ people who phoned; redials merged. */
  readonly connectRatePeople: number;
  /** The same for the first quarter of an hour, connected within it. */
  readonly connectRate15: number;
  readonly answeredBy: Readonly<Record<SeatSource, number>>;
  readonly answered: number;
  /** Answered ÷ what the same seats could have answered, one caller after the other. */
  readonly efficiency: number;
  readonly couldAnswer: number;
  /** Answered within 15 s ÷ answered. */
  readonly serviceLevel15: number;
  readonly meanWaitMs: number;
  readonly diverted: number;
  readonly promised: number;
  readonly calledBack: number;
  readonly mostSeats: number;
  readonly minutes: readonly MinuteRow[];
  readonly decisions: readonly Decision[];
}

interface Given {
  readonly scenario: Scenario;
  readonly spec: CityScenario;
  readonly plan: SurgePlan | null;
  readonly city: City;
  readonly counts: Counts;
  readonly find: (id: string) => City | undefined;
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

function shortestWrapUpMs(plan: SurgePlan | null): number {
  const all =
    plan === null ? [] : [plan.levels.busy, plan.levels.surge, plan.levels.emergency].flatMap((l) => l.measures);
  return Math.min(Infinity, ...all.flatMap((m) => (m.type === 'wrap-up' ? [m.maxMs] : [])));
}

/** Partners that the plan sends calls to. */
function partnersOf(plan: SurgePlan | null): readonly string[] {
  const all =
    plan === null ? [] : [plan.levels.busy, plan.levels.surge, plan.levels.emergency].flatMap((l) => l.measures);
  return [...new Set(all.flatMap((m) => (m.type === 'partners' ? m.partners.map((p) => p.id) : [])))];
}

/**
 * Calls that the seats could have answered if a caller had always been there: each seat from the moment it was ready
 * until the end, call after call with the shortest wrap-up of the plan from the first one on. Lent seats count from the
 * start although the plan begins later.
 */
export function couldAnswer(
  seats: readonly { readonly seat: SimSeat; readonly wrapUpLimitMs: number }[],
  scenario: Scenario,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): number {
  const { calls } = scenario;
  const random = new Random(scenario.seed, 'could-answer');
  let total = 0;
  for (const { seat, wrapUpLimitMs } of seats) {
    const untilMs = Math.min(endMs, seat.goneAtMs ?? endMs);
    let atMs = Math.max(startMs, seat.readyAtMs);
    // On duty already: in the middle of a call when the counting begins.
    if (seat.readyAtMs < startMs) atMs += random.next() * calls.talkMs;
    for (;;) {
      atMs += random.exponential(calls.answerMs);
      if (atMs >= untilMs) break;
      total++;
      atMs += Math.min(calls.talkMaxMs, random.logNormal(calls.talkMs, calls.talkSigma));
      atMs += Math.min(wrapUpLimitMs, random.logNormal(calls.wrapUpMs, calls.wrapUpSigma));
    }
  }
  return total;
}

export function resultOf({ scenario, spec, plan, city, counts, find }: Given): CityResult {
  const { people, answers, attempts, endings, startMs } = counts;
  const endMs = startMs + scenario.lengthMs;
  const first = people.filter((p) => p.firstAtMs < startMs + QUARTER_MS);
  const within = (p: (typeof people)[number], untilMs: number): boolean =>
    p.connectedAtMs !== null && p.connectedAtMs <= untilMs;
  const answeredBy: Record<SeatSource, number> = { 'on-site': 0, cloud: 0, partner: 0 };
  for (const answer of answers) answeredBy[answer.source]++;
  const wrapUpLimitMs = shortestWrapUpMs(plan);
  const partners = partnersOf(plan).flatMap((id) => scenario.cities.filter((c) => c.id === id));
  // Seats that have callers of their own: what they could have answered for us is not known, so neither side counts them.
  const shared = partners.some((p) => p.lends?.sharesOwnSeats === true);
  const lent = (shared ? [] : partners).flatMap((partner) => {
    const { id } = partner;
    const seats = find(id)?.seats.all.filter((s) => s.source === 'partner') ?? [];
    return seats.map((seat) => ({ seat, wrapUpLimitMs: partner.lends?.wrapUpMaxMs ?? Infinity }));
  });
  const own = city.seats.all.filter((s) => s.source !== 'partner').map((seat) => ({ seat, wrapUpLimitMs }));
  const could = Math.min(couldAnswer([...own, ...lent], scenario, { startMs, endMs }), people.length);
  const usual = usualPeople(spec, scenario, startMs);
  return {
    id: spec.id,
    name: spec.name,
    attempts,
    people: people.length,
    attemptsTimes: ratio(attempts, usual),
    peopleTimes: ratio(people.length, usual),
    endings,
    connectRateCalls: ratio(answers.length, attempts),
    connectRatePeople: ratio(people.filter((p) => within(p, endMs)).length, people.length),
    connectRate15: ratio(first.filter((p) => within(p, startMs + QUARTER_MS)).length, first.length),
    answeredBy,
    answered: answers.length,
    efficiency: ratio(shared ? answers.length - answeredBy.partner : answers.length, could),
    couldAnswer: could,
    serviceLevel15: ratio(answers.filter((a) => a.waitMs <= ANSWER_WITHIN_MS).length, answers.length),
    meanWaitMs: ratio(
      answers.reduce((sum, a) => sum + a.waitMs, 0),
      answers.length,
    ),
    diverted: counts.diverted,
    promised: endings.promised,
    calledBack: counts.calledBack,
    mostSeats: Math.max(0, ...counts.minutes.map((m) => m.seats)),
    minutes: counts.minutes,
    decisions: counts.decisions,
  };
}

function usualPeople(spec: CityScenario, scenario: Scenario, startMs: number): number {
  let total = 0;
  for (let atMs = 0; atMs < scenario.lengthMs; atMs += 60_000) {
    const hour = Math.floor((startMs + atMs) / 3_600_000 + 8) % 24;
    total += (spec.usualPerHour[hour] ?? 0) / 60;
  }
  return total;
}

/** The plan without one of its measures. */
export function without(plan: SurgePlan, type: MeasureType): SurgePlan {
  const strip = <L extends SurgePlan['levels']['busy']>(level: L): L => ({
    ...level,
    measures: level.measures.filter((m) => m.type !== type),
  });
  const { busy, surge, emergency } = plan.levels;
  return { ...plan, levels: { busy: strip(busy), surge: strip(surge), emergency: strip(emergency) } };
}

/** Types of measures that a plan has. */
export function measuresIn(plan: SurgePlan): readonly MeasureType[] {
  const { busy, surge, emergency } = plan.levels;
  return [...new Set([busy, surge, emergency].flatMap((l) => l.measures.map((m) => m.type)))];
}
