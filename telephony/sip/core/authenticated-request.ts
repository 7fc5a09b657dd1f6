/** A request that answers one challenge by itself: CSeq + 1, new branch (RFC 3261 section 22.2). */
import { answerChallenge, type Credentials } from '../auth/digest-client.ts';
import { withHeader } from '../message/headers.ts';
import type { ReceivedResponse, SipRequest } from '../message/types.ts';
import { viaFor } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ClientHandler, TransactionLayer } from './transaction-layer.ts';
import type { Flow } from './types.ts';

export interface AuthenticatedRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly credentials: Credentials | undefined;
  readonly handler: ClientHandler;
  /** Called with the request actually sent and its transaction key, for each try. */
  readonly onSent: (request: SipRequest, key: string) => void;
}

/** Sends; a 401 or 407 that can be answered is, everything else goes to the handler. */
export function sendAuthenticated(runtime: CoreRuntime, layer: TransactionLayer, wanted: AuthenticatedRequest): void {
  send(runtime, layer, { ...wanted, tries: 0 });
}

const MAX_TRIES = 3;

function send(
  runtime: CoreRuntime,
  layer: TransactionLayer,
  wanted: AuthenticatedRequest & { readonly tries: number },
): void {
  const onResponse = (response: ReceivedResponse): void => {
    const retry = isChallenge(response) ? retryOf(runtime, wanted, response) : undefined;
    if (retry === undefined) wanted.handler.onResponse(response);
    else send(runtime, layer, { ...wanted, request: retry, tries: wanted.tries + 1 });
  };
  const key = layer.request(wanted.request, wanted.flow, { ...bound(wanted.handler), onResponse });
  wanted.onSent(wanted.request, key);
}

function bound(handler: ClientHandler): Omit<ClientHandler, 'onResponse'> {
  return {
    onFailure: (why) => {
      handler.onFailure(why);
    },
    onRingingTooLong: () => {
      handler.onRingingTooLong?.();
    },
  };
}

function isChallenge(response: ReceivedResponse): boolean {
  return response.status === 401 || response.status === 407;
}

function retryOf(
  runtime: CoreRuntime,
  wanted: AuthenticatedRequest & { readonly tries: number },
  response: ReceivedResponse,
): SipRequest | undefined {
  const { request, flow, credentials } = wanted;
  if (credentials === undefined || wanted.tries >= MAX_TRIES) return undefined;
  const authorization = answerChallenge(
    response,
    { method: request.method, uri: request.uri },
    { credentials, cnonce: runtime.options.newToken(), triedBefore: wanted.tries > 0 },
  );
  if (authorization === undefined) return undefined;
  const seq = response.essentials.cseq.number + 1;
  let headers = withHeader(request.headers, 'via', viaFor(runtime, flow).value);
  headers = withHeader(headers, 'cseq', `${seq} ${request.method}`);
  return { ...request, headers: withHeader(headers, authorization.name, authorization.value) };
}
