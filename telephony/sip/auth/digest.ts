/** HTTP digest as SIP uses it (RFC 3261 section 22, RFC 7616, RFC 8760): MD5 and SHA-256, qop `auth`. */
import { createHash } from 'node:crypto';
import { isToken, parseParams, quote, splitOutside } from '../message/tokens.ts';

export const digestAlgorithms = ['MD5', 'SHA-256'] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** Hex hash of UTF-8 text. */
export function hashHex(algorithm: DigestAlgorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text, 'utf8')
    .digest('hex');
}

/** H(username:realm:password), what a server keeps instead of the password. */
export function ha1(
  algorithm: DigestAlgorithm,
  account: { username: string; realm: string; password: string },
): string {
  return hashHex(algorithm, `${account.username}:${account.realm}:${account.password}`);
}

export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly ha1: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  /** Undefined: RFC 2069 style, without qop. */
  readonly qop: { readonly nc: string; readonly cnonce: string } | undefined;
}

/** The `response` of RFC 7616 section 3.4.1. */
export function digestResponse(input: DigestInput): string {
  const ha2 = hashHex(input.algorithm, `${input.method}:${input.uri}`);
  const middle = input.qop === undefined ? '' : `${input.qop.nc}:${input.qop.cnonce}:auth:`;
  return hashHex(input.algorithm, `${input.ha1}:${input.nonce}:${middle}${ha2}`);
}

/** Parameters of a `Digest …` header value with lower-case names; undefined for other schemes. */
export function parseDigestHeader(value: string): ReadonlyMap<string, string> | undefined {
  const match = /^digest\s+/i.exec(value);
  return match === null ? undefined : parseParams(splitOutside(value.slice(match[0].length), ','));
}

/** Algorithm by name; absent means MD5, unknown gives undefined. */
export function parseAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined || name === '') return 'MD5';
  return digestAlgorithms.find((a) => a === name.toUpperCase());
}

/** Writes a `Digest` header value. Tokens in `bare` stand without quotes, as RFC 7616 wants it. */
export function formatDigestHeader(params: readonly (readonly [string, string])[], bare: readonly string[]): string {
  return `Digest ${params.map(([k, v]) => `${k}=${bare.includes(k) && isToken(v) ? v : quote(v)}`).join(', ')}`;
}
