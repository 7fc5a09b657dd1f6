import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRtp, rtpTsDistance, sequenceDistance, serializeRtp } from '../../../../telephony/rtp/rtp-packet.ts';

const packets = fc.record({
  // 64-95 with the marker would read as RTCP on a shared port (RFC 5761).
  payloadType: fc.integer({ min: 0, max: 127 }).filter((pt) => pt < 64 || pt > 95),
  marker: fc.boolean(),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  rtpTs: fc.integer({ min: 0, max: 0xffff_ffff }),
  ssrc: fc.integer({ min: 0, max: 0xffff_ffff }),
  payload: fc.uint8Array({ maxLength: 480 }),
});

describe('RTP packets', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(parseRtp(serializeRtp(packet))).toEqual(packet);
      }),
    );
  });

  test('garbage and truncated packets never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const packet = parseRtp(bytes);
        expect(packet === undefined || packet.payload.length <= bytes.length).toBe(true);
      }),
    );
    const whole = serializeRtp({
      payloadType: 8,
      marker: false,
      sequence: 1,
      rtpTs: 2,
      ssrc: 3,
      payload: new Uint8Array(4),
    });
    for (let length = 0; length < 12; length += 1) expect(parseRtp(whole.subarray(0, length))).toBeUndefined();
  });

  test('CSRC, header extension and padding are stepped over', () => {
    const bytes = Uint8Array.of(
      ...[0xb1, 0x88, 0, 7, 0, 0, 0, 9, 0, 0, 0, 5],
      ...[0, 0, 0, 1], // one CSRC
      ...[0xbe, 0xde, 0, 1, 0x10, 0xaa, 0, 0], // extension of one word
      ...[1, 2, 3, 0, 2], // payload and two octets of padding
    );
    const packet = parseRtp(bytes);
    expect(packet).toMatchObject({ payloadType: 8, marker: true, sequence: 7, rtpTs: 9, ssrc: 5 });
    expect([...(packet?.payload ?? [])]).toEqual([1, 2, 3]);
  });

  test('a header that claims more than there is, is refused', () => {
    expect(parseRtp(Uint8Array.of(0x8f, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0))).toBeUndefined();
    expect(parseRtp(Uint8Array.of(0x90, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xbe, 0xde, 0xff, 0xff))).toBeUndefined();
    expect(parseRtp(Uint8Array.of(0xa0, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9, 200))).toBeUndefined();
  });

  test('distances go round the end of the numbers', () => {
    expect(sequenceDistance(2, 0xfffe)).toBe(4);
    expect(sequenceDistance(0xfffe, 2)).toBe(-4);
    expect(rtpTsDistance(100, 0xffff_ff9c)).toBe(200);
  });
});
