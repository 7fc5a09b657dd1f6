import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AudioTimeline } from '../../../../telephony/rtp/audio-timeline.ts';
import type { PlacedAudio } from '../../../../telephony/rtp/audio-timeline.ts';

/** Packet `i` of a stream of 20 ms packets; its samples say which one it is. */
function packet(i: number, over: { ssrc?: number; rtpTs?: number; sequence?: number; silent?: boolean } = {}) {
  return {
    ssrc: over.ssrc ?? 1,
    sequence: (over.sequence ?? 65_530 + i) & 0xffff,
    rtpTs: (over.rtpTs ?? 0xffff_ff00 + i * 160) >>> 0,
    pcm: over.silent === true ? undefined : new Int16Array(160).fill(i),
  };
}

function places(placed: readonly PlacedAudio[]): number[][] {
  return placed.map((one) => [one.atSample, one.pcm[0] ?? -1, one.lostSamples]);
}

describe('audio timeline', () => {
  test('packets stand one after the other from the first arrival, whatever the jitter', () => {
    const timeline = new AudioTimeline();
    const placed = [0, 190, 260, 560, 600].flatMap((late, i) => timeline.push(packet(i), 8000 + late + i * 100));
    expect(places(placed)).toEqual([0, 1, 2, 3, 4].map((i) => [8000 + i * 160, i, 0]));
  });

  test('packets out of order are put in order', () => {
    const timeline = new AudioTimeline();
    const placed = [0, 2, 1, 3].flatMap((i, at) => timeline.push(packet(i), at * 160));
    expect(places(placed).map((one) => one[1])).toEqual([0, 1, 2, 3]);
  });

  test('a lost packet leaves a hole that is marked, after 60 ms of waiting', () => {
    const timeline = new AudioTimeline();
    timeline.push(packet(0), 0);
    expect(timeline.push(packet(2), 320)).toEqual([]);
    expect(timeline.advance(700)).toEqual([]);
    expect(places(timeline.advance(800))).toEqual([[320, 2, 160]]);
    // Too late now.
    expect(timeline.push(packet(1), 810)).toEqual([]);
  });

  test('a pause of the sender is a hole without loss', () => {
    const timeline = new AudioTimeline();
    timeline.push(packet(0), 0);
    timeline.push(packet(1, { silent: true }), 160);
    const placed = timeline.push(packet(2, { rtpTs: 0xffff_ff00 + 8000 }), 8000);
    expect(places(placed)).toEqual([[8000, 2, 0]]);
  });

  test('repeats are ignored', () => {
    const timeline = new AudioTimeline();
    timeline.push(packet(0), 0);
    timeline.push(packet(2), 320);
    expect(timeline.push(packet(2), 330)).toEqual([]);
    expect(timeline.push(packet(0), 340)).toEqual([]);
    expect(places(timeline.push(packet(1), 350)).map((one) => one[1])).toEqual([1, 2]);
  });

  test('a new source or a new time base is placed where it arrives, never over what is there', () => {
    const timeline = new AudioTimeline();
    timeline.push(packet(0), 1000);
    expect(places(timeline.push(packet(7, { ssrc: 2, sequence: 9, rtpTs: 55 }), 5000))).toEqual([[5000, 7, 0]]);
    // Timestamps start anew under the same source.
    expect(places(timeline.push(packet(8, { ssrc: 2, sequence: 10, rtpTs: 77_000_000 }), 5100))).toEqual([
      [5160, 8, 0],
    ]);
  });

  test('a slow clock of the sender is followed', () => {
    const timeline = new AudioTimeline();
    let last: PlacedAudio | undefined;
    // 21 ms between packets that say 20 ms: 1 ms (8 samples) late each.
    for (let i = 0; i < 500; i += 1) last = timeline.push(packet(i), i * 168).at(-1) ?? last;
    expect(last?.atSample).toBeGreaterThan(499 * 168 - 1000);
    expect(last?.atSample).toBeLessThanOrEqual(499 * 168);
  });

  test('whatever arrives, placed audio never overlaps and never goes back', () => {
    const arrivals = fc.array(
      fc.record({
        ssrc: fc.integer({ min: 1, max: 2 }),
        sequence: fc.integer({ min: 0, max: 40 }),
        rtpTs: fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 0xffff_ffff })),
        afterSamples: fc.integer({ min: 0, max: 900 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(arrivals, (list) => {
        const timeline = new AudioTimeline();
        let now = 0;
        const placed = list.flatMap(({ afterSamples, ...numbers }) => {
          now += afterSamples;
          return timeline.push({ ...numbers, pcm: new Int16Array(160) }, now);
        });
        let end = 0;
        for (const one of [...placed, ...timeline.flush(now)]) {
          expect(one.atSample).toBeGreaterThanOrEqual(end);
          end = one.atSample + one.pcm.length;
        }
        expect(end).toBeLessThanOrEqual(now + 60 * 1600);
      }),
    );
  });
});
