/** Tokens of a recogniser to pieces of text with times. Pure. */
import type { Piece } from './spoken-numbers.ts';

/** A CTC token is reported near the end of its sound; the sound lasts about this long before and after that moment. */
const SOUND_BEFORE_MS = 170;
const SOUND_AFTER_MS = 50;

/** @param heardMs - when each text was reported, on any clock. */
export function piecesAt(texts: readonly string[], heardMs: readonly number[]): readonly Piece[] {
  const pieces: Piece[] = [];
  texts.forEach((text, i) => {
    const atMs = heardMs[i] ?? heardMs.at(-1) ?? 0;
    const startMs = Math.max(atMs - SOUND_BEFORE_MS, pieces.at(-1)?.endMs ?? 0);
    pieces.push({ text, startMs, endMs: Math.max(startMs, atMs + SOUND_AFTER_MS) });
  });
  return pieces;
}

/**
 * Texts of the tokens of a model that gives characters or word pieces (`▁` begins a word). When the tokens do not spell `text`
 * (bytes of characters), the characters of `text` share the time of the tokens evenly.
 */
export function textPieces(text: string, tokens: readonly string[], heardMs: readonly number[]): readonly Piece[] {
  const texts = tokens.map((token) => token.replaceAll('▁', ' '));
  const plain = (s: string): string => s.replaceAll(/\s/g, '');
  if (plain(texts.join('')) === plain(text)) {
    const [first = '', ...rest] = texts;
    return piecesAt([first.trimStart(), ...rest], heardMs);
  }
  const chars = Array.from(text.trim());
  const firstMs = heardMs[0] ?? 0;
  const lastMs = heardMs.at(-1) ?? firstMs;
  const step = chars.length > 1 ? (lastMs - firstMs) / (chars.length - 1) : 0;
  return piecesAt(
    chars,
    chars.map((_char, i) => firstMs + i * step),
  );
}
