import { describe, expect, it } from '@jest/globals';
import { noiseLevelOf, NoiseSource } from '../../../../telephony/rtp/comfort-noise.ts';

const effective = (pcm: Int16Array): number => Math.sqrt(pcm.reduce((sum, s) => sum + s * s, 0) / pcm.length);

describe('comfort noise', () => {
  it('reads the level and leaves the spectrum', () => {
    expect(noiseLevelOf(Uint8Array.of(0xff))).toBe(127);
    expect(noiseLevelOf(Uint8Array.of(60, 1, 2, 3))).toBe(60);
    expect(noiseLevelOf(new Uint8Array())).toBeUndefined();
  });

  it.each([40, 50, 60])('makes noise of -%i dBov', (level) => {
    const db = 20 * Math.log10(effective(new NoiseSource(7).frame(level, 8_000)) / 32_768);
    expect(Math.abs(db + level)).toBeLessThan(1);
  });

  it('is never loud, and silent at the bottom', () => {
    expect(effective(new NoiseSource(7).frame(0, 8_000))).toBeLessThan(1_100);
    expect(Math.max(...new NoiseSource(0).frame(127, 800))).toBe(0);
  });
});
