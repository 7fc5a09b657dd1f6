import { describe, expect, it } from '@jest/globals';
import { JitterBuffer } from '../../../../telephony/rtp/jitter-buffer.ts';

const FRAME = 160;

/** A ramp: every sample says where it belongs. */
function piece(atSample: number, length = FRAME): { atSample: number; pcm: Int16Array; lostSamples: number } {
  const pcm = Int16Array.from({ length }, (_, i) => ((atSample + i) % 20_000) + 1);
  return { atSample, pcm, lostSamples: 0 };
}

/** Runs beats; `arrivals` gives the pieces that come before a beat. */
function run(beats: number, arrivals: (beat: number) => readonly ReturnType<typeof piece>[]) {
  const buffer = new JitterBuffer();
  const frames: (Int16Array | undefined)[] = [];
  for (let beat = 0; beat < beats; beat += 1) {
    for (const one of arrivals(beat)) buffer.put(one);
    frames.push(buffer.read(beat * FRAME));
  }
  return { buffer, frames };
}

const joined = (frames: readonly (Int16Array | undefined)[]): number[] => frames.flatMap((f) => [...(f ?? [])]);

/** Samples that do not follow the one before. */
const breaks = (samples: readonly number[]): number =>
  samples.filter((s, i) => i > 0 && s !== (samples[i - 1] ?? 0) + 1 && s !== 1).length;

describe('JitterBuffer', () => {
  it('gives even audio back without a break, 40 ms later', () => {
    const { frames, buffer } = run(50, (beat) => [piece(beat * FRAME)]);
    const heard = joined(frames.slice(4));
    expect(heard).toHaveLength(46 * FRAME);
    expect(breaks(heard)).toBe(0);
    expect(heard[0]).toBe(4 * FRAME - 320 + 1);
    expect(buffer.delayMs).toBe(40);
  });

  it.each([80, 240, 480])('takes packets of %i samples', (length) => {
    const { frames } = run(60, (beat) => {
      const pieces = [];
      for (let at = 0; at <= beat * FRAME; at += length) {
        if (at > (beat - 1) * FRAME) pieces.push(piece(at, length));
      }
      return pieces;
    });
    expect(breaks(joined(frames.slice(6)))).toBe(0);
  });

  it('waits longer when audio comes late, so that it is whole again', () => {
    // From beat 20 on everything comes 60 ms late.
    const { frames, buffer } = run(100, (beat) => {
      if (beat < 20) return [piece(beat * FRAME)];
      return beat < 23 ? [] : [piece((beat - 3) * FRAME)];
    });
    expect(buffer.delayMs).toBeGreaterThan(60);
    expect(buffer.delayMs).toBeLessThanOrEqual(120);
    expect(breaks(joined(frames.slice(40)))).toBe(0);
  });

  it('never waits longer than 120 ms', () => {
    const { buffer } = run(200, (beat) => (beat % 20 === 0 ? [piece(Math.max(0, beat - 15) * FRAME)] : []));
    expect(buffer.delayMs).toBeLessThanOrEqual(120);
  });

  it('waits less again when audio comes early for a while', () => {
    const { buffer } = run(3_000, (beat) => {
      const quiet = new Int16Array(FRAME);
      if (beat === 10) return [];
      if (beat === 14) return [{ atSample: 10 * FRAME, pcm: quiet, lostSamples: 0 }];
      return [{ atSample: beat * FRAME, pcm: quiet, lostSamples: 0 }];
    });
    expect(buffer.delayMs).toBeLessThanOrEqual(50);
  });

  it('fills a short hole with what was before, fading, and a long one with silence', () => {
    const loud = (beat: number) => ({ ...piece(beat * FRAME), pcm: new Int16Array(FRAME).fill(8_000) });
    const { frames } = run(30, (beat) => (beat < 10 ? [loud(beat)] : []));
    const levels = frames.map((f) => Math.max(0, ...(f ?? [])));
    expect(levels[11]).toBe(8_000);
    expect(levels[12]).toBeGreaterThan(7_000);
    expect(levels[13]).toBeLessThan(6_000);
    expect(levels[14]).toBeLessThan(3_000);
    expect(frames[15]).toBeUndefined();
    expect(frames[29]).toBeUndefined();
  });

  it('finds back to the clock after a stall of the reader', () => {
    const buffer = new JitterBuffer();
    for (let beat = 0; beat < 10; beat += 1) {
      buffer.put(piece(beat * FRAME));
      buffer.read(beat * FRAME);
    }
    // A second passes without a beat; audio has come meanwhile.
    for (let beat = 10; beat < 60; beat += 1) buffer.put(piece(beat * FRAME));
    const frame = buffer.read(59 * FRAME);
    expect(frame?.[0]).toBe(59 * FRAME - 320 + 1);
  });

  it('does not run ahead of the clock when beats are made up for', () => {
    const buffer = new JitterBuffer();
    for (let beat = 0; beat < 100; beat += 1) {
      buffer.put(piece(beat * FRAME));
      buffer.read(beat * FRAME);
      if (beat % 10 === 0) for (let extra = 0; extra < 4; extra += 1) buffer.read(beat * FRAME);
    }
    buffer.put(piece(100 * FRAME));
    expect(buffer.read(100 * FRAME)).toBeDefined();
  });
});
