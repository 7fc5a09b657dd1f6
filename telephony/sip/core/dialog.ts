/** Dialogs (RFC 3261 section 12). */
import { header, headerList } from '../message/headers.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import {
  emptyBody,
  type Header,
  type ReceivedRequest,
  type ReceivedResponse,
  type SipRequest,
} from '../message/types.ts';
import { parseUri } from '../message/uri.ts';
import { makeRequest } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import { streamFlow, udpFlow, type Flow } from './types.ts';

export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To of our requests, with tags. */
  readonly localHeader: string;
  readonly remoteHeader: string;
  readonly routes: readonly string[];
  remoteTarget: string;
  localSeq: number;
  /** Undefined until the far end has sent a request. */
  remoteSeq: number | undefined;
  /** Where its last message came from. */
  flow: Flow;
}

/** Key under which a dialog is found; both sides' tags as our side sees them. */
export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}|${localTag}|${remoteTag}`;
}

/** Contact URI of a message; undefined when there is none or it cannot be used. */
export function contactUri(message: ReceivedRequest | ReceivedResponse): string | undefined {
  const first = headerList(message, 'contact')[0];
  const uri = first === undefined ? undefined : parseNameAddr(first)?.uri;
  return uri === undefined || parseUri(uri) === undefined ? undefined : uri;
}

/** Dialog of a server: section 12.1.1. The route set is Record-Route in order. */
export function serverDialog(request: ReceivedRequest, localTag: string, flow: Flow): Dialog {
  const { callId, fromTag, cseq } = request.essentials;
  return {
    callId,
    localTag,
    remoteTag: fromTag,
    localHeader: `${header(request, 'to') ?? ''};tag=${localTag}`,
    remoteHeader: header(request, 'from') ?? '',
    routes: headerList(request, 'record-route'),
    remoteTarget: contactUri(request) ?? request.essentials.from.uri,
    localSeq: 0,
    remoteSeq: cseq.number,
    flow,
  };
}

/** Dialog of a client: section 12.1.2. The route set is Record-Route reversed. */
export function clientDialog(request: SipRequest, response: ReceivedResponse, flow: Flow): Dialog {
  const { callId, fromTag, toTag, cseq, to } = response.essentials;
  return {
    callId,
    localTag: fromTag,
    remoteTag: toTag,
    localHeader: request.headers.find((h) => h.name === 'from')?.value ?? '',
    remoteHeader: header(response, 'to') ?? '',
    routes: headerList(response, 'record-route').reverse(),
    remoteTarget: contactUri(response) ?? to.uri,
    localSeq: cseq.number,
    remoteSeq: undefined,
    flow,
  };
}

export interface InDialogParts {
  readonly method: string;
  readonly headers?: readonly Header[];
  readonly body?: Uint8Array;
  /** For ACK: the INVITE's number. Otherwise the dialog counts on. */
  readonly seq?: number;
}

/** A request within the dialog (section 12.2.1.1) and the flow it goes to. */
export function inDialogRequest(
  runtime: CoreRuntime,
  dialog: Dialog,
  parts: InDialogParts,
): { readonly request: SipRequest; readonly flow: Flow } {
  const flow = nextHop(runtime, dialog);
  if (parts.seq === undefined) dialog.localSeq += 1;
  const { uri, routes } = routing(dialog);
  const request = makeRequest(runtime, flow, {
    method: parts.method,
    uri,
    from: dialog.localHeader,
    to: dialog.remoteHeader,
    callId: dialog.callId,
    seq: parts.seq ?? dialog.localSeq,
    routes,
    headers: parts.headers ?? [],
    body: parts.body ?? emptyBody,
  });
  return { request, flow };
}

/** ACK of a 2xx: a request of the dialog with the INVITE's number and credentials (sections 13.2.2.4, 22.1). */
export function ackFor(
  runtime: CoreRuntime,
  dialog: Dialog,
  invite: SipRequest,
): { readonly request: SipRequest; readonly flow: Flow } {
  const seq = Number.parseInt(invite.headers.find((h) => h.name === 'cseq')?.value ?? '', 10);
  const headers = invite.headers.filter((h) => h.name === 'authorization' || h.name === 'proxy-authorization');
  return inDialogRequest(runtime, dialog, { method: 'ACK', seq, headers });
}

/** Loose routers carry `lr`; a strict one gets its own URI as Request-URI and the target as last route. */
function routing(dialog: Dialog): { uri: string; routes: readonly string[] } {
  const first = dialog.routes[0];
  const firstUri = first === undefined ? undefined : parseNameAddr(first)?.uri;
  if (firstUri === undefined) return { uri: dialog.remoteTarget, routes: [] };
  const parsed = parseUri(firstUri);
  if (parsed?.params.has('lr') === true) return { uri: dialog.remoteTarget, routes: dialog.routes };
  return { uri: firstUri, routes: [...dialog.routes.slice(1), `<${dialog.remoteTarget}>`] };
}

/**
 * A connection is the way back by itself while it is open. Otherwise, and over UDP: first route, else the Contact when
 * it is the host we hear from; a host name or another address (a peer behind NAT writes its private one) gives the
 * address we hear from.
 */
function nextHop(runtime: CoreRuntime, dialog: Dialog): Flow {
  const { transport, address } = dialog.flow;
  if (transport === 'WS' || (transport !== 'UDP' && runtime.isOpen(dialog.flow))) return dialog.flow;
  const route = dialog.routes[0];
  const uri = parseUri(route === undefined ? dialog.remoteTarget : (parseNameAddr(route)?.uri ?? ''));
  if (uri === undefined || uri.scheme === 'tel') return dialog.flow;
  const isUsable = route === undefined ? uri.host === address : isIpv4(uri.host);
  if (!isUsable) return dialog.flow;
  if (transport === 'UDP') return udpFlow(uri.host, uri.port ?? 5060);
  return streamFlow(transport, uri.host, uri.port ?? (transport === 'TLS' ? 5061 : 5060));
}

/** Dotted IPv4 address. */
export function isIpv4(host: string): boolean {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((p) => /^[0-9]{1,3}$/.test(p) && Number(p) <= 255);
}
