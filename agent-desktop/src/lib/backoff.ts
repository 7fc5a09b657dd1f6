/**
 * Delay before try number `attempt` (0 = first): doubles from 0.5 s, capped, with "equal jitter" so that a hall full of
 * pages does not come back in one instant. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number, capMs = 10_000): number {
  const full = Math.min(capMs, 500 * 2 ** Math.min(attempt, 16));
  return Math.round(full / 2 + (full / 2) * random);
}
