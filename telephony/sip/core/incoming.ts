/** INVITEs from outside a dialog: UAS side of RFC 3261 sections 9.2, 13.3. */
import { diversionsOf, extraHeaders } from '../message/extra-headers.ts';
import { headerList } from '../message/headers.ts';
import { bodyText, type Header, type ReceivedRequest } from '../message/types.ts';
import { replacesOf } from '../message/replaces.ts';
import { parseUri, uriUser } from '../message/uri.ts';
import type { Answering } from './answering.ts';
import { dialogHeaders } from './answering.ts';
import { makeResponse } from './build.ts';
import { newCall, type Call, type CallBook } from './call-book.ts';
import { callerOf } from './caller.ts';
import { contactUri, serverDialog } from './dialog.ts';
import { wantsReliable, type ReliableProvisionals } from './reliable.ts';
import { allowsUpdate } from './renegotiation.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction, TransactionLayer } from './transaction-layer.ts';
import type { CallOrigin } from './types.ts';

/** Calls that one endpoint may have made at the same time: a desk telephone has a few lines. */
const MAX_CALLS_OF_ENDPOINT = 4;

export class IncomingCalls {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;
  readonly #book: CallBook;
  readonly #answering: Answering;
  readonly #reliable: ReliableProvisionals;

  constructor(
    runtime: CoreRuntime,
    parts: { layer: TransactionLayer; book: CallBook; answering: Answering; reliable: ReliableProvisionals },
  ) {
    this.#runtime = runtime;
    this.#layer = parts.layer;
    this.#book = parts.book;
    this.#answering = parts.answering;
    this.#reliable = parts.reliable;
  }

  /** A new INVITE from someone who may call. */
  onInvite(tx: ServerTransaction, origin: CallOrigin): void {
    const { request, flow } = tx;
    const refusal = this.#refusalOf(request) ?? this.#replacesRefusal(request) ?? this.#tooMany(origin);
    if (refusal !== undefined) {
      tx.respond(makeResponse(request, refusal, { toTag: this.#runtime.options.newToken() }));
      return;
    }
    const call = newCall(
      this.#runtime.options.newCallId(),
      'in',
      origin.type === 'endpoint' ? origin.endpointId : undefined,
    );
    call.invite = tx;
    this.#book.add(call);
    call.peerAllowsUpdate = allowsUpdate(request);
    this.#book.setDialog(call, serverDialog(request, this.#runtime.options.newToken(), flow));
    this.#book.addInvite(call, request.essentials);
    tx.respond(makeResponse(request, 100, { toTag: '' }));
    const caller = callerOf(request, this.#isBelieved(origin));
    this.#runtime.emit({
      type: 'incoming',
      call: call.id,
      fromUser: caller.user,
      fromDisplayName: caller.displayName,
      toUser: uriUser(parseUri(request.uri)),
      callerIdentity: caller.identity,
      diversions: diversionsOf(headerList(request, 'diversion'), headerList(request, 'history-info')),
      headers: extraHeaders(request.headers.map(({ name, value }) => [name, value] as const)),
      origin,
      replaces: this.#replaced(request)?.id,
      flow,
      offer: request.body.length === 0 ? undefined : bodyText(request),
    });
  }

  #isBelieved(origin: CallOrigin): boolean {
    return origin.type === 'trusted' && (this.#runtime.options.believesIdentity?.(origin.name) ?? true);
  }

  /** 400: no usable Contact, which a dialog needs. 482: the same INVITE came another way too (section 8.2.2.2). */
  #refusalOf(request: ReceivedRequest): 400 | 482 | undefined {
    if (contactUri(request) === undefined) return 400;
    return this.#book.byInvite(request.essentials) === undefined ? undefined : 482;
  }

  /** One telephone cannot take up the line: a web phone's password is anybody's for the asking. */
  #tooMany(origin: CallOrigin): 486 | undefined {
    if (origin.type !== 'endpoint') return undefined;
    const { endpointId } = origin;
    const own = this.#book.all().filter((c) => c.direction === 'in' && c.endpointId === endpointId);
    return own.filter(({ phase }) => phase !== 'ended').length < MAX_CALLS_OF_ENDPOINT ? undefined : 486;
  }

  #replaced(request: ReceivedRequest): Call | undefined {
    const replaces = replacesOf(request);
    return typeof replaces === 'string' ? undefined : this.#book.byReplaces(replaces);
  }

  /** RFC 3891 section 3: no such call 481, one that is over 603, one that is answered already 486 with `early-only`. */
  #replacesRefusal(request: ReceivedRequest): 400 | 481 | 486 | 603 | undefined {
    const replaces = replacesOf(request);
    if (replaces === 'none') return undefined;
    if (replaces === 'bad') return 400;
    const call = this.#book.byReplaces(replaces);
    if (call === undefined) return 481;
    if (call.phase === 'ended') return 603;
    if (call.phase === 'early' && call.direction === 'in') return 481;
    return replaces.earlyOnly && call.phase === 'confirmed' ? 486 : undefined;
  }

  /** Whether a CANCEL names an INVITE of ours, open or answered already. */
  knowsCancelled(cancel: ReceivedRequest): boolean {
    const call = this.#callOf(cancel);
    return call !== undefined && (call.invite === undefined || this.#isOpen(call, cancel));
  }

  /** The call that a CANCEL means: by its first INVITE, or by the re-INVITE that is open. */
  #callOf(cancel: ReceivedRequest): Call | undefined {
    const { callId, toTag, fromTag } = cancel.essentials;
    return this.#book.byInvite(cancel.essentials) ?? this.#book.byDialog(callId, toTag, fromTag);
  }

  #isOpen(call: Call, cancel: ReceivedRequest): boolean {
    return call.invite?.key === this.#layer.inviteKeyOf(cancel);
  }

  /** CANCEL (section 9.2): 200 for itself, 487 for the INVITE. When it crossed our 200 it has no effect. */
  onCancel(tx: ServerTransaction): void {
    const call = this.#callOf(tx.request);
    tx.respond(makeResponse(tx.request, 200, { toTag: call?.dialog?.localTag ?? this.#runtime.options.newToken() }));
    if (call === undefined || !this.#isOpen(call, tx.request)) return;
    this.terminateInvite(call);
    if (call.phase !== 'early') return;
    this.#book.end(call, 'remote', 'cancelled', 487);
    this.#book.remove(call);
  }

  /** A caller whose socket closed before the answer cannot be answered any more. */
  flowClosed(flowId: string): void {
    for (const call of this.#book.all()) {
      if (call.direction !== 'in' || call.phase !== 'early' || call.dialog?.flow.id !== flowId) continue;
      this.#book.end(call, 'remote', 'cancelled');
      this.#book.remove(call);
    }
  }

  /** 487 to an INVITE that is still open. */
  terminateInvite(call: Call): void {
    const { invite } = call;
    call.invite = undefined;
    if (invite === undefined) return;
    call.reoffers.delete(invite.key);
    invite.respond(makeResponse(invite.request, 487, { toTag: call.dialog?.localTag ?? '' }));
  }

  /** 180. */
  ring(call: Call): void {
    this.#provisional(call, 180);
  }

  /** 183 with our answer to the offer: early media (RFC 3960). */
  progress(call: Call, sdp: string): void {
    call.localSdp = sdp;
    this.#provisional(call, 183, sdp);
  }

  /** Reliable where the caller asks for it (RFC 3262). */
  #provisional(call: Call, status: number, sdp?: string): void {
    const { invite } = call;
    if (invite === undefined || call.phase !== 'early') return;
    const headers = dialogHeaders(this.#runtime, invite);
    const body = sdp === undefined ? {} : { sdp };
    const response = makeResponse(invite.request, status, { toTag: call.dialog?.localTag ?? '', headers, ...body });
    if (wantsReliable(invite.request, sdp !== undefined)) this.#reliable.send(call, response);
    else invite.respond(response);
  }

  /** PRACK (RFC 3262 section 3): whether it fits. What waited for it goes out after its own answer. */
  onPrack(call: Call, tx: ServerTransaction): boolean {
    return this.#reliable.acknowledge(call, tx.request);
  }

  afterPrack(call: Call): void {
    this.#reliable.sendQueued(call);
    const sdp = call.reliable?.answerSdp;
    if (sdp !== undefined) this.answer(call, sdp);
  }

  /** Nobody acknowledged a reliable provisional answer: 504 (section 3). */
  onNoPrack(call: Call): void {
    const { invite } = call;
    if (invite === undefined || call.phase !== 'early') return;
    call.invite = undefined;
    invite.respond(makeResponse(invite.request, 504, { toTag: call.dialog?.localTag ?? '' }));
    this.#book.end(call, 'remote', 'no-ack', 504);
    this.#book.remove(call);
  }

  /** 200; `sdp` is our answer, or our offer when the INVITE had none. */
  answer(call: Call, sdp: string): void {
    const { invite } = call;
    if (invite === undefined || call.phase !== 'early') return;
    if (call.reliable !== undefined && this.#reliable.holdsAnswer(call)) {
      call.reliable.answerSdp = sdp; // Section 3: no 2xx before the PRACK of an answer that went out already.
      return;
    }
    call.invite = undefined;
    call.phase = 'confirmed';
    this.#answering.accept(call, invite, sdp);
  }

  /** 300-699. */
  reject(call: Call, status: number, headers: readonly Header[]): void {
    const { invite } = call;
    if (invite === undefined) return;
    call.invite = undefined;
    invite.respond(makeResponse(invite.request, status, { toTag: call.dialog?.localTag ?? '', headers }));
    this.#book.end(call, 'local', 'hung-up', status);
    this.#book.remove(call);
  }
}
