/** ITU-T G.711 by table: A-law and mu-law to 16-bit linear and back, and from one law to the other. */

export type Law = 'pcma' | 'pcmu';

/** The code word for silence in each law. */
export const silenceOctet: Readonly<Record<Law, number>> = { pcma: 0xd5, pcmu: 0xff };

const linearOf: Readonly<Record<Law, Int16Array>> = {
  pcma: Int16Array.from({ length: 256 }, (_, octet) => alawToLinear(octet)),
  pcmu: Int16Array.from({ length: 256 }, (_, octet) => ulawToLinear(octet)),
};

/** Indexed by the linear sample plus 32768. */
const octetOf: Readonly<Record<Law, Uint8Array>> = {
  pcma: Uint8Array.from({ length: 65536 }, (_, index) => linearToAlaw(index - 32768)),
  pcmu: Uint8Array.from({ length: 65536 }, (_, index) => linearToUlaw(index - 32768)),
};

const translation: Readonly<Record<Law, Uint8Array>> = {
  pcma: linearOf.pcma.reduce(translateInto('pcmu'), new Uint8Array(256)),
  pcmu: linearOf.pcmu.reduce(translateInto('pcma'), new Uint8Array(256)),
};

/** Expands code words to 16-bit linear samples. */
export function decodeG711(law: Law, octets: Uint8Array): Int16Array {
  const table = linearOf[law];
  const pcm = new Int16Array(octets.length);
  for (let i = 0; i < octets.length; i += 1) pcm[i] = table[octets[i] ?? 0] ?? 0;
  return pcm;
}

/** Compresses 16-bit linear samples to code words. */
export function encodeG711(law: Law, pcm: Int16Array): Uint8Array {
  const table = octetOf[law];
  const octets = new Uint8Array(pcm.length);
  for (let i = 0; i < pcm.length; i += 1) octets[i] = table[(pcm[i] ?? 0) + 32768] ?? 0;
  return octets;
}

/** Turns code words of law `from` into those of law `to` (the same array when nothing is to be done). */
export function translateG711(from: Law, to: Law, octets: Uint8Array): Uint8Array {
  if (from === to) return octets;
  const table = translation[from];
  const out = new Uint8Array(octets.length);
  for (let i = 0; i < octets.length; i += 1) out[i] = table[octets[i] ?? 0] ?? 0;
  return out;
}

function translateInto(to: Law): (table: Uint8Array, linear: number, octet: number) => Uint8Array {
  return (table, linear, octet) => {
    table[octet] = octetOf[to][linear + 32768] ?? 0;
    return table;
  };
}

function alawToLinear(octet: number): number {
  const bits = octet ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = (bits & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return (bits & 0x80) !== 0 ? magnitude : -magnitude;
}

function ulawToLinear(octet: number): number {
  const bits = ~octet & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return (bits & 0x80) !== 0 ? -magnitude : magnitude;
}

function linearToAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  // G.711 works on 13 bits; the negative side is one step off so that -1 is the smallest negative code.
  const magnitude = Math.min(0x7fff, sample >= 0 ? sample : -sample - 1) >> 3;
  let exponent = 0;
  while (exponent < 7 && magnitude >= 32 << exponent) exponent += 1;
  const mantissa = exponent === 0 ? magnitude >> 1 : (magnitude >> exponent) & 0x0f;
  return (sign | (exponent << 4) | (mantissa & 0x0f)) ^ 0x55;
}

function linearToUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32635, Math.abs(sample)) + 0x84;
  let exponent = 7;
  while (exponent > 0 && (magnitude & (0x80 << exponent)) === 0) exponent -= 1;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
