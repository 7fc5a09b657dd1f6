/** Sends 2xx answers to INVITEs and repeats them until the ACK (RFC 3261 section 13.3.1.4). */
import { SIXTY_FOUR_T1_MS, T1_MS, T2_MS } from '../transactions/timers.ts';
import { contactFor, makeResponse, ALLOW, SUPPORTED } from './build.ts';
import { agreeAsServer, type SessionAgreement } from './session-timer.ts';
import type { Call, CallBook } from './call-book.ts';
import { headerLines } from '../message/headers.ts';
import type { Header, SipResponse } from '../message/types.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction } from './transaction-layer.ts';

/** Headers of a response that makes or refreshes a dialog: Record-Route copied (section 12.1.1), Contact, Allow. */
export function dialogHeaders(runtime: CoreRuntime, tx: ServerTransaction): Header[] {
  const routes = headerLines(tx.request, 'record-route').map((value) => ({ name: 'record-route', value }));
  const capable = [
    { name: 'allow', value: ALLOW },
    { name: 'supported', value: SUPPORTED },
  ];
  return [...routes, contactFor(runtime, tx.flow), ...capable];
}

export interface AnsweringParts {
  readonly book: CallBook;
  readonly sendBye: (call: Call) => void;
  readonly onSession: (call: Call, session: SessionAgreement | undefined) => void;
}

export class Answering {
  readonly #runtime: CoreRuntime;
  readonly #parts: AnsweringParts;

  constructor(runtime: CoreRuntime, parts: AnsweringParts) {
    this.#runtime = runtime;
    this.#parts = parts;
  }

  /** 200 with SDP; INVITEs wait for the ACK. INVITE and UPDATE begin the session's time anew. */
  accept(call: Call, tx: ServerTransaction, sdp: string | undefined): void {
    const verdict = tx.request.method === 'PRACK' ? undefined : agreeAsServer(tx.request, this.#runtime.sessionRules);
    const session = verdict?.type === 'agreed' ? verdict : undefined;
    const response = makeResponse(tx.request, 200, {
      toTag: call.dialog?.localTag ?? '',
      headers: [...dialogHeaders(this.#runtime, tx), ...(session?.headers ?? [])],
      ...(sdp === undefined ? {} : { sdp }),
    });
    if (sdp !== undefined) call.localSdp = sdp;
    if (session !== undefined && call.phase === 'confirmed') this.#parts.onSession(call, session.session);
    tx.respond(response);
    if (tx.request.method === 'INVITE') this.#awaitAck(call, tx, response);
  }

  /** The ACK has come; false when none was waited for (a repeated ACK). */
  acknowledge(call: Call, seq: number): boolean {
    const pending = call.pendingAnswer;
    if (pending?.seq !== seq) return false;
    this.#runtime.stopTimer(pending.timerId);
    this.#runtime.stopTimer(pending.giveUpTimerId);
    call.pendingAnswer = undefined;
    return true;
  }

  #awaitAck(call: Call, tx: ServerTransaction, response: SipResponse): void {
    const { number: seq } = tx.request.essentials.cseq;
    const timerId = `call|${call.id}|answer|${seq}`;
    const giveUpTimerId = `call|${call.id}|no-ack|${seq}`;
    call.pendingAnswer = { seq, timerId, giveUpTimerId };
    this.#repeat(tx, response, { timerId, delayMs: T1_MS });
    this.#runtime.startTimer(giveUpTimerId, SIXTY_FOUR_T1_MS, () => {
      this.#giveUp(call);
    });
  }

  #repeat(tx: ServerTransaction, response: SipResponse, timer: { timerId: string; delayMs: number }): void {
    this.#runtime.startTimer(timer.timerId, timer.delayMs, () => {
      tx.respond(response);
      this.#repeat(tx, response, { timerId: timer.timerId, delayMs: Math.min(timer.delayMs * 2, T2_MS) });
    });
  }

  /** No ACK in 64*T1: the dialog stands but the session ends with a BYE. */
  #giveUp(call: Call): void {
    const { pendingAnswer } = call;
    if (pendingAnswer !== undefined) this.#runtime.stopTimer(pendingAnswer.timerId);
    call.pendingAnswer = undefined;
    this.#parts.book.end(call, 'remote', 'no-ack', 408);
    this.#parts.sendBye(call);
  }
}
