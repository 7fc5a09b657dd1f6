/**
 * Signed messages between servers: HMAC-SHA256 over sender, time, nonce and payload. A message is good for five minutes
 * and once. The payload travels as text inside JSON, so that what is signed is what is read.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_MS = 300_000;
const LARGEST_PAYLOAD = 60_000;

function macOf(secret: string, sender: string, stamp: string, payload: string): string {
  return createHmac('sha256', secret).update(`${sender}.${stamp}.${payload}`).digest('hex');
}

/** `t=<ms>,n=<nonce>,v1=<hex>` */
export function sign(secret: string, sender: string, payload: string, nowMs: number): string {
  const nonce = randomBytes(16).toString('hex');
  const t = Math.floor(nowMs);
  return `t=${t},n=${nonce},v1=${macOf(secret, sender, `${t}.${nonce}`, payload)}`;
}

export type Checked =
  | { readonly type: 'good'; readonly nonce: string; readonly expiresAtMs: number }
  | { readonly type: 'refused'; readonly reason: 'malformed' | 'too-old' | 'wrong' };

const form = /^t=(\d{10,16}),n=([0-9a-f]{16,64}),v1=([0-9a-f]{64})$/;

/** What this says about replay: a good nonce must still be used up once, in the store. */
export function check(
  secret: string,
  sender: string,
  message: { readonly payload: string; readonly signature: string },
  nowMs: number,
): Checked {
  const parts = form.exec(message.signature);
  if (parts === null || message.payload.length > LARGEST_PAYLOAD) return { type: 'refused', reason: 'malformed' };
  const [, t = '', nonce = '', given = ''] = parts;
  const expected = Buffer.from(macOf(secret, sender, `${t}.${nonce}`, message.payload), 'hex');
  if (!timingSafeEqual(expected, Buffer.from(given, 'hex'))) return { type: 'refused', reason: 'wrong' };
  if (Math.abs(nowMs - Number(t)) > SIGNATURE_MS) return { type: 'refused', reason: 'too-old' };
  return { type: 'good', nonce, expiresAtMs: Number(t) + SIGNATURE_MS };
}
