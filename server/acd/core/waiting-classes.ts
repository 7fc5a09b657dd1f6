/** Calls that could be offered now, in classes of equal demand, so that an agent looks at one call of each class. */
import type { EpochMs } from '../line-store.ts';
import type { AgentState, CallState } from './call-state.ts';
import { isExcluded, suits } from './free-agents.ts';
import { classOf, groupOf, type Variant } from './phases.ts';
import { isBefore, SortedList, type Entry } from './sorted-list.ts';

interface DemandClass {
  readonly key: string;
  readonly group: string;
  readonly variant: Variant;
  readonly calls: SortedList;
}

export class WaitingClasses {
  readonly #classes = new Map<string, DemandClass>();
  readonly #groups = new Map<string, Map<string, DemandClass>>();

  add(call: CallState, variant: Variant): void {
    const key = classOf(variant);
    let found = this.#classes.get(key);
    if (found === undefined) {
      found = { key, group: groupOf(variant), variant, calls: new SortedList() };
      this.#classes.set(key, found);
      const group = this.#groups.get(found.group) ?? new Map<string, DemandClass>();
      this.#groups.set(found.group, group.set(key, found));
    }
    call.classKey = key;
    call.classScore = call.joinedAtMs - variant.headStartMs;
    found.calls.add(call.classScore, call.callId);
  }

  remove(call: CallState): void {
    const found = this.#classes.get(call.classKey);
    call.classKey = '';
    if (found === undefined) return;
    found.calls.remove(call.classScore, call.callId);
    if (found.calls.size > 0) return;
    this.#classes.delete(found.key);
    const group = this.#groups.get(found.group);
    group?.delete(found.key);
    if (group?.size === 0) this.#groups.delete(found.group);
  }

  variantOf(call: CallState): Variant | undefined {
    return this.#classes.get(call.classKey)?.variant;
  }

  /** The first call in serving order that this agent may take. */
  firstFor(agent: AgentState, calls: ReadonlyMap<string, CallState>, nowMs: EpochMs): Entry | undefined {
    let best: Entry | undefined;
    for (const key of agent.groups) {
      const group = this.#groups.get(key);
      if (group === undefined) continue;
      for (const one of group.values()) {
        const head = one.calls.first();
        if (head === undefined || (best !== undefined && !isBefore(head, best)) || !suits(agent, one.variant)) continue;
        const found = isFreeFor(head, agent, calls, nowMs)
          ? head
          : one.calls.find((entry) => isFreeFor(entry, agent, calls, nowMs));
        if (found !== undefined && (best === undefined || isBefore(found, best))) best = found;
      }
    }
    return best;
  }
}

function isFreeFor(
  { id }: Entry,
  { agentId }: AgentState,
  calls: ReadonlyMap<string, CallState>,
  nowMs: EpochMs,
): boolean {
  const call = calls.get(id);
  return call !== undefined && (call.excluded.size === 0 || !isExcluded(call, agentId, nowMs));
}
