/**
 * Bytes to SIP messages (RFC 3261 section 7). One datagram or one WebSocket message holds one SIP message.
 * Anything wrong gives a typed fault; nothing throws.
 */
import { commonName, internalName } from './headers.ts';
import { parseNameAddr } from './name-addr.ts';
import { isToken, parseCount, splitOutside } from './tokens.ts';
import { emptyBody, type CSeq, type Essentials, type Header, type ReceivedMessage } from './types.ts';
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

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;

/** Reads one whole message. */
export function parseMessage(bytes: Uint8Array): ParseResult {
  if (bytes.length > MAX_MESSAGE_BYTES) return fail('too-long');
  let start = 0;
  // Blank lines before a message are allowed (section 7.5); a datagram of nothing else keeps a NAT open (RFC 5626).
  while (start < bytes.length && (bytes[start] === CR || bytes[start] === LF)) start++;
  if (start === bytes.length || bytes[start] === 0) return fail('keep-alive');
  const end = endOfHeaders(bytes, start);
  if (end === undefined) return fail('no-end-of-headers');
  const text = asBuffer(bytes).toString('utf8', start, end.headersEnd);
  return parseText(text, bytes.subarray(end.bodyStart));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function fail(code: ParseFaultCode, name = '', refusable?: ParseFault['refusable']): ParseResult {
  return { ok: false, fault: { code, header: name, refusable } };
}

/** Where the headers that begin at `start` or later end, and where the body begins. */
export function endOfHeaders(
  bytes: Uint8Array,
  start: number,
): { readonly headersEnd: number; readonly bodyStart: number } | undefined {
  const all = asBuffer(bytes);
  const usual = all.indexOf('\n\r\n', start, 'latin1');
  // CRLF is the rule; a lone LF is accepted because some phones send it.
  const lone = (usual < 0 ? all : all.subarray(0, usual + 1)).indexOf('\n\n', start, 'latin1');
  if (lone >= 0) return { headersEnd: lone, bodyStart: lone + 2 };
  return usual < 0 ? undefined : { headersEnd: usual, bodyStart: usual + 3 };
}

function parseText(text: string, rest: Uint8Array): ParseResult {
  const lineEnd = text.indexOf('\n');
  const first = withoutCr(text, 0, lineEnd < 0 ? text.length : lineEnd);
  const startLine = parseStartLine(first);
  if (startLine === 'bad') return fail('bad-start-line');
  const headers = lineEnd < 0 ? newBlock() : readHeaders(text, lineEnd + 1);
  const method = startLine === 'bad-version' ? (/^\S{1,64}/.exec(first)?.[0] ?? '') : methodOf(startLine);
  const refusable = method === '' ? undefined : { method, headers: headers.list };
  if (headers.fault !== undefined) return fail(headers.fault, headers.faultName, refusable);
  if (startLine === 'bad-version') return fail('bad-version', '', refusable);
  const essentials = parseEssentials(headers, startLine);
  if ('code' in essentials) return fail(essentials.code, essentials.header, refusable);
  const body = cutBody(headers.contentLength, rest);
  if (typeof body === 'string') return fail(body, 'content-length', refusable);
  if (startLine.kind === 'request') {
    const { uri } = startLine;
    return { ok: true, message: { kind: 'request', method, uri, headers: headers.list, body, essentials } };
  }
  const { status, reason } = startLine;
  return { ok: true, message: { kind: 'response', status, reason, headers: headers.list, body, essentials } };
}

function withoutCr(text: string, from: number, to: number): string {
  return text.slice(from, to > from && text.charCodeAt(to - 1) === CR ? to - 1 : to);
}

function methodOf(startLine: StartLine): string {
  return startLine.kind === 'request' ? startLine.method : '';
}

const RESPONSE_LINE = /^SIP\/2\.0 ([1-6][0-9]{2})(?: (.{0,512}))?$/i;

function parseStartLine(line: string): StartLine | 'bad' | 'bad-version' {
  const response = /^SIP\//i.test(line) ? RESPONSE_LINE.exec(line) : null;
  if (response !== null) return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '' };
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  if (first < 0 || second < 0) return 'bad';
  const method = line.slice(0, first);
  const uri = line.slice(first + 1, second);
  const version = line.slice(second + 1);
  if (method.length > 64 || uri === '' || uri.length > 2_048 || !isToken(method)) return 'bad';
  if (version === 'SIP/2.0' || /^SIP\/2\.0$/i.test(version)) return { kind: 'request', method, uri };
  return /^SIP\/[0-9]{1,4}\.[0-9]{1,4}$/i.test(version) ? 'bad-version' : 'bad';
}

/** The header lines, with the first value of those that are looked at when a message arrives. */
interface HeaderBlock {
  readonly list: Header[];
  fault: 'bad-header' | 'header-too-long' | 'too-many-headers' | undefined;
  faultName: string;
  via: string | undefined;
  from: string | undefined;
  to: string | undefined;
  callId: string | undefined;
  cseq: string | undefined;
  contentLength: string | undefined;
  maxForwards: string | undefined;
  /** One that may stand once only (section 20, table 2) and stands twice: an attempt at confusion. */
  twice: string | undefined;
}

function newBlock(): HeaderBlock {
  return {
    list: [],
    fault: undefined,
    faultName: '',
    via: undefined,
    from: undefined,
    to: undefined,
    callId: undefined,
    cseq: undefined,
    contentLength: undefined,
    maxForwards: undefined,
    twice: undefined,
  };
}

const ONCE = new Map([
  ['from', 'from'],
  ['to', 'to'],
  ['call-id', 'callId'],
  ['cseq', 'cseq'],
  ['content-length', 'contentLength'],
  ['max-forwards', 'maxForwards'],
] as const);
type Once = Parameters<typeof ONCE.get>[0];

function addHeader(block: HeaderBlock, name: string, value: string): void {
  block.list.push({ name, value });
  if (name === 'via') {
    block.via ??= value;
    return;
  }
  const field = ONCE.get(name as Once);
  if (field === undefined) return;
  if (block[field] === undefined) block[field] = value;
  else block.twice ??= name;
}

/** Header lines, continuation lines joined (section 7.3.1). */
function readHeaders(text: string, start: number): HeaderBlock {
  const block = newBlock();
  for (let at = start; at < text.length;) {
    if (block.list.length >= MAX_HEADERS) {
      block.fault = 'too-many-headers';
      return block;
    }
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    if (isContinuation(text, end + 1)) {
      const folded = unfold(text, at, end);
      readHeader(block, folded.line, { from: 0, to: folded.line.length });
      at = folded.next;
    } else {
      const to = end > at && text.charCodeAt(end - 1) === CR ? end - 1 : end;
      readHeader(block, text, { from: at, to });
      at = end + 1;
    }
  }
  return block;
}

function isContinuation(text: string, at: number): boolean {
  const c = at < text.length ? text.charCodeAt(at) : 0;
  return c === SPACE || c === TAB;
}

function unfold(text: string, from: number, firstEnd: number): { readonly line: string; readonly next: number } {
  const parts = [withoutCr(text, from, firstEnd)];
  let next = firstEnd + 1;
  while (isContinuation(text, next)) {
    let end = text.indexOf('\n', next);
    if (end < 0) end = text.length;
    parts.push(text.slice(next, end).trim());
    next = end + 1;
  }
  return { line: parts.join(' '), next };
}

/** One header line: that part of the text. */
function readHeader(block: HeaderBlock, text: string, { from, to }: { from: number; to: number }): void {
  const found = text.indexOf(':', from);
  const colon = found < 0 || found > to ? from : found;
  const raw = text.slice(from, colon);
  const name = commonName(raw) ?? checkedName(raw);
  if (name === undefined) block.fault ??= 'bad-header';
  else if (to - from > MAX_HEADER_CHARS) {
    block.fault ??= 'header-too-long';
    block.faultName = name.slice(0, 64);
  } else addHeader(block, name, text.slice(colon + 1, to).trim());
}

function checkedName(raw: string): string | undefined {
  const name = raw.trim();
  return isToken(name) ? internalName(name) : undefined;
}

function parseEssentials(
  block: HeaderBlock,
  startLine: StartLine,
): Essentials | { readonly code: ParseFaultCode; readonly header: string } {
  const { callId, twice } = block;
  if (!block.via || !block.from || !block.to || !callId || !block.cseq)
    return { code: 'missing-header', header: missingOf(block) };
  if (twice !== undefined) return { code: 'bad-header', header: twice };
  const via = parseVia(firstOf(block.via));
  if (via === undefined) return { code: 'bad-via', header: 'via' };
  const cseq = parseCSeq(block.cseq);
  if (cseq === undefined) return { code: 'bad-cseq', header: 'cseq' };
  if (startLine.kind === 'request' && startLine.method !== cseq.method) return { code: 'bad-cseq', header: 'cseq' };
  const from = parseNameAddr(block.from);
  const to = parseNameAddr(block.to);
  if (from === undefined) return { code: 'bad-address', header: 'from' };
  if (to === undefined) return { code: 'bad-address', header: 'to' };
  return { via, from, to, fromTag: from.params.get('tag') ?? '', toTag: to.params.get('tag') ?? '', callId, cseq };
}

function missingOf({ via, from, to, callId, cseq }: HeaderBlock): string {
  const needed = { via, from, to, 'call-id': callId, cseq };
  return Object.entries(needed).find(([, value]) => !value)?.[0] ?? '';
}

function firstOf(list: string): string {
  return list.includes(',') ? (splitOutside(list, ',')[0] ?? '') : list;
}

function parseCSeq(value: string): CSeq | undefined {
  const match = /^([0-9]{1,10})\s{1,64}(\S{1,64})$/.exec(value);
  // Below 2^31 (section 8.1.1.5).
  const number = parseCount(match?.[1] ?? '', 2_147_483_647);
  const method = match?.[2] ?? '';
  return number === undefined || !isToken(method) ? undefined : { number, method };
}

/** The body is as long as Content-Length says; a datagram without it goes to its end (section 18.3). */
function cutBody(value: string | undefined, rest: Uint8Array): Uint8Array | 'bad-content-length' | 'body-truncated' {
  // A copy: the bytes of a message must not hang on to a buffer that is used again.
  if (value === undefined) return new Uint8Array(rest);
  const lengthBytes = parseCount(value, 2_147_483_647);
  if (lengthBytes === undefined) return 'bad-content-length';
  if (lengthBytes === 0) return emptyBody;
  return lengthBytes > rest.length ? 'body-truncated' : new Uint8Array(rest.subarray(0, lengthBytes));
}
