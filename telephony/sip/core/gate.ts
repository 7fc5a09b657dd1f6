/** Who may ask anything of us, and who has proved to be whom. */
import { DigestServer } from '../auth/digest-server.ts';
import type { ReceivedRequest } from '../message/types.ts';
import { makeResponse } from './build.ts';
import type { Registrar } from './registrar.ts';
import type { CoreRuntime } from './runtime.ts';
import type { ServerTransaction } from './transaction-layer.ts';
import type { Admission, CallOrigin, Flow } from './types.ts';

const NONCE_LIFE_MS = 300_000;

export class Gate {
  readonly #runtime: CoreRuntime;
  readonly #registrar: Registrar;
  readonly #digest: DigestServer;

  constructor(runtime: CoreRuntime, registrar: Registrar) {
    const { options } = runtime;
    this.#runtime = runtime;
    this.#registrar = registrar;
    this.#digest = new DigestServer({
      realm: options.domain,
      find: options.findAccount,
      secret: options.newToken(),
      newToken: options.newToken,
      algorithms: options.digestAlgorithms,
      nonceLifeMs: NONCE_LIFE_MS,
    });
  }

  /** A registered endpoint has proved itself before: what it asks is never held back as a stranger's. */
  admit(request: ReceivedRequest, flow: Flow): Admission {
    if (this.#registrar.hasFlow(flow.id)) return { type: 'serve', trusted: undefined };
    return this.#runtime.options.admit(request, flow, this.#runtime.nowMs);
  }

  /** Whose INVITE it is; undefined: it has been answered with a challenge or a refusal. */
  originOf(tx: ServerTransaction, trusted: string | undefined): CallOrigin | undefined {
    const verdict = this.#digest.verify(tx.request, 407, this.#runtime.nowMs);
    if (verdict.type === 'proved') return { type: 'endpoint', endpointId: verdict.account.endpointId };
    // An endpoint must prove itself even from a trusted address: else anyone there could speak in its name.
    const mustProve = trusted === undefined || this.#registrar.hasFlow(tx.flow.id);
    if (verdict.type === 'none' && !mustProve) return { type: 'trusted', name: trusted };
    if (verdict.type === 'wrong') this.#refuse(tx);
    else this.#challenge(tx, 407, verdict.type === 'stale');
    return undefined;
  }

  register(tx: ServerTransaction): void {
    const verdict = this.#digest.verify(tx.request, 401, this.#runtime.nowMs);
    if (verdict.type === 'proved') this.#registrar.onRegister(tx, verdict.account);
    else if (verdict.type === 'wrong') this.#refuse(tx);
    else this.#challenge(tx, 401, verdict.type === 'stale');
  }

  #challenge(tx: ServerTransaction, status: 401 | 407, stale: boolean): void {
    this.#runtime.count('challenged');
    const headers = this.#digest.challenge(status, stale, this.#runtime.nowMs);
    tx.respond(makeResponse(tx.request, status, { toTag: this.#runtime.options.newToken(), headers }));
  }

  #refuse(tx: ServerTransaction): void {
    this.#runtime.count('refused-credentials');
    tx.respond(makeResponse(tx.request, 403, { toTag: this.#runtime.options.newToken() }));
  }
}
