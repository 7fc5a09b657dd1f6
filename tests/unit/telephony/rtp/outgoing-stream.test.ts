import { describe, expect, test } from '@jest/globals';
import { OutgoingStream } from '../../../../telephony/rtp/outgoing-stream.ts';

function from(source: string, sequence: number, rtpTs: number) {
  return { source, sequence, rtpTs, marker: false };
}

describe('outgoing stream', () => {
  test('gaps of a source are kept', () => {
    const out = new OutgoingStream({ sequence: 65_534, rtpTs: 0xffff_ff00 });
    expect(out.next(from('a', 10, 1000), 0)).toEqual({ sequence: 65_534, rtpTs: 0xffff_ff00, marker: true });
    expect(out.next(from('a', 13, 1480), 480)).toEqual({ sequence: 1, rtpTs: 0xe0, marker: false });
    // One that was overtaken keeps its own numbers.
    expect(out.next(from('a', 12, 1320), 490)).toEqual({ sequence: 0, rtpTs: 0x40, marker: false });
  });

  test('another source goes on without a jump back, by the time that passed, with the marker', () => {
    const out = new OutgoingStream({ sequence: 100, rtpTs: 5000 });
    out.next(from('prompt', 0, 0), 0);
    out.next(from('prompt', 1, 160), 160);
    expect(out.next(from('agent', 40_000, 9_999_999), 8160)).toEqual({ sequence: 102, rtpTs: 13_160, marker: true });
    expect(out.next(from('agent', 40_001, 10_000_159), 8320)).toEqual({ sequence: 103, rtpTs: 13_320, marker: false });
  });

  test('a straggler of the new source from before the change is left out', () => {
    const out = new OutgoingStream({ sequence: 1, rtpTs: 1 });
    out.next(from('prompt', 0, 0), 0);
    out.next(from('agent', 500, 8000), 160);
    expect(out.next(from('agent', 499, 7840), 170)).toBeUndefined();
  });

  test('a source whose numbers start anew is treated as another one', () => {
    const out = new OutgoingStream({ sequence: 1, rtpTs: 1000 });
    out.next(from('a', 500, 8000), 0);
    expect(out.next(from('a', 30_000, 70), 160)).toEqual({ sequence: 2, rtpTs: 1160, marker: true });
  });

  test('what is left out closes up instead of looking like loss', () => {
    const out = new OutgoingStream({ sequence: 1, rtpTs: 1000 });
    out.next(from('a', 500, 8000), 0);
    out.omit(from('a', 501, 8160));
    expect(out.next(from('a', 502, 8320), 320)).toEqual({ sequence: 2, rtpTs: 1320, marker: false });
  });

  test('all packets of an event share a timestamp and later audio goes on by the time that passed', () => {
    const out = new OutgoingStream({ sequence: 1, rtpTs: 1000 });
    out.next(from('a', 500, 8000), 0);
    expect(out.next(from('digit', 0, 0), 160)?.rtpTs).toBe(1160);
    expect(out.next(from('digit', 1, 0), 320)?.rtpTs).toBe(1160);
    expect(out.next(from('a', 503, 8480), 480)).toEqual({ sequence: 4, rtpTs: 1480, marker: true });
    expect(out.rtpTsAt(640)).toBe(1640);
  });
});
