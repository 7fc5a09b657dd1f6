/** Sounds as 8 kHz samples: files, tones, levels. */
import { readFile, writeFile } from 'node:fs/promises';
import { readWav8k, wavHeader } from '../../telephony/rtp/wav.ts';

export const RATE_HZ = 8_000;

/** Samples of a WAV file (PCM16, A-law or mu-law, any rate), or of a raw `.pcm` file (16 bit, 8 kHz, mono). */
export async function loadAudio(path: string): Promise<Int16Array> {
  const bytes = await readFile(path);
  if (path.endsWith('.pcm')) {
    return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(i * 2));
  }
  const wav = readWav8k(bytes);
  if (!wav.ok) throw new Error(`${path} cannot be played: ${wav.reason}`);
  return wav.pcm;
}

/** Writes a WAV file; two channels are given interleaved. */
export async function saveWav(path: string, pcm: Int16Array, channels = 1): Promise<void> {
  const header = wavHeader({ channels, rateHz: RATE_HZ, dataBytes: pcm.length * 2 });
  await writeFile(path, Buffer.concat([header, Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)]));
}

/** A sine tone. */
export function tone(frequencyHz: number, lengthMs: number, amplitude = 8_000): Int16Array {
  const samples = Math.round((lengthMs * RATE_HZ) / 1_000);
  return Int16Array.from({ length: samples }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / RATE_HZ)),
  );
}

/** Amplitude of one frequency in the samples (Goertzel). A sine of amplitude 8000 gives about 8000. */
export function toneAmplitude(pcm: Int16Array, frequencyHz: number): number {
  if (pcm.length === 0) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / RATE_HZ);
  let [s1, s2] = [0, 0];
  for (const sample of pcm) [s1, s2] = [sample + coefficient * s1 - s2, s1];
  const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return (2 * Math.sqrt(Math.max(0, power))) / pcm.length;
}

/** Root mean square in dB below full scale; -Infinity for silence. */
export function levelDb(pcm: Int16Array): number {
  if (pcm.length === 0) return -Infinity;
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return 10 * Math.log10(sum / pcm.length / 32_768 ** 2);
}
