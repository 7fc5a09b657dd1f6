/** Calls that could be offered now, in classes of equal demand, so that an agent looks at one call of each class. */
import type { EpochMs } from '../line-store.ts';
import type { AgentState, CallState } from './call-state.ts';
import { isExcluded, suits } from './free-agents.ts';
import { classOf, groupOf, type Variant } from './phases.ts';
import { isBefore, SortedList, type Entry } from './sorted-list.ts';

interface DemandClass {
  readonly key: string;
  readonly group: Group;
  readonly variant: Variant;
  readonly calls: SortedList;
  /** Score of its first call, under which the group lists it. */
  headScore: number;
}

/** Classes that the same agents look into, in the order of their first calls. */
interface Group {
  readonly key: string;
  readonly heads: SortedList;
}

export class WaitingClasses {
  readonly #classes = new Map<string, DemandClass>();
  readonly #groups = new Map<string, Group>();

  add(call: CallState, variant: Variant): void {
    const key = classOf(variant);
    call.classKey = key;
    call.classScore = call.joinedAtMs - variant.headStartMs;
    const known = this.#classes.get(key);
    const found = known ?? this.#open(key, variant, call.classScore);
    found.calls.add(call.classScore, call.callId);
    if (known !== undefined && call.classScore < known.headScore) moveHead(known, call.classScore);
  }

  #open(key: string, variant: Variant, headScore: number): DemandClass {
    const groupKey = groupOf(variant);
    let group = this.#groups.get(groupKey);
    if (group === undefined) this.#groups.set(groupKey, (group = { key: groupKey, heads: new SortedList() }));
    const made = { key, group, variant, calls: new SortedList(), headScore };
    this.#classes.set(key, made);
    group.heads.add(headScore, key);
    return made;
  }

  remove(call: CallState): void {
    const found = this.#classes.get(call.classKey);
    call.classKey = '';
    if (found === undefined) return;
    found.calls.remove(call.classScore, call.callId);
    const head = found.calls.first();
    if (head !== undefined) {
      if (head.score !== found.headScore) moveHead(found, head.score);
      return;
    }
    this.#classes.delete(found.key);
    found.group.heads.remove(found.headScore, found.key);
    if (found.group.heads.size === 0) this.#groups.delete(found.group.key);
  }

  variantOf(call: CallState): Variant | undefined {
    return this.#classes.get(call.classKey)?.variant;
  }

  /** The first call in serving order that this agent may take. */
  firstFor(agent: AgentState, calls: ReadonlyMap<string, CallState>, nowMs: EpochMs): Entry | undefined {
    let best: Entry | undefined;
    for (const key of agent.groups) {
      const heads = this.#groups.get(key)?.heads;
      const first = heads?.first();
      // A group that begins after the best so far cannot hold a better one.
      if (heads === undefined || first === undefined || (best !== undefined && first.score > best.score)) continue;
      heads.find((head) => {
        if (best !== undefined && head.score > best.score) return true;
        const found = this.#firstIn(head.id, agent, calls, nowMs);
        if (found !== undefined && (best === undefined || isBefore(found, best))) best = found;
        return false;
      });
    }
    return best;
  }

  #firstIn(
    classKey: string,
    agent: AgentState,
    calls: ReadonlyMap<string, CallState>,
    nowMs: EpochMs,
  ): Entry | undefined {
    const one = this.#classes.get(classKey);
    if (one === undefined || !suits(agent, one.variant)) return undefined;
    const head = one.calls.first();
    if (head !== undefined && isFreeFor(head, agent, calls, nowMs)) return head;
    return one.calls.find((entry) => isFreeFor(entry, agent, calls, nowMs));
  }
}

function moveHead(one: DemandClass, score: number): void {
  one.group.heads.remove(one.headScore, one.key);
  one.headScore = score;
  one.group.heads.add(score, one.key);
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
