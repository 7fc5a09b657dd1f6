/** SIP messages to bytes. */
import { wireName } from './headers.ts';
import type { SipMessage } from './types.ts';

/** Writes a message; Content-Length is always written from the body, last. */
export function serializeMessage(message: SipMessage): Uint8Array {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  let head = `${oneLine(start)}\r\n`;
  for (const { name, value } of message.headers) {
    if (name !== 'content-length') head += `${wireName(name)}: ${oneLine(value)}\r\n`;
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`;
  if (message.body.length === 0) return Buffer.from(head, 'utf8');
  const headBytes = Buffer.byteLength(head, 'utf8');
  const bytes = Buffer.allocUnsafe(headBytes + message.body.length);
  bytes.write(head, 0, 'utf8');
  bytes.set(message.body, headBytes);
  return bytes;
}

/** A line break inside a value would let a value become a header of its own. */
function oneLine(value: string): string {
  return value.includes('\n') || value.includes('\r') ? value.replace(/[\r\n]+\s*/g, ' ') : value;
}
