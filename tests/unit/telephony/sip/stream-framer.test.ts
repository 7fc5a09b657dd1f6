/** The same messages come out of a stream however it is cut; what is not SIP breaks it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StreamFramer, type FramingFault } from '../../../../telephony/sip/message/stream-framer.ts';
import { parseMessage } from '../../../../telephony/sip/message/parse.ts';
import type { Flow } from '../../../../telephony/sip/core/types.ts';
import { bytesOf, makeCore } from './core-bench.ts';

const MESSAGES = [
  'OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\nContent-Length: 0\n\n',
  'INVITE sip:a@b SIP/2.0\nVia: SIP/2.0/TCP h;branch=z9hG4bK2\nl: 11\n\nv=0\r\n\r\nrest',
  'SIP/2.0 200 OK\nVia: SIP/2.0/TCP h;branch=z9hG4bK3\nCONTENT-LENGTH \t:\n 6\n\nab\ncd',
];
const PING = '\n\n';

interface Outcome {
  readonly messages: readonly string[];
  readonly broken: FramingFault | undefined;
}

/** Feeds the bytes in pieces of the given sizes, the rest at once. */
function feed(bytes: Uint8Array, sizes: Iterable<number>): Outcome {
  const framer = new StreamFramer();
  const messages: string[] = [];
  let broken: FramingFault | undefined;
  let at = 0;
  const push = (length: number): void => {
    const framed = framer.push(bytes.subarray(at, at + length));
    messages.push(...framed.messages.map((m) => Buffer.from(m).toString('latin1')));
    broken = framed.broken;
    at += length;
  };
  for (const size of sizes) if (at < bytes.length) push(size);
  push(bytes.length - at);
  return { messages, broken };
}

const whole = (text: string): Outcome => feed(bytesOf(text), []);
const text = (message: string): string => Buffer.from(bytesOf(message)).toString('latin1');

describe('a stream', () => {
  const stream = `${MESSAGES[0] ?? ''}${PING}${MESSAGES[1] ?? ''}\n${MESSAGES[2] ?? ''}${PING}${PING}`;
  const wanted: Outcome = {
    messages: [MESSAGES[0], PING, MESSAGES[1], MESSAGES[2], PING, PING].map((m) => text(m ?? '')),
    broken: undefined,
  };

  it('gives its messages whole and byte by byte', () => {
    expect(whole(stream)).toEqual(wanted);
    const bytes = bytesOf(stream);
    expect(feed(bytes, new Array<number>(bytes.length).fill(1))).toEqual(wanted);
  });

  it('gives the same however it is cut, also when it breaks', () => {
    const piece = fc.constantFrom(
      ...MESSAGES,
      PING,
      '\n',
      '\r',
      'GET / HTTP/1.1\n',
      'INVITE sip:a@b SIP/2.0\nA: b\n\n',
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), cuts, (pieces, sizes) => {
        const bytes = new TextEncoder().encode(pieces.join('').replace(/\n/g, '\r\n'));
        const at_once = feed(bytes, []);
        expect(feed(bytes, sizes)).toEqual(at_once);
        expect(feed(bytes, new Array<number>(bytes.length).fill(1))).toEqual(at_once);
      }),
      { numRuns: 1_000, seed: 12_345 },
    );
  });

  it('gives messages that can be read', () => {
    for (const message of MESSAGES) {
      const [bytes = ''] = whole(message).messages;
      const result = parseMessage(Buffer.from(bytes, 'latin1'));
      expect(result.ok ? 'ok' : result.fault.code).toBe('missing-header');
    }
  });

  const head = 'OPTIONS sip:a@b SIP/2.0\n';
  it.each<[FramingFault, string]>([
    ['not-sip', 'GET / HTTP/1.1\nHost: x\n\n'],
    ['not-sip', '\u0016\u0003\u0001\u0002\n'],
    ['not-sip', 'SIP/2.0 999 What\n'],
    ['line-too-long', 'A'.repeat(5_000)],
    ['too-long', `${head}${'X: y\n'.repeat(15_000)}`],
    ['too-long', `${head}Content-Length: 70000\n\n`],
    ['no-length', `${head}Via: x\n\n`],
    ['bad-length', `${head}Content-Length: -1\n\n`],
    ['bad-length', `${head}Content-Length: 99999999999\n\n`],
    ['bad-length', `${head}Content-Length: 5\nl: 6\n\nabcdef`],
  ])('breaks: %s', (fault, hostile) => {
    const framer = new StreamFramer();
    const good = framer.push(bytesOf(MESSAGES[0] ?? ''));
    expect([good.messages.length, good.broken]).toEqual([1, undefined]);
    expect(framer.push(bytesOf(hostile))).toEqual({ messages: [], broken: fault });
    // For good: what follows is not read.
    expect(framer.push(bytesOf(MESSAGES[0] ?? ''))).toEqual({ messages: [], broken: fault });
  });

  it('lets a ping be answered and a pong be', () => {
    const tcp: Flow = { id: 'tcp:192.0.2.1:40000', transport: 'TCP', address: '192.0.2.1', port: 40_000 };
    const sent = (bytes: Uint8Array, flow: Flow): string[] =>
      makeCore()
        .receive(bytes, flow, 0)
        .flatMap((e) => (e.type === 'send' ? [Buffer.from(e.bytes).toString('latin1')] : []));
    const [ping = new Uint8Array()] = new StreamFramer().push(bytesOf(PING)).messages;
    expect(sent(ping, tcp)).toEqual(['\r\n']);
    expect(sent(ping, { ...tcp, transport: 'UDP' })).toEqual([]);
    expect(new StreamFramer().push(bytesOf('\nO'))).toEqual({ messages: [], broken: undefined });
  });
});
