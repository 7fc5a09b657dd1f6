/** Calls of equal demand, and the groups of classes into which the same agents look. Pure. */
import type { AgentState } from './call-state.ts';
import type { Variant } from './phases.ts';
import type { SortedList } from './sorted-list.ts';

export interface DemandClass {
  readonly key: string;
  readonly group: Group;
  readonly variant: Variant;
  readonly calls: SortedList;
  /** Score of its first call, under which the group lists it. */
  headScore: number;
}

/** Classes that the same agents look into, in the order of their first calls. */
export interface Group {
  readonly key: string;
  readonly classes: DemandClass[];
}

/**
 * Whether the agent may take a call of a class found in the group of one of its queues and skills (`level`: of that
 * skill). That group says already that the queue is one of the agent's.
 */
export function suitsClass(agent: AgentState, level: number, { variant }: DemandClass): boolean {
  const { needs } = variant;
  if (variant.onlyAgentId !== null) return agent.queues.includes(variant.queue);
  if ((variant.seats & agent.seatBit) === 0) return false;
  for (let i = 0; i < needs.length; i += 1) {
    const need = needs[i];
    if (need !== undefined && (i === 0 ? level : (agent.levels.get(need.skill) ?? 0)) < need.minLevel) return false;
  }
  return true;
}

/** Index in the group of the first class that does not stand before (score, key). */
function indexIn(classes: readonly DemandClass[], score: number, key: string): number {
  let low = 0;
  let high = classes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = classes[middle];
    if (at !== undefined && (at.headScore < score || (at.headScore === score && at.key < key))) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function enlist(one: DemandClass): void {
  const { classes } = one.group;
  classes.splice(indexIn(classes, one.headScore, one.key), 0, one);
}

export function strike(one: DemandClass): void {
  const { classes } = one.group;
  classes.splice(indexIn(classes, one.headScore, one.key), 1);
}
