/** Challenges and checks requests (RFC 3261 section 22.4, RFC 7616): signed nonces with an expiry, `nc` used once. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { headerLines } from '../message/headers.ts';
import type { Header, SipRequest } from '../message/types.ts';
import { parseUri, uriUser } from '../message/uri.ts';
import {
  digestResponse,
  formatDigestHeader,
  parseAlgorithm,
  parseDigestHeader,
  type DigestAlgorithm,
} from './digest.ts';

/** What the server knows of one credential. */
export interface DigestAccount {
  readonly username: string;
  readonly endpointId: string;
  readonly ha1Md5: string;
  readonly ha1Sha256: string;
  readonly expiresAtMs: number;
}

export type Verdict =
  | { readonly type: 'proved'; readonly account: DigestAccount }
  /** No credentials for our realm. */
  | { readonly type: 'none' }
  /** Right password, but the nonce is old, not ours or its count was used before: challenge with `stale=true`. */
  | { readonly type: 'stale' }
  | { readonly type: 'wrong' };

export interface DigestServerOptions {
  readonly realm: string;
  readonly find: (username: string) => DigestAccount | undefined;
  /** Key that signs nonces; random per start. */
  readonly secret: string;
  readonly newToken: () => string;
  /** Challenges offered, in this order. */
  readonly algorithms: readonly DigestAlgorithm[];
  readonly nonceLifeMs: number;
}

/** Used counts kept per nonce at most; then the client is told to take a fresh nonce. */
const MAX_COUNTS_PER_NONCE = 1_024;
const HEADERS = {
  401: ['www-authenticate', 'authorization'],
  407: ['proxy-authenticate', 'proxy-authorization'],
} as const;
export type ChallengeStatus = keyof typeof HEADERS;

/** Digest, server side. Holds only nonces that were used with a right password, until they expire. */
export class DigestServer {
  readonly #options: DigestServerOptions;
  readonly #used = new Map<string, { readonly expiresAtMs: number; readonly counts: Set<number> }>();

  constructor(options: DigestServerOptions) {
    this.#options = options;
  }

  /** Headers of a 401 or 407. */
  challenge(status: ChallengeStatus, stale: boolean, nowMs: number): Header[] {
    const nonce = this.#newNonce(nowMs);
    return this.#options.algorithms.map((algorithm) => ({
      name: HEADERS[status][0],
      value: formatDigestHeader(
        [
          ['realm', this.#options.realm],
          ['nonce', nonce],
          ['algorithm', algorithm],
          ['qop', 'auth'],
          ...(stale ? ([['stale', 'true']] as const) : []),
        ],
        ['algorithm', 'stale'],
      ),
    }));
  }

  /** Checks the credentials in a request. A proved request uses up its nonce count. */
  verify(request: SipRequest, status: ChallengeStatus, nowMs: number): Verdict {
    const params = this.#credentialsOf(request, status);
    if (params === undefined) return { type: 'none' };
    const account = this.#checkedAccount(params, request, nowMs);
    if (account === undefined) return { type: 'wrong' };
    const nonce = params.get('nonce') ?? '';
    return this.#useNonce(nonce, params.get('nc') ?? '', nowMs) ? { type: 'proved', account } : { type: 'stale' };
  }

  #credentialsOf(request: SipRequest, status: ChallengeStatus): ReadonlyMap<string, string> | undefined {
    return headerLines(request, HEADERS[status][1])
      .map(parseDigestHeader)
      .find((params) => params?.get('realm') === this.#options.realm);
  }

  #checkedAccount(params: ReadonlyMap<string, string>, request: SipRequest, nowMs: number): DigestAccount | undefined {
    const account = this.#options.find(params.get('username') ?? '');
    const algorithm = parseAlgorithm(params.get('algorithm'));
    const [uri = '', nc = '', cnonce = ''] = ['uri', 'nc', 'cnonce'].map((name) => params.get(name));
    if (account === undefined || algorithm === undefined || account.expiresAtMs <= nowMs) return undefined;
    // Without qop and a count a captured request could be replayed; everyone in use sends them.
    if (params.get('qop')?.toLowerCase() !== 'auth' || !/^[0-9a-f]{8}$/i.test(nc) || cnonce === '') return undefined;
    if (!sameUri(uri, request.uri)) return undefined;
    const expected = digestResponse({
      algorithm,
      ha1: algorithm === 'MD5' ? account.ha1Md5 : account.ha1Sha256,
      method: request.method,
      uri,
      nonce: params.get('nonce') ?? '',
      qop: { nc, cnonce },
    });
    return sameText(expected, (params.get('response') ?? '').toLowerCase()) ? account : undefined;
  }

  #newNonce(nowMs: number): string {
    const body = `${(nowMs + this.#options.nonceLifeMs).toString(36)}.${this.#options.newToken()}`;
    return `${body}.${this.#sign(body)}`;
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#options.secret).update(body).digest('base64url').slice(0, 24);
  }

  /** Whether nonce and count are fresh; marks the count as used. */
  #useNonce(nonce: string, ncHex: string, nowMs: number): boolean {
    const body = nonce.slice(0, Math.max(nonce.lastIndexOf('.'), 0));
    const expiresAtMs = parseInt(body.split('.')[0] ?? '', 36);
    if (!sameText(this.#sign(body), nonce.slice(body.length + 1)) || !(expiresAtMs > nowMs)) return false;
    this.#forgetExpired(nowMs);
    const entry = this.#used.get(nonce) ?? { expiresAtMs, counts: new Set<number>() };
    const count = parseInt(ncHex, 16);
    if (entry.counts.has(count) || entry.counts.size >= MAX_COUNTS_PER_NONCE) return false;
    entry.counts.add(count);
    this.#used.set(nonce, entry);
    return true;
  }

  /** Nonces come with rising expiry, so the map's order is the order of expiry but for small disorder. */
  #forgetExpired(nowMs: number): void {
    for (const [nonce, entry] of this.#used) {
      if (entry.expiresAtMs > nowMs) break;
      this.#used.delete(nonce);
    }
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The digest must be for this request (RFC 7616 section 3.4.6); written differently is allowed. */
function sameUri(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [parseUri(a), parseUri(b)];
  if (left === undefined || right === undefined || uriUser(left) !== uriUser(right)) return false;
  return left.scheme !== 'tel' && right.scheme !== 'tel' && left.host === right.host && left.port === right.port;
}
