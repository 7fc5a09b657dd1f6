/** Our own REGISTER (RFC 3261 section 10.2), refreshed before it expires: for phones made of this core. */
import { headerList } from '../message/headers.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseCount } from '../message/tokens.ts';
import { emptyBody, type ReceivedResponse } from '../message/types.ts';
import { sendAuthenticated } from './authenticated-request.ts';
import { contactFor, makeRequest } from './build.ts';
import type { CoreRuntime } from './runtime.ts';
import type { TransactionLayer } from './transaction-layer.ts';
import type { RegisterRequest } from './types.ts';

const TIMER_ID = 'register-refresh';
/** Try again after a failure. */
const RETRY_MS = 5_000;

export class RegisterClient {
  readonly #runtime: CoreRuntime;
  readonly #layer: TransactionLayer;
  readonly #callId: string;
  #wanted: RegisterRequest | undefined;
  #seq = 0;

  constructor(runtime: CoreRuntime, layer: TransactionLayer) {
    this.#runtime = runtime;
    this.#layer = layer;
    this.#callId = runtime.options.newToken();
  }

  /** Registers, or with `expiresS` 0 unregisters. */
  register(wanted: RegisterRequest): void {
    this.#wanted = wanted;
    this.#runtime.stopTimer(TIMER_ID);
    this.#send(wanted);
  }

  #send(wanted: RegisterRequest): void {
    this.#seq += 1;
    const { flow, aor } = wanted;
    const instance = wanted.instance === '' ? '' : `;+sip.instance="<${wanted.instance}>"`;
    const contact = contactFor(this.#runtime, flow);
    const request = makeRequest(this.#runtime, flow, {
      method: 'REGISTER',
      uri: wanted.uri,
      from: `<${aor}>;tag=${this.#runtime.options.newToken()}`,
      to: `<${aor}>`,
      callId: this.#callId,
      seq: this.#seq,
      routes: [],
      headers: [
        { ...contact, value: contact.value + instance },
        { name: 'expires', value: String(wanted.expiresS) },
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
          this.#onResponse(wanted, response);
        },
        onFailure: (why) => {
          this.#done(wanted, why === 'timeout' ? 408 : 503, 0);
        },
      },
    });
  }

  #onResponse(wanted: RegisterRequest, response: ReceivedResponse): void {
    if (response.status < 200) return;
    this.#seq = Math.max(this.#seq, response.essentials.cseq.number);
    const granted = headerList(response, 'contact')
      .map((value) => parseCount(parseNameAddr(value)?.params.get('expires') ?? '', 86_400))
      .find((s) => s !== undefined);
    this.#done(wanted, response.status, response.status < 300 ? (granted ?? wanted.expiresS) : 0);
  }

  #done(wanted: RegisterRequest, status: number, expiresS: number): void {
    this.#runtime.emit({ type: 'registration', status, expiresS });
    if (wanted !== this.#wanted || wanted.expiresS === 0) return;
    const again = expiresS > 0 ? Math.max(1_000, expiresS * 500) : RETRY_MS;
    this.#runtime.startTimer(TIMER_ID, again, () => {
      this.#send(wanted);
    });
  }
}
