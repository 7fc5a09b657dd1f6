/**
 * The socket between pages and server, typed both ways (socket.io, path `/socket`). Types only: pages import them
 * with `import type`. Payloads are parsed on arrival all the same (`server/realtime/parse.ts`).
 *
 * Requests end in an acknowledgement of `Result`; `message` is fit for people, in Chinese.
 */
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { SuperviseMode } from '../../telephony/ports/switch.ts';
import type { AgentIntent } from '../acd/line-store.ts';
import type { CallAside } from '../drafts/aside-types.ts';
import type { Draft, DraftField, DraftPatch } from '../drafts/types.ts';
import type { CallInView, SurgeStatus } from '../surge/api-types.ts';
import type { CallerHistory, DayCounts, Role } from '../store/ports.ts';
import type { CallEndCause, EpochMs } from '../timeline/events.ts';
import type {
  AgentProfileView,
  CallbackView,
  LineAlarmView,
  LineReport,
  LineView,
  ListDelta,
  QueueView,
  RiskView,
  TrunkView,
  WaitingView,
} from './line-views.ts';

export type * from './line-views.ts';

export const resultCodes = [
  'bad-request',
  'not-allowed',
  'not-found',
  'wrong-state',
  'too-many-requests',
  'unavailable',
  'incomplete',
] as const;
export type ResultCode = (typeof resultCodes)[number];

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ResultCode; readonly message: string };
export type Ack<T> = (result: Result<T>) => void;
export type None = Readonly<Record<string, never>>;

/** Phone of the agent as the page shows it. `offline`: no softphone registered. */
export type AgentPhone = 'offline' | 'idle' | 'ringing' | 'busy' | 'wrap-up';

/** Reason of a pause on a poor line: no calls, but messages of callers to write up. */
export type TextWorkReason = '线路差，只做文字工作';

export interface AgentView {
  readonly agentId: string;
  readonly displayName: string;
  readonly agentNumber: string;
  readonly intent: AgentIntent;
  readonly pauseReason: string;
  /** The system paused the agent (did not answer); shown with a button that goes back to available. */
  readonly pausedBySystem: boolean;
  readonly phone: AgentPhone;
  /** Calls go to a telephone outside instead of to the page. */
  readonly byPhone: boolean;
  readonly sinceMs: EpochMs;
  readonly callId: string | null;
}

export interface CallerView {
  /** As signalled; '' when withheld. */
  readonly number: string;
  /** e.g. 138****8000; what is shown by default. */
  readonly maskedNumber: string;
  readonly history: CallerHistory;
}

/** What is to be known of a city that is not the agent's: opened as an article. */
export interface CityCardView {
  readonly id: string;
  readonly title: string;
}

export interface OfferView {
  readonly offerId: string;
  readonly callId: string;
  readonly caller: CallerView;
  readonly queue: string;
  /** Why it came to this agent, in words. */
  readonly reason: string;
  readonly waitMs: number;
  readonly expiresAtMs: EpochMs;
  /** The agent's telephone outside: it rings, or has picked up and waits for 1 or for the page; null: the page rings. */
  readonly byPhone: 'ringing' | 'picked-up' | null;
  readonly cityCard: CityCardView | null;
}

/**
 * `agent-lost`: the caller hears music and this agent may come back until `returnByMs`. `consulted` and `supervising`:
 * on the line of a call that is somebody else's.
 */
export type DeskCallState =
  | 'connecting'
  | 'talking'
  | 'held'
  | 'consulting'
  | 'conference'
  | 'consulted'
  | 'supervising'
  | 'agent-lost'
  | 'wrap-up';

/** The one who is asked, or was brought in. */
export interface PartyView {
  readonly kind: 'agent' | 'number';
  /** A colleague's name, or the number. */
  readonly name: string;
  readonly answered: boolean;
  readonly sinceMs: EpochMs | null;
}

/** Whom an agent may bring in, and where a call may be sent. */
export interface Colleague {
  readonly agentId: string;
  readonly displayName: string;
  readonly agentNumber: string;
  /** Can be rung now. */
  readonly reachable: boolean;
  readonly phone: AgentPhone;
}

export interface Directory {
  readonly colleagues: readonly Colleague[];
  readonly queues: readonly { readonly queue: string; readonly title: string }[];
  readonly canDialOut: boolean;
}

export type CallTarget =
  { readonly kind: 'agent'; readonly agentId: string } | { readonly kind: 'number'; readonly number: string };
export type TransferTarget = CallTarget | { readonly kind: 'queue'; readonly queue: string };

export interface DeskCallView {
  readonly callId: string;
  readonly state: DeskCallState;
  readonly caller: CallerView;
  readonly queue: string;
  readonly reason: string;
  readonly arrivedAtMs: EpochMs;
  readonly bridgedAtMs: EpochMs | null;
  readonly waitMs: number;
  readonly heldSinceMs: EpochMs | null;
  readonly returnByMs: EpochMs | null;
  readonly wrapUpEndsAtMs: EpochMs | null;
  readonly endCause: CallEndCause | null;
  /** Recording position 0 on the wall clock; null until it runs. The file is at `/api/calls/<callId>/recording`. */
  readonly recordingStartedAtMs: EpochMs | null;
  readonly transcription: TranscriptionStatus;
  readonly ticketNumber: string | null;
  readonly party: PartyView | null;
  /** A supervisor who can be heard (`whisper`, `barge`), or this supervisor's own way of taking part. */
  readonly supervision: SuperviseMode | null;
  readonly cityCard: CityCardView | null;
}

export type TranscriptionStatus =
  /** `degraded`: less than usual, in plain words what. */
  | { readonly type: 'on'; readonly engine: string; readonly degraded?: string }
  | { readonly type: 'starting' }
  /** `reason` says what to do. */
  | { readonly type: 'off'; readonly reason: string };

export interface SeatView extends AgentView {
  readonly online: boolean;
  readonly talkingSinceMs: EpochMs | null;
  readonly todayCalls: number;
  readonly profile: AgentProfileView;
  readonly line: LineReport | null;
  /** Supervisors who take part in this seat's call. */
  readonly supervisedBy: readonly { readonly supervisorId: string; readonly mode: SuperviseMode }[];
}

export interface SupervisorView {
  readonly atMs: EpochMs;
  readonly queues: readonly QueueView[];
  readonly callbacks: readonly CallbackView[];
  /** Null: the switch keeps them to itself. */
  readonly trunks: readonly TrunkView[] | null;
  readonly alarm: LineAlarmView | null;
  /** Calls with words of danger, newest first. */
  readonly risks: readonly RiskView[];
  /** The first of those who wait; `queues` counts them all. */
  readonly waiting: readonly WaitingView[];
  readonly seats: readonly SeatView[];
  readonly today: DayCounts;
  /** Fractions of 1; null while there is nothing to divide. Formulas in docs/metrics.md. */
  readonly connectRate: number | null;
  readonly serviceLevel15Answered: number | null;
  readonly serviceLevel15Offered: number | null;
  readonly callbackConnectRate: number | null;
  /** The last 60 minutes, oldest first. */
  readonly minutes: readonly {
    readonly minuteMs: EpochMs;
    readonly arrived: number;
    readonly bridged: number;
    readonly abandoned: number;
  }[];
  readonly recognizer: TranscriptionStatus;
}

/** What has changed since the view, or the delta, before. Lists are told apart by callId, agentId and id. */
export interface SupervisorDelta extends Partial<Omit<SupervisorView, 'atMs' | 'waiting' | 'seats' | 'callbacks'>> {
  readonly atMs: EpochMs;
  readonly waiting?: ListDelta<WaitingView>;
  readonly seats?: ListDelta<SeatView>;
  readonly callbacks?: ListDelta<CallbackView>;
}

/** What a call was, for one key each. */
export interface DispositionView {
  readonly code: string;
  readonly key: string;
  readonly title: string;
  readonly titleEn: string;
}

export interface Me {
  readonly id: string;
  readonly login: string;
  readonly displayName: string;
  readonly agentNumber: string;
  readonly role: Role;
}

/** Everything a page needs after it (re)connects. */
export interface Hello {
  readonly serverNowMs: EpochMs;
  readonly me: Me;
  readonly agent: AgentView;
  readonly offer: OfferView | null;
  readonly call: DeskCallView | null;
  readonly transcript: readonly TranscriptUpdate[];
  readonly draft: Draft | null;
  readonly aside: CallAside | null;
  /** Earlier drafts of this agent that still wait to be confirmed (e.g. after a crash). */
  readonly openDrafts: readonly Draft[];
  readonly line: LineView;
  readonly recognizer: TranscriptionStatus;
  readonly dispositions: readonly DispositionView[];
  /** Whoever has a poor line may take calls by a telephone outside. */
  readonly byPhoneAllowed: boolean;
}

export interface SipCredentials {
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** Path on this HTTP server, subprotocol `sip`. */
  readonly wsPath: string;
  readonly expiresAtMs: EpochMs;
  readonly iceServers: readonly { readonly urls: string; readonly username?: string; readonly credential?: string }[];
}

export interface ServerToPage {
  hello: (hello: Hello) => void;
  agent: (agent: AgentView) => void;
  offer: (offer: OfferView) => void;
  'offer.withdrawn': (withdrawn: { readonly offerId: string; readonly reason: string }) => void;
  /** State of the agent's call; null when the desk is free again. */
  call: (call: DeskCallView | null) => void;
  transcript: (callId: string, update: TranscriptUpdate) => void;
  draft: (patch: DraftPatch) => void;
  aside: (callId: string, aside: CallAside) => void;
  /** A message left by a caller is this agent's to take up; it joins the open drafts. */
  'draft.given': (draft: Draft) => void;
  line: (line: LineView) => void;
  recognizer: (status: TranscriptionStatus) => void;
  supervisor: (view: SupervisorView) => void;
  'supervisor.delta': (delta: SupervisorDelta) => void;
  /** Supervisors and admins: after each look at the line, every few seconds. */
  surge: (status: SurgeStatus) => void;
  /** A standby agent is called in, or what was asked has changed; the page answers by REST. */
  'surge.call-in': (callIn: CallInView) => void;
  /** Another page of the same agent has taken over. */
  replaced: () => void;
}

export interface PageToServer {
  /** What the call was; may be changed until the wrap-up is over. */
  'call.dispose': (p: { readonly callId: string; readonly code: string }, ack: Ack<None>) => void;
  /** Rings this page's phone and plays to it, so that it can measure the line; not while calls may come. */
  'line-check.start': (p: None, ack: Ack<{ readonly lengthMs: number }>) => void;
  /** Calls go to this telephone from now on, instead of to the page. It is kept until the agent signs off. */
  'phone.use': (p: { readonly number: string }, ack: Ack<AgentView>) => void;
  /** Calls come to the page again. */
  'phone.stop': (p: None, ack: Ack<AgentView>) => void;
  /** Takes the call on the telephone that has picked up, as 1 pressed there does. */
  'offer.accept': (p: { readonly offerId: string }, ack: Ack<None>) => void;
  /** Every ten seconds of a call, and after a check. */
  'line.report': (p: Omit<LineReport, 'atMs'>, ack: Ack<None>) => void;
  /** Supervisors only. */
  'callback.end': (p: { readonly id: string; readonly how: 'cancelled' | 'done' }, ack: Ack<None>) => void;
  /** Supervisors only. */
  'agent.profile': (p: { readonly agentId: string; readonly profile: AgentProfileView }, ack: Ack<None>) => void;
  'agent.set-intent': (p: { readonly intent: AgentIntent; readonly reason: string }, ack: Ack<AgentView>) => void;
  'sip.credentials': (p: None, ack: Ack<SipCredentials>) => void;
  /** Declines in words; answering is done by the softphone itself (SIP 200). */
  'offer.decline': (p: { readonly offerId: string }, ack: Ack<None>) => void;
  'call.hold': (p: { readonly callId: string }, ack: Ack<None>) => void;
  'call.resume': (p: { readonly callId: string }, ack: Ack<None>) => void;
  'call.hang-up': (p: { readonly callId: string }, ack: Ack<None>) => void;
  /** Rings the agent's softphone again for a call whose agent leg was lost. */
  'call.return': (p: { readonly callId: string }, ack: Ack<None>) => void;
  /** Rings a colleague or an outside number while the caller hears music. */
  'call.consult': (p: { readonly callId: string; readonly target: CallTarget }, ack: Ack<None>) => void;
  /** Back to the caller. */
  'call.consult-end': (p: { readonly callId: string }, ack: Ack<None>) => void;
  /** The one who was asked takes the call. */
  'call.complete': (p: { readonly callId: string }, ack: Ack<None>) => void;
  'call.conference': (p: { readonly callId: string }, ack: Ack<None>) => void;
  /** Lets go of the call at once. */
  'call.transfer': (p: { readonly callId: string; readonly target: TransferTarget }, ack: Ack<None>) => void;
  'call.directory': (p: None, ack: Ack<Directory>) => void;
  /** Supervisors only. Rings the supervisor's softphone, or changes the mode of one that takes part already. */
  'supervise.start': (p: { readonly callId: string; readonly mode: SuperviseMode }, ack: Ack<None>) => void;
  'supervise.end': (p: { readonly callId: string }, ack: Ack<None>) => void;
  'supervise.take-over': (p: { readonly callId: string }, ack: Ack<None>) => void;
  /** Sent as the agent types (at most every 300 ms); durable when acknowledged. */
  'draft.edit': (
    p: { readonly callId: string; readonly field: DraftField; readonly value: string },
    ack: Ack<{ readonly rev: number }>,
  ) => void;
  'draft.note': (p: { readonly callId: string; readonly note: string }, ack: Ack<{ readonly rev: number }>) => void;
  'draft.confidential': (
    p: { readonly callId: string; readonly confidential: boolean },
    ack: Ack<{ readonly rev: number }>,
  ) => void;
  'draft.suggestion': (
    p: { readonly callId: string; readonly field: DraftField; readonly action: 'accept' | 'dismiss' | 'release' },
    ack: Ack<{ readonly rev: number }>,
  ) => void;
  /** Which of the city's dialects the caller speaks; '' = Mandarin. */
  'call.dialect': (p: { readonly callId: string; readonly dialectId: string }, ack: Ack<None>) => void;
  /** A second matter that was offered beside the draft: a draft of its own for it, or never again. */
  'draft.second': (
    p: { readonly callId: string; readonly action: 'accept' | 'dismiss' },
    ack: Ack<{ readonly draftId: string }>,
  ) => void;
  'ticket.confirm': (
    p: { readonly callId: string },
    ack: Ack<{ readonly number: string; readonly ticketId: string }>,
  ) => void;
  /** No ticket is needed. */
  'draft.drop': (p: { readonly callId: string }, ack: Ack<None>) => void;
  'wrap-up.extend': (
    p: { readonly callId: string; readonly byMs: number },
    ack: Ack<{ readonly wrapUpEndsAtMs: EpochMs }>,
  ) => void;
  'wrap-up.finish': (p: { readonly callId: string }, ack: Ack<None>) => void;
  /** Supervisors only: `supervisor` events follow, at most two a second. */
  'supervisor.watch': (p: { readonly on: boolean }, ack: Ack<None>) => void;
}
