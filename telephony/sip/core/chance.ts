/** Randomness drawn from the tokens that are given to the core; it has no other. */

/** A number in [0, 1) from an unguessable text (FNV-1a, 32 bits). */
export function fractionOf(token: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  // FNV's low bits are better than its high ones: mix once more.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4_294_967_296;
}
