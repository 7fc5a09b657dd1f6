/** How a trunk stands as a whole, and since when. Pure. */
import { isUsable, type Health } from './health.ts';

export interface Standing {
  /** `resting`: it is there, but calls keep away for a moment (it was full, or said nothing to a call). */
  readonly state: 'up' | 'resting' | 'down';
  readonly sinceMs: number;
}

/** The standing by what is known of each of its places; without a place (DNS never told one) it is down. */
export function standingOf(before: Standing, places: readonly Health[], nowMs: number): Standing {
  const usable = places.filter((health) => isUsable(health, nowMs));
  const state = usable.length > 0 ? 'up' : places.some(({ isUp }) => isUp) ? 'resting' : 'down';
  if (state === before.state) return before;
  // A rest ends by itself, whenever one looks.
  const restedMs = Math.min(...usable.map(({ restUntilMs }) => restUntilMs));
  const isRested = before.state === 'resting' && state === 'up' && restedMs > before.sinceMs;
  return { state, sinceMs: isRested ? restedMs : nowMs };
}
