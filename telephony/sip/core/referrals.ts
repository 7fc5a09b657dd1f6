/**
 * REFER from a phone within a call (RFC 3515): 202, a `refer` event upward, and NOTIFY with what became of it. The
 * outcome is told by `outcome`, or by our hanging the call up (the transfer has taken it over); after 10 s it failed.
 */
import { reasonPhrase } from '../message/reasons.ts';
import { referToOf, wantsNoNotify } from '../message/replaces.ts';
import type { Header } from '../message/types.ts';
import { sendAuthenticated } from './authenticated-request.ts';
import { contactFor, makeResponse } from './build.ts';
import { referTimerId, type Call, type CallBook } from './call-book.ts';
import { inDialogRequest } from './dialog.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction, TransactionLayer } from './transaction-layer.ts';

const OUTCOME_MS = 10_000;
const UNAWARE = { onResponse: (): void => undefined, onFailure: (): void => undefined };
const encoder = new TextEncoder();

/** A REFER whose sender waits for its outcome. */
export interface Referral {
  /** Number of the REFER: the `id` of its subscription (section 2.4.6). */
  readonly seq: number;
  readonly silent: boolean;
}

export class Referrals {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;
  readonly #book: CallBook;

  constructor(runtime: CoreRuntime, parts: { readonly layer: TransactionLayer; readonly book: CallBook }) {
    this.#runtime = runtime;
    this.#layer = parts.layer;
    this.#book = parts.book;
  }

  onRefer(call: Call, tx: ServerTransaction): void {
    const target = referToOf(tx.request);
    if (call.phase !== 'confirmed') this.#respond(tx, 481);
    else if (target === undefined) this.#respond(tx, 400);
    else if (call.referral !== undefined) this.#respond(tx, 491);
    else {
      const silent = wantsNoNotify(tx.request);
      call.referral = { seq: tx.request.essentials.cseq.number, silent };
      this.#respond(tx, 202, silent ? [{ name: 'refer-sub', value: 'false' }] : []);
      this.#notify(call, call.referral, 100);
      const replaced = target.replaces === undefined ? undefined : this.#book.byReplaces(target.replaces);
      if (target.replaces !== undefined && replaced === undefined) this.outcome(call, 481);
      else this.#tell(call, { uri: target.uri, user: target.user, replaces: replaced?.id });
    }
  }

  #tell(call: Call, target: { uri: string; user: string; replaces: string | undefined }): void {
    this.#runtime.startTimer(referTimerId(call), OUTCOME_MS, () => {
      this.outcome(call, 603);
    });
    const { uri, user: toUser, replaces } = target;
    this.#runtime.emit({ type: 'refer', call: call.id, uri, toUser, replaces });
  }

  /** What became of it: 200, or why it failed. */
  outcome(call: Call, status: number): void {
    const { referral } = call;
    if (referral === undefined) return;
    if (status >= 200) {
      call.referral = undefined;
      this.#runtime.stopTimer(referTimerId(call));
    }
    this.#notify(call, referral, status);
  }

  #respond(tx: ServerTransaction, status: number, headers: readonly Header[] = []): void {
    const contact = status < 300 ? [contactFor(this.#runtime, tx.flow)] : [];
    tx.respond(makeResponse(tx.request, status, { toTag: '', headers: [...contact, ...headers] }));
  }

  #notify(call: Call, { seq, silent }: Referral, status: number): void {
    if (silent || call.dialog === undefined) return;
    const state = status < 200 ? `active;expires=${OUTCOME_MS / 1_000}` : 'terminated;reason=noresource';
    const { request, flow } = inDialogRequest(this.#runtime, call.dialog, {
      method: 'NOTIFY',
      headers: [
        contactFor(this.#runtime, call.dialog.flow),
        { name: 'event', value: `refer;id=${seq}` },
        { name: 'subscription-state', value: state },
        { name: 'content-type', value: 'message/sipfrag;version=2.0' },
      ],
      body: encoder.encode(`SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`),
    });
    const parts = { request, flow, credentials: call.credentials, handler: UNAWARE, onSent: (): void => undefined };
    sendAuthenticated(this.#runtime, this.#layer, parts);
  }
}
