/** Seeded randomness: one stream for each purpose, so that taking a measure away leaves the arrivals as they were. */

/** mulberry32: small, fast, good enough for arrivals and patience. */
export class Random {
  #state: number;

  constructor(seed: number, purpose: string) {
    let hash = seed | 0;
    for (const char of purpose) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x5bd1e995) ^ (hash >>> 13);
    this.#state = hash | 0;
  }

  /** 0 up to 1, 1 not included. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Log-normal by its mean and the spread of its logarithm: most short, a few long. */
  logNormal(mean: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return mean * Math.exp(sigma * normal - (sigma * sigma) / 2);
  }

  /** Poisson; by parts, so that large means do not underflow. */
  count(mean: number): number {
    let total = 0;
    for (let left = mean; left > 0; left -= 20) {
      const floor = Math.exp(-Math.min(20, left));
      for (let product = this.next(); product > floor; product *= this.next()) total++;
    }
    return total;
  }
}
