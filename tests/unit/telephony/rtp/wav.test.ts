import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeG711 } from '../../../../telephony/rtp/g711.ts';
import { readWav8k, repairedHeader, wavHeader } from '../../../../telephony/rtp/wav.ts';
import { amplitudeOf } from '../media/rtp-party.ts';

function tone(hz: number, rateHz: number, seconds = 1): Int16Array {
  return Int16Array.from({ length: rateHz * seconds }, (_, i) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  );
}

function wav(pcm: Int16Array, rateHz: number, channels = 1): Uint8Array {
  const data = Buffer.alloc(pcm.length * 2);
  pcm.forEach((sample, i) => data.writeInt16LE(sample, i * 2));
  return Buffer.concat([wavHeader({ channels, rateHz, dataBytes: data.length }), data]);
}

function pcmOf(bytes: Uint8Array): Int16Array {
  const read = readWav8k(bytes);
  if (!read.ok) throw new Error(read.reason);
  return read.pcm;
}

describe('reading WAV', () => {
  test('8 kHz linear comes back as it was', () => {
    const pcm = tone(440, 8000);
    expect([...pcmOf(wav(pcm, 8000))]).toEqual([...pcm]);
  });

  test.each([11_025, 16_000, 22_050, 44_100, 48_000])('%i Hz becomes 8 kHz with the tone unharmed', (rateHz) => {
    const pcm = pcmOf(wav(tone(440, rateHz), rateHz));
    expect(pcm.length).toBeGreaterThan(7990);
    expect(pcm.length).toBeLessThanOrEqual(8000);
    expect(amplitudeOf(pcm, 440)).toBeGreaterThan(9700);
  });

  test('what the line cannot carry does not fold back', () => {
    const pcm = pcmOf(wav(tone(5000, 16_000), 16_000));
    expect(amplitudeOf(pcm, 3000)).toBeLessThan(200);
  });

  test('channels are mixed, A-law and mu-law are understood', () => {
    const stereo = Int16Array.from({ length: 1600 }, (_, i) => (i % 2 === 0 ? 1000 : 3000));
    expect(pcmOf(wav(stereo, 8000, 2))[5]).toBe(2000);
    for (const [law, tag] of [
      ['pcma', 6],
      ['pcmu', 7],
    ] as const) {
      const octets = encodeG711(law, tone(440, 8000));
      const head = Buffer.from(wavHeader({ channels: 1, rateHz: 8000, dataBytes: octets.length }));
      head.writeUInt16LE(tag, 20);
      head.writeUInt16LE(8, 34);
      expect(amplitudeOf(pcmOf(Buffer.concat([head, octets])), 440)).toBeGreaterThan(9700);
    }
  });

  test('garbage and files cut anywhere never throw', () => {
    const whole = wav(tone(440, 8000, 0.01), 8000);
    for (let length = 0; length < 44; length += 1) expect(readWav8k(whole.subarray(0, length)).ok).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const start = Buffer.from(whole.subarray(0, 12));
        expect(typeof readWav8k(Buffer.concat([start, bytes])).ok).toBe('boolean');
        expect(readWav8k(bytes).ok).toBe(false);
      }),
    );
  });
});

describe('repairing the header', () => {
  test('a file that grew after its header is put right, half a frame is cut off', () => {
    const head = wavHeader({ channels: 2, rateHz: 8000, dataBytes: 0 });
    const repair = repairedHeader(head, 44 + 4003);
    expect(repair?.wholeBytes).toBe(44 + 4000);
    expect(repair?.header).toEqual(wavHeader({ channels: 2, rateHz: 8000, dataBytes: 4000 }));
  });

  test('a right header and a file of somebody else are left alone', () => {
    expect(repairedHeader(wavHeader({ channels: 2, rateHz: 8000, dataBytes: 400 }), 444)).toBeUndefined();
    expect(repairedHeader(new Uint8Array(44), 444)).toBeUndefined();
    expect(repairedHeader(new Uint8Array(3), 3)).toBeUndefined();
  });
});
