/** What a piece of a sentence becomes: names of recordings. Pure. */
import { datePieces, digitPieces, timePieces } from '../prompts/speech-pieces.ts';
import { numberPieces } from '../prompts/number-pieces.ts';
import type { Piece } from './flow.ts';

type Variables = Readonly<Record<string, string>>;

function valueOf(value: string | number, variables: Variables): string {
  const text = String(value);
  return text.startsWith('$') ? (variables[text.slice(1)] ?? '') : text;
}

function speakOne(piece: Piece, variables: Variables): readonly string[] {
  if (typeof piece === 'string') return [piece];
  if ('number' in piece) {
    const text = valueOf(piece.number, variables);
    return text === '' ? [] : numberPieces(Number(text));
  }
  if ('digits' in piece) return digitPieces(valueOf(piece.digits, variables));
  if ('time' in piece) return timePieces(valueOf(piece.time, variables));
  if ('date' in piece) return datePieces(valueOf(piece.date, variables));
  const word = valueOf(piece.word, variables);
  return word === '' ? [] : [word];
}

/** What cannot be said (a variable without a value, a date that is none) is left out. */
export function speak(pieces: readonly Piece[], variables: Variables): readonly string[] {
  return pieces.flatMap((piece) => speakOne(piece, variables));
}
