/** Reading and changing header lists. */
import { splitOutside } from './tokens.ts';
import type { Header, SipMessage } from './types.ts';

/** Compact forms (RFC 3261 section 7.3.3 and the IANA registry). */
const LONG_FORM: ReadonlyMap<string, string> = new Map([
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
]);

const SPELLING: ReadonlyMap<string, string> = new Map([
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['www-authenticate', 'WWW-Authenticate'],
]);

/** Names that are common, in their usual spelling, lower case and compact form, to what they are inside. */
const COMMON: ReadonlyMap<string, string> = new Map(
  [
    ...['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Route', 'Record-Route', 'Max-Forwards', 'Content-Type'],
    ...['Content-Length', 'Allow', 'Supported', 'Require', 'User-Agent', 'Server', 'Expires', 'Accept', 'Subject'],
    ...['Authorization', 'Proxy-Authorization', 'WWW-Authenticate', 'Proxy-Authenticate', 'P-Asserted-Identity'],
    ...['Privacy', 'Diversion', 'History-Info', 'Session-Expires', 'Min-SE', 'Reason', 'RSeq', 'RAck', 'Event', 'Date'],
    ...['P-Charging-Vector', 'P-Access-Network-Info', 'P-Early-Media', 'Refer-To', 'Referred-By', 'Replaces', 'Path'],
    ...['Subscription-State', 'Retry-After', 'Warning', 'Timestamp', 'Content-Disposition', 'Organization'],
  ].flatMap((name) => [[name, name.toLowerCase()] as const, [name.toLowerCase(), name.toLowerCase()] as const]),
);

/** Name as kept inside: lower case, long form. */
export function internalName(name: string): string {
  const common = COMMON.get(name);
  if (common !== undefined) return common;
  const lower = name.toLowerCase();
  return LONG_FORM.get(lower) ?? lower;
}

/** As `internalName`, for names that need no check whether they are tokens; undefined for all others. */
export function commonName(name: string): string | undefined {
  return COMMON.get(name);
}

const WIRE: ReadonlyMap<string, string> = new Map([...COMMON].map(([name, lower]) => [lower, spelled(name, lower)]));

function spelled(name: string, lower: string): string {
  return SPELLING.get(lower) ?? capitals(name.toLowerCase());
}

function capitals(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** Name as written on the wire. */
export function wireName(name: string): string {
  return WIRE.get(name) ?? SPELLING.get(name) ?? capitals(name);
}

/** First value of a header, or undefined. */
export function header(message: SipMessage, name: string): string | undefined {
  return message.headers.find((h) => h.name === name)?.value;
}

/** All values of a header whose grammar is a comma-separated list, in order, however they were spread over lines. */
export function headerList(message: SipMessage, name: string): string[] {
  const values: string[] = [];
  for (const h of message.headers) {
    if (h.name !== name) continue;
    if (!h.value.includes(',')) {
      if (h.value !== '') values.push(h.value.trim());
    } else for (const value of splitOutside(h.value, ',')) if (value !== '') values.push(value);
  }
  return values;
}

/** All lines of a header, unsplit (WWW-Authenticate and its kin use commas inside one value). */
export function headerLines(message: SipMessage, name: string): string[] {
  return message.headers.filter((h) => h.name === name).map((h) => h.value);
}

/** Option tags of Require, Supported …, in lower case. */
export function optionTags(message: SipMessage, name: string): string[] {
  return headerList(message, name).map((tag) => tag.toLowerCase());
}

/** The list with the first header of that name changed; added at the end when there is none. */
export function withHeader(headers: readonly Header[], name: string, value: string): Header[] {
  const at = headers.findIndex((h) => h.name === name);
  if (at < 0) return [...headers, { name, value }];
  return headers.map((h, i) => (i === at ? { name, value } : h));
}

/** The list without headers of that name. */
export function withoutHeader(headers: readonly Header[], name: string): Header[] {
  return headers.filter((h) => h.name !== name);
}
