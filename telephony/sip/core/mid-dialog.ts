/** Requests within a dialog, both ways: ACK, BYE, INFO, UPDATE, re-INVITE (RFC 3261 sections 12.2, 14, 15). */
import { header } from '../message/headers.ts';
import { bodyText, type Header, type ReceivedRequest } from '../message/types.ts';
import { dialogHeaders, type Answering } from './answering.ts';
import { sendAuthenticated } from './authenticated-request.ts';
import { ALLOW, makeResponse, SUPPORTED } from './build.ts';
import { dialogOf, type Call, type CallBook } from './call-book.ts';
import { contactUri, inDialogRequest, type Dialog } from './dialog.ts';
import { parseInfoDigit } from './dtmf-info.ts';
import type { IncomingCalls } from './incoming.ts';
import type { Referrals } from './referrals.ts';
import type { Registrar } from './registrar.ts';
import { offerInPrack } from './reliable.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction, TransactionLayer } from './transaction-layer.ts';
import type { Flow } from './types.ts';

const CAPABILITIES: readonly Header[] = [
  { name: 'allow', value: ALLOW },
  { name: 'supported', value: SUPPORTED },
];
const UNAWARE = { onResponse: (): void => undefined, onFailure: (): void => undefined };

export class MidDialog {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;
  readonly #book: CallBook;
  readonly #registrar: Registrar;

  readonly #referrals: Referrals;

  constructor(
    runtime: CoreRuntime,
    parts: { layer: TransactionLayer; book: CallBook; registrar: Registrar; referrals: Referrals },
  ) {
    this.#runtime = runtime;
    this.#layer = parts.layer;
    this.#book = parts.book;
    this.#registrar = parts.registrar;
    this.#referrals = parts.referrals;
  }

  /** A request whose To tag names a dialog, known or not. */
  onRequest(tx: ServerTransaction, calls: { readonly incoming: IncomingCalls; readonly answering: Answering }): void {
    const { callId, toTag, fromTag } = tx.request.essentials;
    const call = this.#book.byDialog(callId, toTag, fromTag);
    const dialog = call === undefined ? undefined : dialogOf(call, fromTag);
    if (call === undefined || dialog === undefined) this.#refuse(tx, 481);
    else if (!this.#takeSequence(dialog, tx)) this.#refuse(tx, 500, [{ name: 'retry-after', value: '3' }]);
    else this.#dispatch(call, tx, calls);
  }

  /** Requests must count up (section 12.2.2). A page that came back writes over its new socket: follow it. */
  #takeSequence(dialog: Dialog, tx: ServerTransaction): boolean {
    const { number } = tx.request.essentials.cseq;
    if (dialog.remoteSeq !== undefined && number <= dialog.remoteSeq) return false;
    dialog.remoteSeq = number;
    dialog.flow = tx.flow;
    return true;
  }

  #dispatch(
    call: Call,
    tx: ServerTransaction,
    calls: { readonly incoming: IncomingCalls; readonly answering: Answering },
  ): void {
    switch (tx.request.method) {
      case 'BYE':
        this.#onBye(call, tx, calls.incoming);
        break;
      case 'INFO':
        this.#onInfo(call, tx);
        break;
      case 'INVITE':
      case 'UPDATE':
        this.#onReoffer(call, tx, calls.answering);
        break;
      case 'REFER':
        this.#referrals.onRefer(call, tx);
        break;
      case 'PRACK':
        this.#onPrack(call, tx, calls.incoming);
        break;
      case 'OPTIONS':
        tx.respond(makeResponse(tx.request, 200, { toTag: '', headers: CAPABILITIES }));
        break;
      default:
        this.#refuse(tx, 405, [{ name: 'allow', value: ALLOW }]);
    }
  }

  #refuse(tx: ServerTransaction, status: number, headers: readonly Header[] = []): void {
    if (status !== 200) this.#runtime.count('refused-requests');
    tx.respond(makeResponse(tx.request, status, { toTag: this.#runtime.options.newToken(), headers }));
  }

  #onBye(call: Call, tx: ServerTransaction, incoming: IncomingCalls): void {
    if (call.direction === 'out' && call.phase === 'early') {
      this.#refuse(tx, 481); // An early dialog cannot be ended by the called side (section 15).
      return;
    }
    tx.respond(makeResponse(tx.request, 200, { toTag: '' }));
    for (const open of call.reoffers.values()) {
      if (open.key !== call.invite?.key) open.respond(makeResponse(open.request, 487, { toTag: '' }));
    }
    incoming.terminateInvite(call); // Section 15.1.2: pending requests of the dialog get 487.
    this.#book.end(call, 'remote', 'bye');
    this.#book.remove(call);
  }

  #onInfo(call: Call, tx: ServerTransaction): void {
    const { request } = tx;
    const digit = parseInfoDigit(header(request, 'content-type') ?? '', bodyText(request));
    if (digit === undefined && request.body.length > 0) {
      this.#refuse(tx, 415, [{ name: 'accept', value: 'application/dtmf-relay, application/dtmf' }]);
      return;
    }
    tx.respond(makeResponse(request, 200, { toTag: '' }));
    if (digit !== undefined && call.phase === 'confirmed')
      this.#runtime.emit({ type: 'digit', call: call.id, ...digit });
  }

  /** PRACK: 200, an offer in it goes up; then what waited for it (RFC 3262 sections 3 and 5). */
  #onPrack(call: Call, tx: ServerTransaction, incoming: IncomingCalls): void {
    if (!incoming.onPrack(call, tx)) {
      this.#refuse(tx, 481);
      return;
    }
    const offer = offerInPrack(tx.request);
    if (offer === undefined) tx.respond(makeResponse(tx.request, 200, { toTag: '' }));
    else {
      call.reoffers.set(tx.key, tx);
      this.#runtime.emit({ type: 'reoffer', call: call.id, token: tx.key, offer });
    }
    incoming.afterPrack(call);
  }

  /** Why a re-INVITE (section 14.2) or UPDATE (RFC 3311 section 5.2) cannot be served now. */
  #reofferRefusal(call: Call, tx: ServerTransaction): 481 | 491 | 500 | undefined {
    const isInvite = tx.request.method === 'INVITE';
    if (call.phase === 'ended') return 481;
    const isOffer = isInvite || tx.request.body.length > 0;
    if (!isOffer) return undefined;
    if (call.ownOffer !== undefined) return 491;
    if (call.reoffers.size > 0 || call.invite !== undefined || call.phase === 'early') return 500;
    return isInvite && call.pendingAnswer !== undefined ? 491 : undefined;
  }

  #onReoffer(call: Call, tx: ServerTransaction, answering: Answering): void {
    const { request } = tx;
    const isInvite = request.method === 'INVITE';
    const refusal = this.#reofferRefusal(call, tx);
    if (refusal !== undefined) {
      this.#refuse(tx, refusal, refusal === 500 ? [{ name: 'retry-after', value: '2' }] : []);
      return;
    }
    const target = contactUri(request);
    const dialog = dialogOf(call, request.essentials.fromTag);
    if (target !== undefined && dialog !== undefined) dialog.remoteTarget = target;
    if (!isInvite && request.body.length === 0) {
      answering.accept(call, tx, undefined); // Nothing to negotiate: a refresh.
      return;
    }
    if (isInvite) {
      tx.respond(makeResponse(request, 100, { toTag: '' }));
      call.invite = tx;
    }
    call.reoffers.set(tx.key, tx);
    const offer = request.body.length === 0 ? undefined : bodyText(request);
    this.#runtime.emit({ type: 'reoffer', call: call.id, token: tx.key, offer });
  }

  answerReoffer(call: Call, token: string, reply: { readonly sdp: string; readonly answering: Answering }): void {
    const tx = this.#takeReoffer(call, token);
    if (tx !== undefined) reply.answering.accept(call, tx, reply.sdp);
  }

  rejectReoffer(call: Call, token: string, status: number): void {
    const tx = this.#takeReoffer(call, token);
    tx?.respond(makeResponse(tx.request, status, { toTag: '', headers: dialogHeaders(this.#runtime, tx) }));
  }

  #takeReoffer(call: Call, token: string): ServerTransaction | undefined {
    const tx = call.reoffers.get(token);
    call.reoffers.delete(token);
    if (tx !== undefined && call.invite?.key === tx.key) call.invite = undefined;
    return tx;
  }

  /** ACK of a 2xx. */
  onAck(request: ReceivedRequest, flow: Flow, answering: Answering): void {
    const { callId, toTag, fromTag, cseq } = request.essentials;
    const call = this.#book.byDialog(callId, toTag, fromTag);
    if (call?.dialog === undefined || !answering.acknowledge(call, cseq.number)) return;
    call.dialog.flow = flow;
    if (call.byeWhenAcked) {
      this.bye(call);
      return;
    }
    const answer = request.body.length === 0 ? undefined : bodyText(request);
    this.#runtime.emit({ type: 'acknowledged', call: call.id, answer });
  }

  /** BYE from our side; the call is forgotten at once, the transaction sees to repetition. */
  bye(call: Call): void {
    const { dialog } = call;
    if (call.pendingAnswer !== undefined) {
      call.byeWhenAcked = true;
      return;
    }
    for (const tx of call.reoffers.values()) tx.respond(makeResponse(tx.request, 487, { toTag: '' }));
    this.#book.remove(call);
    if (dialog === undefined) return;
    this.#followEndpoint(call, dialog);
    this.sendBye(dialog, call);
  }

  /** BYE of a dialog; not sent when its WebSocket is gone. */
  sendBye(dialog: Dialog, { byeReason: reason, credentials }: Pick<Call, 'byeReason' | 'credentials'>): void {
    if (dialog.flow.transport === 'WS' && !this.#runtime.isOpen(dialog.flow)) return;
    const headers = reason === '' ? [] : [{ name: 'reason', value: reason }];
    const { request, flow } = inDialogRequest(this.#runtime, dialog, { method: 'BYE', headers });
    const parts = { request, flow, credentials, handler: UNAWARE, onSent: (): void => undefined };
    sendAuthenticated(this.#runtime, this.#layer, parts);
  }

  /** The socket of a web phone may have been replaced since: use the one it registered on last. */
  #followEndpoint(call: Call, dialog: Dialog): void {
    if (call.endpointId === undefined || this.#runtime.isOpen(dialog.flow)) return;
    const binding = this.#registrar.find(call.endpointId);
    if (binding !== undefined) dialog.flow = binding.flow;
  }
}
