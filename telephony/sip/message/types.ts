/** SIP messages as data (RFC 3261 section 7). Header names are kept in lower case and in their long form. */
import type { NameAddr } from './name-addr.ts';
import type { Via } from './via.ts';

export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  /** Request-URI as written. */
  readonly uri: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** The headers every message must have, parsed once when it arrives. */
export interface Essentials {
  readonly via: Via;
  readonly from: NameAddr;
  readonly to: NameAddr;
  /** Empty when absent. */
  readonly fromTag: string;
  readonly toTag: string;
  readonly callId: string;
  readonly cseq: CSeq;
}

export interface ReceivedRequest extends SipRequest {
  readonly essentials: Essentials;
}
export interface ReceivedResponse extends SipResponse {
  readonly essentials: Essentials;
}
export type ReceivedMessage = ReceivedRequest | ReceivedResponse;

export const emptyBody: Uint8Array = new Uint8Array(0);

/** Body as text (UTF-8; wrong bytes become U+FFFD). */
export function bodyText(message: SipMessage): string {
  const { buffer, byteOffset, byteLength } = message.body;
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}
