/** The waiting line in this process's memory. Each method runs without yielding, so each is atomic. */
import { isFree, match, byServingOrder } from '../core/match.ts';
import type { AgentRecord, EpochMs, LineStore, Reservation, Waiting, WaitingCall } from '../line-store.ts';

export interface MemoryLineStoreOptions {
  readonly nowMs: () => EpochMs;
  readonly newId: () => string;
}

export class MemoryLineStore implements LineStore {
  readonly #nowMs: () => EpochMs;
  readonly #newId: () => string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #agents = new Map<string, AgentRecord>();
  readonly #reservations = new Map<string, Reservation>();
  readonly #exclusions = new Map<string, Map<string, EpochMs>>();

  constructor(options: MemoryLineStoreOptions) {
    this.#nowMs = options.nowMs;
    this.#newId = options.newId;
  }

  join(call: WaitingCall): Promise<'joined' | 'already-waiting'> {
    return this.#enter(call, this.#nowMs());
  }

  joinFront(call: WaitingCall, joinedAtMs: EpochMs): Promise<'joined' | 'already-waiting'> {
    const first = Math.min(joinedAtMs, ...[...this.#waiting.values()].map((w) => w.joinedAtMs - 1));
    return this.#enter({ ...call, priority: 9 }, first);
  }

  #enter(call: WaitingCall, joinedAtMs: EpochMs): Promise<'joined' | 'already-waiting'> {
    if (this.#waiting.has(call.callId)) return Promise.resolve('already-waiting');
    this.#waiting.set(call.callId, { ...call, joinedAtMs });
    return Promise.resolve('joined');
  }

  leave(callId: string): Promise<void> {
    this.#waiting.delete(callId);
    this.#exclusions.delete(callId);
    for (const r of this.#reservations.values()) if (r.callId === callId) this.#reservations.delete(r.offerId);
    return Promise.resolve();
  }

  setAgent(agent: Omit<AgentRecord, 'freeSinceMs'>): Promise<void> {
    const before = this.#agents.get(agent.agentId);
    const free = isFree({ ...agent, freeSinceMs: 0 });
    const since = before !== undefined && before.freeSinceMs > 0 ? before.freeSinceMs : this.#nowMs();
    this.#agents.set(agent.agentId, { ...agent, freeSinceMs: free ? since : 0 });
    return Promise.resolve();
  }

  removeAgent(agentId: string): Promise<void> {
    this.#agents.delete(agentId);
    for (const r of this.#reservations.values()) if (r.agentId === agentId) this.#reservations.delete(r.offerId);
    return Promise.resolve();
  }

  match(holdMs: number): Promise<readonly Reservation[]> {
    const nowMs = this.#nowMs();
    this.#dropExpired(nowMs);
    const held = [...this.#reservations.values()];
    const pairs = match({
      waiting: [...this.#waiting.values()],
      agents: [...this.#agents.values()],
      reservedCalls: new Set(held.map((r) => r.callId)),
      reservedAgents: new Set(held.map((r) => r.agentId)),
      exclusions: this.#exclusions,
      nowMs,
    });
    return Promise.resolve(pairs.map((pair) => this.#reserve(pair.callId, pair.agentId, nowMs + holdMs)));
  }

  #reserve(callId: string, agentId: string, expiresAtMs: EpochMs): Reservation {
    const joinedAtMs = this.#waiting.get(callId)?.joinedAtMs ?? 0;
    const reservation = { offerId: this.#newId(), callId, agentId, joinedAtMs, expiresAtMs };
    this.#reservations.set(reservation.offerId, reservation);
    return reservation;
  }

  #dropExpired(nowMs: EpochMs): void {
    for (const r of this.#reservations.values()) if (r.expiresAtMs <= nowMs) this.#reservations.delete(r.offerId);
  }

  accept(offerId: string): Promise<'accepted' | 'expired'> {
    this.#dropExpired(this.#nowMs());
    const held = this.#reservations.get(offerId);
    if (held === undefined) return Promise.resolve('expired');
    this.#reservations.delete(offerId);
    this.#waiting.delete(held.callId);
    this.#exclusions.delete(held.callId);
    return Promise.resolve('accepted');
  }

  release(offerId: string, excludeMs: number): Promise<'released' | 'expired'> {
    const nowMs = this.#nowMs();
    this.#dropExpired(nowMs);
    const held = this.#reservations.get(offerId);
    if (held === undefined) return Promise.resolve('expired');
    this.#reservations.delete(offerId);
    const excluded = this.#exclusions.get(held.callId) ?? new Map<string, EpochMs>();
    if (excludeMs > 0) excluded.set(held.agentId, nowMs + excludeMs);
    this.#exclusions.set(held.callId, excluded);
    return Promise.resolve('released');
  }

  waiting(): Promise<readonly Waiting[]> {
    return Promise.resolve([...this.#waiting.values()].sort(byServingOrder));
  }

  agents(): Promise<readonly AgentRecord[]> {
    return Promise.resolve([...this.#agents.values()]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
