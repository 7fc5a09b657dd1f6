/** A telephone line: band, noise, G.711 A-law. Pure; randomness comes in. */
import type { Random } from '../../asr/training/sentences/random.ts';
import { decodeG711, encodeG711 } from '../../telephony/rtp/g711.ts';
import type { Noise } from './call-file.ts';

const RATE_HZ = 8_000;
const TAPS = 101;
const BAND_HZ = [300, 3_400] as const;

/** A linear-phase band pass (windowed sinc). */
const kernel = Float64Array.from({ length: TAPS }, (_, i) => {
  const n = i - (TAPS - 1) / 2;
  const low = (hz: number): number => {
    const w = (2 * hz) / RATE_HZ;
    return n === 0 ? w : Math.sin(Math.PI * w * n) / (Math.PI * n);
  };
  const window = 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (TAPS - 1));
  return (low(BAND_HZ[1]) - low(BAND_HZ[0])) * window;
});

/** Silence stays silence and costs nothing. */
function band(x: Float64Array): Float64Array {
  const half = (TAPS - 1) / 2;
  const padded = new Float64Array(x.length + TAPS - 1);
  padded.set(x, half);
  const out = new Float64Array(x.length);
  let lastSound = -TAPS;
  for (let i = 0; i < x.length; i++) {
    if (padded[i + TAPS - 1] !== 0) lastSound = i;
    if (i - lastSound > TAPS) continue;
    let sum = 0;
    for (let k = 0; k < TAPS; k++) sum += (kernel[k] ?? 0) * (padded[i + k] ?? 0);
    out[i] = sum;
  }
  return out;
}

function rms(x: Float64Array, used?: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    if (used?.[i] === 0) continue;
    sum += (x[i] ?? 0) ** 2;
    count++;
  }
  return Math.sqrt(sum / Math.max(1, count));
}

/** Two uniform numbers make one of nearly normal shape; exactness does not matter here. */
const grain = (random: Random): number => random.next() + random.next() + random.next() - 1.5;

function noiseOf(kind: Noise['kind'], length: number, random: Random, speech: Float64Array): Float64Array {
  if (kind === 'babble') return babble(length, random, speech);
  const out = Float64Array.from({ length }, () => grain(random));
  if (kind === 'white') return out;
  // Street: low rumble that swells as cars pass.
  const swellHz = 0.15 + 0.3 * random.next();
  let last = 0;
  for (let i = 0; i < length; i++) {
    last = 0.9 * last + (out[i] ?? 0);
    out[i] = last * (1 + 0.7 * Math.sin((2 * Math.PI * swellHz * i) / RATE_HZ));
  }
  return out;
}

/** Other people in the room: the call's own speech backwards, six times over, which nobody can understand. */
function babble(length: number, random: Random, speech: Float64Array): Float64Array {
  const voices = Array.from({ length: 6 }, () => random.int(0, Math.max(0, speech.length - 1)));
  return Float64Array.from({ length }, (_, i) =>
    voices.reduce((sum, from) => sum + (speech[(from + speech.length - (i % speech.length)) % speech.length] ?? 0), 0),
  );
}

export interface LineOptions {
  readonly noise: Noise | null;
  readonly random: Random;
  /** 1 where somebody speaks: the level of speech is measured there. */
  readonly spoken: Uint8Array;
  /** Speech without its pauses, for babble. */
  readonly voices: Int16Array;
}

/** What arrives at the other end. */
export function throughLine(pcm: Int16Array, { noise, random, spoken, voices }: LineOptions): Int16Array {
  const x = band(Float64Array.from(pcm));
  if (noise !== null) {
    const n = band(noiseOf(noise.kind, x.length, random, Float64Array.from(voices)));
    const gain = (rms(x, spoken) / Math.max(1e-9, rms(n))) * 10 ** (-noise.snrDb / 20);
    for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) + gain * (n[i] ?? 0);
  }
  const clipped = Int16Array.from(x, (s) => Math.max(-32_768, Math.min(32_767, Math.round(s))));
  return decodeG711('pcma', encodeG711('pcma', clipped));
}
