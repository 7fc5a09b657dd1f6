import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { looksLikeRtcp, parseRtcp, serializeReport } from '../../../../telephony/rtp/rtcp-packet.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const block = fc.record({
  ssrc: u32,
  fractionLost: fc.integer({ min: 0, max: 255 }),
  packetsLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  highestSequence: u32,
  jitterTicks: u32,
  lastSr: u32,
  delaySinceLastSr: u32,
});
const sender = fc.record({ ntpSeconds: u32, ntpFraction: u32, rtpTs: u32, packetCount: u32, octetCount: u32 });

describe('RTCP', () => {
  test('reports are read as written', () => {
    fc.assert(
      fc.property(
        u32,
        fc.array(block, { maxLength: 3 }),
        fc.option(sender, { nil: undefined }),
        (ssrc, blocks, info) => {
          const report = { ssrc, cname: 'leg', blocks };
          const bytes = serializeReport(info === undefined ? report : { ...report, sender: info });
          expect(bytes.length % 4).toBe(0);
          expect(looksLikeRtcp(bytes)).toBe(true);
          const expected =
            info === undefined
              ? { type: 'receiver-report', ssrc, blocks }
              : { type: 'sender-report', ssrc, sender: info, blocks };
          expect(parseRtcp(bytes)).toEqual([expected]);
        },
      ),
    );
  });

  test('garbage and truncation never throw', () => {
    const whole = serializeReport({ ssrc: 1, cname: 'x', blocks: [] });
    for (let length = 0; length < 8; length += 1) expect(parseRtcp(whole.subarray(0, length))).toEqual([]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parseRtcp(bytes).length).toBeLessThanOrEqual(32);
      }),
    );
  });
});
