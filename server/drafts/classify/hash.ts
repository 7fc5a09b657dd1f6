/** 32-bit FNV-1a over UTF-16 code units: names of features as numbers. Pure. */

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** Continues a hash with more text; start with `hashStart(kind)`. */
export function hashOn(hash: number, text: string): number {
  let h = hash;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), PRIME);
  return h >>> 0;
}

/** Words and characters that are spelt alike must not meet: each kind of feature starts from its own number. */
export const hashStart = (kind: string): number => hashOn(OFFSET, kind);
