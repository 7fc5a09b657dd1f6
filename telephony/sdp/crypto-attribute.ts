/** `a=crypto` (RFC 4568), the one suite that every peer must have: AES_CM_128_HMAC_SHA1_80. Pure. */
import type { SdpMedia } from './session-description.ts';

export interface CryptoAttribute {
  readonly tag: number;
  /** Master key and salt in base64: 30 bytes. */
  readonly inlineKey: string;
}

const SUITE = 'AES_CM_128_HMAC_SHA1_80';
/** 30 bytes are 40 characters, without padding. */
const LINE = new RegExp(
  `^([0-9]{1,9}) ${SUITE} inline:([A-Za-z0-9+/]{40})(?:\\|(?:2\\^[0-9]{1,2}|[0-9]{1,15}))?(?:\\|[0-9]{1,9}:[0-9]{1,3})?$`,
  'i',
);

/**
 * The first line of our suite that we can do; lines with session parameters (section 6.3: UNENCRYPTED_SRTP and others)
 * ask for something else and are passed over.
 */
export function cryptoOf(media: SdpMedia): CryptoAttribute | undefined {
  for (const { name, value } of media.attributes) {
    const match = name === 'crypto' ? LINE.exec((value ?? '').trim()) : null;
    const [, tag, inlineKey] = match ?? [];
    if (tag !== undefined && inlineKey !== undefined) return { tag: Number(tag), inlineKey };
  }
  return undefined;
}

/** The attribute's value. */
export function cryptoValue({ tag, inlineKey }: CryptoAttribute): string {
  return `${tag} ${SUITE} inline:${inlineKey}`;
}
