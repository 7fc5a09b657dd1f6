/** Which level the line is at: any limit passed for a while raises it, all limits well undercut for longer lower it. */
import { surgeLevels, type SurgeLevel, type SurgePlan } from '../../../config/surge-schema.ts';
import type { ControllerState, Indicators } from './types.ts';

export type RaisedLevel = Exclude<SurgeLevel, 'normal'>;
export const raisedLevels: readonly RaisedLevel[] = ['busy', 'surge', 'emergency'];

export const rank = (level: SurgeLevel): number => surgeLevels.indexOf(level);

/** Whether any limit x `factor` is reached. */
function reaches(plan: SurgePlan, level: RaisedLevel, now: Indicators, factor: number): boolean {
  const { load, arrivalsRatio, estimatedWaitMs, abandonRate } = plan.levels[level].enter;
  const over = (limit: number | null, value: number | null): boolean =>
    limit !== null && value !== null && value >= limit * factor;
  return (
    over(load, now.load) ||
    over(arrivalsRatio, now.arrivalsRatio) ||
    over(estimatedWaitMs, now.estimatedWaitMs) ||
    over(abandonRate, now.abandonRate)
  );
}

export interface LevelStep {
  readonly level: SurgeLevel;
  readonly aboveSinceMs: ControllerState['aboveSinceMs'];
  readonly calmSinceMs: number | null;
}

/** `enough`: so many people in the window that the numbers mean something. */
export function nextLevel(
  state: ControllerState,
  plan: SurgePlan,
  now: Indicators,
  { atMs, enough }: { readonly atMs: number; readonly enough: boolean },
): LevelStep {
  const aboveSinceMs: Partial<Record<SurgeLevel, number>> = {};
  let up: SurgeLevel = state.level;
  for (const level of raisedLevels) {
    if (!enough || !reaches(plan, level, now, 1)) continue;
    const sinceMs = state.aboveSinceMs[level] ?? atMs;
    aboveSinceMs[level] = sinceMs;
    if (rank(level) > rank(up) && atMs - sinceMs >= plan.levels[level].enterAfterMs) up = level;
  }
  if (state.heldLevel !== null) return { level: state.heldLevel, aboveSinceMs, calmSinceMs: null };
  if (rank(up) > rank(state.level)) return { level: up, aboveSinceMs, calmSinceMs: null };
  if (state.level === 'normal') return { level: 'normal', aboveSinceMs, calmSinceMs: null };
  return { ...down(state, plan, now, { atMs, enough }), aboveSinceMs };
}

function down(
  state: ControllerState,
  plan: SurgePlan,
  now: Indicators,
  { atMs, enough }: { readonly atMs: number; readonly enough: boolean },
): Pick<LevelStep, 'level' | 'calmSinceMs'> {
  const here = state.level;
  if (here === 'normal') return { level: here, calmSinceMs: null };
  const warm = (level: RaisedLevel): boolean => enough && reaches(plan, level, now, plan.levels[level].leaveBelow);
  if (warm(here)) return { level: here, calmSinceMs: null };
  const calmSinceMs = state.calmSinceMs ?? atMs;
  if (atMs - calmSinceMs < plan.levels[here].leaveAfterMs) return { level: here, calmSinceMs };
  const lower = raisedLevels.filter((level) => rank(level) < rank(here) && warm(level)).at(-1);
  return { level: lower ?? 'normal', calmSinceMs: null };
}
