/**
 * Agents who could be rung now: for each queue, and for each queue and skill, in the order of the queue's strategy.
 * Most who become free are rung at once; only who is still free after that (`settle`) is put into the lists.
 */
import type { EpochMs } from '../line-store.ts';
import type { Strategy } from '../queue-rules.ts';
import type { AgentState, CallState } from './call-state.ts';
import { groupKey, type Variant } from './phases.ts';
import { isBefore, SortedList, type Entry } from './sorted-list.ts';

/** More than any time stamp, so that a rank can stand before it in one number. */
const RANK = 4e12;
const MOST_CALLS = 2_000;
/** More than these are put into the lists before anybody is looked for. */
const MOST_FRESH = 8;

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
  if (variant.onlyAgentId !== null) {
    if (agent.agentId !== variant.onlyAgentId) return false;
  } else {
    if ((variant.seats & agent.seatBit) === 0) return false;
    for (const { skill, minLevel } of variant.needs) if ((agent.levels.get(skill) ?? 0) < minLevel) return false;
  }
  return agent.queues.includes(variant.queue);
}

export const isExcluded = (call: CallState, agentId: string, nowMs: EpochMs): boolean =>
  (call.excluded.get(agentId) ?? 0) > nowMs;

interface Place {
  readonly list: SortedList;
  readonly score: number;
}

export class FreeAgents {
  readonly #lists = new Map<string, SortedList>();
  readonly #places = new Map<string, readonly Place[]>();
  readonly #fresh = new Map<string, AgentState>();
  readonly #strategyOf: (queue: string) => Strategy;

  constructor(strategyOf: (queue: string) => Strategy) {
    this.#strategyOf = strategyOf;
  }

  has(agentId: string): boolean {
    return this.#places.has(agentId) || this.#fresh.has(agentId);
  }

  count(queue: string): number {
    let count = this.#lists.get(groupKey(queue, ''))?.size ?? 0;
    for (const agent of this.#fresh.values()) if (agent.queues.includes(queue)) count += 1;
    return count;
  }

  add(agent: AgentState): void {
    if (!this.#places.has(agent.agentId)) this.#fresh.set(agent.agentId, agent);
  }

  remove(agentId: string): void {
    if (this.#fresh.delete(agentId)) return;
    const places = this.#places.get(agentId);
    if (places === undefined) return;
    for (const { list, score } of places) list.remove(score, agentId);
    this.#places.delete(agentId);
  }

  /** Those who have stayed free take their places. */
  settle(): void {
    for (const agent of this.#fresh.values()) this.#enlist(agent);
    this.#fresh.clear();
  }

  #enlist(agent: AgentState): void {
    this.#places.set(
      agent.agentId,
      agent.spots.map(({ key, queue, level }) => {
        const score = strategyScore(this.#strategyOf(queue), agent, level);
        let list = this.#lists.get(key);
        if (list === undefined) this.#lists.set(key, (list = new SortedList()));
        list.add(score, agent.agentId);
        return { list, score };
      }),
    );
  }

  /** The first free agent of this queue and skill ('': any) whom `wanted` accepts. */
  first(queue: string, skill: string, wanted: (agentId: string) => boolean): string | undefined {
    if (this.#fresh.size > MOST_FRESH) this.settle();
    let best = this.#lists.get(groupKey(queue, skill))?.find((entry) => wanted(entry.id));
    for (const agent of this.#fresh.values()) {
      const level = skill === '' ? 0 : (agent.levels.get(skill) ?? 0);
      if ((skill !== '' && level === 0) || !agent.queues.includes(queue)) continue;
      const entry: Entry = { score: strategyScore(this.#strategyOf(queue), agent, level), id: agent.agentId };
      if ((best === undefined || isBefore(entry, best)) && wanted(entry.id)) best = entry;
    }
    return best?.id;
  }
}
