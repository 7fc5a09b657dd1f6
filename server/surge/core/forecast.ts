/** What the line means now and what will come in the next hour: usual week, smoothed deviation, Erlang-A with redials. */
import type { SurgePlan } from '../../../config/surge-schema.ts';
import type { ForecastView } from '../api-types.ts';
import { erlangAWithRedials, seatsNeeded } from './erlang.ts';
import type { Demand, Indicators, SurgeSample, UsualWeek } from './types.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** 1 January 1970 was a Thursday. */
const EPOCH_HOUR_OF_WEEK = 72;
/** Weight of what is new: after this time two thirds of a change are believed. */
const SMOOTH_MS = 90_000;
/** A deviation from the usual fades: after this time a third of it is left. */
const FADE_MS = 4 * HOUR_MS;
/** People waiting now are to be answered within this time when seats are counted. */
const CLEAR_LINE_MS = 300_000;
export const forecastHorizonsMs = [15 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS] as const;

/** People per ms usual at a moment; between the middles of two hours it goes in a straight line. */
export function usualPerMs(usual: UsualWeek | null, atMs: number): number | null {
  if (usual?.peoplePerHour.length !== WEEK_HOURS) return null;
  const hours = (atMs + usual.offsetMs) / HOUR_MS + EPOCH_HOUR_OF_WEEK - 0.5;
  const at = (hour: number): number =>
    usual.peoplePerHour[((Math.floor(hour) % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS] ?? 0;
  const part = hours - Math.floor(hours);
  const perHour = at(hours) * (1 - part) + at(hours + 1) * part;
  return perHour > 0 ? perHour / HOUR_MS : null;
}

/** Handling time as calls take it now; `usual` is what it would be with the wrap-up not shortened. */
export function handleMs(
  plan: SurgePlan,
  sample: SurgeSample,
  wrapUpLimitMs: number | null,
): { now: number; usual: number } {
  const talkMs = sample.talkMs ?? plan.assume.talkMs;
  const measuredMs = sample.wrapUpMs ?? plan.assume.wrapUpMs;
  const usualWrapUpMs = wrapUpLimitMs === null ? measuredMs : Math.max(measuredMs, plan.assume.wrapUpMs);
  const wrapUpMs = wrapUpLimitMs === null ? measuredMs : Math.min(measuredMs, wrapUpLimitMs);
  return { now: talkMs + wrapUpMs, usual: talkMs + usualWrapUpMs };
}

export function indicatorsOf(
  plan: SurgePlan,
  sample: SurgeSample,
  usual: UsualWeek | null,
  wrapUpLimitMs: number | null,
): Indicators {
  const peoplePerMs = sample.people / sample.windowMs;
  const usually = usualPerMs(usual, sample.atMs);
  const handle = handleMs(plan, sample, wrapUpLimitMs);
  const ownSeats = Math.max(1, sample.seats - sample.seatsCalledIn);
  const offered = sample.answered + sample.abandoned;
  return {
    peoplePerMs,
    attemptsPerMs: sample.attempts / sample.windowMs,
    usualPerMs: usually,
    arrivalsRatio: usually === null ? null : peoplePerMs / usually,
    load: (peoplePerMs * handle.usual) / ownSeats,
    estimatedWaitMs: sample.seatsFree > sample.waiting ? 0 : (sample.waiting * handle.now) / Math.max(1, sample.seats),
    abandonRate: offered === 0 ? 0 : sample.abandoned / offered,
    handleMs: handle.now,
  };
}

/** Smooths what arrives; a jump counts at once when it goes up, slowly when it goes down. */
export function nextDemand(before: Demand | null, now: Indicators, atMs: number): Demand {
  if (before === null) return { peoplePerMs: now.peoplePerMs, ratio: now.arrivalsRatio, atMs };
  const weight = 1 - Math.exp(-Math.max(0, atMs - before.atMs) / SMOOTH_MS);
  const mix = (old: number, fresh: number): number => (fresh > old ? fresh : old + (fresh - old) * weight);
  const ratio = now.arrivalsRatio === null ? null : mix(before.ratio ?? now.arrivalsRatio, now.arrivalsRatio);
  return { peoplePerMs: mix(before.peoplePerMs, now.peoplePerMs), ratio, atMs };
}

/** People per ms expected `inMs` from now. */
export function expectedPerMs(demand: Demand, usual: UsualWeek | null, atMs: number, inMs: number): number {
  const then = usualPerMs(usual, atMs + inMs);
  if (then === null || demand.ratio === null) return demand.peoplePerMs;
  return then * (1 + (demand.ratio - 1) * Math.exp(-inMs / FADE_MS));
}

/** Seats that would keep to the plan's target now and in the next quarter of an hour, the line as it stands included. */
export function seatsWanted(
  plan: SurgePlan,
  sample: SurgeSample,
  demand: Demand,
  { now, usual }: { readonly now: Indicators; readonly usual: UsualWeek | null },
): number {
  const soonPerMs = Math.max(demand.peoplePerMs, expectedPerMs(demand, usual, sample.atMs, forecastHorizonsMs[0]));
  const load = { perMs: soonPerMs, handleMs: now.handleMs, patienceMs: plan.assume.patienceMs };
  const forArrivals = seatsNeeded(load, plan.assume.redialShare, plan.targets);
  return forArrivals + Math.ceil((sample.waiting * now.handleMs) / CLEAR_LINE_MS);
}

export function forecastOf(
  plan: SurgePlan,
  sample: SurgeSample,
  demand: Demand,
  { now, usual }: { readonly now: Indicators; readonly usual: UsualWeek | null },
): readonly ForecastView[] {
  const seats = Math.max(1, sample.seats + sample.seatsComing);
  const { patienceMs, redialShare } = plan.assume;
  return forecastHorizonsMs.map((inMs) => {
    const load = { perMs: expectedPerMs(demand, usual, sample.atMs, inMs), handleMs: now.handleMs, patienceMs };
    const { waitMs, abandonRate } = erlangAWithRedials({ ...load, seats }, redialShare);
    const needed = seatsNeeded(load, redialShare, plan.targets);
    return { inMs, peoplePerMinute: load.perMs * MINUTE_MS, waitMs, abandonRate, seatsNeeded: needed };
  });
}
