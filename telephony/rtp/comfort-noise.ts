/** Comfort noise (RFC 3389): what a far end sends in place of silence, and the noise that we make of it. Pure. */

/** Louder than this would be no comfort: -30 dBov. */
const loudestLevel = 30;

/** Level of the noise in -dBov, 0-127; `undefined` for an empty payload. */
export function noiseLevelOf(payload: Uint8Array): number | undefined {
  const first = payload[0];
  // The spectrum in the octets behind it is left out: white noise will do for a telephone.
  return first === undefined ? undefined : first & 0x7f;
}

/** A source of white noise that always makes the same from the same seed. */
export class NoiseSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed === 0 ? 1 : seed | 0;
  }

  frame(level: number, length: number): Int16Array {
    // A uniform distribution has its peak at the square root of three times its effective value.
    const peak = Math.sqrt(3) * 32_768 * 10 ** (-Math.max(loudestLevel, level) / 20);
    const pcm = new Int16Array(length);
    for (let i = 0; i < length; i += 1) pcm[i] = Math.round(peak * this.#next());
    return pcm;
  }

  /** Between -1 and 1 (Marsaglia's xorshift). */
  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x / 0x8000_0000;
  }
}
