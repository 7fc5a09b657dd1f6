/**
 * Bytes to SIP messages (RFC 3261 section 7). One datagram or one WebSocket message holds one SIP message.
 * Anything wrong gives a typed fault; nothing throws.
 */
import { internalName } from './headers.ts';
import { parseNameAddr } from './name-addr.ts';
import { isToken, parseCount, splitOutside } from './tokens.ts';
import type { CSeq, Essentials, Header, ReceivedMessage } from './types.ts';
import { parseVia } from './via.ts';

export const MAX_MESSAGE_BYTES = 65_535;
export const MAX_HEADERS = 256;
export const MAX_HEADER_CHARS = 8_192;

export type ParseFaultCode =
  | 'keep-alive'
  | 'too-long'
  | 'bad-start-line'
  | 'bad-version'
  | 'no-end-of-headers'
  | 'bad-header'
  | 'header-too-long'
  | 'too-many-headers'
  | 'missing-header'
  | 'bad-via'
  | 'bad-cseq'
  | 'bad-address'
  | 'bad-content-length'
  | 'body-truncated';

export interface ParseFault {
  readonly code: ParseFaultCode;
  /** Name of the header at fault, or ''. */
  readonly header: string;
  /** Method and header lines of a faulty request from which a refusal (400, 505) can be made; undefined if hopeless. */
  readonly refusable: { readonly method: string; readonly headers: readonly Header[] } | undefined;
}

export type ParseResult =
  { readonly ok: true; readonly message: ReceivedMessage } | { readonly ok: false; readonly fault: ParseFault };

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

const decoder = new TextDecoder();
const CR = 13;
const LF = 10;

/** Reads one whole message. */
export function parseMessage(bytes: Uint8Array): ParseResult {
  if (bytes.length > MAX_MESSAGE_BYTES) return fail('too-long');
  let start = 0;
  // Blank lines before a message are allowed (section 7.5); a datagram of nothing else keeps a NAT open (RFC 5626).
  while (start < bytes.length && (bytes[start] === CR || bytes[start] === LF)) start++;
  if (start === bytes.length || bytes[start] === 0) return fail('keep-alive');
  const end = endOfHeaders(bytes, start);
  if (end === undefined) return fail('no-end-of-headers');
  const lines = unfold(decoder.decode(bytes.subarray(start, end.headersEnd)));
  return parseLines(lines, bytes.subarray(end.bodyStart));
}

function fail(code: ParseFaultCode, name = '', refusable?: ParseFault['refusable']): ParseResult {
  return { ok: false, fault: { code, header: name, refusable } };
}

/** Where the headers that begin at `start` or later end, and where the body begins. */
export function endOfHeaders(bytes: Uint8Array, start: number): { headersEnd: number; bodyStart: number } | undefined {
  for (let i = bytes.indexOf(LF, start); i >= 0; i = bytes.indexOf(LF, i + 1)) {
    // CRLF is the rule; a lone LF is accepted because some phones send it.
    if (bytes[i + 1] === LF) return { headersEnd: i, bodyStart: i + 2 };
    if (bytes[i + 1] === CR && bytes[i + 2] === LF) return { headersEnd: i, bodyStart: i + 3 };
  }
  return undefined;
}

/** Lines with continuation lines joined (section 7.3.1). */
function unfold(text: string): string[] {
  const lines: string[][] = [];
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const last = lines.at(-1);
    if (last !== undefined && lines.length > 1 && /^[ \t]/.test(line)) last.push(line.trim());
    else lines.push([line]);
  }
  return lines.map((parts) => parts.join(' '));
}

function parseLines(lines: readonly string[], rest: Uint8Array): ParseResult {
  const [first = '', ...others] = lines;
  const startLine = parseStartLine(first);
  if (startLine === 'bad') return fail('bad-start-line');
  const headers = parseHeaders(others);
  const method = startLine === 'bad-version' ? (/^\S{1,64}/.exec(first)?.[0] ?? '') : methodOf(startLine);
  const refusable = method === '' ? undefined : { method, headers: headers.list };
  if (headers.fault !== undefined) return fail(headers.fault, headers.name, refusable);
  if (startLine === 'bad-version') return fail('bad-version', '', refusable);
  const essentials = parseEssentials(headers.list, startLine);
  if ('code' in essentials) return fail(essentials.code, essentials.header, refusable);
  const body = cutBody(headers.list, rest);
  if (typeof body === 'string') return fail(body, 'content-length', refusable);
  return { ok: true, message: { ...startLine, headers: headers.list, body, essentials } };
}

function methodOf(startLine: StartLine): string {
  return startLine.kind === 'request' ? startLine.method : '';
}

function parseStartLine(line: string): StartLine | 'bad' | 'bad-version' {
  const response = /^SIP\/2\.0 ([1-6][0-9]{2})(?: (.{0,512}))?$/i.exec(line);
  if (response !== null) return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '' };
  const parts = line.split(' ');
  const [method = '', uri = '', version = ''] = parts;
  if (parts.length !== 3 || method.length > 64 || uri === '' || uri.length > 2_048 || !isToken(method)) return 'bad';
  if (/^SIP\/2\.0$/i.test(version)) return { kind: 'request', method, uri };
  return /^SIP\/[0-9]{1,4}\.[0-9]{1,4}$/i.test(version) ? 'bad-version' : 'bad';
}

interface HeaderBlock {
  readonly list: readonly Header[];
  readonly fault: 'bad-header' | 'header-too-long' | 'too-many-headers' | undefined;
  readonly name: string;
}

function parseHeaders(lines: readonly string[]): HeaderBlock {
  const list: Header[] = [];
  let fault: HeaderBlock['fault'];
  let faultName = '';
  for (const line of lines) {
    if (list.length >= MAX_HEADERS) return { list, fault: 'too-many-headers', name: '' };
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (!isToken(name)) fault ??= 'bad-header';
    else if (line.length > MAX_HEADER_CHARS) {
      fault ??= 'header-too-long';
      faultName = internalName(name).slice(0, 64);
    } else list.push({ name: internalName(name), value: line.slice(colon + 1).trim() });
  }
  return { list, fault, name: faultName };
}

function parseEssentials(
  headers: readonly Header[],
  startLine: StartLine,
): Essentials | { readonly code: ParseFaultCode; readonly header: string } {
  const first = (name: string): string | undefined => headers.find((h) => h.name === name)?.value;
  const missing = ['via', 'from', 'to', 'call-id', 'cseq'].find((name) => (first(name) ?? '') === '');
  if (missing !== undefined) return { code: 'missing-header', header: missing };
  // These may stand once only (section 20, table 2): two of them are an attempt at confusion.
  const twice = ['from', 'to', 'call-id', 'cseq', 'content-length', 'max-forwards'].find(
    (name) => headers.filter((h) => h.name === name).length > 1,
  );
  if (twice !== undefined) return { code: 'bad-header', header: twice };
  const via = parseVia(splitOutside(first('via') ?? '', ',')[0] ?? '');
  if (via === undefined) return { code: 'bad-via', header: 'via' };
  const cseq = parseCSeq(first('cseq') ?? '');
  if (cseq === undefined) return { code: 'bad-cseq', header: 'cseq' };
  if (startLine.kind === 'request' && startLine.method !== cseq.method) return { code: 'bad-cseq', header: 'cseq' };
  const from = parseNameAddr(first('from') ?? '');
  const to = parseNameAddr(first('to') ?? '');
  if (from === undefined) return { code: 'bad-address', header: 'from' };
  if (to === undefined) return { code: 'bad-address', header: 'to' };
  const tag = (address: { params: ReadonlyMap<string, string> }): string => address.params.get('tag') ?? '';
  return { via, from, to, fromTag: tag(from), toTag: tag(to), callId: first('call-id') ?? '', cseq };
}

function parseCSeq(value: string): CSeq | undefined {
  const match = /^([0-9]{1,10})\s{1,64}(\S{1,64})$/.exec(value);
  // Below 2^31 (section 8.1.1.5).
  const number = parseCount(match?.[1] ?? '', 2_147_483_647);
  const method = match?.[2] ?? '';
  return number === undefined || !isToken(method) ? undefined : { number, method };
}

/** The body is as long as Content-Length says; a datagram without it goes to its end (section 18.3). */
function cutBody(headers: readonly Header[], rest: Uint8Array): Uint8Array | 'bad-content-length' | 'body-truncated' {
  const value = headers.find((h) => h.name === 'content-length')?.value;
  if (value === undefined) return rest.slice();
  const lengthBytes = parseCount(value, 2_147_483_647);
  if (lengthBytes === undefined) return 'bad-content-length';
  return lengthBytes > rest.length ? 'body-truncated' : rest.slice(0, lengthBytes);
}
