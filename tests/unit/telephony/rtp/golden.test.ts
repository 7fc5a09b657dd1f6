/** Transcripts of RTP and RTCP, hostile ones included (`tests/golden/rtp`). */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseRtcp } from '../../../../telephony/rtp/rtcp-packet.ts';
import { parseRtp, serializeRtp } from '../../../../telephony/rtp/rtp-packet.ts';
import { DigitReceiver } from '../../../../telephony/rtp/telephone-event.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../golden/rtp/${name}`, import.meta.url), 'utf8'));
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

interface Datagram {
  readonly what: string;
  readonly hex: string;
  readonly expect: { readonly payloadBytes: number } | null;
}

describe('a datagram on an RTP port', () => {
  test.each(read('rtp.json') as Datagram[])('$what', ({ hex, expect: wanted }) => {
    const packet = parseRtp(bytesOf(hex));
    if (wanted === null || packet === undefined) {
      expect(packet ?? null).toBe(wanted);
      return;
    }
    const { payload, ...numbers } = packet;
    expect({ ...numbers, payloadBytes: payload.length }).toEqual(wanted);
    expect(parseRtp(serializeRtp(packet))).toEqual(packet);
  });
});

describe('a datagram on an RTCP port', () => {
  test.each(read('rtcp.json') as { what: string; hex: string; types: string[] }[])('$what', ({ hex, types }) => {
    expect(parseRtcp(bytesOf(hex)).map(({ type }) => type)).toEqual(types);
  });
});

interface Stream {
  readonly what: string;
  readonly digits: string;
  readonly packets: readonly { readonly atMs: number; readonly hex: string }[];
}

describe('a stream of telephone events', () => {
  test.each(read('streams.json') as Stream[])('$what', ({ packets, digits }) => {
    const receiver = new DigitReceiver();
    const heard = packets.flatMap(({ atMs, hex }) => {
      const packet = parseRtp(bytesOf(hex));
      return [...receiver.advance(atMs), ...(packet === undefined ? [] : receiver.push(packet, atMs))];
    });
    expect([...heard, ...receiver.advance(10_000)].map(({ digit }) => digit).join('')).toBe(digits);
  });
});
