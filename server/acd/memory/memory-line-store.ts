/** The waiting line in this process's memory. Each method runs without yielding, so each is atomic. */
import { isIdle, waitingView, type AgentState } from '../core/call-state.ts';
import { Line } from '../core/line.ts';
import { isBefore } from '../core/sorted-list.ts';
import type {
  AgentRecord,
  AgentUpdate,
  EpochMs,
  JoinAnswer,
  LineEvent,
  LineStore,
  Place,
  QueueState,
  Reservation,
  Waiting,
  WaitingCall,
  WaitingChange,
} from '../line-store.ts';
import type { QueueRules } from '../queue-rules.ts';

export interface MemoryLineStoreOptions {
  readonly nowMs: () => EpochMs;
  readonly newId: () => string;
}

/** There is only this server. */
const OWNER = 'here';

export class MemoryLineStore implements LineStore {
  readonly serverId = OWNER;
  readonly #nowMs: () => EpochMs;
  readonly #line: Line;
  readonly #listeners = new Set<(event: LineEvent) => void>();
  #latestMs = 0;

  constructor(options: MemoryLineStoreOptions) {
    this.#nowMs = options.nowMs;
    this.#line = new Line(options.newId);
  }

  /** One step on the line, at a time that never goes back. Listeners hear afterwards what it has led to. */
  #step<T>(step: (nowMs: EpochMs) => T): Promise<T> {
    this.#latestMs = Math.max(this.#latestMs, this.#nowMs());
    const result = step(this.#latestMs);
    const events = this.#line.takeEvents();
    if (events.length > 0)
      queueMicrotask(() => {
        for (const event of events) for (const listener of this.#listeners) listener(event);
      });
    return Promise.resolve(result);
  }

  configure(queues: readonly QueueRules[]): Promise<void> {
    return this.#step((nowMs) => {
      this.#line.configure(queues, nowMs);
    });
  }

  join(call: WaitingCall): Promise<JoinAnswer> {
    return this.#step((nowMs) => this.#line.join(call, nowMs));
  }

  joinFront(call: WaitingCall, joinedAtMs: EpochMs): Promise<JoinAnswer> {
    return this.#step((nowMs) => this.#line.join({ ...call, joinedAtMs }, nowMs, true));
  }

  change(callId: string, change: WaitingChange): Promise<'changed' | 'not-waiting'> {
    return this.#step((nowMs) => this.#line.change(callId, change, nowMs));
  }

  leave(callId: string): Promise<void> {
    return this.#step((nowMs) => {
      this.#line.leave(callId, nowMs);
    });
  }

  setAgent(agent: AgentUpdate): Promise<void> {
    return this.#step((nowMs) => {
      this.#line.setAgent(agent, nowMs);
    });
  }

  removeAgent(agentId: string): Promise<void> {
    return this.#step((nowMs) => {
      this.#line.removeAgent(agentId, nowMs);
    });
  }

  match(holdMs?: number): Promise<readonly Reservation[]> {
    return this.#step((nowMs) => this.#line.match(nowMs, holdMs));
  }

  accept(offerId: string): Promise<'accepted' | 'expired'> {
    return this.#step((nowMs) => this.#line.accept(offerId, nowMs));
  }

  release(offerId: string, excludeMs: number): Promise<'released' | 'expired'> {
    return this.#step((nowMs) => this.#line.release(offerId, excludeMs, nowMs));
  }

  place(callId: string): Promise<Place | null> {
    return this.#step((nowMs) => this.#line.place(callId, nowMs));
  }

  waiting(): Promise<readonly Waiting[]> {
    return this.#step(() =>
      [...this.#line.calls.values()]
        .sort((a, b) => (isBefore(entryOf(a), entryOf(b)) ? -1 : 1))
        .map((call) => waitingView(call, OWNER)),
    );
  }

  agents(): Promise<readonly AgentRecord[]> {
    return this.#step(() => [...this.#line.agents.values()].map(agentView));
  }

  reservations(): Promise<readonly Reservation[]> {
    return this.#step(() => [...this.#line.offers.values()]);
  }

  queues(): Promise<readonly QueueState[]> {
    return this.#step((nowMs) => this.#line.queueNames.map((name) => this.#line.queueState(name, nowMs)));
  }

  subscribe(listener: (event: LineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }
}

const entryOf = (call: { orderKey: number; callId: string }): { score: number; id: string } => ({
  score: call.orderKey,
  id: call.callId,
});

function agentView(agent: AgentState): AgentRecord {
  const { agentId, intent, pauseReason, phone, queues, skills, seatLevel, callsTaken, lastOfferSeq } = agent;
  return {
    ...{ agentId, intent, pauseReason, phone, queues, skills, seatLevel, callsTaken, lastOfferSeq },
    freeSinceMs: isIdle(agent) ? agent.freeSinceMs : 0,
    owner: OWNER,
  };
}
