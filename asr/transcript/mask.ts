/**
 * Hides identity-card and bank-card numbers in text that is shown and stored. Pure.
 * Works on pieces so that the times stay with the characters.
 */
import type { Piece } from './spoken-numbers.ts';

/** Longer runs of digits than any telephone or ticket number: identity cards have 18, bank cards 16 to 19. */
const LONG_RUN = 13;
const SHOWN_FIRST = 3;
const SHOWN_LAST = 4;
const announced = /(身份证|银行卡|卡号|存折|证件号|社保卡)[^0-9]{0,8}$/;
/** How much of the sentence before is looked at. */
export const CONTEXT_CHARS = 40;

/**
 * @param pieces - the sentence, numbers already written as digits.
 * @param before - unmasked end of the sentence before, for a number said with a pause in its middle.
 */
export function maskNumbers(pieces: readonly Piece[], before = ''): readonly Piece[] {
  const out = [...pieces];
  let text = before.slice(-CONTEXT_CHARS);
  let at = 0;
  while (at < pieces.length) {
    let end = at;
    while (end < pieces.length && /^[0-9Xx]+$/.test(pieces[end]?.text ?? '')) end++;
    const run = pieces
      .slice(at, end)
      .map((piece) => piece.text)
      .join('');
    if (run.length > 0) {
      const earlier = at === 0 ? digitsBefore(text) : '';
      const keep = shownDigits(run, earlier, text);
      if (keep !== undefined) hide(out, at, end, keep);
    }
    text += run.length > 0 ? run : (pieces[at]?.text ?? '');
    at = Math.max(end, at + 1);
  }
  return out;
}

/** Digits at the end of the sentence before that this number may go on from; a whole mobile number is complete. */
function digitsBefore(text: string): string {
  const digits = /[0-9]*$/.exec(text)?.[0] ?? '';
  return /^1[3-9][0-9]{9}$/.test(digits) ? '' : digits;
}

/** Which digits of the run may be shown: [first ones, last ones], or nothing when all may. */
function shownDigits(run: string, earlier: string, text: string): readonly [number, number] | undefined {
  const isAnnounced = announced.test(text.slice(0, text.length - earlier.length));
  if (!isAnnounced && earlier.length + run.length < LONG_RUN) return undefined;
  const first = Math.max(0, SHOWN_FIRST - earlier.length);
  // While the number is still being said its last digits are not known; they show once it is long enough.
  const last = earlier.length + run.length >= LONG_RUN ? SHOWN_LAST : 0;
  return [first, last];
}

function hide(out: Piece[], from: number, to: number, [first, last]: readonly [number, number]): void {
  const length = out.slice(from, to).reduce((sum, piece) => sum + piece.text.length, 0);
  let position = 0;
  for (let i = from; i < to; i++) {
    const piece = out[i];
    if (piece === undefined) continue;
    const text = Array.from(piece.text)
      .map((char, k) => (position + k < first || position + k >= length - last ? char : '*'))
      .join('');
    position += piece.text.length;
    out[i] = { ...piece, text };
  }
}
