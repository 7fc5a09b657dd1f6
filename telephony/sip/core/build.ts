/** Responses and requests as our side writes them (RFC 3261 sections 8.1.1, 8.2.6, 12.2.1). */
import { headerLines } from '../message/headers.ts';
import { reasonPhrase } from '../message/reasons.ts';
import { emptyBody, type Header, type ReceivedResponse, type SipRequest, type SipResponse } from '../message/types.ts';
import { BRANCH_COOKIE } from '../message/via.ts';
import type { CoreRuntime } from './runtime.ts';
import type { Flow } from './types.ts';

/** Methods that are served. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, REGISTER';
/** Extensions that are understood (RFC 3262, RFC 4028, RFC 3891). */
export const SUPPORTED = '100rel, timer, replaces';
const encoder = new TextEncoder();

export interface ResponseParts {
  readonly toTag: string;
  readonly headers?: readonly Header[];
  /** SDP. */
  readonly sdp?: string;
}

interface Answerable {
  readonly headers: readonly Header[];
}

/** A response to a request; `toTag` is added when the request had none and the status is above 100. */
export function makeResponse(request: Answerable, status: number, parts: ResponseParts): SipResponse {
  const vias = request.headers.filter((h) => h.name === 'via');
  // Once each, also when a broken request has them twice.
  const once = ['from', 'call-id', 'cseq'].flatMap((name) => request.headers.find((h) => h.name === name) ?? []);
  const copied = [...vias, ...once];
  const to = request.headers.find((h) => h.name === 'to')?.value ?? '';
  const tagged =
    status === 100 || /;\s*tag\s*=/i.test(to.slice(to.lastIndexOf('>') + 1)) ? to : `${to};tag=${parts.toTag}`;
  const sdp = parts.sdp === undefined ? [] : [{ name: 'content-type', value: 'application/sdp' }];
  const headers = [...copied, { name: 'to', value: tagged }, ...(parts.headers ?? []), ...sdp];
  const body = parts.sdp === undefined ? emptyBody : encoder.encode(parts.sdp);
  return { kind: 'response', status, reason: reasonPhrase(status), headers, body };
}

/** Our Contact towards a flow. */
export function contactFor(runtime: CoreRuntime, flow: Flow, user = runtime.options.contactUser): Header {
  const { host, port } = runtime.options.localAddress(flow);
  const transport = flow.transport === 'UDP' ? '' : `;transport=${flow.transport.toLowerCase()}`;
  return { name: 'contact', value: `<sip:${user}@${host}:${port}${transport}>` };
}

/** A fresh Via towards a flow. */
export function viaFor(runtime: CoreRuntime, flow: Flow): Header {
  const { host, port } = runtime.options.localAddress(flow);
  const branch = BRANCH_COOKIE + runtime.options.newToken();
  return { name: 'via', value: `SIP/2.0/${flow.transport} ${host}:${port};branch=${branch};rport` };
}

/** Branch of the topmost Via of a request we made. */
export function branchOf(request: SipRequest): string {
  return /;branch=([^;,\s]+)/.exec(request.headers.find((h) => h.name === 'via')?.value ?? '')?.[1] ?? '';
}

export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly seq: number;
  readonly routes: readonly string[];
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

/** A request with everything it must have; the Via is fresh. */
export function makeRequest(runtime: CoreRuntime, flow: Flow, parts: RequestParts): SipRequest {
  return {
    kind: 'request',
    method: parts.method,
    uri: parts.uri,
    headers: [
      viaFor(runtime, flow),
      ...parts.routes.map((value) => ({ name: 'route', value })),
      { name: 'max-forwards', value: '70' },
      { name: 'from', value: parts.from },
      { name: 'to', value: parts.to },
      { name: 'call-id', value: parts.callId },
      { name: 'cseq', value: `${parts.seq} ${parts.method}` },
      ...parts.headers,
      { name: 'user-agent', value: runtime.options.userAgent },
    ],
    body: parts.body,
  };
}

/** SDP with its header. */
export function sdpParts(sdp: string): { headers: Header[]; body: Uint8Array } {
  return { headers: [{ name: 'content-type', value: 'application/sdp' }], body: encoder.encode(sdp) };
}

/** ACK of a 300-699, inside the INVITE transaction (section 17.1.1.3). */
export function ackForFailure(invite: SipRequest, response: ReceivedResponse): SipRequest {
  return sameHop(invite, 'ACK', headerLines(response, 'to')[0] ?? '');
}

/** CANCEL of an INVITE (section 9.1): same Via, same Request-URI. */
export function cancelOf(invite: SipRequest): SipRequest {
  return sameHop(invite, 'CANCEL', invite.headers.find((h) => h.name === 'to')?.value ?? '');
}

function sameHop(invite: SipRequest, method: string, to: string): SipRequest {
  const kept = invite.headers.filter((h) => ['via', 'route', 'max-forwards', 'from', 'call-id'].includes(h.name));
  const seq = /^[0-9]+/.exec(invite.headers.find((h) => h.name === 'cseq')?.value ?? '')?.[0] ?? '1';
  const headers = [...kept, { name: 'to', value: to }, { name: 'cseq', value: `${seq} ${method}` }];
  return { kind: 'request', method, uri: invite.uri, headers, body: emptyBody };
}
