import { describe, expect, test } from '@jest/globals';
import { decodeG711, encodeG711, silenceOctet, translateG711 } from '../../../../telephony/rtp/g711.ts';

const everyOctet = Uint8Array.from({ length: 256 }, (_, octet) => octet);

describe.each(['pcma', 'pcmu'] as const)('G.711 %s', (law) => {
  test('every code word survives expanding and compressing', () => {
    const again = encodeG711(law, decodeG711(law, everyOctet));
    // mu-law has two zeros; the negative one becomes the positive one.
    const expected = law === 'pcma' ? everyOctet : everyOctet.map((octet) => (octet === 0x7f ? 0xff : octet));
    expect([...again]).toEqual([...expected]);
  });

  test('the error stays small against the sample', () => {
    const pcm = Int16Array.from({ length: 4096 }, (_, i) => i * 16 - 32768);
    const back = decodeG711(law, encodeG711(law, pcm));
    pcm.forEach((sample, i) => {
      expect(Math.abs((back[i] ?? 0) - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16));
    });
  });

  test('silence is near zero', () => {
    expect(Math.abs(decodeG711(law, Uint8Array.of(silenceOctet[law]))[0] ?? 99)).toBeLessThanOrEqual(8);
  });
});

describe('between the laws', () => {
  test('known values of the standard', () => {
    // Largest values of each law (G.711 tables 1a and 2a).
    expect([...decodeG711('pcma', Uint8Array.of(0xaa, 0x2a))]).toEqual([32256, -32256]);
    expect([...decodeG711('pcmu', Uint8Array.of(0x80, 0x00))]).toEqual([32124, -32124]);
  });

  test('translation equals decoding and encoding, and the same law is left alone', () => {
    expect([...translateG711('pcma', 'pcmu', everyOctet)]).toEqual([
      ...encodeG711('pcmu', decodeG711('pcma', everyOctet)),
    ]);
    expect([...translateG711('pcmu', 'pcma', everyOctet)]).toEqual([
      ...encodeG711('pcma', decodeG711('pcmu', everyOctet)),
    ]);
    expect(translateG711('pcma', 'pcma', everyOctet)).toBe(everyOctet);
  });
});
