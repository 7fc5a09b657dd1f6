/**
 * The SIP endpoint without sockets or clocks: bytes, expired timers and commands in, effects out.
 *
 * Every method that may cause something returns its effects in the order in which they must be performed; `nowMs`
 * is any clock that only goes forward.
 */
import { parseMessage, type ParseFault } from '../message/parse.ts';
import type { Header, ReceivedMessage, ReceivedRequest } from '../message/types.ts';
import { Answering } from './answering.ts';
import { Asking } from './asking.ts';
import { ALLOW, makeResponse, SUPPORTED } from './build.ts';
import { CallBook, type Call } from './call-book.ts';
import { answerToFault } from './fault.ts';
import { Gate } from './gate.ts';
import { IncomingCalls } from './incoming.ts';
import { MidDialog } from './mid-dialog.ts';
import { OutgoingCalls } from './outgoing.ts';
import { RegisterClient } from './register-client.ts';
import { Referrals } from './referrals.ts';
import { Registrar } from './registrar.ts';
import { ReliableProvisionals } from './reliable.ts';
import { Renegotiation } from './renegotiation.ts';
import { SessionTimers } from './session-timers.ts';
import { CoreRuntime } from './runtime.ts';
import { screen } from './screen.ts';
import { TransactionLayer, type ServerTransaction } from './transaction-layer.ts';
import type { AskRequest, CoreEffect, DialRequest, Flow, RegisterRequest, SipCoreOptions } from './types.ts';

const CRLF = new Uint8Array([13, 10]);

export interface HangUp {
  /** Final answer when the call is inbound and not answered yet. */
  readonly rejectStatus: number;
  /** Value of a Reason header (RFC 3326), or ''. */
  readonly reason: string;
  /** With a 503: when to try again (RFC 3261 section 20.33). */
  readonly retryAfterS?: number | undefined;
}

function rejectHeaders({ reason, retryAfterS }: HangUp): { name: string; value: string }[] {
  const headers = reason === '' ? [] : [{ name: 'reason', value: reason }];
  if (retryAfterS !== undefined) headers.push({ name: 'retry-after', value: String(retryAfterS) });
  return headers;
}

export class SipCore {
  readonly #runtime: CoreRuntime;
  readonly #gate: Gate;
  readonly #layer: TransactionLayer;
  readonly #book: CallBook;
  readonly #registrar: Registrar;
  readonly #registerClient: RegisterClient;
  readonly #asking: Asking;
  readonly #answering: Answering;
  readonly #incoming: IncomingCalls;
  readonly #outgoing: OutgoingCalls;
  readonly #mid: MidDialog;
  readonly #referrals: Referrals;
  readonly #renegotiation: Renegotiation;

  constructor(options: SipCoreOptions) {
    const runtime = new CoreRuntime(options);
    this.#runtime = runtime;
    const layer = new TransactionLayer(runtime, {
      onAck: (request, flow) => {
        this.#mid.onAck(request, flow, this.#answering);
      },
    });
    this.#layer = layer;
    const book = new CallBook(runtime);
    this.#book = book;
    const registrar = new Registrar(runtime);
    this.#registrar = registrar;
    this.#gate = new Gate(runtime, registrar);
    this.#registerClient = new RegisterClient(runtime, layer);
    this.#asking = new Asking(runtime, layer);
    this.#referrals = new Referrals(runtime, { layer, book });
    this.#mid = new MidDialog(runtime, { layer, book, registrar, referrals: this.#referrals });
    const sendBye = (call: Call): void => {
      this.#mid.bye(call);
    };
    const sessions: SessionTimers = new SessionTimers(runtime, {
      ...{ book, sendBye },
      refresh: (call) => {
        this.#renegotiation.start(call, { sdp: undefined });
      },
    });
    this.#renegotiation = new Renegotiation(runtime, { layer, book, sessions, sendBye });
    const onSession = sessions.agree.bind(sessions);
    this.#answering = new Answering(runtime, { book, sendBye, onSession });
    const reliable = new ReliableProvisionals(runtime, {
      onGiveUp: (call) => {
        this.#incoming.onNoPrack(call);
      },
    });
    this.#incoming = new IncomingCalls(runtime, { layer, book, answering: this.#answering, reliable });
    this.#outgoing = new OutgoingCalls(runtime, { layer, book, sessions, sendBye: this.#mid.sendBye.bind(this.#mid) });
  }

  /** Sizes of the tables, for metrics and leak tests. */
  sizes(): {
    readonly transactions: number;
    readonly calls: number;
    readonly bindings: number;
    readonly timers: number;
  } {
    const { size: transactions } = this.#layer;
    return { transactions, calls: this.#book.size, bindings: this.#registrar.size, timers: this.#runtime.timerCount };
  }

  isRegistered(endpointId: string): boolean {
    return this.#registrar.find(endpointId) !== undefined;
  }

  /** Where a registered endpoint is reached, for `dial`. */
  reach(endpointId: string): { readonly uri: string; readonly flow: Flow } | undefined {
    const binding = this.#registrar.find(endpointId);
    return binding === undefined ? undefined : { uri: binding.contactUri, flow: binding.flow };
  }

  /** One datagram, one WebSocket message, or one message that a `StreamFramer` cut out of a stream. */
  receive(bytes: Uint8Array, flow: Flow, nowMs: number): CoreEffect[] {
    return this.#run(nowMs, () => {
      this.#runtime.flowAlive(flow.id);
      const result = parseMessage(bytes);
      if (result.ok) this.#onMessage(result.message, flow);
      else this.#onFault(result.fault, bytes, flow);
    });
  }

  timerFired(id: string, nowMs: number): CoreEffect[] {
    return this.#run(nowMs, () => {
      this.#runtime.fire(id);
    });
  }

  /** The bytes of that transaction could not be sent. */
  sendFailed(transaction: string, nowMs: number): CoreEffect[] {
    return this.#run(nowMs, () => {
      this.#layer.sendFailed(transaction);
    });
  }

  /** A socket has closed. Calls over it stay: the page may come back, media decides. */
  flowClosed(flow: Flow, nowMs: number): CoreEffect[] {
    return this.#run(nowMs, () => {
      this.#runtime.flowClosed(flow.id);
      this.#registrar.flowClosed(flow.id);
      this.#layer.flowClosed(flow.id);
      this.#incoming.flowClosed(flow.id);
      this.#runtime.forgetClosedFlows(new Set(this.#book.all().map((call) => call.dialog?.flow.id)));
    });
  }

  ring(call: string, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      this.#incoming.ring(c);
    });
  }

  /** Opens the way towards an inbound call before its answer (183 with our answer to its offer). */
  progress(call: string, sdp: string, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      this.#incoming.progress(c, sdp);
    });
  }

  /** Accepts an inbound call with our answer (or our offer, when the INVITE had none). */
  answer(call: string, sdp: string, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      this.#incoming.answer(c, sdp);
    });
  }

  answerReoffer(call: string, token: string, sdp: string, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      this.#mid.answerReoffer(c, token, { sdp, answering: this.#answering });
    });
  }

  rejectReoffer(call: string, token: string, status: number, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      this.#mid.rejectReoffer(c, token, status);
    });
  }

  /** What became of a `refer`: 200, or the status of why it failed. */
  referOutcome(call: string, status: number, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      this.#referrals.outcome(c, status);
    });
  }

  /** Offers a new session description within an answered call; `reanswered` or `reoffer-refused` tells how it went. */
  reoffer(call: string, sdp: string, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      this.#renegotiation.start(c, { sdp });
    });
  }

  dial(request: DialRequest, nowMs: number): CoreEffect[] {
    return this.#run(nowMs, () => {
      this.#outgoing.dial(request);
    });
  }

  /** Ends a call in any state: reject, CANCEL or BYE. */
  hangUp(call: string, how: HangUp, nowMs: number): CoreEffect[] {
    return this.#withCall(call, nowMs, (c) => {
      if (c.phase === 'ended') return;
      c.byeReason = how.reason;
      if (c.phase === 'confirmed') {
        this.#referrals.outcome(c, 200); // The transfer that it asked for has taken the call over.
        this.#book.end(c, 'local', 'hung-up');
        this.#mid.bye(c);
      } else if (c.direction === 'out') {
        this.#book.end(c, 'local', 'hung-up');
        this.#outgoing.cancel(c);
      } else {
        this.#incoming.reject(c, how.rejectStatus, rejectHeaders(how));
      }
    });
  }

  /** Registers at someone else's registrar (phones made of this core). */
  register(request: RegisterRequest, nowMs: number): CoreEffect[] {
    return this.#run(nowMs, () => {
      this.#registerClient.register(request);
    });
  }

  /** OPTIONS to a far end; an `asked` event tells what it said. */
  ask(request: AskRequest, nowMs: number): CoreEffect[] {
    return this.#run(nowMs, () => {
      this.#asking.ask(request);
    });
  }

  /** Ids of the flows with a registration or a call. */
  knownFlows(): ReadonlySet<string> {
    const ofCalls = this.#book.all().flatMap(({ dialog }) => (dialog === undefined ? [] : [dialog.flow.id]));
    return new Set([...this.#registrar.flowIds(), ...ofCalls]);
  }

  /** Whether a flow has a registration or a call with us. */
  isKnownFlow(flow: Flow): boolean {
    if (this.#registrar.hasFlow(flow.id)) return true;
    return this.#book.all().some(({ dialog }) => dialog?.flow.id === flow.id);
  }

  #run(nowMs: number, work: () => void): CoreEffect[] {
    this.#runtime.nowMs = nowMs;
    work();
    return this.#runtime.drain();
  }

  #withCall(id: string, nowMs: number, work: (call: Call) => void): CoreEffect[] {
    return this.#run(nowMs, () => {
      const call = this.#book.get(id);
      if (call !== undefined) work(call);
    });
  }

  #onMessage(message: ReceivedMessage, flow: Flow): void {
    if (message.kind === 'response') {
      this.#runtime.count('responses');
      if (!this.#layer.receiveResponse(message)) this.#runtime.count('stray-responses');
      return;
    }
    this.#runtime.count('requests');
    if (this.#layer.absorb(message)) return;
    if (message.method === 'ACK') this.#mid.onAck(message, flow, this.#answering);
    else if (message.method === 'CANCEL' && this.#incoming.knowsCancelled(message)) {
      this.#incoming.onCancel(this.#layer.serve(message, flow));
    } else if (this.#isKnownDialog(message)) this.#onMidDialog(this.#layer.serve(message, flow));
    else this.#onStandalone(message, flow);
  }

  #isKnownDialog(request: ReceivedRequest): boolean {
    const { callId, toTag, fromTag } = request.essentials;
    return toTag !== '' && this.#book.byDialog(callId, toTag, fromTag) !== undefined;
  }

  #onMidDialog(tx: ServerTransaction): void {
    const refusal = screen(tx.request, this.#runtime.sessionRules);
    // An unknown method in a dialog gets its 405 there, after its number was taken.
    if (refusal === undefined || refusal.status === 405) {
      this.#mid.onRequest(tx, { incoming: this.#incoming, answering: this.#answering });
    } else this.#refuse(tx, refusal.status, refusal.headers);
  }

  #onStandalone(request: ReceivedRequest, flow: Flow): void {
    const admission = this.#gate.admit(request, flow);
    if (admission.type === 'drop') {
      this.#runtime.count(admission.why === 'scanner' ? 'dropped-scanners' : 'dropped-strangers');
      return;
    }
    const tx = this.#layer.serve(request, flow);
    const refusal = screen(request, this.#runtime.sessionRules);
    if (refusal !== undefined) this.#refuse(tx, refusal.status, refusal.headers);
    else if (request.essentials.toTag !== '') this.#refuse(tx, 481);
    else this.#dispatch(tx, admission.trusted);
  }

  #dispatch(tx: ServerTransaction, trusted: string | undefined): void {
    switch (tx.request.method) {
      case 'INVITE':
        this.#onInvite(tx, trusted);
        break;
      case 'REGISTER':
        this.#gate.register(tx);
        break;
      case 'OPTIONS':
        tx.respond(
          makeResponse(tx.request, 200, {
            toTag: this.#runtime.options.newToken(),
            headers: [
              { name: 'allow', value: ALLOW },
              { name: 'supported', value: SUPPORTED },
              { name: 'accept', value: 'application/sdp' },
            ],
          }),
        );
        break;
      case 'REFER':
        this.#refuse(tx, 403); // Calls are sent elsewhere from within, never started from outside.
        break;
      default:
        this.#refuse(tx, 481); // BYE, CANCEL, INFO, UPDATE for nothing we know.
    }
  }

  #onInvite(tx: ServerTransaction, trusted: string | undefined): void {
    const origin = this.#gate.originOf(tx, trusted);
    if (origin !== undefined) this.#incoming.onInvite(tx, origin);
  }

  #refuse(tx: ServerTransaction, status: number, headers: readonly Header[] = []): void {
    this.#runtime.count('refused-requests');
    tx.respond(makeResponse(tx.request, status, { toTag: this.#runtime.options.newToken(), headers }));
  }

  /** Broken messages are counted; a request that can be answered gets 400 or 505, but only from a trusted address. */
  #onFault(fault: ParseFault, bytes: Uint8Array, flow: Flow): void {
    if (fault.code === 'keep-alive') {
      this.#runtime.count('keep-alive');
      // RFC 5626 section 3.5.1, RFC 7118 section 6: the ping is CRLF CRLF, the pong CRLF; none over UDP.
      if (flow.transport !== 'UDP' && bytes.length === 4) this.#runtime.sendBytes(flow, CRLF);
      return;
    }
    this.#runtime.count('malformed');
    const answer = answerToFault(this.#runtime, fault, flow);
    if (answer !== undefined) this.#layer.respondStateless(answer.response, answer.via, flow);
  }
}
