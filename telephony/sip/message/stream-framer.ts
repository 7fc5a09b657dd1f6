/**
 * Cuts the bytes of a TCP or TLS connection into SIP messages by Content-Length (RFC 3261 section 18.3). One framer per
 * connection; what it keeps is bounded. However the bytes are cut into chunks, the same messages come out.
 *
 * A stream that is not SIP cannot be read any further: `broken` says why, and the connection is to be closed.
 */
import { endOfHeaders, MAX_MESSAGE_BYTES } from './parse.ts';

export type FramingFault = 'not-sip' | 'line-too-long' | 'too-long' | 'no-length' | 'bad-length';

export interface Framed {
  /**
   * Whole messages in order, each for `SipCore.receive`. A keep-alive ping is among them as CRLF CRLF (RFC 5626 section
   * 3.5.1): the core answers it. A single CRLF, the pong, is swallowed.
   */
  readonly messages: readonly Uint8Array[];
  /** Set once the stream is broken, and from then on. */
  readonly broken: FramingFault | undefined;
}

const MAX_START_LINE_BYTES = 4_096;
const CR = 13;
const LF = 10;
const START_LINE = /^(?:SIP\/2\.0 [1-6][0-9]{2}\b|[A-Za-z0-9\-.!%*_+`'~]{1,64} [^ ]+ SIP\/[0-9]{1,4}\.[0-9]{1,4}$)/i;
const LENGTH = /\n(?:content-length|l)[ \t]*:(?:[ \t]|\r?\n[ \t])*([^\r\n]*)/gi;
const decoder = new TextDecoder('latin1');

type Cut = { readonly type: 'message'; readonly bytes: Uint8Array } | { readonly type: 'skip' | 'wait' };
const WAIT: Cut = { type: 'wait' };

export class StreamFramer {
  #buffer = new Uint8Array(2_048);
  /** What is still to be read: from here to `#end`. */
  #start = 0;
  #end = 0;
  /** How far behind `#start` the end of the headers was looked for in vain. */
  #scanned = 0;
  #lineChecked = false;
  /** Length of the message at `#start`, once its headers are whole. */
  #total: number | undefined;
  #broken: FramingFault | undefined;

  push(chunk: Uint8Array): Framed {
    const messages: Uint8Array[] = [];
    if (this.#broken === undefined) {
      this.#append(chunk);
      for (let cut = this.#next(); cut.type !== 'wait'; cut = this.#next()) {
        if (cut.type === 'message') messages.push(cut.bytes);
      }
    }
    return { messages, broken: this.#broken };
  }

  #append(chunk: Uint8Array): void {
    const kept = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      const old = this.#buffer;
      if (kept + chunk.length > old.length) {
        this.#buffer = new Uint8Array(Math.max(kept + chunk.length, Math.min(old.length * 2, MAX_MESSAGE_BYTES)));
      }
      this.#buffer.set(old.subarray(this.#start, this.#end), 0);
      this.#start = 0;
      this.#end = kept;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #next(): Cut {
    if (this.#start === this.#end) return WAIT;
    const first = this.#buffer[this.#start];
    if (first === CR || first === LF) return this.#blank();
    if (!this.#lineChecked && !this.#checkStartLine()) return WAIT;
    this.#total ??= this.#measure();
    return this.#total === undefined || this.#end - this.#start < this.#total ? WAIT : this.#take(this.#total);
  }

  #take(lengthBytes: number): Cut {
    const bytes = this.#buffer.slice(this.#start, this.#start + lengthBytes);
    this.#start += lengthBytes;
    this.#scanned = 0;
    this.#lineChecked = false;
    this.#total = undefined;
    return { type: 'message', bytes };
  }

  /** Line ends between messages: two are a ping, one a pong or nothing. */
  #blank(): Cut {
    const ping = [CR, LF, CR, LF];
    const seen = this.#buffer.subarray(this.#start, Math.min(this.#start + ping.length, this.#end));
    const fits = seen.findIndex((byte, i) => byte !== ping[i]);
    if (fits < 0) return seen.length === ping.length ? this.#take(ping.length) : WAIT;
    this.#start += fits >= 2 ? 2 : 1;
    return { type: 'skip' };
  }

  #fail(why: FramingFault): void {
    this.#broken = why;
    this.#start = 0;
    this.#end = 0;
    this.#buffer = new Uint8Array(0);
  }

  /** Whether the first line is whole and one of SIP. */
  #checkStartLine(): boolean {
    const seen = this.#buffer.subarray(this.#start, this.#end);
    const lineEnd = seen.indexOf(LF);
    if (lineEnd > MAX_START_LINE_BYTES || (lineEnd < 0 && seen.length > MAX_START_LINE_BYTES)) {
      this.#fail('line-too-long');
      return false;
    }
    if (lineEnd < 0) return false;
    const line = decoder.decode(seen.subarray(0, lineEnd)).replace(/\r$/, '');
    this.#lineChecked = START_LINE.test(line);
    if (!this.#lineChecked) this.#fail('not-sip');
    return this.#lineChecked;
  }

  /** Length of the whole message, once all its headers are there. */
  #measure(): number | undefined {
    const measured = this.#measureHead();
    if (typeof measured !== 'string') return measured;
    this.#fail(measured);
    return undefined;
  }

  #measureHead(): number | FramingFault | undefined {
    const seen = this.#buffer.subarray(this.#start, this.#end);
    const end = endOfHeaders(seen, this.#scanned);
    // The end may straddle the chunk: three bytes of it may be here already.
    this.#scanned = Math.max(0, seen.length - 3);
    const headBytes = end?.bodyStart ?? seen.length;
    if (headBytes > MAX_MESSAGE_BYTES) return 'too-long';
    if (end === undefined) return undefined;
    const lengths = [...decoder.decode(seen.subarray(0, end.headersEnd)).matchAll(LENGTH)].map((m) => m[1]?.trim());
    const [first] = lengths;
    // Section 20.14: over a stream there must be a Content-Length; two that differ would smuggle a message.
    if (first === undefined) return 'no-length';
    if (!/^[0-9]{1,10}$/.test(first) || lengths.some((one) => one !== first)) return 'bad-length';
    const total = headBytes + Number(first);
    return total > MAX_MESSAGE_BYTES ? 'too-long' : total;
  }
}
