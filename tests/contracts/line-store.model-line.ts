/**
 * The rules of docs/acd.md once more, as simply as they can be written: everybody is looked at every time.
 */
import type { AgentUpdate, QueueRules, WaitingCall, WaitingChange } from '../../server/acd/line-store.ts';
import { rulesFor } from '../../server/acd/queue-rules.ts';

interface ModelCall {
  call: WaitingCall & { front: boolean };
  joinedAtMs: number;
  offerId: string | null;
  lastAgentId: string | null;
  excluded: Map<string, number>;
  owned: boolean;
}

interface ModelAgent {
  update: AgentUpdate;
  freeSinceMs: number;
  callsTaken: number;
  lastOffer: number;
  offered: boolean;
}

interface ModelOffer {
  callId: string;
  agentId: string;
  expiresAtMs: number;
}

export class ModelLine {
  readonly calls = new Map<string, ModelCall>();
  readonly agents = new Map<string, ModelAgent>();
  /** By call and agent: which identifiers the store gives its offers is its own business. */
  readonly offers = new Map<string, ModelOffer>();
  readonly rules: ReadonlyMap<string, QueueRules>;
  #offerSeq = 0;
  nowMs = 0;

  constructor(rules: readonly QueueRules[]) {
    this.rules = new Map(rules.map((r) => [r.name, r]));
  }

  rulesOf(queue: string): QueueRules {
    return this.rules.get(queue) ?? rulesFor(queue);
  }

  join(call: WaitingCall, front: boolean): void {
    const known = this.calls.get(call.callId);
    if (known !== undefined) {
      known.owned = true;
      return;
    }
    this.calls.set(call.callId, {
      call: { ...call, front },
      joinedAtMs: Math.min(call.joinedAtMs ?? this.nowMs, this.nowMs),
      offerId: null,
      lastAgentId: null,
      excluded: new Map(),
      owned: true,
    });
  }

  change(callId: string, change: WaitingChange): void {
    const known = this.calls.get(callId);
    if (known === undefined) return;
    this.endOffer(known.offerId);
    known.call = { ...known.call, ...change };
    known.joinedAtMs = Math.min(change.joinedAtMs ?? known.joinedAtMs, this.nowMs);
  }

  leave(callId: string): void {
    this.endOffer(this.calls.get(callId)?.offerId ?? null);
    this.calls.delete(callId);
  }

  setAgent(update: AgentUpdate): void {
    const before = this.agents.get(update.agentId);
    const idle = update.intent === 'available' && update.phone === 'idle';
    const since = before !== undefined && before.freeSinceMs > 0 ? before.freeSinceMs : this.nowMs;
    const loggedIn = (before?.update.intent ?? 'off') === 'off' && update.intent !== 'off';
    this.agents.set(update.agentId, {
      update,
      freeSinceMs: idle ? since : 0,
      callsTaken: loggedIn ? 0 : (before?.callsTaken ?? 0),
      lastOffer: before?.lastOffer ?? 0,
      offered: before?.offered ?? false,
    });
  }

  removeAgent(agentId: string): void {
    for (const [id, offer] of this.offers) if (offer.agentId === agentId) this.endOffer(id);
    this.agents.delete(agentId);
  }

  endOffer(id: string | null): void {
    const offer = id === null ? undefined : this.offers.get(id);
    if (id === null || offer === undefined) return;
    this.offers.delete(id);
    const call = this.calls.get(offer.callId);
    if (call !== undefined) call.offerId = null;
    const agent = this.agents.get(offer.agentId);
    if (agent !== undefined) agent.offered = false;
  }

  expire(): void {
    for (const [id, offer] of this.offers) if (offer.expiresAtMs <= this.nowMs) this.endOffer(id);
  }

  accept(id: string): boolean {
    this.expire();
    const offer = this.offers.get(id);
    if (offer === undefined) return false;
    const agent = this.agents.get(offer.agentId);
    if (agent !== undefined) agent.callsTaken += 1;
    this.leave(offer.callId);
    return true;
  }

  release(id: string, excludeMs: number): boolean {
    this.expire();
    const offer = this.offers.get(id);
    if (offer === undefined) return false;
    if (excludeMs > 0) this.calls.get(offer.callId)?.excluded.set(offer.agentId, this.nowMs + excludeMs);
    this.endOffer(id);
    return true;
  }

  /** The server of these has died. */
  die(callIds: Iterable<string>, agentIds: Iterable<string>): void {
    for (const agentId of agentIds) {
      for (const [id, offer] of this.offers) if (offer.agentId === agentId) this.endOffer(id);
      const agent = this.agents.get(agentId);
      if (agent === undefined) continue;
      agent.update = { ...agent.update, phone: 'offline' };
      agent.freeSinceMs = 0;
    }
    for (const callId of callIds) {
      const call = this.calls.get(callId);
      if (call === undefined) continue;
      this.endOffer(call.offerId);
      call.owned = false;
    }
  }

  /** The store has forgotten everything; it is told the calls and the agents again. */
  rebuild(): void {
    this.offers.clear();
    this.#offerSeq = 0;
    for (const call of this.calls.values()) {
      call.offerId = null;
      call.lastAgentId = null;
      call.excluded.clear();
    }
    const updates = [...this.agents.values()].map((a) => a.update);
    this.agents.clear();
    for (const update of updates) this.setAgent(update);
  }

  #staffed(queue: string): readonly AgentUpdate[] {
    const all = [...this.agents.values()].map((a) => a.update);
    return all.filter((a) => a.intent === 'available' && a.phone !== 'offline' && a.queues.includes(queue));
  }

  #isSticky({ call, joinedAtMs }: ModelCall): boolean {
    const { stickyAgentId = null, queue } = call;
    if (stickyAgentId === null || this.nowMs - joinedAtMs >= this.rulesOf(queue).stickyWaitMs) return false;
    return this.#staffed(queue).some((a) => a.agentId === stickyAgentId);
  }

  key(one: ModelCall, own: boolean): number {
    const { ageing, stickyHeadStartMs } = this.rulesOf(one.call.queue);
    const { urgent = false, elderly = false, redials = 0 } = one.call.facts ?? {};
    let head = one.call.priority * ageing.priorityStepMs + redials * ageing.redialMs;
    if (urgent) head += ageing.urgentMs;
    if (elderly) head += ageing.elderlyMs;
    head = one.call.front ? 10_000_000_000 : Math.min(head, ageing.maxHeadStartMs);
    return one.joinedAtMs - head - (own && this.#isSticky(one) ? stickyHeadStartMs : 0);
  }

  #needs({ call, joinedAtMs }: ModelCall): readonly { skill: string; minLevel: number }[] {
    const rules = this.rulesOf(call.queue);
    const waitedMs = this.nowMs - joinedAtMs;
    const lower = rules.rings.filter((r) => r.afterMs <= waitedMs).at(-1)?.lowerLevelsBy ?? 0;
    const needs = (call.needs ?? []).map((n) => ({ ...n, minLevel: n.minLevel - lower })).filter((n) => n.minLevel > 0);
    const { dialect = null } = call;
    if (dialect === null || waitedMs >= rules.dialectWaitMs) return needs;
    if (!this.#staffed(call.queue).some((a) => (a.skills?.[dialect] ?? 0) > 0)) return needs;
    const own = needs.find((n) => n.skill === dialect) ?? { skill: dialect, minLevel: 1 };
    return [own, ...needs.filter((n) => n.skill !== dialect)];
  }

  mayTake(one: ModelCall, agent: ModelAgent): boolean {
    const { call, joinedAtMs, excluded } = one;
    const { agentId, queues, skills = {}, seatLevel = 'on-site' } = agent.update;
    if (agent.freeSinceMs === 0 || agent.offered || !queues.includes(call.queue)) return false;
    if ((excluded.get(agentId) ?? 0) > this.nowMs) return false;
    if (this.#isSticky(one)) return agentId === call.stickyAgentId;
    const ring = this.rulesOf(call.queue)
      .rings.filter((r) => r.afterMs <= this.nowMs - joinedAtMs)
      .at(-1);
    if (ring?.seats.includes(seatLevel) === false) return false;
    return this.#needs(one).every((n) => (skills[n.skill] ?? 0) >= n.minLevel);
  }

  /** Lower is sooner. */
  #order(one: ModelCall, agent: ModelAgent, skill: string): readonly [number, number] {
    const level = agent.update.skills?.[skill] ?? 0;
    switch (this.rulesOf(one.call.queue).strategy) {
      case 'longest-idle':
        return [0, agent.freeSinceMs];
      case 'fewest-calls':
        return [agent.callsTaken, agent.freeSinceMs];
      case 'round-robin':
        return [0, agent.lastOffer];
      case 'best-skill':
        return [skill === '' ? 0 : 5 - level, agent.freeSinceMs];
    }
  }

  #best(one: ModelCall, agents: readonly ModelAgent[], skill: string): ModelAgent | undefined {
    return [...agents].sort((a, b) => {
      const [x, y] = [this.#order(one, a, skill), this.#order(one, b, skill)];
      return x[0] - y[0] || x[1] - y[1] || (a.update.agentId < b.update.agentId ? -1 : 1);
    })[0];
  }

  #choose(one: ModelCall): ModelAgent | undefined {
    const able = [...this.agents.values()].filter((agent) => this.mayTake(one, agent));
    const next = able.filter((a) => a.update.agentId !== one.lastAgentId);
    if (next.length === 0) return able[0];
    const { stickyAgentId, dialect = null } = one.call;
    const speakers = dialect === null ? [] : next.filter((a) => (a.update.skills?.[dialect] ?? 0) > 0);
    return (
      next.find((a) => a.update.agentId === stickyAgentId) ??
      this.#best(one, speakers, dialect ?? '') ??
      this.#best(one, next, this.#needs(one)[0]?.skill ?? '')
    );
  }

  offerable(): readonly ModelCall[] {
    return [...this.calls.values()]
      .filter((one) => one.offerId === null && one.owned && (one.call.notBeforeMs ?? 0) <= this.nowMs)
      .sort((a, b) => this.key(a, true) - this.key(b, true) || (a.call.callId < b.call.callId ? -1 : 1));
  }

  match(holdMs: number): void {
    this.expire();
    for (let made = true; made;) {
      made = false;
      for (const one of this.offerable()) {
        const agent = this.#choose(one);
        if (agent === undefined) continue;
        const { agentId } = agent.update;
        const id = `${one.call.callId}-${agentId}`;
        this.#offerSeq += 1;
        this.offers.set(id, { callId: one.call.callId, agentId, expiresAtMs: this.nowMs + holdMs });
        one.offerId = id;
        one.lastAgentId = agentId;
        agent.lastOffer = this.#offerSeq;
        agent.offered = true;
        made = true;
        break;
      }
    }
  }

  order(): readonly string[] {
    return [...this.calls.values()]
      .sort((a, b) => this.key(a, false) - this.key(b, false) || (a.call.callId < b.call.callId ? -1 : 1))
      .map((one) => one.call.callId);
  }
}
