/**
 * Who is offered to whom. Pure: given the line, the agents and what is already reserved, it names the pairs.
 * It may not look at a clock: `nowMs` is an input.
 */
import type { AgentRecord, EpochMs, Waiting } from '../line-store.ts';

export interface MatchInput {
  readonly waiting: readonly Waiting[];
  readonly agents: readonly AgentRecord[];
  /** Calls and agents which are reserved now. */
  readonly reservedCalls: ReadonlySet<string>;
  readonly reservedAgents: ReadonlySet<string>;
  /** `callId` -> `agentId` -> not before this time. */
  readonly exclusions: ReadonlyMap<string, ReadonlyMap<string, EpochMs>>;
  readonly nowMs: EpochMs;
}

export interface Pair {
  readonly callId: string;
  readonly agentId: string;
}

/** Serving order: higher priority first, then who has waited longest, then a stable tie-break. */
export function byServingOrder(a: Waiting, b: Waiting): number {
  return b.priority - a.priority || a.joinedAtMs - b.joinedAtMs || (a.callId < b.callId ? -1 : 1);
}

export function isFree(agent: AgentRecord): boolean {
  return agent.intent === 'available' && agent.phone === 'idle';
}

/** Longest idle first. */
function byIdleTime(a: AgentRecord, b: AgentRecord): number {
  return a.freeSinceMs - b.freeSinceMs || (a.agentId < b.agentId ? -1 : 1);
}

function mayTake(agent: AgentRecord, call: Waiting, input: MatchInput): boolean {
  const notBeforeMs = input.exclusions.get(call.callId)?.get(agent.agentId) ?? 0;
  return agent.queues.includes(call.queue) && notBeforeMs <= input.nowMs;
}

/**
 * Pairs waiting calls with free agents: the first call in serving order gets the longest-idle agent who may take it.
 * A call nobody may take does not hold up those behind it.
 */
export function match(input: MatchInput): readonly Pair[] {
  const free = input.agents.filter((a) => isFree(a) && !input.reservedAgents.has(a.agentId)).sort(byIdleTime);
  const calls = input.waiting.filter((w) => !input.reservedCalls.has(w.callId)).sort(byServingOrder);
  const pairs: Pair[] = [];
  for (const call of calls) {
    if (free.length === 0) break;
    const at = free.findIndex((agent) => mayTake(agent, call, input));
    const [agent] = at >= 0 ? free.splice(at, 1) : [];
    if (agent !== undefined) pairs.push({ callId: call.callId, agentId: agent.agentId });
  }
  return pairs;
}
