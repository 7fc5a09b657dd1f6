/** What goes into and comes out of the SIP endpoint core. */
import type { DigestAlgorithm } from '../auth/digest.ts';
import type { Credentials } from '../auth/digest-client.ts';
import type { DigestAccount } from '../auth/digest-server.ts';
import type { Diversion, ExtraHeaders } from '../message/extra-headers.ts';
import type { ReceivedRequest } from '../message/types.ts';
import type { CallerIdentity } from './caller.ts';
import type { SessionTimerRules } from './session-timer.ts';

export type Transport = 'UDP' | 'TCP' | 'TLS' | 'WS';

/**
 * A way to a far end: an address for UDP, one connection for the others (`WS` stands for WebSocket with and without
 * TLS). What is bound to a connection (registrations, web phones) is bound to `id`.
 *
 * Messages of TCP and TLS are cut by a `StreamFramer` before they get here. Whoever sends over a TCP or TLS flow that
 * has no connection (yet, or any more) opens one to its address and port; that is how the core reaches a trunk whose
 * connection was closed during a call.
 */
export interface Flow {
  readonly id: string;
  readonly transport: Transport;
  readonly address: string;
  readonly port: number;
}

/** Flow of a UDP address. */
export function udpFlow(address: string, port: number): Flow {
  return { id: `udp:${address}:${port}`, transport: 'UDP', address, port };
}

/** Flow of a TCP or TLS connection: the peer's address and port, on whichever side it was opened. */
export function streamFlow(transport: 'TCP' | 'TLS', address: string, port: number): Flow {
  return { id: `${transport.toLowerCase()}:${address}:${port}`, transport, address, port };
}

/** Whether lost messages are repeated by the transport. */
export function isReliable(flow: Flow): boolean {
  return flow.transport !== 'UDP';
}

export type CoreEffect =
  /** `transaction` is handed back by `sendFailed` when the bytes cannot be sent; '' when nobody cares. */
  | { readonly type: 'send'; readonly flow: Flow; readonly bytes: Uint8Array; readonly transaction: string }
  /** Starts or restarts the timer of that id. */
  | { readonly type: 'start-timer'; readonly id: string; readonly delayMs: number }
  | { readonly type: 'stop-timer'; readonly id: string }
  | { readonly type: 'event'; readonly event: SipEvent }
  /** Something worth counting happened. */
  | { readonly type: 'count'; readonly name: CoreCounter };

export const coreCounters = [
  'malformed',
  'keep-alive',
  'requests',
  'responses',
  'stray-responses',
  'dropped-strangers',
  'dropped-scanners',
  'challenged',
  'refused-credentials',
  'refused-requests',
] as const;
export type CoreCounter = (typeof coreCounters)[number];

export type CallOrigin =
  { readonly type: 'trusted'; readonly name: string } | { readonly type: 'endpoint'; readonly endpointId: string };

export type CallEndReason =
  /** BYE of the far end. */
  | 'bye'
  /** CANCEL of the far end. */
  | 'cancelled'
  /** Final answer of 300 or above; see `status`. */
  | 'rejected'
  /** Rang for too long. */
  | 'no-answer'
  /** No answer at all, or it could not be sent. */
  | 'unreachable'
  /** Our 200 was never acknowledged. */
  | 'no-ack'
  /** A command of ours. */
  | 'hung-up'
  /** Nobody refreshed the session in time (RFC 4028). */
  | 'expired'
  /** The far end does not know the call any more, or does not answer within it. */
  | 'lost';

/** What a final answer says beside its status, for whoever chooses the next way. */
export interface RetryAdvice {
  /** Retry-After of a 503, 486 …, seconds. */
  readonly retryAfterS: number | undefined;
  /** Contacts of a 3xx in order of preference; at most 8. */
  readonly redirects: readonly string[];
}

/** `call` is the handle chosen by whoever drives the core (given by `newCallId` for incoming calls). */
export type SipEvent =
  | {
      readonly type: 'incoming';
      readonly call: string;
      readonly fromUser: string;
      readonly fromDisplayName: string;
      readonly toUser: string;
      readonly callerIdentity: CallerIdentity;
      readonly diversions: readonly Diversion[];
      readonly headers: ExtraHeaders;
      readonly origin: CallOrigin;
      /** The call of ours that this one shall take the place of (RFC 3891). */
      readonly replaces: string | undefined;
      readonly flow: Flow;
      /** Undefined: the caller wants our offer in the 200. */
      readonly offer: string | undefined;
    }
  /** A provisional answer; `sdp` is in it when the far end sends early media. */
  | { readonly type: 'progress'; readonly call: string; readonly status: number; readonly sdp?: string }
  | { readonly type: 'accepted'; readonly call: string; readonly status: number; readonly answer: string | undefined }
  /** ACK of a 200 of ours; `answer` is in it when the 200 carried our offer. */
  | { readonly type: 'acknowledged'; readonly call: string; readonly answer: string | undefined }
  /** The far end wants to change the session: reply with `answerReoffer` or `rejectReoffer`. */
  | { readonly type: 'reoffer'; readonly call: string; readonly token: string; readonly offer: string | undefined }
  /** The far end has answered `reoffer` of ours, or a refresh; `answer` is in it when it described itself anew. */
  | { readonly type: 'reanswered'; readonly call: string; readonly answer: string | undefined }
  /** The far end refused `reoffer` of ours; the session is as it was before. */
  | { readonly type: 'reoffer-refused'; readonly call: string; readonly status: number }
  /**
   * The far end asks us to send its call elsewhere (REFER); `replaces` is the call of ours that it shall be joined with
   * instead. Reply with `referOutcome`, or hang the call up when it was taken over.
   */
  | {
      readonly type: 'refer';
      readonly call: string;
      readonly uri: string;
      readonly toUser: string;
      readonly replaces: string | undefined;
    }
  | { readonly type: 'digit'; readonly call: string; readonly digit: string; readonly durationMs: number }
  | {
      readonly type: 'ended';
      readonly call: string;
      readonly by: 'remote' | 'local';
      readonly why: CallEndReason;
      /** SIP status when there was one, else 0. */
      readonly status: number;
      /** With `rejected`: what the answer says about where or when to try again. */
      readonly retry?: RetryAdvice;
    }
  | { readonly type: 'registered'; readonly endpointId: string }
  | { readonly type: 'unregistered'; readonly endpointId: string }
  /** Outcome of a REGISTER of ours; `id` is the one of the request. */
  | { readonly type: 'registration'; readonly id: string; readonly status: number; readonly expiresS: number }
  /** Answer to `ask`; status 0: none came in time. */
  | { readonly type: 'asked'; readonly token: string; readonly status: number };

export type Admission =
  /** `trusted` names the trunk; undefined for a stranger, who must prove a credential to call. */
  | { readonly type: 'serve'; readonly trusted: string | undefined }
  | { readonly type: 'drop'; readonly why: 'stranger' | 'scanner' };

export interface SipCoreOptions {
  /** Our domain and digest realm. */
  readonly domain: string;
  readonly userAgent: string;
  /** User part of our Contact. */
  readonly contactUser: string;
  /** Address and port to write into Via and Contact towards that flow. */
  readonly localAddress: (flow: Flow) => { readonly host: string; readonly port: number };
  /** Decides on requests outside a dialog; undefined stands for one that could not be read. Takes the time. */
  readonly admit: (request: ReceivedRequest | undefined, flow: Flow, nowMs: number) => Admission;
  /** Whether the identity that a trusted peer of that name asserts (RFC 3325) is believed; all of them without. */
  readonly believesIdentity?: (trusted: string) => boolean;
  readonly findAccount: (username: string) => DigestAccount | undefined;
  /** Unguessable text of at least 64 bits, only `[A-Za-z0-9]`. */
  readonly newToken: () => string;
  readonly newCallId: () => string;
  /** Challenges offered, in this order. */
  readonly digestAlgorithms: readonly DigestAlgorithm[];
  /** Session timers (RFC 4028); 1800 s and at least 90 s when absent. */
  readonly sessionTimers?: SessionTimerRules;
  readonly registration: {
    readonly minExpiresS: number;
    readonly defaultExpiresS: number;
    readonly maxExpiresS: number;
  };
}

export interface DialRequest {
  readonly call: string;
  readonly uri: string;
  readonly flow: Flow;
  /** The registered endpoint behind `flow`, whose newer registration is used for later requests. */
  readonly endpointId: string | undefined;
  readonly from: { readonly user: string; readonly displayName: string };
  readonly headers: readonly (readonly [string, string])[];
  readonly offer: string;
  readonly ringMs: number;
  readonly credentials: Credentials | undefined;
  /** Domain of From where the far end wants another than ours. */
  readonly domain?: string | undefined;
  /** The call ends as `unreachable` when nothing at all is heard for so long; the usual 64*T1 without. */
  readonly answerWithinMs?: number | undefined;
}

export interface AskRequest {
  /** Handed back with the answer. */
  readonly token: string;
  readonly uri: string;
  readonly flow: Flow;
  /** Address of From. */
  readonly from: string;
  readonly withinMs: number;
}

export interface RegisterRequest {
  /** User part of the Contact, by which calls come in; that of the core without. */
  readonly contactUser?: string;
  /** Tells several registrations apart; '' when there is one only. */
  readonly id?: string;
  readonly uri: string;
  readonly aor: string;
  readonly flow: Flow;
  readonly credentials: Credentials;
  readonly expiresS: number;
  /** `+sip.instance` value, e.g. `urn:uuid:…`; '' for none. */
  readonly instance: string;
}
