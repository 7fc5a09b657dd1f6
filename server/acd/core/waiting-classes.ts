/** Calls that could be offered now, in classes of equal demand, so that an agent looks at one call of each class. */
import type { EpochMs } from '../line-store.ts';
import type { AgentState, CallState } from './call-state.ts';
import { enlist, strike, suitsClass, type DemandClass, type Group } from './demand-class.ts';
import { isExcluded } from './free-agents.ts';
import { classOf, groupOf, onlyKey, type Variant } from './phases.ts';
import { isBefore, SortedList, type Entry } from './sorted-list.ts';

export class WaitingClasses {
  readonly #classes = new Map<string, DemandClass>();
  readonly #groups = new Map<string, Group>();

  add(call: CallState, variant: Variant): void {
    const key = classOf(variant);
    const score = call.joinedAtMs - variant.headStartMs;
    const found = this.#classes.get(key) ?? this.#open(key, variant, score);
    call.demandClass = found;
    call.classScore = score;
    found.calls.add(score, call.callId);
    if (score < found.headScore) moveHead(found, score);
  }

  #open(key: string, variant: Variant, headScore: number): DemandClass {
    const groupKey = groupOf(variant);
    let group = this.#groups.get(groupKey);
    if (group === undefined) this.#groups.set(groupKey, (group = { key: groupKey, classes: [] }));
    const made = { key, group, variant, calls: new SortedList(), headScore };
    this.#classes.set(key, made);
    enlist(made);
    return made;
  }

  remove(call: CallState): void {
    const found = call.demandClass;
    call.demandClass = null;
    if (found === null) return;
    found.calls.remove(call.classScore, call.callId);
    const head = found.calls.first();
    if (head !== undefined) {
      if (head.score !== found.headScore) moveHead(found, head.score);
      return;
    }
    this.#classes.delete(found.key);
    strike(found);
    if (found.group.classes.length === 0) this.#groups.delete(found.group.key);
  }

  /** The first call in serving order that this agent may take. */
  firstFor(agent: AgentState, calls: ReadonlyMap<string, CallState>, nowMs: EpochMs): Entry | undefined {
    let best = this.#firstOf(onlyKey(agent.agentId), 0, agent, { calls, nowMs, best: undefined });
    for (const { key, level } of agent.spots) best = this.#firstOf(key, level, agent, { calls, nowMs, best });
    return best;
  }

  /** `best`, or the call in the group that comes before it. */
  #firstOf(groupKey: string, level: number, agent: AgentState, look: Look): Entry | undefined {
    let { best } = look;
    const classes = this.#groups.get(groupKey)?.classes ?? [];
    for (const one of classes) {
      // What begins after the best so far cannot hold a better one.
      if (best !== undefined && one.headScore > best.score) break;
      if (!suitsClass(agent, level, one)) continue;
      const found = firstIn(one, agent, look);
      if (found !== undefined && (best === undefined || isBefore(found, best))) best = found;
    }
    return best;
  }
}

interface Look {
  readonly calls: ReadonlyMap<string, CallState>;
  readonly nowMs: EpochMs;
  readonly best: Entry | undefined;
}

function firstIn(one: DemandClass, { agentId }: AgentState, look: Look): Entry | undefined {
  const head = one.calls.first();
  if (head !== undefined && isFor(head, agentId, look)) return head;
  return one.calls.find((entry) => isFor(entry, agentId, look));
}

function isFor({ id }: Entry, agentId: string, { calls, nowMs }: Look): boolean {
  const call = calls.get(id);
  return call !== undefined && (call.excluded.size === 0 || !isExcluded(call, agentId, nowMs));
}

function moveHead(one: DemandClass, score: number): void {
  strike(one);
  one.headScore = score;
  enlist(one);
}
