/**
 * Registrar (RFC 3261 section 10.3). One binding per endpoint: the newest wins. It is tied to the flow on which the
 * REGISTER came (RFC 5626 section 5.3 in spirit), so `*.invalid` contacts of web phones need no resolving.
 */
import { header, headerList } from '../message/headers.ts';
import { parseNameAddr, type NameAddr } from '../message/name-addr.ts';
import { parseCount } from '../message/tokens.ts';
import type { Header, ReceivedRequest } from '../message/types.ts';
import { parseUri } from '../message/uri.ts';
import type { DigestAccount } from '../auth/digest-server.ts';
import { makeResponse } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { Flow } from './types.ts';

export interface Binding {
  readonly endpointId: string;
  readonly username: string;
  readonly contactUri: string;
  readonly instance: string;
  readonly flow: Flow;
  readonly callId: string;
  readonly seq: number;
  readonly expiresAtMs: number;
}

type Wish =
  | { readonly type: 'query' }
  | { readonly type: 'remove-all' }
  | { readonly type: 'set'; readonly contact: NameAddr; readonly expiresS: number }
  | { readonly type: 'bad'; readonly status: 400 | 423 };

export class Registrar {
  readonly #runtime: CoreRuntime;
  readonly #bindings = new Map<string, Binding>();
  readonly #flows = new Map<string, number>();

  constructor(runtime: CoreRuntime) {
    this.#runtime = runtime;
  }

  get size(): number {
    return this.#bindings.size;
  }

  find(endpointId: string): Binding | undefined {
    return this.#bindings.get(endpointId);
  }

  /** Whether an endpoint has registered over this flow. */
  hasFlow(flowId: string): boolean {
    return this.#flows.has(flowId);
  }

  flowIds(): Iterable<string> {
    return this.#flows.keys();
  }

  /** Bindings by flow are only counted: strangers ask for them with every request. */
  #countFlow(flowId: string, by: 1 | -1): void {
    const count = (this.#flows.get(flowId) ?? 0) + by;
    if (count > 0) this.#flows.set(flowId, count);
    else this.#flows.delete(flowId);
  }

  /** A REGISTER whose sender has proved the account. */
  onRegister(tx: ServerTransaction, account: DigestAccount): void {
    const wish = this.#wishOf(tx.request);
    switch (wish.type) {
      case 'bad':
        this.#refuse(tx, wish.status);
        return;
      case 'remove-all':
        this.#remove(account.endpointId);
        break;
      case 'set':
        if (!this.#set(tx, account, wish)) return;
        break;
      case 'query':
        break;
    }
    const headers = this.#contactHeaders(account.endpointId);
    tx.respond(makeResponse(tx.request, 200, { toTag: this.#runtime.options.newToken(), headers }));
  }

  /** Whatever was registered on a closed socket cannot be reached any more. */
  flowClosed(flowId: string): void {
    for (const binding of [...this.#bindings.values()]) {
      if (binding.flow.id === flowId) this.#remove(binding.endpointId);
    }
  }

  #refuse(tx: ServerTransaction, status: 400 | 423 | 500): void {
    const { minExpiresS } = this.#runtime.options.registration;
    const headers = status === 423 ? [{ name: 'min-expires', value: String(minExpiresS) }] : [];
    tx.respond(makeResponse(tx.request, status, { toTag: this.#runtime.options.newToken(), headers }));
  }

  #wishOf(request: ReceivedRequest): Wish {
    const { minExpiresS, defaultExpiresS, maxExpiresS } = this.#runtime.options.registration;
    const contacts = headerList(request, 'contact');
    const [first] = contacts;
    if (first === undefined) return { type: 'query' };
    const expires = header(request, 'expires');
    if (first === '*')
      return expires === '0' && contacts.length === 1 ? { type: 'remove-all' } : { type: 'bad', status: 400 };
    const contact = parseNameAddr(first);
    if (contact === undefined || parseUri(contact.uri) === undefined) return { type: 'bad', status: 400 };
    // A malformed value counts as the default (section 10.2.1.1).
    const asked = parseCount(contact.params.get('expires') ?? expires ?? '', 4_294_967_295) ?? defaultExpiresS;
    if (asked > 0 && asked < minExpiresS) return { type: 'bad', status: 423 };
    return { type: 'set', contact, expiresS: Math.min(asked, maxExpiresS) };
  }

  #set(tx: ServerTransaction, account: DigestAccount, wish: Extract<Wish, { type: 'set' }>): boolean {
    const { callId, cseq } = tx.request.essentials;
    const old = this.#bindings.get(account.endpointId);
    if (old?.callId === callId && cseq.number <= old.seq) {
      this.#refuse(tx, 500); // Section 10.3 step 7: out of order.
      return false;
    }
    if (wish.expiresS === 0) {
      // A page that is going away must not take the registration of its successor with it.
      if (old?.contactUri === wish.contact.uri) this.#remove(account.endpointId);
      return true;
    }
    const { endpointId, username } = account;
    if (old !== undefined) this.#countFlow(old.flow.id, -1);
    this.#countFlow(tx.flow.id, 1);
    this.#bindings.set(endpointId, {
      endpointId,
      username,
      contactUri: wish.contact.uri,
      instance: wish.contact.params.get('+sip.instance') ?? '',
      flow: tx.flow,
      callId,
      seq: cseq.number,
      expiresAtMs: this.#runtime.nowMs + wish.expiresS * 1_000,
    });
    this.#runtime.startTimer(timerId(endpointId), wish.expiresS * 1_000, () => {
      this.#remove(endpointId);
    });
    // A refresh over the same flow is no news.
    if (old?.flow.id !== tx.flow.id) this.#runtime.emit({ type: 'registered', endpointId });
    return true;
  }

  #remove(endpointId: string): void {
    const gone = this.#bindings.get(endpointId);
    if (gone === undefined) return;
    this.#bindings.delete(endpointId);
    this.#countFlow(gone.flow.id, -1);
    this.#runtime.stopTimer(timerId(endpointId));
    this.#runtime.emit({ type: 'unregistered', endpointId });
  }

  #contactHeaders(endpointId: string): Header[] {
    const binding = this.#bindings.get(endpointId);
    if (binding === undefined) return [];
    const leftS = Math.max(0, Math.ceil((binding.expiresAtMs - this.#runtime.nowMs) / 1_000));
    const instance = binding.instance === '' ? '' : `;+sip.instance="${binding.instance.replace(/["\\]/g, '')}"`;
    return [{ name: 'contact', value: `<${binding.contactUri}>;expires=${leftS}${instance}` }];
  }
}

function timerId(endpointId: string): string {
  return `binding|${endpointId}`;
}
