/**
 * The waiting line: who is offered to whom, at once, without looking at everybody. Pure: time comes in as `nowMs`
 * (never going back), identifiers from `newId`; what it has to tell comes out of `takeEvents`.
 *
 * Between two calls of `match` no free agent suits a call that could be offered; only what has changed since (marked
 * in `#dirtyCalls` and `#dirtyAgents`, or due by time) has to be looked at.
 */
import type {
  AgentUpdate,
  EpochMs,
  JoinAnswer,
  LineEvent,
  Place,
  QueueState,
  Reservation,
  WaitingCall,
  WaitingChange,
} from '../line-store.ts';
import { rulesFor, type QueueRules } from '../queue-rules.ts';
import {
  demandOf,
  dropExclusions,
  exclude,
  isIdle,
  isStaffed,
  newAgentState,
  newCallState,
  reservationOf,
  setProfile,
  usableNeeds,
  type AgentState,
  type CallState,
} from './call-state.ts';
import { Candidates } from './candidates.ts';
import { Chooser } from './chooser.ts';
import { Conditions } from './conditions.ts';
import { FreeAgents } from './free-agents.ts';
import { Lanes } from './lanes.ts';
import { headStartMs, phaseAt, skillCondition } from './phases.ts';
import { refusalOf } from './refusal.ts';
import { SortedList } from './sorted-list.ts';
import { WaitingClasses } from './waiting-classes.ts';

/** A reservation outlives the ringing by a little; the call's own deadline comes first. */
export const HOLD_MARGIN_MS = 10_000;

export class Line {
  readonly #newId: () => string;
  readonly #rules = new Map<string, QueueRules>();
  readonly #calls = new Map<string, CallState>();
  readonly #agents = new Map<string, AgentState>();
  readonly #offers = new Map<string, Reservation>();
  readonly #lanes = new Lanes();
  readonly #classes = new WaitingClasses();
  readonly #free = new FreeAgents((queue) => this.rules(queue).strategy);
  readonly #chooser = new Chooser(this.#free, this.#agents);
  readonly #conditions = new Conditions();
  readonly #due = new SortedList();
  readonly #dirtyCalls = new Set<string>();
  readonly #dirtyAgents = new Set<string>();
  #events: LineEvent[] = [];
  #offerSeq = 0;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  rules(queue: string): QueueRules {
    let rules = this.#rules.get(queue);
    if (rules === undefined) this.#rules.set(queue, (rules = rulesFor(queue)));
    return rules;
  }

  get calls(): ReadonlyMap<string, CallState> {
    return this.#calls;
  }

  get agents(): ReadonlyMap<string, AgentState> {
    return this.#agents;
  }

  get offers(): ReadonlyMap<string, Reservation> {
    return this.#offers;
  }

  /** Queues by name, those without rules of their own included once they were used. */
  get queueNames(): readonly string[] {
    return [...this.#rules.keys()];
  }

  takeEvents(): readonly LineEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  configure(queues: readonly QueueRules[], nowMs: EpochMs): void {
    this.#rules.clear();
    for (const rules of queues) this.#rules.set(rules.name, rules);
    // Rules changed under way hold for those who wait and those who are free, too.
    for (const agent of this.#agents.values()) {
      this.#free.remove(agent.agentId);
      this.#freeIfIdle(agent);
    }
    for (const call of this.#calls.values()) this.#redo(call, call.demand, nowMs);
  }

  join(call: WaitingCall, nowMs: EpochMs, front = false): JoinAnswer {
    const known = this.#calls.get(call.callId);
    if (known !== undefined) return { type: 'already-waiting', ...this.#placeOf(known, nowMs) };
    const refusal = front || call.insist === true ? undefined : this.#refusal(call.queue, nowMs);
    if (refusal !== undefined) return refusal;
    const state = newCallState(call.callId, demandOf(call, front));
    state.joinedAtMs = Math.min(call.joinedAtMs ?? nowMs, nowMs);
    state.notBeforeMs = call.notBeforeMs ?? 0;
    this.#calls.set(call.callId, state);
    this.#stand(state, nowMs);
    return { type: 'joined', ...this.#placeOf(state, nowMs) };
  }

  #refusal(queue: string, nowMs: EpochMs): JoinAnswer | undefined {
    const length = this.#lanes.length(queue);
    return refusalOf(this.rules(queue), length, () => this.#estimate(queue, length + 1, nowMs));
  }

  /** Into its queue's order and, when it may be offered, into its class. */
  #stand(call: CallState, nowMs: EpochMs): void {
    const rules = this.rules(call.demand.queue);
    call.orderKey = call.joinedAtMs - headStartMs(call.demand, rules.ageing);
    this.#lanes.add(call, nowMs);
    this.#timeTooLong(call, rules);
    this.#settle(call, nowMs);
  }

  #timeTooLong(call: CallState, rules: QueueRules): void {
    if (call.demand.kind === 'callback') return;
    call.tooLongAtMs = call.joinedAtMs + rules.maxWaitMs;
    this.#due.add(call.tooLongAtMs, `w:${call.callId}`);
  }

  /** Puts the call where it belongs now and sets when to look again. Nothing to do while it is being offered. */
  #settle(call: CallState, nowMs: EpochMs): void {
    this.#unsettle(call);
    if (call.offerId !== '') return;
    const waitedMs = nowMs - call.joinedAtMs;
    const phase = phaseAt(call.demand, this.rules(call.demand.queue), waitedMs);
    const variant = phase.variants.find((v) => v.condition === null || this.#conditions.count(v.condition) > 0);
    let nextMs = call.joinedAtMs + phase.untilMs;
    if (call.notBeforeMs > nowMs) nextMs = Math.min(nextMs, call.notBeforeMs);
    nextMs = Math.min(nextMs, dropExclusions(call, nowMs));
    if (nextMs < Number.POSITIVE_INFINITY) {
      call.dueMs = nextMs;
      this.#due.add(nextMs, `c:${call.callId}`);
    }
    if (phase.variants.length > 1) call.conditions = phase.variants.flatMap((v) => v.condition ?? []);
    for (const condition of call.conditions) this.#conditions.watch(condition, call.callId);
    if (variant === undefined || call.notBeforeMs > nowMs) return;
    this.#classes.add(call, variant);
    this.#dirtyCalls.add(call.callId);
  }

  #unsettle(call: CallState): void {
    this.#dirtyCalls.delete(call.callId);
    this.#classes.remove(call);
    if (call.dueMs > 0) this.#due.remove(call.dueMs, `c:${call.callId}`);
    call.dueMs = 0;
    for (const condition of call.conditions) this.#conditions.unwatch(condition, call.callId);
    if (call.conditions.length > 0) call.conditions = [];
  }

  change(callId: string, change: WaitingChange, nowMs: EpochMs): 'changed' | 'not-waiting' {
    const call = this.#calls.get(callId);
    if (call === undefined) return 'not-waiting';
    this.#endOffer(call.offerId, nowMs);
    const { joinedAtMs = call.joinedAtMs, notBeforeMs = call.notBeforeMs, ...demand } = change;
    const needs = usableNeeds(demand.needs ?? call.demand.needs);
    this.#redo(call, { ...call.demand, ...demand, needs }, nowMs, { joinedAtMs, notBeforeMs });
    return 'changed';
  }

  #redo(
    call: CallState,
    demand: CallState['demand'],
    nowMs: EpochMs,
    times: Pick<CallState, 'joinedAtMs' | 'notBeforeMs'> = call,
  ): void {
    this.#withdraw(call, nowMs);
    call.joinedAtMs = Math.min(times.joinedAtMs, nowMs);
    call.notBeforeMs = times.notBeforeMs;
    call.demand = demand;
    this.#stand(call, nowMs);
  }

  #withdraw(call: CallState, nowMs: EpochMs): void {
    this.#unsettle(call);
    this.#lanes.remove(call, nowMs);
    if (call.tooLongAtMs > 0) this.#due.remove(call.tooLongAtMs, `w:${call.callId}`);
    call.tooLongAtMs = 0;
  }

  leave(callId: string, nowMs: EpochMs): void {
    const call = this.#calls.get(callId);
    if (call === undefined) return;
    // First forgotten, so that the end of its offer does not look for a place for it.
    this.#calls.delete(callId);
    if (call.offerId !== '') this.#endOffer(call.offerId, nowMs);
    this.#withdraw(call, nowMs);
  }

  setAgent(update: AgentUpdate, nowMs: EpochMs): void {
    const agent = this.#agents.get(update.agentId) ?? newAgentState(update.agentId);
    this.#agents.set(update.agentId, agent);
    const before = isStaffed(agent) ? agent.fulfils : [];
    const wasFree = agent.freeSinceMs > 0;
    const isNew = setProfile(agent, update);
    if (agent.intent === 'off' && update.intent !== 'off') agent.callsTaken = 0;
    agent.intent = update.intent;
    agent.pauseReason = update.pauseReason;
    agent.phone = update.phone;
    if (!isIdle(agent)) agent.freeSinceMs = 0;
    else if (!wasFree) agent.freeSinceMs = nowMs;
    if (isNew || wasFree !== agent.freeSinceMs > 0) {
      this.#free.remove(agent.agentId);
      this.#freeIfIdle(agent);
    }
    this.#staff(before, isStaffed(agent) ? agent.fulfils : [], nowMs);
  }

  removeAgent(agentId: string, nowMs: EpochMs): void {
    const agent = this.#agents.get(agentId);
    if (agent === undefined) return;
    const offer = this.#offers.get(agent.offerId);
    const before = isStaffed(agent) ? agent.fulfils : [];
    agent.intent = 'off';
    agent.freeSinceMs = 0;
    this.#free.remove(agentId);
    this.#agents.delete(agentId);
    this.#dirtyAgents.delete(agentId);
    this.#staff(before, [], nowMs);
    if (offer === undefined) return;
    this.#endOffer(offer.offerId, nowMs);
    this.#events.push({ type: 'offer-lost', reservation: offer, reason: 'agent-gone' });
  }

  /** Calls that depend on something that has come or gone look for their place again. */
  #staff(before: readonly string[], after: readonly string[], nowMs: EpochMs): void {
    for (const callId of this.#conditions.change(before, after)) {
      const call = this.#calls.get(callId);
      if (call !== undefined) this.#settle(call, nowMs);
    }
  }

  #freeIfIdle(agent: AgentState): void {
    if (!isIdle(agent) || agent.offerId !== '') return;
    this.#free.add(agent);
    this.#dirtyAgents.add(agent.agentId);
  }

  accept(offerId: string, nowMs: EpochMs): 'accepted' | 'expired' {
    this.advance(nowMs);
    const offer = this.#offers.get(offerId);
    if (offer === undefined) return 'expired';
    const call = this.#calls.get(offer.callId);
    const agent = this.#agents.get(offer.agentId);
    if (agent !== undefined) agent.callsTaken += 1;
    this.#lanes.served(offer.queue, nowMs);
    if (call !== undefined) this.leave(call.callId, nowMs);
    return 'accepted';
  }

  release(offerId: string, excludeMs: number, nowMs: EpochMs): 'released' | 'expired' {
    this.advance(nowMs);
    const offer = this.#offers.get(offerId);
    if (offer === undefined) return 'expired';
    const call = this.#calls.get(offer.callId);
    if (excludeMs > 0 && call !== undefined) exclude(call, offer.agentId, nowMs + excludeMs);
    this.#endOffer(offerId, nowMs);
    return 'released';
  }

  /** Call and agent can be taken again; the call stands where it stood. */
  #endOffer(offerId: string, nowMs: EpochMs): void {
    const offer = this.#offers.get(offerId);
    if (offer === undefined) return;
    this.#offers.delete(offerId);
    this.#due.remove(offer.expiresAtMs, `o:${offerId}`);
    const agent = this.#agents.get(offer.agentId);
    if (agent !== undefined) {
      agent.offerId = '';
      this.#freeIfIdle(agent);
    }
    const call = this.#calls.get(offer.callId);
    if (call === undefined) return;
    call.offerId = '';
    this.#settle(call, nowMs);
  }

  /** Does what is due by time. `match`, `accept` and `release` begin with it. */
  advance(nowMs: EpochMs): void {
    for (let due = this.#due.first(); due !== undefined && due.score <= nowMs; due = this.#due.first()) {
      this.#due.remove(due.score, due.id);
      const id = due.id.slice(2);
      if (due.id.startsWith('o:')) this.#expire(id, nowMs);
      else this.#callDue(id, due.id.startsWith('w:'), nowMs);
    }
  }

  #expire(offerId: string, nowMs: EpochMs): void {
    const reservation = this.#offers.get(offerId);
    if (reservation === undefined) return;
    this.#endOffer(offerId, nowMs);
    this.#events.push({ type: 'offer-lost', reservation, reason: 'expired' });
  }

  #callDue(callId: string, tooLong: boolean, nowMs: EpochMs): void {
    const call = this.#calls.get(callId);
    if (call === undefined) return;
    if (!tooLong) {
      call.dueMs = 0;
      this.#settle(call, nowMs);
      return;
    }
    call.tooLongAtMs = 0;
    const { queue } = call.demand;
    const { overflow } = this.rules(queue);
    this.#events.push({ type: 'waited-too-long', callId, queue, waitMs: nowMs - call.joinedAtMs, overflow });
  }

  match(nowMs: EpochMs, holdMs?: number): readonly Reservation[] {
    this.advance(nowMs);
    const candidates = new Candidates();
    for (const callId of this.#dirtyCalls) {
      const call = this.#calls.get(callId);
      if (call !== undefined && call.demandClass !== null) candidates.push({ score: call.classScore, id: callId });
    }
    const agents = [...this.#dirtyAgents];
    this.#dirtyCalls.clear();
    this.#dirtyAgents.clear();
    for (const agentId of agents) this.#propose(agentId, candidates, nowMs);
    const made: Reservation[] = [];
    for (let next = candidates.pop(); next !== undefined; next = candidates.pop()) {
      const call = this.#calls.get(next.id);
      if (call !== undefined && call.demandClass !== null) {
        const agent = this.#chooser.choose(call, nowMs);
        if (agent !== undefined) made.push(this.#reserve(call, agent, nowMs, holdMs));
      }
      if (next.agentId !== undefined) this.#propose(next.agentId, candidates, nowMs);
    }
    this.#free.settle();
    return made;
  }

  /** The first call that a free agent may take becomes a candidate. */
  #propose(agentId: string, candidates: Candidates, nowMs: EpochMs): void {
    const agent = this.#agents.get(agentId);
    if (agent === undefined || !this.#free.has(agentId)) return;
    const entry = this.#classes.firstFor(agent, this.#calls, nowMs);
    if (entry !== undefined) candidates.push({ ...entry, agentId });
  }

  #reserve(call: CallState, agent: AgentState, nowMs: EpochMs, holdMs?: number): Reservation {
    const forMs = holdMs ?? this.rules(call.demand.queue).ringMs + HOLD_MARGIN_MS;
    const reservation = reservationOf(call, agent.agentId, this.#newId(), nowMs + forMs);
    this.#offers.set(reservation.offerId, reservation);
    this.#due.add(reservation.expiresAtMs, `o:${reservation.offerId}`);
    this.#unsettle(call);
    call.offerId = reservation.offerId;
    call.lastAgentId = agent.agentId;
    this.#free.remove(agent.agentId);
    agent.offerId = reservation.offerId;
    this.#offerSeq += 1;
    agent.lastOfferSeq = this.#offerSeq;
    return reservation;
  }

  place(callId: string, nowMs: EpochMs): Place | null {
    const call = this.#calls.get(callId);
    return call === undefined ? null : this.#placeOf(call, nowMs);
  }

  #placeOf(call: CallState, nowMs: EpochMs): Place {
    const position = this.#lanes.position(call);
    return { position, estimatedWaitMs: this.#estimate(call.demand.queue, position, nowMs) };
  }

  #staffing(queue: string): { staffed: number; free: number; usualHandleMs: number } {
    const staffed = this.#conditions.count(skillCondition(queue, ''));
    return { staffed, free: this.#free.count(queue), usualHandleMs: this.rules(queue).usualHandleMs };
  }

  #estimate(queue: string, position: number, nowMs: EpochMs): number {
    return this.#lanes.estimateMs(queue, position, nowMs, this.#staffing(queue));
  }

  queueState(queue: string, nowMs: EpochMs): QueueState {
    return this.#lanes.state(queue, nowMs, this.#staffing(queue));
  }
}
