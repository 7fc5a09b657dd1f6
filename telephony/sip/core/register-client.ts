/** Our own REGISTERs (RFC 3261 section 10.2), refreshed before they expire: for trunks and for phones. */
import { header, headerList } from '../message/headers.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseCount } from '../message/tokens.ts';
import { emptyBody, type ReceivedResponse } from '../message/types.ts';
import { sendAuthenticated } from './authenticated-request.ts';
import { contactFor, makeRequest } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import type { TransactionLayer } from './transaction-layer.ts';
import type { RegisterRequest } from './types.ts';

/** Try again after a failure; after a refusal (wrong password …) less often. */
const RETRY_MS = 5_000;
const RETRY_REFUSED_MS = 60_000;
const MAX_EXPIRES_S = 86_400;

/** One registration that is to be kept up. */
interface Kept {
  readonly id: string;
  readonly callId: string;
  wanted: RegisterRequest;
  seq: number;
  /** Interval that the registrar asked for (423). */
  minS: number;
}

export class RegisterClient {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;
  readonly #kept = new Map<string, Kept>();

  constructor(runtime: CoreRuntime, layer: TransactionLayer) {
    this.#runtime = runtime;
    this.#layer = layer;
  }

  /** Registers, or with `expiresS` 0 unregisters. */
  register(wanted: RegisterRequest): void {
    const id = wanted.id ?? '';
    const kept = this.#kept.get(id) ?? { id, callId: this.#runtime.options.newToken(), wanted, seq: 0, minS: 0 };
    kept.wanted = wanted;
    this.#kept.set(id, kept);
    this.#runtime.stopTimer(timerId(id));
    this.#send(kept, wanted);
  }

  #send(kept: Kept, wanted: RegisterRequest): void {
    kept.seq += 1;
    const { flow, aor } = wanted;
    const instance = wanted.instance === '' ? '' : `;+sip.instance="<${wanted.instance}>"`;
    const contact = contactFor(this.#runtime, flow, wanted.contactUser);
    const expiresS = wanted.expiresS === 0 ? 0 : Math.max(wanted.expiresS, kept.minS);
    const request = makeRequest(this.#runtime, flow, {
      method: 'REGISTER',
      uri: wanted.uri,
      from: `<${aor}>;tag=${this.#runtime.options.newToken()}`,
      to: `<${aor}>`,
      callId: kept.callId,
      seq: kept.seq,
      routes: [],
      headers: [
        { ...contact, value: contact.value + instance },
        { name: 'expires', value: String(expiresS) },
      ],
      body: emptyBody,
    });
    sendAuthenticated(this.#runtime, this.#layer, {
      request,
      flow,
      credentials: wanted.credentials,
      onSent: () => undefined,
      handler: {
        onResponse: (response) => {
          this.#onResponse(kept, wanted, response);
        },
        onFailure: (why) => {
          this.#done(kept, wanted, { status: why === 'timeout' ? 408 : 503, expiresS: 0 });
        },
      },
    });
  }

  #onResponse(kept: Kept, wanted: RegisterRequest, response: ReceivedResponse): void {
    const { status } = response;
    if (status < 200) return;
    kept.seq = Math.max(kept.seq, response.essentials.cseq.number);
    const minS = status === 423 ? parseCount(header(response, 'min-expires') ?? '', MAX_EXPIRES_S) : undefined;
    if (minS !== undefined && minS > Math.max(wanted.expiresS, kept.minS) && wanted === kept.wanted) {
      kept.minS = minS; // Section 10.2.8.
      this.#send(kept, wanted);
      return;
    }
    const granted = status < 300 ? (this.#grantedS(response, wanted) ?? wanted.expiresS) : 0;
    this.#done(kept, wanted, { status, expiresS: granted });
  }

  /** The registrar lists every binding; ours is the one with our Contact, else the first (section 10.2.4). */
  #grantedS(response: ReceivedResponse, wanted: RegisterRequest): number | undefined {
    const ours = parseNameAddr(contactFor(this.#runtime, wanted.flow, wanted.contactUser).value)?.uri;
    const all = headerList(response, 'contact').map(parseNameAddr);
    const mine = all.find((address) => address?.uri === ours) ?? all[0];
    return (
      parseCount(mine?.params.get('expires') ?? '', MAX_EXPIRES_S) ??
      parseCount(header(response, 'expires') ?? '', MAX_EXPIRES_S)
    );
  }

  #done(kept: Kept, wanted: RegisterRequest, { status, expiresS }: { status: number; expiresS: number }): void {
    this.#runtime.emit({ type: 'registration', id: kept.id, status, expiresS });
    if (wanted !== kept.wanted) return;
    if (wanted.expiresS === 0) {
      this.#kept.delete(kept.id);
      return;
    }
    const retryMs = status >= 400 && status < 500 && status !== 408 ? RETRY_REFUSED_MS : RETRY_MS;
    const again = expiresS > 0 ? Math.max(1_000, expiresS * 500) : retryMs;
    this.#runtime.startTimer(timerId(kept.id), again, () => {
      this.#send(kept, wanted);
    });
  }
}

function timerId(id: string): string {
  return `register-refresh|${id}`;
}
