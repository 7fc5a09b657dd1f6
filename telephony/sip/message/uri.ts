/** SIP, SIPS (RFC 3261 section 19.1) and TEL (RFC 3966) URIs. */
import { paramsFrom, parseCount } from './tokens.ts';

export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  /** Unescaped; '' when there is none. */
  readonly user: string;
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: ReadonlyMap<string, string>;
}

export interface TelUri {
  readonly scheme: 'tel';
  /** Digits, `*`, `#` and a leading `+`; visual separators are removed. */
  readonly number: string;
  readonly params: ReadonlyMap<string, string>;
}

export type Uri = SipUri | TelUri;

const MAX_URI_CHARS = 2_048;
const IPV6 = /^\[[0-9a-f:.]{2,45}\]$/;
const BAD_CHARS = /[\s<>"]/;

/** Reads a URI; undefined when it is not a SIP, SIPS or TEL URI. */
export function parseUri(text: string): Uri | undefined {
  if (text.length > MAX_URI_CHARS || BAD_CHARS.test(text)) return undefined;
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  const rest = text.slice(colon + 1);
  if (scheme === 'tel') return parseTel(rest);
  if (scheme === 'sip' || scheme === 'sips') return parseSip(scheme, rest);
  return undefined;
}

/** The scheme before the colon in lower case, or '' (to tell 416 from 400). */
export function uriScheme(text: string): string {
  return /^([A-Za-z][A-Za-z0-9+.-]{0,30}):/.exec(text)?.[1]?.toLowerCase() ?? '';
}

function parseTel(rest: string): TelUri | undefined {
  const semicolon = rest.indexOf(';');
  const raw = semicolon < 0 ? rest : rest.slice(0, semicolon);
  const number = raw.replace(/[-.()]/g, '');
  if (!/^\+?[0-9*#A-Da-d]{1,40}$/.test(number)) return undefined;
  return { scheme: 'tel', number, params: paramsFrom(rest, semicolon + 1) };
}

function parseSip(scheme: 'sip' | 'sips', rest: string): SipUri | undefined {
  const question = rest.indexOf('?', rest.indexOf('@') + 1);
  const main = question < 0 ? rest : rest.slice(0, question);
  const at = main.lastIndexOf('@');
  const userInfo = at < 0 ? '' : main.slice(0, at);
  if (at === 0 || userInfo.includes('@')) return undefined;
  const semicolon = main.indexOf(';', at + 1);
  const place = parseHostPort(semicolon < 0 ? main.slice(at + 1) : main.slice(at + 1, semicolon));
  if (place === undefined) return undefined;
  const colon = userInfo.indexOf(':');
  const user = unescapeText(colon < 0 ? userInfo : userInfo.slice(0, colon));
  return { scheme, user, host: place.host, port: place.port, params: paramsFrom(main, semicolon + 1) };
}

/** Reads `host[:port]`. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const close = text.startsWith('[') ? text.indexOf(']') : -1;
  const colon = text.indexOf(':', Math.max(close, 0));
  const host = (colon < 0 ? text : text.slice(0, colon)).toLowerCase();
  if (!isHost(host)) return undefined;
  if (colon < 0) return { host, port: undefined };
  const port = parseCount(text.slice(colon + 1), 65_535);
  return port === undefined || port === 0 ? undefined : { host, port };
}

/** A name or dotted address: letters, digits, `.`, `_` and `-`, beginning with a letter or digit; or `[IPv6]`. */
function isHost(host: string): boolean {
  if (host.length === 0 || host.length > 255) return false;
  if (host.charCodeAt(0) === 91) return IPV6.test(host);
  for (let i = 0; i < host.length; i++) {
    const c = host.charCodeAt(i);
    const isAlphanumeric = (c >= 97 && c <= 122) || (c >= 48 && c <= 57);
    const isEdge = i === 0 || i === host.length - 1;
    if (!isAlphanumeric && !(c === 46 && i > 0) && !(!isEdge && (c === 45 || c === 95))) return false;
  }
  return true;
}

function unescapeText(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A wrong escape is not worth refusing a call for: the text is taken literally.
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** The part that names a person: user of a SIP URI (without `;` parameters of telephone numbers), number of a TEL URI. */
export function uriUser(uri: Uri | undefined): string {
  if (uri === undefined) return '';
  if (uri.scheme === 'tel') return uri.number;
  return uri.user.split(';')[0] ?? '';
}

/** Escapes a user part for use in a SIP URI. */
export function escapeUser(user: string): string {
  return encodeURIComponent(user).replace(/%2B/gi, '+').replace(/%26/gi, '&').replace(/%3D/gi, '=');
}
