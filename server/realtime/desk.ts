/**
 * Boundary between the socket gateway and the calls. Types only.
 * `server/calls` implements `Desk`; `server/realtime/gateway.ts` implements `DeskPush`.
 */
import type { SuperviseMode } from '../../telephony/ports/switch.ts';
import type { AgentIntent } from '../acd/line-store.ts';
import type { DraftField, DraftInput } from '../drafts/types.ts';
import type {
  AgentProfileView,
  AgentView,
  CallTarget,
  Directory,
  Hello,
  LineReport,
  Me,
  None,
  PageToServer,
  Result,
  ServerToPage,
  SipCredentials,
  TransferTarget,
} from './protocol.ts';

/** More than two on a call: consultation, transfer, conference, supervision. */
export interface PartyDesk {
  consult(me: Me, callId: string, target: CallTarget): Result<None>;
  endConsult(me: Me, callId: string): Result<None>;
  complete(me: Me, callId: string): Result<None>;
  conference(me: Me, callId: string): Result<None>;
  transfer(me: Me, callId: string, target: TransferTarget): Result<None>;
  directory(me: Me): Result<Directory>;
  supervise(me: Me, callId: string, mode: SuperviseMode): Result<None>;
  endSupervision(me: Me, callId: string): Result<None>;
  takeOver(me: Me, callId: string): Result<None>;
}

/** What the line means for agents and supervisors. */
export interface LineRequests {
  dispose(me: Me, callId: string, code: string): Promise<Result<None>>;
  startLineCheck(me: Me): Promise<Result<{ readonly lengthMs: number }>>;
  /** Calls go to a telephone outside. */
  takeByPhone(me: Me, number: string): Result<AgentView>;
  takeHere(me: Me): Result<AgentView>;
  acceptByPhone(me: Me, offerId: string): Result<None>;
  reportLine(me: Me, report: Omit<LineReport, 'atMs'>): Result<None>;
  endCallback(me: Me, id: string, how: 'cancelled' | 'done'): Promise<Result<None>>;
  setProfile(me: Me, agentId: string, profile: AgentProfileView): Promise<Result<None>>;
}

/** Requests are already parsed and bounded when they get here; `me` is the session's user. */
export interface Desk {
  readonly party: PartyDesk;
  readonly line: LineRequests;
  /** A page of this user has connected (again); it gets `hello` with everything. */
  hello(me: Me): Promise<Hello>;
  /** The last page of this user has gone for more than a moment. */
  gone(me: Me): void;
  setIntent(me: Me, intent: AgentIntent, reason: string): Promise<Result<AgentView>>;
  declineOffer(me: Me, offerId: string): Promise<Result<None>>;
  hold(me: Me, callId: string): Promise<Result<None>>;
  resume(me: Me, callId: string): Promise<Result<None>>;
  hangUp(me: Me, callId: string): Promise<Result<None>>;
  returnToCall(me: Me, callId: string): Promise<Result<None>>;
  /** Applies one change of the agent's and answers when it is durable. */
  changeDraft(
    me: Me,
    callId: string,
    input: Exclude<DraftInput, { type: 'speech' | 'call-known' | 'dialect' | 'helper' }>,
  ): Promise<Result<{ readonly rev: number }>>;
  /** Says which dialect the caller speaks; '' = Mandarin, whatever was guessed. */
  setDialect(me: Me, callId: string, dialectId: string): Result<None>;
  /** Makes a draft of its own for a second matter, or turns the offer down. */
  secondMatter(me: Me, callId: string, action: 'accept' | 'dismiss'): Promise<Result<{ readonly draftId: string }>>;
  confirmTicket(me: Me, callId: string): Promise<Result<{ readonly number: string; readonly ticketId: string }>>;
  dropDraft(me: Me, callId: string): Promise<Result<None>>;
  extendWrapUp(me: Me, callId: string, byMs: number): Promise<Result<{ readonly wrapUpEndsAtMs: number }>>;
  finishWrapUp(me: Me, callId: string): Promise<Result<None>>;
  /** Starts or stops `supervisor` pushes to this user. */
  watch(me: Me, on: boolean): void;
}

export interface DeskPush {
  /** To the leading page of one user. */
  toUser<E extends keyof ServerToPage>(userId: string, event: E, ...args: Parameters<ServerToPage[E]>): void;
  /** To every connected page of an agent or supervisor. */
  toAll<E extends keyof ServerToPage>(event: E, ...args: Parameters<ServerToPage[E]>): void;
  /** To every page that watches the supervisor's view; made into bytes once for all of them. */
  toWatching<E extends keyof ServerToPage>(event: E, ...args: Parameters<ServerToPage[E]>): void;
  /** Whether this user has a page open now. */
  online(userId: string): boolean;
}

/** Hands out and checks short-lived softphone credentials (in memory; a page asks again after a restart). */
export interface SipCredentialIssuer {
  issue(endpointId: string, role: 'agent' | 'phone'): SipCredentials;
  revoke(endpointId: string): void;
}

export type { DraftField, PageToServer };
