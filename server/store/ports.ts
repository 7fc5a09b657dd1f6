/** What the rest of the server asks of the database. Types only; `postgres/` is the adapter. */
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { Draft, DraftField } from '../drafts/types.ts';
import type { CallbackReason, CallEndCause, CallEvent, EpochMs } from '../timeline/events.ts';
import type { SurgeStore } from './surge-ports.ts';

/** What `append` rejects with when an event can never be stored. */
export { StoreError } from './errors.ts';

/** `cloud`: an agent anywhere with a browser, who sees the call of the moment and nothing else. */
export const roles = ['agent', 'cloud', 'supervisor', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface User {
  readonly id: string;
  readonly login: string;
  readonly displayName: string;
  /** Number told to callers (工号). */
  readonly agentNumber: string;
  readonly role: Role;
}

export interface CallRow {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly trunk: string;
  readonly arrivedAtMs: EpochMs;
  readonly answeredAtMs: EpochMs | null;
  readonly queuedAtMs: EpochMs | null;
  readonly bridgedAtMs: EpochMs | null;
  readonly endedAtMs: EpochMs | null;
  readonly endCause: CallEndCause | null;
  readonly agentId: string | null;
  /** Relative to the recordings folder. */
  readonly recordingPath: string | null;
  readonly recordingStartedAtMs: EpochMs | null;
  readonly ticketNumber: string | null;
}

export interface TicketRow {
  readonly id: string;
  /** Human number, e.g. JC20261121-000123. */
  readonly number: string;
  readonly callId: string;
  readonly createdAtMs: EpochMs;
  readonly agentId: string;
  readonly status: 'accepted';
  readonly fields: Readonly<Record<DraftField, { readonly value: string; readonly display: string }>>;
  readonly confidential: boolean;
  readonly note: string;
  readonly callerNumber: string;
}

export interface CallerHistory {
  readonly callsIn90Days: number;
  readonly callerName: string;
  readonly tickets: readonly TicketRow[];
}

/** Today's counts from the timeline, for the supervisor's page. Terms as in docs/metrics.md. */
export interface DayCounts {
  readonly offered: number;
  readonly bridged: number;
  readonly bridgedWithin15s: number;
  readonly abandoned: number;
  readonly abandonedWithin5s: number;
  readonly tickets: number;
  readonly meanTalkMs: number;
  /** Call-backs promised since then that are over, cancelled ones apart; and of these, those that reached the caller. */
  readonly callbacks: number;
  readonly callbacksReached: number;
}

export const noDayCounts: DayCounts = {
  offered: 0,
  bridged: 0,
  bridgedWithin15s: 0,
  abandoned: 0,
  abandonedWithin5s: 0,
  tickets: 0,
  meanTalkMs: 0,
  callbacks: 0,
  callbacksReached: 0,
};

export interface CallStore {
  /** Appends events in order; durable when it resolves. Also keeps the row of `calls` up to date. */
  append(events: readonly CallEvent[]): Promise<void>;
  call(callId: string): Promise<CallRow | undefined>;
  timeline(callId: string): Promise<readonly CallEvent[]>;
  transcript(callId: string): Promise<readonly TranscriptUpdate[]>;
  /** Calls with no end, e.g. after a crash. */
  openCalls(): Promise<readonly CallRow[]>;
  /** Newest first; with `agentId` only calls that this agent was connected to. */
  recent(limit: number, agentId?: string): Promise<readonly CallRow[]>;
  /** The newest call from this number, since then or still open, that this agent is or was connected to. */
  withCaller(agentId: string, callerNumber: string, sinceMs: EpochMs): Promise<CallRow | undefined>;
  dayCounts(sinceMs: EpochMs): Promise<DayCounts>;
  /** Events of these types of calls that arrived in [from, to), some calls at a time: those of one call together and in order. */
  eventsOf(fromMs: EpochMs, toMs: EpochMs, types: readonly CallEvent['type'][]): AsyncIterable<readonly CallEvent[]>;
  history(callerNumber: string): Promise<CallerHistory>;
}

export interface DraftStore {
  /** Durable when it resolves: the whole draft as it stands, typed words included. */
  save(draft: Draft, agentId: string | null): Promise<void>;
  load(callId: string): Promise<Draft | undefined>;
  /** Drafts of this agent which have not become tickets and were not dropped: newest first. */
  open(agentId: string): Promise<readonly Draft[]>;
  /** Calls with a message whose draft belongs to nobody yet: oldest first. */
  unclaimedMessages(): Promise<readonly string[]>;
  /** The call needs no ticket (wrong number …). */
  drop(callId: string, agentId: string): Promise<void>;
}

/** Earlier tickets that may be about the same; '' = not known. */
export interface TicketLikeness {
  readonly callerNumber: string;
  readonly communityId: string;
  readonly streetId: string;
  readonly classId: string;
  readonly sinceMs: EpochMs;
  readonly limit: number;
}

export interface TicketStore {
  /** Once per draft, and so once per call unless it has two matters: confirming again returns the ticket that exists. Number is unique and increasing within a day. */
  confirm(draft: Draft, agentId: string, callerNumber: string): Promise<TicketRow>;
  /** Of the same caller, the same community, or the same class in the same street; newest first, none that is confidential. */
  like(likeness: TicketLikeness): Promise<readonly TicketRow[]>;
  byId(id: string): Promise<TicketRow | undefined>;
  byNumber(number: string): Promise<TicketRow | undefined>;
  /** Newest first; with `agentId` only what this agent may read: own tickets, and those of own calls if not confidential. */
  recent(limit: number, agentId?: string): Promise<readonly TicketRow[]>;
}

export interface UserStore {
  byLogin(login: string): Promise<(User & { readonly passwordHash: string }) | undefined>;
  byId(id: string): Promise<User | undefined>;
  list(): Promise<readonly User[]>;
  create(user: Omit<User, 'id'> & { readonly passwordHash: string }): Promise<User>;
}

export interface SessionStore {
  /** Stores a hash of the token only. */
  create(userId: string, expiresAtMs: EpochMs): Promise<{ readonly token: string; readonly csrfToken: string }>;
  find(token: string): Promise<{ readonly user: User; readonly csrfToken: string } | undefined>;
  end(token: string): Promise<void>;
}

export const callbackStates = ['open', 'calling', 'reached', 'not-reached', 'cancelled', 'expired'] as const;
/** `open` and `calling` are still to do; the others are how it ended. */
export type CallbackState = (typeof callbackStates)[number];

/** A promise to call somebody back. */
export interface CallbackRow {
  readonly id: string;
  /** The call in which it came about. */
  readonly callId: string;
  readonly number: string;
  readonly queue: string;
  readonly priority: number;
  readonly needs: readonly { readonly skill: string; readonly minLevel: number }[];
  readonly dialect: string | null;
  readonly reason: CallbackReason;
  /** The place in the line. */
  readonly joinedAtMs: EpochMs;
  readonly requestedAtMs: EpochMs;
  readonly state: CallbackState;
  /** Tries that rang the citizen, or ended in the citizen's network. */
  readonly tries: number;
  readonly notBeforeMs: EpochMs;
  /** How the last try ended, or why there will be none; '' before the first. */
  readonly result: string;
  readonly agentId: string | null;
  /** The call that was made last. */
  readonly outCallId: string | null;
  readonly updatedAtMs: EpochMs;
}

export type CallbackChange = Partial<
  Pick<
    CallbackRow,
    | 'state'
    | 'tries'
    | 'notBeforeMs'
    | 'result'
    | 'agentId'
    | 'outCallId'
    | 'joinedAtMs'
    | 'priority'
    | 'reason'
    | 'queue'
  >
>;

export interface CallbackStore {
  /**
   * One promise a number: if there is one to do already, that one is returned, with the earlier place and the stronger
   * reason of the two.
   */
  book(
    row: Omit<CallbackRow, 'state' | 'tries' | 'result' | 'agentId' | 'outCallId' | 'updatedAtMs'>,
  ): Promise<CallbackRow>;
  change(id: string, change: CallbackChange): Promise<CallbackRow | undefined>;
  byId(id: string): Promise<CallbackRow | undefined>;
  /** All that are still to do, oldest place first. */
  open(): Promise<readonly CallbackRow[]>;
  /** Newest first, done ones included. */
  recent(limit: number): Promise<readonly CallbackRow[]>;
}

/** What an agent can do; dialects are skills. */
export interface ProfileRow {
  readonly userId: string;
  readonly queues: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
  readonly seatLevel: 'on-site' | 'cloud' | 'partner';
}

export interface ProfileStore {
  list(): Promise<readonly ProfileRow[]>;
  save(profile: ProfileRow): Promise<void>;
}

export const learnedStates = ['proposed', 'used', 'undone'] as const;

/** A place name that agents' choices have told. */
export interface LearnedPlaceRow {
  readonly id: string;
  readonly text: string;
  readonly communityId: string;
  readonly state: (typeof learnedStates)[number];
  /** How many tickets said so. */
  readonly tickets: number;
  /** Of the last one. */
  readonly agentId: string;
  readonly ticketNumber: string;
  readonly updatedAtMs: EpochMs;
}

export interface LearnedPlaceStore {
  /** The second ticket that says so makes a proposed name a used one; one that was taken back stays so. */
  note(name: {
    readonly city: string;
    readonly text: string;
    readonly communityId: string;
    readonly agentId: string;
    readonly ticketNumber: string;
  }): Promise<LearnedPlaceRow>;
  /** Newest first. */
  list(city: string): Promise<readonly LearnedPlaceRow[]>;
  set(id: string, state: 'used' | 'undone'): Promise<LearnedPlaceRow | undefined>;
}

export interface Store {
  readonly learnedPlaces: LearnedPlaceStore;
  readonly profiles: ProfileStore;
  readonly callbacks: CallbackStore;
  readonly calls: CallStore;
  readonly drafts: DraftStore;
  readonly tickets: TicketStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly surge: SurgeStore;
  /** One round trip; rejects when the database cannot be used. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
