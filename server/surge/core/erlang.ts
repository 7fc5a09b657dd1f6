/**
 * Waits and abandonment of a line whose callers have patience: Erlang-A (M/M/n+M), solved as the birth-death chain it
 * is, and the same with callers who phone again (their calls are part of the load that makes them phone again).
 */

export interface LineLoad {
  readonly perMs: number;
  readonly handleMs: number;
  /** Mean time a caller waits before hanging up. */
  readonly patienceMs: number;
  readonly seats: number;
}

export interface LineForecast {
  /** Share of calls hung up while waiting. */
  readonly abandonRate: number;
  /** Mean wait of all calls. */
  readonly waitMs: number;
  /** Calls with the redials in them. */
  readonly attemptsPerMs: number;
}

const NEGLIGIBLE = 1e-12;
const MOST_STATES = 500_000;

/**
 * Sums of the chain's weights, taken outwards from its most likely state so that nothing overflows. The loops are the
 * controller's whole work: plain arithmetic only.
 */
function chain(load: LineLoad): { total: number; queue: number } {
  const { perMs, handleMs, patienceMs, seats } = load;
  const served = 1 / (handleMs * perMs);
  const lost = 1 / (patienceMs * perMs);
  const full = seats * served;
  const work = perMs * handleMs;
  const overload = Math.max(0, perMs - seats / handleMs) * patienceMs;
  const mode = Math.max(0, Math.floor(work <= seats ? work : seats + overload));
  let total = 1;
  let queue = mode > seats ? mode - seats : 0;
  const last = mode + MOST_STATES;
  for (let k = mode + 1, weight = 1; weight > NEGLIGIBLE && k < last; k++) {
    weight /= k <= seats ? k * served : full + (k - seats) * lost;
    total += weight;
    if (k > seats) queue += weight * (k - seats);
  }
  for (let k = mode, weight = 1; weight > NEGLIGIBLE && k > 0; k--) {
    weight *= k <= seats ? k * served : full + (k - seats) * lost;
    total += weight;
    if (k > seats + 1) queue += weight * (k - 1 - seats);
  }
  return { total, queue };
}

/** Erlang-A. */
export function erlangA(load: LineLoad): LineForecast {
  if (load.perMs <= 0) return { abandonRate: 0, waitMs: 0, attemptsPerMs: 0 };
  const { total, queue } = chain(load);
  const waiting = queue / total;
  return {
    abandonRate: Math.min(1, waiting / load.patienceMs / load.perMs),
    // Little's law over all callers, those who hang up included.
    waitMs: waiting / load.perMs,
    attemptsPerMs: load.perMs,
  };
}

/** Erlang-A where this share of those who hang up phone again. `perMs` counts people, once each. */
export function erlangAWithRedials(load: LineLoad, redialShare: number): LineForecast {
  let low = load.perMs;
  let high = load.perMs / (1 - redialShare);
  // attempts = people + redialShare x abandonRate(attempts) x attempts has one solution between these.
  for (let round = 0; round < 24 && high - low > load.perMs * 1e-3; round++) {
    const middle = (low + high) / 2;
    const { abandonRate } = erlangA({ ...load, perMs: middle });
    if (load.perMs + redialShare * abandonRate * middle > middle) low = middle;
    else high = middle;
  }
  return erlangA({ ...load, perMs: (low + high) / 2 });
}

export interface StaffingTarget {
  readonly connectRate: number;
  readonly answerWithinMs: number;
}

/**
 * The fewest seats with which the mean wait and the share of calls lost keep to the target. At the target's own share
 * of lost calls the redials are known, so that no equation has to be solved for each number of seats.
 */
export function seatsNeeded(load: Omit<LineLoad, 'seats'>, redialShare: number, target: StaffingTarget): number {
  if (load.perMs <= 0) return 0;
  const lost = 1 - target.connectRate;
  const perMs = load.perMs / (1 - redialShare * lost);
  const good = (seats: number): boolean => {
    const { abandonRate, waitMs } = erlangA({ ...load, perMs, seats });
    return abandonRate <= lost && waitMs <= target.answerWithinMs;
  };
  let low = 1;
  let high = Math.ceil(perMs * load.handleMs * 1.5 + 20);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (good(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
