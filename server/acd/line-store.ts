/**
 * The waiting line's memory behind one port. Adapters: `memory/` and `redis/`; one contract suite for both
 * (`tests/contracts/line-store.contract.ts`). Every method is one atomic step in the store and uses the store's clock.
 * Who is offered to whom is described in `docs/acd.md`; both adapters must agree to the last tie-break.
 */
import type { Overflow, QueueRules, SeatLevel } from './queue-rules.ts';

export type { Ageing, Overflow, QueueRules, Ring, SeatLevel, Strategy } from './queue-rules.ts';
export type EpochMs = number;

/** What a call needs of an agent. Dialects are skills like any other. */
export interface SkillNeed {
  readonly skill: string;
  /** 1 to 5. */
  readonly minLevel: number;
}

/** What makes a call older than its wait says. */
export interface AgeingFacts {
  /** Came over the line for urgent matters. */
  readonly urgent: boolean;
  readonly elderly: boolean;
  /** How often the caller hung up and tried again today. */
  readonly redials: number;
}

/** `callback`: the caller has hung up and is called when an agent has been reserved; the place is the same. */
export type WaitingKind = 'call' | 'callback';

/** A call as it is given to the line. What is left out: no needs, nobody preferred, no ageing facts, kind `call`. */
export interface WaitingCall {
  readonly callId: string;
  readonly queue: string;
  /** 0 to 9; higher is served sooner (each step is a head start, see `Ageing`). */
  readonly priority: number;
  /** The first is the one that `best-skill` goes by. */
  readonly needs?: readonly SkillNeed[];
  /** The agent who knows the caller's matter. */
  readonly stickyAgentId?: string | null;
  /** The skill of the dialect the caller would like to speak. */
  readonly dialect?: string | null;
  readonly facts?: Partial<AgeingFacts>;
  readonly kind?: WaitingKind;
  /** Not offered before this (a call-back's window); the place in the line stays. */
  readonly notBeforeMs?: EpochMs;
  /** When the line is rebuilt or a call-back is tried again: since when the call really waits. */
  readonly joinedAtMs?: EpochMs;
  /** The caller has heard how long it takes and stays: `maxLength` and `deflectAboveMs` do not refuse. */
  readonly insist?: boolean;
}

/** A call as it stands in the line. */
export interface Waiting {
  readonly callId: string;
  readonly queue: string;
  readonly priority: number;
  readonly joinedAtMs: EpochMs;
  readonly needs: readonly SkillNeed[];
  readonly stickyAgentId: string | null;
  readonly dialect: string | null;
  readonly facts: AgeingFacts;
  readonly kind: WaitingKind;
  readonly notBeforeMs: EpochMs;
  /** Put at the very front (its agent was lost). */
  readonly front: boolean;
  /** The server that holds the caller's leg; '' when that server has died and nobody has taken the call over. */
  readonly owner: string;
  /** `agentId` -> not offered to that agent before this time. */
  readonly excluded: Readonly<Record<string, EpochMs>>;
  /** The agent the call was offered to last; passed over while others are free. */
  readonly lastAgentId: string | null;
}

export const agentIntents = ['available', 'paused', 'off'] as const;
/** What the agent wants. What the phone does and what is reserved are other records. */
export type AgentIntent = (typeof agentIntents)[number];

/** What the phone is doing, derived from legs and registrations only. */
export const phoneStates = ['offline', 'idle', 'ringing', 'busy', 'wrap-up'] as const;
export type PhoneState = (typeof phoneStates)[number];

/** What a server says about one of its agents. It may be said again and again; only changes count. */
export interface AgentUpdate {
  readonly agentId: string;
  readonly intent: AgentIntent;
  readonly pauseReason: string;
  readonly phone: PhoneState;
  readonly queues: readonly string[];
  /** Skill -> proficiency 0 to 5 (0: none). Left out: no skills. */
  readonly skills?: Readonly<Record<string, number>>;
  /** Left out: `on-site`. */
  readonly seatLevel?: SeatLevel;
}

export interface AgentRecord {
  readonly agentId: string;
  readonly intent: AgentIntent;
  readonly pauseReason: string;
  readonly phone: PhoneState;
  /** Since when free to take a call (available and idle), for longest-idle; 0 when not free. */
  readonly freeSinceMs: EpochMs;
  readonly queues: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
  readonly seatLevel: SeatLevel;
  /** Offers accepted since the agent logged in (intent left `off`). */
  readonly callsTaken: number;
  /** Number of the last offer made to this agent, counted over the whole line; 0 when none yet. */
  readonly lastOfferSeq: number;
  /** The server the agent's page and phone are with; '' when that server has died. */
  readonly owner: string;
}

/** One call held for one agent until `expiresAtMs`; after that anyone may take either again. */
export interface Reservation {
  readonly offerId: string;
  readonly callId: string;
  readonly agentId: string;
  readonly queue: string;
  readonly kind: WaitingKind;
  readonly joinedAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
}

/** Where a waiting caller stands. */
export interface Place {
  /** 1: the next of its queue. */
  readonly position: number;
  readonly estimatedWaitMs: number;
}

export type JoinAnswer =
  | ({ readonly type: 'joined' | 'already-waiting' } & Place)
  | {
      readonly type: 'refused';
      readonly reason: 'full' | 'wait-too-long';
      readonly estimatedWaitMs: number;
      readonly overflow: Overflow;
    };

/** Fields of a waiting call that may change without losing the place. */
export type WaitingChange = Partial<
  Pick<
    Waiting,
    'queue' | 'priority' | 'needs' | 'stickyAgentId' | 'dialect' | 'kind' | 'notBeforeMs' | 'joinedAtMs' | 'facts'
  >
>;

/** What a server is told about its own calls although it did not ask for it just now. */
export type LineEvent =
  /** Another server's `match` found an agent for a call of this server. */
  | { readonly type: 'offered'; readonly reservation: Reservation }
  /** The offer is void: its time ran out or its agent is gone. The call has its place again. */
  | { readonly type: 'offer-lost'; readonly reservation: Reservation; readonly reason: 'expired' | 'agent-gone' }
  /** The queue's `maxWaitMs` is over. Told once; the call stays in the line until it is taken out. */
  | {
      readonly type: 'waited-too-long';
      readonly callId: string;
      readonly queue: string;
      readonly waitMs: number;
      readonly overflow: Overflow;
    }
  /** The store has lost this server's calls and agents (it restarted, or took the server for dead): tell it again. */
  | { readonly type: 'line-lost' };

/** One queue at a glance. */
export interface QueueState {
  readonly queue: string;
  /** Callers in the line, those who are being offered included. */
  readonly waiting: number;
  readonly callbacks: number;
  readonly oldestJoinedAtMs: EpochMs | null;
  /** Agents of the queue who want to take calls and whose phone is there. */
  readonly staffed: number;
  readonly free: number;
  /** Callers served in a minute, lately, while somebody waited. */
  readonly servedPerMinute: number;
  /** For someone who joins now with middle priority. */
  readonly estimatedWaitMs: number;
}

export interface LineStore {
  /** What this server's calls and agents have as `owner`. */
  readonly serverId: string;
  /** The queues and their rules; calls and agents of a queue without rules are served by the defaults. */
  configure(queues: readonly QueueRules[]): Promise<void>;
  /** A call that already waits keeps its place; if its server died, this server takes it over. */
  join(call: WaitingCall): Promise<JoinAnswer>;
  /** Puts a call back at the very front (its agent was lost). Never refused. */
  joinFront(call: WaitingCall, joinedAtMs: EpochMs): Promise<JoinAnswer>;
  /** Changes a waiting call in place: to a call-back, to another queue, to other needs. Ends an offer for it. */
  change(callId: string, change: WaitingChange): Promise<'changed' | 'not-waiting'>;
  /** Removes the call wherever it stands and releases what was reserved for it. Safe to repeat. */
  leave(callId: string): Promise<void>;
  setAgent(agent: AgentUpdate): Promise<void>;
  removeAgent(agentId: string): Promise<void>;
  /**
   * Makes as many reservations as possible now: calls in serving order, for each the best agent by its queue's
   * strategy. Returns those for calls of this server. `holdMs` left out: the queue's `ringMs` and ten seconds.
   */
  match(holdMs?: number): Promise<readonly Reservation[]>;
  /** The agent answered: the call leaves the line. */
  accept(offerId: string): Promise<'accepted' | 'expired'>;
  /** The offer came to nothing: the call keeps its place; the agent is not offered this call for `excludeMs`. */
  release(offerId: string, excludeMs: number): Promise<'released' | 'expired'>;
  place(callId: string): Promise<Place | null>;
  /** In serving order. For reports and reconciling, not for decisions: it reads the whole line. */
  waiting(): Promise<readonly Waiting[]>;
  agents(): Promise<readonly AgentRecord[]>;
  reservations(): Promise<readonly Reservation[]>;
  queues(): Promise<readonly QueueState[]>;
  /** Hears what concerns this server's calls. Listeners must not throw. Returns how to stop. */
  subscribe(listener: (event: LineEvent) => void): () => void;
  close(): Promise<void>;
}
