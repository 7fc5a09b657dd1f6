/**
 * The waiting line's memory behind one port. Adapters: `memory/` now, Redis next; one contract suite for both
 * (`tests/contracts/line-store.contract.ts`). Every method is one atomic step in the store and uses the store's clock.
 */
export type EpochMs = number;

export interface WaitingCall {
  readonly callId: string;
  readonly queue: string;
  /** 0 to 9; higher is served sooner. */
  readonly priority: number;
}

export interface Waiting extends WaitingCall {
  readonly joinedAtMs: EpochMs;
}

export const agentIntents = ['available', 'paused', 'off'] as const;
/** What the agent wants. What the phone does and what is reserved are other records. */
export type AgentIntent = (typeof agentIntents)[number];

/** What the phone is doing, derived from legs and registrations only. */
export const phoneStates = ['offline', 'idle', 'ringing', 'busy', 'wrap-up'] as const;
export type PhoneState = (typeof phoneStates)[number];

export interface AgentRecord {
  readonly agentId: string;
  readonly intent: AgentIntent;
  readonly pauseReason: string;
  readonly phone: PhoneState;
  /** Since when free to take a call (available and idle), for longest-idle; 0 when not free. */
  readonly freeSinceMs: EpochMs;
  readonly queues: readonly string[];
}

/** One call held for one agent until `expiresAtMs`; after that anyone may take either again. */
export interface Reservation {
  readonly offerId: string;
  readonly callId: string;
  readonly agentId: string;
  readonly joinedAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
}

export interface LineStore {
  join(call: WaitingCall): Promise<'joined' | 'already-waiting'>;
  /** Puts a call back at the very front (its agent was lost). */
  joinFront(call: WaitingCall, joinedAtMs: EpochMs): Promise<'joined' | 'already-waiting'>;
  /** Removes the call wherever it stands and releases what was reserved for it. Safe to repeat. */
  leave(callId: string): Promise<void>;
  setAgent(agent: Omit<AgentRecord, 'freeSinceMs'>): Promise<void>;
  removeAgent(agentId: string): Promise<void>;
  /** Makes as many reservations as possible now, oldest calls of highest priority first, longest-idle agents first. */
  match(holdMs: number): Promise<readonly Reservation[]>;
  /** The agent answered: the call leaves the line. */
  accept(offerId: string): Promise<'accepted' | 'expired'>;
  /** The offer came to nothing: the call keeps its place; the agent is not offered this call for `excludeMs`. */
  release(offerId: string, excludeMs: number): Promise<'released' | 'expired'>;
  waiting(): Promise<readonly Waiting[]>;
  agents(): Promise<readonly AgentRecord[]>;
  close(): Promise<void>;
}
