/** Which free agent a call is offered to. Pure. */
import type { EpochMs } from '../line-store.ts';
import type { AgentState, CallState } from './call-state.ts';
import { isExcluded, suits, type FreeAgents } from './free-agents.ts';
import type { Variant } from './phases.ts';

export class Chooser {
  readonly #free: FreeAgents;
  readonly #agents: ReadonlyMap<string, AgentState>;

  constructor(free: FreeAgents, agents: ReadonlyMap<string, AgentState>) {
    this.#free = free;
    this.#agents = agents;
  }

  /** The agent who knows the matter, then speakers of the dialect, then by strategy; the last one asked comes last. */
  choose(call: CallState, nowMs: EpochMs): AgentState | undefined {
    const variant = call.demandClass?.variant;
    if (variant === undefined) return undefined;
    const { stickyAgentId, dialect } = call.demand;
    const { lastAgentId } = call;
    let chosen: string | undefined;
    if (variant.onlyAgentId !== null) {
      if (this.#may(variant.onlyAgentId, call, variant, nowMs)) chosen = variant.onlyAgentId;
    } else {
      if (stickyAgentId !== null && stickyAgentId !== lastAgentId && this.#may(stickyAgentId, call, variant, nowMs))
        chosen = stickyAgentId;
      if (dialect !== null) chosen ??= this.#nextOf(dialect, call, variant, nowMs);
      chosen ??= this.#nextOf(variant.needs[0]?.skill ?? '', call, variant, nowMs);
      if (lastAgentId !== null && chosen === undefined && this.#may(lastAgentId, call, variant, nowMs))
        chosen = lastAgentId;
    }
    return chosen === undefined ? undefined : this.#agents.get(chosen);
  }

  #nextOf(skill: string, call: CallState, variant: Variant, nowMs: EpochMs): string | undefined {
    return this.#free.first(
      variant.queue,
      skill,
      (agentId) => agentId !== call.lastAgentId && this.#may(agentId, call, variant, nowMs),
    );
  }

  #may(agentId: string, call: CallState, variant: Variant, nowMs: EpochMs): boolean {
    const agent = this.#agents.get(agentId);
    if (agent === undefined || !this.#free.has(agentId)) return false;
    return suits(agent, variant) && !isExcluded(call, agentId, nowMs);
  }
}
