/** Dialling: UAC side of RFC 3261 sections 9.1, 13.2, with forked and repeated 2xx and the CANCEL race. */
import { bodyText, type ReceivedResponse, type SipRequest } from '../message/types.ts';
import { formatNameAddr } from '../message/name-addr.ts';
import { escapeUser } from '../message/uri.ts';
import { SIXTY_FOUR_T1_MS } from '../transactions/timers.ts';
import { sendAuthenticated } from './authenticated-request.ts';
import { ALLOW, cancelOf, contactFor, makeRequest, sdpParts } from './build.ts';
import { cancelTimerId, newCall, ringTimerId, type Call, type CallBook } from './call-book.ts';
import { clientDialog, inDialogRequest, type Dialog } from './dialog.ts';
import type { CoreRuntime } from './runtime.ts';
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
  /** Dialogs and ACKs by To tag: repeated 200s get the same ACK again, further tags are forks. */
  readonly acks: Map<string, { readonly request: SipRequest; readonly flow: Flow }>;
}

export class OutgoingCalls {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;
  readonly #book: CallBook;
  readonly #attempts = new Map<string, Attempt>();
  readonly #sendBye: (dialog: Dialog, reason: string) => void;

  constructor(
    runtime: CoreRuntime,
    parts: { layer: TransactionLayer; book: CallBook; sendBye: (dialog: Dialog, reason: string) => void },
  ) {
    this.#runtime = runtime;
    this.#layer = parts.layer;
    this.#book = parts.book;
    this.#sendBye = parts.sendBye;
  }

  dial(dial: DialRequest): void {
    const call = newCall(dial.call, 'out', dial.endpointId);
    this.#book.add(call);
    const request = this.#invite(dial);
    const attempt: Attempt = {
      call,
      flow: dial.flow,
      request,
      transaction: '',
      proceeding: false,
      cancelWanted: false,
      cancelSent: false,
      earlySdp: new Map(),
      acks: new Map(),
    };
    this.#attempts.set(call.id, attempt);
    this.#runtime.startTimer(ringTimerId(call), dial.ringMs, () => {
      this.#book.end(call, 'local', 'no-answer');
      this.cancel(call);
    });
    this.#send(attempt, dial);
  }

  #send(attempt: Attempt, dial: DialRequest): void {
    sendAuthenticated(this.#runtime, this.#layer, {
      request: attempt.request,
      flow: dial.flow,
      credentials: dial.credentials,
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

  #invite(dial: DialRequest): SipRequest {
    const { domain, newToken } = this.#runtime.options;
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
    else {
      this.#book.end(call, 'remote', 'rejected', response.status);
      this.#drop(attempt);
    }
  }

  #onProvisional(attempt: Attempt, response: ReceivedResponse): void {
    attempt.proceeding = true;
    if (attempt.cancelWanted) this.#sendCancel(attempt);
    const { toTag } = response.essentials;
    if (response.body.length > 0) attempt.earlySdp.set(toTag, bodyText(response));
    if (response.status > 100 && attempt.call.phase === 'early') {
      const early = response.body.length > 0 ? { sdp: bodyText(response) } : {};
      this.#runtime.emit({ type: 'progress', call: attempt.call.id, status: response.status, ...early });
    }
  }

  #onSuccess(attempt: Attempt, response: ReceivedResponse): void {
    const { toTag } = response.essentials;
    const known = attempt.acks.get(toTag);
    if (known !== undefined) {
      this.#runtime.sendMessage(known.flow, known.request); // Section 13.2.2.4: each repeated 2xx gets its ACK.
      return;
    }
    const dialog = clientDialog(attempt.request, response, attempt.flow);
    const ack = inDialogRequest(this.#runtime, dialog, { method: 'ACK', seq: response.essentials.cseq.number });
    attempt.acks.set(toTag, ack);
    this.#runtime.sendMessage(ack.flow, ack.request);
    const { call } = attempt;
    if (call.phase !== 'early') {
      // Another branch of a fork answered too, or the 200 crossed our CANCEL.
      this.#sendBye(dialog, call.byeReason);
      if (call.dialog === undefined) this.#drop(attempt);
      return;
    }
    this.#runtime.stopTimer(ringTimerId(call));
    this.#attempts.delete(call.id);
    call.phase = 'confirmed';
    this.#book.setDialog(call, dialog);
    const answer = response.body.length > 0 ? bodyText(response) : attempt.earlySdp.get(toTag);
    this.#runtime.emit({ type: 'accepted', call: call.id, status: response.status, answer });
  }

  /** Gives the dial up; the user has been told or will be by the caller of this. */
  cancel(call: Call): void {
    const attempt = this.#attempts.get(call.id);
    if (attempt === undefined || attempt.cancelSent) return;
    attempt.cancelWanted = true;
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
    this.#attempts.delete(attempt.call.id);
    this.#book.remove(attempt.call);
  }
}
