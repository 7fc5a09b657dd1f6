/**
 * Re-INVITE and UPDATE of our own: a new offer, or a refresh of the session (RFC 3261 section 14.1, RFC 3311, RFC 4028
 * section 7.4). One at a time per call; a glare is waited out, and a far end that does not know the call ends it.
 */
import { header, optionTags } from '../message/headers.ts';
import { bodyText, type ReceivedResponse, type SipRequest } from '../message/types.ts';
import { sendAuthenticated } from './authenticated-request.ts';
import { ALLOW, contactFor, sdpParts, SUPPORTED } from './build.ts';
import { offerTimerId, type Call, type CallBook, type OwnOffer } from './call-book.ts';
import { fractionOf } from './chance.ts';
import { ackFor, contactUri, inDialogRequest, type Dialog } from './dialog.ts';
import type { CoreRuntime } from './runtime.ts';
import { agreedAsClient, askAsClient, intervalAfter422 } from './session-timer.ts';
import type { SessionTimers } from './session-timers.ts';
import type { TransactionLayer } from './transaction-layer.ts';
import type { Flow } from './types.ts';

/** Another offer is open: look again after this. */
const BUSY_RETRY_MS = 1_000;

export interface RenegotiationParts {
  readonly layer: TransactionLayer;
  readonly book: CallBook;
  readonly sessions: SessionTimers;
  readonly sendBye: (call: Call) => void;
}

export class Renegotiation {
  readonly #runtime: CoreRuntime;
  readonly #parts: RenegotiationParts;

  constructor(runtime: CoreRuntime, parts: RenegotiationParts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  /** Offers anew, or refreshes with `sdp` undefined: UPDATE where the far end takes it, else the same offer again. */
  start(call: Call, wish: OwnOffer): void {
    if (call.phase !== 'confirmed' || call.dialog === undefined) return;
    const isBusy = call.ownOffer !== undefined || call.reoffers.size > 0 || call.pendingAnswer !== undefined;
    if (isBusy) this.#later(call, wish, BUSY_RETRY_MS);
    else this.#send(call, call.dialog, wish);
  }

  #later(call: Call, wish: OwnOffer, delayMs: number): void {
    this.#runtime.startTimer(offerTimerId(call), delayMs, () => {
      this.start(call, wish);
    });
  }

  #send(call: Call, dialog: Dialog, wish: OwnOffer): void {
    const byUpdate = wish.sdp === undefined && call.peerAllowsUpdate;
    const sdp = wish.sdp ?? call.localSdp;
    const body = byUpdate || sdp === undefined ? undefined : sdpParts(sdp);
    call.ownOffer = wish;
    if (wish.sdp !== undefined) call.localSdp = wish.sdp;
    const { request, flow } = inDialogRequest(this.#runtime, dialog, {
      method: byUpdate ? 'UPDATE' : 'INVITE',
      headers: [...this.#headersOf(call, dialog.flow), ...(body?.headers ?? [])],
      ...(body === undefined ? {} : { body: body.body }),
    });
    let sent: SipRequest = request;
    const acks = new Map<string, { readonly request: SipRequest; readonly flow: Flow }>();
    sendAuthenticated(this.#runtime, this.#parts.layer, {
      request,
      flow,
      credentials: call.credentials,
      onSent: (actual) => {
        sent = actual;
        dialog.localSeq = Math.max(dialog.localSeq, seqOf(actual));
      },
      handler: {
        onResponse: (response) => {
          if (sent.method === 'INVITE' && response.status >= 200 && response.status < 300) {
            const repeated = acks.get('');
            const ack = repeated ?? ackFor(this.#runtime, dialog, sent);
            acks.set('', ack);
            this.#runtime.sendMessage(ack.flow, ack.request);
            if (repeated !== undefined) return;
          }
          this.#onResponse(call, wish, response);
        },
        onFailure: (why) => {
          this.#lost(call, why === 'timeout' ? 408 : 503);
        },
      },
    });
  }

  #headersOf(call: Call, flow: Flow): { name: string; value: string }[] {
    const { session } = call;
    const minSeS = Math.max(this.#runtime.sessionRules.minSeS, call.minSeS);
    return [
      contactFor(this.#runtime, flow),
      { name: 'allow', value: ALLOW },
      { name: 'supported', value: SUPPORTED },
      ...(session === undefined ? [] : askAsClient(session.intervalS, minSeS, session.refresher === 'us')),
    ];
  }

  #onResponse(call: Call, wish: OwnOffer, response: ReceivedResponse): void {
    const { status } = response;
    if (status < 200 || call.ownOffer !== wish) return;
    call.ownOffer = undefined;
    if (call.phase !== 'confirmed') return;
    if (status < 300) this.#agreed(call, wish, response);
    else if (status === 491) this.#later(call, wish, this.#glareMs(call));
    else if (status === 481 || status === 408) this.#lost(call, status);
    else if (!this.#canAdapt(call, response)) this.#refused(call, wish, status);
    else this.start(call, wish);
  }

  /** RFC 3261 section 14.1: the owner of the Call-ID waits 2.1-4 s, the other side 0-2 s, in steps of 10 ms. */
  #glareMs(call: Call): number {
    const fraction = fractionOf(this.#runtime.options.newToken());
    const [fromMs, spanMs] = call.direction === 'out' ? [2_100, 1_900] : [0, 2_000];
    return fromMs + Math.floor((fraction * spanMs) / 10) * 10;
  }

  /** What a refusal tells us to do otherwise: a longer interval (422), no UPDATE (405, 501). */
  #canAdapt(call: Call, response: ReceivedResponse): boolean {
    const { status } = response;
    if (status === 422 && call.session !== undefined) {
      const intervalS = intervalAfter422(response, call.session.intervalS);
      if (intervalS === undefined) return false;
      call.minSeS = intervalS;
      call.session = { ...call.session, intervalS };
      return true;
    }
    if (!call.peerAllowsUpdate || (status !== 405 && status !== 501)) return false;
    call.peerAllowsUpdate = false;
    return true;
  }

  #agreed(call: Call, wish: OwnOffer, response: ReceivedResponse): void {
    const target = contactUri(response);
    if (target !== undefined && call.dialog !== undefined) call.dialog.remoteTarget = target;
    if (call.session !== undefined) this.#parts.sessions.agree(call, agreedAsClient(response));
    const answer = response.body.length === 0 ? undefined : bodyText(response);
    if (wish.sdp !== undefined || answer !== undefined) {
      this.#runtime.emit({ type: 'reanswered', call: call.id, answer });
    }
  }

  /** The session goes on as it was; a refresh that failed shows when the session expires. */
  #refused(call: Call, wish: OwnOffer, status: number): void {
    if (wish.sdp !== undefined) this.#runtime.emit({ type: 'reoffer-refused', call: call.id, status });
  }

  /** Sections 12.2.1.2 and 14.1: 481, 408 or nothing at all ends the dialog. */
  #lost(call: Call, status: number): void {
    call.ownOffer = undefined;
    if (call.phase !== 'confirmed') return;
    this.#parts.book.end(call, 'remote', 'lost', status);
    this.#parts.sendBye(call);
  }
}

/** Whether a message's Allow names UPDATE. */
export function allowsUpdate(message: Parameters<typeof header>[0]): boolean {
  return optionTags(message, 'allow').includes('update');
}

function seqOf(request: SipRequest): number {
  return Number.parseInt(header(request, 'cseq') ?? '0', 10);
}
