/** `"Name" <uri>;param=value` of From, To, Contact, Route … (RFC 3261 section 20.10). */
import { paramsFrom, parseParams, quote, splitOutside, unquote } from './tokens.ts';

export interface NameAddr {
  readonly displayName: string;
  /** As written, without the brackets. `*` in a Contact. */
  readonly uri: string;
  readonly params: ReadonlyMap<string, string>;
}

/** Reads one address; undefined when brackets or quotes do not close or the URI is empty. */
export function parseNameAddr(text: string): NameAddr | undefined {
  const value = text.trim();
  const open = value.includes('"') ? indexOfBracket(value) : value.indexOf('<');
  if (open === undefined) return undefined;
  if (open < 0) return parseAddrSpec(value);
  const close = value.indexOf('>', open);
  if (close < 0) return undefined;
  const uri = value.slice(open + 1, close).trim();
  const semicolon = nextNonBlank(value, close + 1);
  if (uri === '' || (semicolon < value.length && value.charCodeAt(semicolon) !== SEMICOLON)) return undefined;
  const displayName = open === 0 ? '' : unquote(value.slice(0, open).trim());
  return { displayName, uri, params: paramsFrom(value, semicolon + 1) };
}

const SEMICOLON = 59;

function nextNonBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at++;
  return at;
}

/**
 * Without brackets everything after the first `;` belongs to the header, not to the URI, and a URI with a comma or a
 * question mark must stand in brackets (section 20.10).
 */
function parseAddrSpec(value: string): NameAddr | undefined {
  const [uri = '', ...params] = splitOutside(value, ';');
  if (uri === '' || /[\s,"?]/.test(uri)) return undefined;
  return { displayName: '', uri, params: parseParams(params) };
}

/** Position of the first `<` outside quotes; -1 if none, undefined if a quote does not close. */
function indexOfBracket(value: string): number | undefined {
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (quoted && c === 92) i++;
    else if (c === 34) quoted = !quoted;
    else if (c === 60 && !quoted) return i;
  }
  return quoted ? undefined : -1;
}

/** Writes an address in the bracket form. */
export function formatNameAddr(address: { displayName: string; uri: string }, params = ''): string {
  const name = address.displayName === '' ? '' : `${quote(address.displayName)} `;
  return `${name}<${address.uri}>${params}`;
}
