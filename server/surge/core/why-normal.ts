/** Why the line counts as normal, above all when its numbers look as if it were not. Pure. */
import type { SurgePlan } from '../../../config/surge-schema.ts';
import type { Words } from '../api-types.ts';
import { raisedLevels, type LevelStep, type RaisedLevel } from './level.ts';
import type { Indicators, SurgeSample } from './types.ts';
import { duration, levelNames, limitsPassed, situation } from './words.ts';

export const calm: Words = { zh: '线路正常', en: 'the line is normal' };

/** People needed in the window before its numbers mean anything. */
export function peopleNeeded(plan: SurgePlan, { seats }: SurgeSample): number {
  return Math.max(plan.minPeople, plan.minPeoplePerSeat * seats);
}

interface Look {
  readonly plan: SurgePlan;
  readonly now: Indicators;
  readonly sample: SurgeSample;
  readonly held: boolean;
  readonly aboveSinceMs: LevelStep['aboveSinceMs'];
}

export function whyNormal(look: Look): Words {
  const { plan, now, sample, held } = look;
  const passed = raisedLevels.filter((level) => limitsPassed(plan, level, now).zh !== '');
  const [lowest] = passed;
  if (lowest === undefined) return calm;
  if (held) return situation(now, sample);
  return sample.people < peopleNeeded(plan, sample) ? tooFew(look, lowest) : notLongEnough(look, passed);
}

function tooFew({ plan, now, sample }: Look, lowest: RaisedLevel): Words {
  const passed = limitsPassed(plan, lowest, now);
  const needed = Math.ceil(peopleNeeded(plan, sample));
  const window = duration(sample.windowMs);
  return {
    zh: `线路正常：${window.zh}内只有 ${sample.people} 人来电，不足 ${needed} 人，不据此判断；${passed.zh}`,
    en: `the line is normal: ${sample.people} people in ${window.en}, fewer than the ${needed} a judgement needs; ${passed.en}`,
  };
}

/** The level that would be reached first. */
function notLongEnough({ plan, now, sample, aboveSinceMs }: Look, passed: readonly RaisedLevel[]): Words {
  const lastingMs = (level: RaisedLevel): number => sample.atMs - (aboveSinceMs[level] ?? sample.atMs);
  const leftMs = (level: RaisedLevel): number => plan.levels[level].enterAfterMs - lastingMs(level);
  const level = passed.reduce((first, one) => (leftMs(one) < leftMs(first) ? one : first));
  const limits = limitsPassed(plan, level, now);
  const [lasting, needs] = [duration(lastingMs(level)), duration(plan.levels[level].enterAfterMs)];
  const name = levelNames[level];
  return {
    zh: `线路正常：${limits.zh}，已持续 ${lasting.zh}，满 ${needs.zh}升为“${name.zh}”`,
    en: `the line is normal: ${limits.en} for ${lasting.en}; ${name.en} after ${needs.en}`,
  };
}
