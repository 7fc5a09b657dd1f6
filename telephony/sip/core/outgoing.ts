/** Dialling: UAC side of RFC 3261 sections 9.1, 13.2, with forked and repeated 2xx and the CANCEL race. */
import { bodyText, type ReceivedResponse, type SipRequest } from '../message/types.ts';
import { withHeader } from '../message/headers.ts';
import { formatNameAddr } from '../message/name-addr.ts';
import { escapeUser } from '../message/uri.ts';
import { SIXTY_FOUR_T1_MS } from '../transactions/timers.ts';
import { sendAuthenticated } from './authenticated-request.ts';
import { ALLOW, cancelOf, contactFor, makeRequest, sdpParts, SUPPORTED, viaFor } from './build.ts';
import { cancelTimerId, newCall, ringTimerId, type Call, type CallBook } from './call-book.ts';
import { ackFor, clientDialog, contactUri, inDialogRequest, type Dialog } from './dialog.ts';
import { rseqOf } from './reliable.ts';
import { allowsUpdate } from './renegotiation.ts';
import { retryAdvice } from './retry-advice.ts';
import type { CoreRuntime } from './runtime.ts';
import { agreedAsClient, askAsClient, intervalAfter422 } from './session-timer.ts';
import type { SessionTimers } from './session-timers.ts';
import type { TransactionLayer } from './transaction-layer.ts';
import type { DialRequest, Flow } from './types.ts';

interface Attempt {
  readonly call: Call;
  readonly flow: Flow;
  request: SipRequest;
  transaction: string;
  /** A provisional answer has come: only now may CANCEL be sent (section 9.1). */
  proceeding: boolean;
  cancelWanted: boolean;
  cancelSent: boolean;
  /** SDP of the last provisional answer, by To tag; some peers leave it out of the 200. */
  readonly earlySdp: Map<string, string>;
  /** RSeq of the last reliable provisional answer, by To tag. */
  readonly rseqs: Map<string, number>;
  /** Session-Expires asked for; 0 when none was. */
  sessionS: number;
  /** Dialogs and ACKs by To tag: repeated 200s get the same ACK again, further tags are forks. */
  readonly acks: Map<string, { readonly request: SipRequest; readonly flow: Flow }>;
}

/** Forks of one call that are followed; a far end that makes more is not one. */
const MAX_FORKS = 16;

export interface OutgoingParts {
  readonly layer: TransactionLayer;
  readonly book: CallBook;
  readonly sessions: SessionTimers;
  readonly sendBye: (dialog: Dialog, call: Call) => void;
}

export class OutgoingCalls {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;
  readonly #book: CallBook;
  readonly #attempts = new Map<string, Attempt>();
  readonly #sessions: SessionTimers;
  readonly #sendBye: (dialog: Dialog, call: Call) => void;

  constructor(runtime: CoreRuntime, parts: OutgoingParts) {
    this.#runtime = runtime;
    this.#layer = parts.layer;
    this.#book = parts.book;
    this.#sessions = parts.sessions;
    this.#sendBye = parts.sendBye;
  }

  dial(dial: DialRequest): void {
    const call = newCall(dial.call, 'out', dial.endpointId);
    call.credentials = dial.credentials;
    call.localSdp = dial.offer;
    this.#book.add(call);
    // Web pages do not refresh; their media tells whether they are there.
    const sessionS = dial.flow.transport === 'WS' ? 0 : this.#runtime.sessionRules.expiresS;
    const request = this.#invite(dial, sessionS);
    const attempt: Attempt = {
      call,
      flow: dial.flow,
      request,
      transaction: '',
      proceeding: false,
      cancelWanted: false,
      cancelSent: false,
      earlySdp: new Map(),
      rseqs: new Map(),
      sessionS,
      acks: new Map(),
    };
    this.#attempts.set(call.id, attempt);
    this.#runtime.startTimer(ringTimerId(call), dial.ringMs, () => {
      this.#book.end(call, 'local', 'no-answer');
      this.cancel(call);
    });
    if (dial.answerWithinMs !== undefined) {
      this.#runtime.startTimer(silenceTimerId(call), dial.answerWithinMs, () => {
        // Not heard of at all: whoever dialled may try elsewhere. If it answers after all, it is cancelled.
        this.#book.end(call, 'remote', 'unreachable', 408);
        this.cancel(call);
      });
    }
    this.#send(attempt);
  }

  #send(attempt: Attempt): void {
    sendAuthenticated(this.#runtime, this.#layer, {
      request: attempt.request,
      flow: attempt.flow,
      credentials: attempt.call.credentials,
      onSent: (sent, key) => {
        attempt.request = sent;
        attempt.transaction = key;
        attempt.proceeding = false;
      },
      handler: {
        onResponse: (response) => {
          this.#onResponse(attempt, response);
        },
        onFailure: (why) => {
          this.#book.end(attempt.call, 'remote', 'unreachable', why === 'timeout' ? 408 : 503);
          this.#drop(attempt);
        },
        onRingingTooLong: () => {
          this.#book.end(attempt.call, 'local', 'no-answer');
          this.cancel(attempt.call);
        },
      },
    });
  }

  #invite(dial: DialRequest, sessionS: number): SipRequest {
    const { newToken } = this.#runtime.options;
    const domain = dial.domain ?? this.#runtime.options.domain;
    const user = dial.from.user === '' ? 'anonymous' : dial.from.user;
    const from = { displayName: dial.from.displayName, uri: `sip:${escapeUser(user)}@${domain}` };
    const sdp = sdpParts(dial.offer);
    return makeRequest(this.#runtime, dial.flow, {
      method: 'INVITE',
      uri: dial.uri,
      from: formatNameAddr(from, `;tag=${newToken()}`),
      to: `<${dial.uri}>`,
      callId: newToken(),
      seq: 1,
      routes: [],
      headers: [
        contactFor(this.#runtime, dial.flow),
        { name: 'allow', value: ALLOW },
        { name: 'supported', value: SUPPORTED },
        ...(sessionS === 0 ? [] : askAsClient(sessionS, this.#runtime.sessionRules.minSeS)),
        ...dial.headers.map(([name, value]) => ({ name: name.toLowerCase(), value })),
        ...sdp.headers,
      ],
      body: sdp.body,
    });
  }

  #onResponse(attempt: Attempt, response: ReceivedResponse): void {
    const { call } = attempt;
    if (response.status < 200) this.#onProvisional(attempt, response);
    else if (response.status < 300) this.#onSuccess(attempt, response);
    else if (!this.#triesLongerSession(attempt, response)) {
      this.#book.end(call, 'remote', 'rejected', { status: response.status, retry: retryAdvice(response) });
      this.#drop(attempt);
    }
  }

  /** 422: the same again with the interval that was asked for, once per interval (RFC 4028 section 7.3). */
  #triesLongerSession(attempt: Attempt, response: ReceivedResponse): boolean {
    if (response.status !== 422 || attempt.cancelWanted || attempt.sessionS === 0) return false;
    const intervalS = intervalAfter422(response, attempt.sessionS);
    if (intervalS === undefined || attempt.call.minSeS !== 0) return false;
    attempt.sessionS = intervalS;
    attempt.call.minSeS = intervalS;
    let headers = withHeader(attempt.request.headers, 'via', viaFor(this.#runtime, attempt.flow).value);
    headers = withHeader(headers, 'cseq', `${response.essentials.cseq.number + 1} INVITE`);
    for (const { name, value } of askAsClient(intervalS, intervalS)) headers = withHeader(headers, name, value);
    attempt.request = { ...attempt.request, headers };
    this.#send(attempt);
    return true;
  }

  #onProvisional(attempt: Attempt, response: ReceivedResponse): void {
    attempt.proceeding = true;
    this.#runtime.stopTimer(silenceTimerId(attempt.call));
    if (attempt.cancelWanted) this.#sendCancel(attempt);
    const { toTag } = response.essentials;
    if (!this.#acknowledgeReliable(attempt, response)) return;
    if (response.body.length > 0 && attempt.earlySdp.size < MAX_FORKS) attempt.earlySdp.set(toTag, bodyText(response));
    if (response.status > 100 && attempt.call.phase === 'early') {
      const early = response.body.length > 0 ? { sdp: bodyText(response) } : {};
      this.#runtime.emit({ type: 'progress', call: attempt.call.id, status: response.status, ...early });
    }
  }

  /** PRACK (RFC 3262 section 4); false for a repeated one or one out of order, which are not looked at. */
  #acknowledgeReliable(attempt: Attempt, response: ReceivedResponse): boolean {
    const rseq = rseqOf(response);
    const { toTag, cseq } = response.essentials;
    if (rseq === undefined || toTag === '') return true;
    const last = attempt.rseqs.get(toTag);
    if (last === undefined ? attempt.rseqs.size >= MAX_FORKS : rseq !== last + 1) return false;
    attempt.rseqs.set(toTag, rseq);
    const { call } = attempt;
    const dialog = call.early.get(toTag) ?? clientDialog(attempt.request, response, attempt.flow);
    dialog.remoteTarget = contactUri(response) ?? dialog.remoteTarget;
    this.#book.addEarly(call, dialog);
    const { request, flow } = inDialogRequest(this.#runtime, dialog, {
      method: 'PRACK',
      headers: [{ name: 'rack', value: `${rseq} ${cseq.number} INVITE` }],
    });
    sendAuthenticated(this.#runtime, this.#layer, {
      request,
      flow,
      credentials: call.credentials,
      onSent: (sent) => {
        const seq = Number.parseInt(sent.headers.find((h) => h.name === 'cseq')?.value ?? '0', 10);
        dialog.localSeq = Math.max(dialog.localSeq, seq);
      },
      handler: { onResponse: () => undefined, onFailure: () => undefined },
    });
    return true;
  }

  /** The dialog of a 2xx: the route set is the 2xx's, the numbers go on from the early dialog (section 13.2.2.4). */
  #dialogOfSuccess(attempt: Attempt, response: ReceivedResponse): Dialog {
    const dialog = clientDialog(attempt.request, response, attempt.flow);
    const early = attempt.call.early.get(response.essentials.toTag);
    if (early === undefined) return dialog;
    return { ...dialog, localSeq: Math.max(dialog.localSeq, early.localSeq), remoteSeq: early.remoteSeq };
  }

  #onSuccess(attempt: Attempt, response: ReceivedResponse): void {
    const { toTag } = response.essentials;
    const known = attempt.acks.get(toTag);
    if (known !== undefined) {
      this.#runtime.sendMessage(known.flow, known.request); // Section 13.2.2.4: each repeated 2xx gets its ACK.
      return;
    }
    if (attempt.acks.size >= MAX_FORKS) return;
    const dialog = this.#dialogOfSuccess(attempt, response);
    const ack = ackFor(this.#runtime, dialog, attempt.request);
    attempt.acks.set(toTag, ack);
    this.#runtime.sendMessage(ack.flow, ack.request);
    const { call } = attempt;
    if (call.phase !== 'early') {
      // Another branch of a fork answered too, or the 200 crossed our CANCEL.
      this.#sendBye(dialog, call);
      if (call.dialog === undefined) this.#drop(attempt);
      return;
    }
    this.#runtime.stopTimer(ringTimerId(call));
    this.#runtime.stopTimer(silenceTimerId(call));
    this.#attempts.delete(call.id);
    call.phase = 'confirmed';
    call.peerAllowsUpdate = allowsUpdate(response);
    this.#book.setDialog(call, dialog);
    this.#sessions.agree(call, attempt.sessionS === 0 ? undefined : agreedAsClient(response));
    const answer = response.body.length > 0 ? bodyText(response) : attempt.earlySdp.get(toTag);
    this.#runtime.emit({ type: 'accepted', call: call.id, status: response.status, answer });
  }

  /** Gives the dial up; the user has been told or will be by the caller of this. */
  cancel(call: Call): void {
    const attempt = this.#attempts.get(call.id);
    if (attempt === undefined || attempt.cancelSent) return;
    attempt.cancelWanted = true;
    this.#runtime.stopTimer(silenceTimerId(call));
    if (attempt.proceeding) this.#sendCancel(attempt);
  }

  #sendCancel(attempt: Attempt): void {
    if (attempt.cancelSent) return;
    attempt.cancelSent = true;
    this.#layer.request(cancelOf(attempt.request), attempt.flow, {
      onResponse: () => undefined,
      onFailure: () => undefined,
    });
    // Section 9.1: a peer of RFC 2543 may never answer the INVITE with 487.
    this.#runtime.startTimer(cancelTimerId(attempt.call), SIXTY_FOUR_T1_MS, () => {
      this.#layer.abandon(attempt.transaction);
      this.#drop(attempt);
    });
  }

  #drop(attempt: Attempt): void {
    this.#runtime.stopTimer(silenceTimerId(attempt.call));
    this.#attempts.delete(attempt.call.id);
    this.#book.remove(attempt.call);
  }
}

/** Timer that gives up a far end of which nothing is heard. */
function silenceTimerId(call: Call): string {
  return `call|${call.id}|silence`;
}
