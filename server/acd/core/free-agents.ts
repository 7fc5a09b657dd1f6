/** Agents who could be rung now: for each queue, and for each queue and skill, in the order of the queue's strategy. */
import type { EpochMs } from '../line-store.ts';
import type { Strategy } from '../queue-rules.ts';
import type { AgentState, CallState } from './call-state.ts';
import { groupKey, type Variant } from './phases.ts';
import { SortedList } from './sorted-list.ts';

/** More than any time stamp, so that a rank can stand before it in one number. */
const RANK = 4e12;
const MOST_CALLS = 2_000;

/** Order of an agent among the free ones; lower is first. `level`: of the skill the list is for, 0 for none. */
export function strategyScore(strategy: Strategy, agent: AgentState, level: number): number {
  switch (strategy) {
    case 'longest-idle':
      return agent.freeSinceMs;
    case 'fewest-calls':
      return Math.min(agent.callsTaken, MOST_CALLS) * RANK + agent.freeSinceMs;
    case 'round-robin':
      return agent.lastOfferSeq;
    case 'best-skill':
      return (level === 0 ? 0 : 5 - level) * RANK + agent.freeSinceMs;
  }
}

/** Whether the agent may take a call of this demand, exclusions apart. */
export function suits(agent: AgentState, variant: Variant): boolean {
  if (!agent.queues.includes(variant.queue)) return false;
  if (variant.onlyAgentId !== null) return agent.agentId === variant.onlyAgentId;
  if ((variant.seats & agent.seatBit) === 0) return false;
  for (const { skill, minLevel } of variant.needs) if ((agent.skills[skill] ?? 0) < minLevel) return false;
  return true;
}

export const isExcluded = (call: CallState, agentId: string, nowMs: EpochMs): boolean =>
  (call.excluded.get(agentId) ?? 0) > nowMs;

interface Place {
  readonly list: SortedList;
  readonly key: string;
  readonly score: number;
}

export class FreeAgents {
  readonly #lists = new Map<string, SortedList>();
  readonly #places = new Map<string, readonly Place[]>();
  readonly #strategyOf: (queue: string) => Strategy;

  constructor(strategyOf: (queue: string) => Strategy) {
    this.#strategyOf = strategyOf;
  }

  has(agentId: string): boolean {
    return this.#places.has(agentId);
  }

  count(queue: string): number {
    return this.#lists.get(groupKey(queue, ''))?.size ?? 0;
  }

  add(agent: AgentState): void {
    if (this.#places.has(agent.agentId)) return;
    this.#places.set(
      agent.agentId,
      agent.spots.map(({ key, queue, level }) => {
        const score = strategyScore(this.#strategyOf(queue), agent, level);
        let list = this.#lists.get(key);
        if (list === undefined) this.#lists.set(key, (list = new SortedList()));
        list.add(score, agent.agentId);
        return { list, key, score };
      }),
    );
  }

  remove(agentId: string): void {
    const places = this.#places.get(agentId);
    if (places === undefined) return;
    for (const { list, score } of places) list.remove(score, agentId);
    this.#places.delete(agentId);
  }

  /** The first free agent of this list whom `wanted` accepts. */
  first(queue: string, skill: string, wanted: (agentId: string) => boolean): string | undefined {
    return this.#lists.get(groupKey(queue, skill))?.find((entry) => wanted(entry.id))?.id;
  }
}
