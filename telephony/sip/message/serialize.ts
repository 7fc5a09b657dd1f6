/** SIP messages to bytes. */
import { wireName } from './headers.ts';
import type { SipMessage } from './types.ts';

const encoder = new TextEncoder();

/** Writes a message; Content-Length is always written from the body, last. */
export function serializeMessage(message: SipMessage): Uint8Array {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers
    .filter((h) => h.name !== 'content-length')
    .map((h) => `${wireName(h.name)}: ${oneLine(h.value)}\r\n`);
  const head = encoder.encode(`${oneLine(start)}\r\n${lines.join('')}Content-Length: ${message.body.length}\r\n\r\n`);
  const bytes = new Uint8Array(head.length + message.body.length);
  bytes.set(head, 0);
  bytes.set(message.body, head.length);
  return bytes;
}

/** A line break inside a value would let a value become a header of its own. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]+\s*/g, ' ') : value;
}
