import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeG711, encodeG711 } from '../../../../telephony/rtp/g711.ts';
import { InbandDigits } from '../../../../telephony/rtp/inband-digits.ts';

const low = [697, 770, 852, 941];
const high = [1209, 1336, 1477, 1633];
const rows = ['123A', '456B', '789C', '*0#D'];
const all = rows.join('');

const hzOf = (digit: string): readonly [number, number] => {
  const row = rows.findIndex((keys) => keys.includes(digit));
  return [low[row] ?? 0, high[rows[row]?.indexOf(digit) ?? 0] ?? 0];
};

/** Tone pairs and pauses as they come through an A-law line. */
function sounds(
  digits: string,
  { toneMs = 60, pauseMs = 60, lowAmplitude = 6000, highAmplitude = 6000, offHz = 0 } = {},
) {
  const samples: number[] = Array.from({ length: 37 }, () => 0);
  for (const digit of digits) {
    const [a, b] = hzOf(digit);
    for (let n = 0; n < toneMs * 8; n += 1) {
      const at = (2 * Math.PI * n) / 8000;
      samples.push(lowAmplitude * Math.sin(at * a * (1 + offHz)) + highAmplitude * Math.sin(at * b * (1 + offHz)));
    }
    for (let n = 0; n < pauseMs * 8; n += 1) samples.push(0);
  }
  return decodeG711('pcma', encodeG711('pcma', Int16Array.from(samples, Math.round)));
}

const heardIn = (pcm: Int16Array, detector = new InbandDigits()): string =>
  detector
    .push(pcm)
    .map(({ digit }) => digit)
    .join('');

describe('digits in the audio', () => {
  test('are all sixteen, each once, with their length', () => {
    const digits = new InbandDigits().push(sounds(all));
    expect(digits.map(({ digit }) => digit).join('')).toBe(all);
    for (const { durationMs } of digits) expect(Math.abs(durationMs - 60)).toBeLessThanOrEqual(20);
  });

  test('are the same twice when said twice, and once when held', () => {
    expect(heardIn(sounds('11'))).toBe('11');
    expect(heardIn(sounds('5', { toneMs: 2000 }))).toBe('5');
  });

  test.each([
    { what: '40 ms long, the shortest of Q.24', options: { toneMs: 41, pauseMs: 41 }, heard: true },
    { what: '10 ms long', options: { toneMs: 10 }, heard: false },
    { what: '1.5 % off', options: { offHz: 0.015 }, heard: true },
    { what: '6 % off', options: { offHz: 0.06 }, heard: false },
    { what: 'quiet, -27 dBm0', options: { lowAmplitude: 900, highAmplitude: 900 }, heard: true },
    { what: 'below what is listened to', options: { lowAmplitude: 60, highAmplitude: 60 }, heard: false },
    { what: 'with the high tone 3 dB up', options: { lowAmplitude: 4000, highAmplitude: 5600 }, heard: true },
    { what: 'with the high tone 9 dB up', options: { lowAmplitude: 2000, highAmplitude: 5700 }, heard: false },
    { what: 'with the low tone 7 dB up', options: { lowAmplitude: 6000, highAmplitude: 2700 }, heard: true },
    { what: 'with one tone only', options: { highAmplitude: 0 }, heard: false },
  ])('are heard or not: $what', ({ options, heard }) => {
    expect(heardIn(sounds('159D', options))).toBe(heard ? '159D' : '');
  });

  test('are the same however the audio is cut', () => {
    const pcm = sounds('1470*');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 }), (cuts) => {
        const detector = new InbandDigits();
        let at = 0;
        let heard = '';
        for (let i = 0; at < pcm.length; i += 1) {
          const next = at + (cuts[i % cuts.length] ?? 1);
          heard += heardIn(pcm.subarray(at, next), detector);
          at = next;
        }
        expect(heard).toBe('1470*');
      }),
      { numRuns: 50 },
    );
  });

  test('are not found in noise, or in a voice-like sweep of harmonics', () => {
    let state = 1;
    const noise = Int16Array.from({ length: 80_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
      return (state >> 15) - 16_384 / 2;
    });
    expect(heardIn(noise)).toBe('');
    const voice = Int16Array.from({ length: 80_000 }, (_, n) => {
      const f0 = 120 + 60 * Math.sin(n / 9000);
      let sum = 0;
      for (let k = 1; k < 20; k += 1) sum += (4000 / k) * Math.sin((2 * Math.PI * k * f0 * n) / 8000);
      return Math.round(sum);
    });
    expect(heardIn(voice)).toBe('');
  });
});
