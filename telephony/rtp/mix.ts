/** Adds voices up. Pure. */

/** The sum of frames of equal length, held within 16 bits; silence when there are none. */
export function mixed(frames: readonly Int16Array[], length: number): Int16Array {
  const [first, ...others] = frames;
  const out = new Int16Array(length);
  if (first === undefined) return out;
  if (others.length === 0) {
    out.set(first.subarray(0, length));
    return out;
  }
  for (let i = 0; i < length; i += 1) {
    let sum = 0;
    for (const frame of frames) sum += frame[i] ?? 0;
    out[i] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : sum;
  }
  return out;
}
