/** Weights as bytes: square-root companding keeps the many small ones apart. Pure. */

const STEPS = 127;

const expanded = Float32Array.from({ length: 2 * STEPS + 1 }, (_, i) => {
  const share = (i - STEPS) / STEPS;
  return Math.sign(share) * share * share;
});

/** `share` lies in [-1, 1]. */
export const compand = (share: number): number => Math.round(Math.sign(share) * Math.sqrt(Math.abs(share)) * STEPS);

/** The share that a byte stands for. */
export const expand = (byte: number): number => expanded[byte + STEPS] ?? 0;
