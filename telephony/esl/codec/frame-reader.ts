/** Bytes of an event socket into frames: headers, blank line, and a body of Content-Length bytes. */

/** One frame as it came. Header names are in lower case: FreeSWITCH is not consistent about them. */
export interface EslFrame {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export const frameFaultCodes = ['header-too-long', 'body-too-long', 'bad-length'] as const;
/** Why a stream cannot be read on; the link has to be closed. */
export type FrameFaultCode = (typeof frameFaultCodes)[number];

export interface FrameLimits {
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

const DEFAULT_LIMITS: FrameLimits = { headerBytes: 64 * 1024, bodyBytes: 32 * 1024 * 1024 };
const EMPTY = Buffer.alloc(0);
const NEWLINE = 0x0a;

/**
 * Keeps its own remainder and loops over what has come, so that neither a cut at any byte nor a burst of any length
 * matters. A stream that breaks the format sets `fault` and is not read any further.
 */
export class FrameReader {
  readonly #limits: FrameLimits;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that must be there before reading on makes sense. */
  #needed = 1;
  #fault: FrameFaultCode | undefined;

  constructor(limits: FrameLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  get fault(): FrameFaultCode | undefined {
    return this.#fault;
  }

  /** The frames that are whole now. */
  push(bytes: Buffer): EslFrame[] {
    if (this.#fault !== undefined || bytes.length === 0) return [];
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    return this.#size < this.#needed ? [] : this.#read();
  }

  #read(): EslFrame[] {
    const data = this.#chunks.length === 1 ? (this.#chunks[0] ?? EMPTY) : Buffer.concat(this.#chunks);
    const frames: EslFrame[] = [];
    let at = skipNewlines(data, 0);
    let step = this.#readOne(data, at);
    while (step.frame !== undefined) {
      frames.push(step.frame);
      at = skipNewlines(data, step.end);
      step = this.#readOne(data, at);
    }
    const rest = data.subarray(at);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    this.#needed = step.needed;
    return frames;
  }

  #readOne(data: Buffer, at: number): { frame: EslFrame; end: number } | { frame: undefined; needed: number } {
    const headerEnd = data.indexOf('\n\n', at, 'latin1');
    if (headerEnd < 0) {
      if (data.length - at > this.#limits.headerBytes) this.#fault = 'header-too-long';
      return { frame: undefined, needed: data.length - at + 1 };
    }
    if (headerEnd - at > this.#limits.headerBytes) return this.#broken('header-too-long');
    const headers = parseHeaders(data.toString('utf8', at, headerEnd));
    const length = bodyLength(headers);
    if (length === undefined) return this.#broken('bad-length');
    if (length > this.#limits.bodyBytes) return this.#broken('body-too-long');
    const end = headerEnd + 2 + length;
    if (data.length < end) return { frame: undefined, needed: end - at };
    return { frame: { headers, body: data.subarray(headerEnd + 2, end) }, end };
  }

  #broken(code: FrameFaultCode): { frame: undefined; needed: number } {
    this.#fault = code;
    return { frame: undefined, needed: Number.MAX_SAFE_INTEGER };
  }
}

function skipNewlines(data: Buffer, from: number): number {
  let at = from;
  while (data[at] === NEWLINE) at++;
  return at;
}

function bodyLength(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get('content-length');
  if (text === undefined) return 0;
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** `Name: value` lines; a value may hold `: ` itself. A line without a colon is passed over. */
export function parseHeaders(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
