/**
 * From characters with times to the text people read: digits, punctuation, masked card numbers. Pure.
 */
import type { TimedToken } from '../ports.ts';
import { CONTEXT_CHARS, maskNumbers } from './mask.ts';
import { joinForms } from './number-forms.ts';
import { normaliseNumbers, type Piece } from './spoken-numbers.ts';

export interface SentenceText {
  readonly text: string;
  /** Times of what `text` shows, punctuation left out. */
  readonly tokens: readonly TimedToken[];
  /** Unmasked end of the sentence, to be given as `before` with the next one. Never shown, never stored. */
  readonly tail: string;
}

export interface SentenceOptions {
  readonly final: boolean;
  /** `tail` of the sentence before on the same stream. */
  readonly before?: string;
}

/** A silence this long between two characters is written as a comma. */
const COMMA_PAUSE_MS = 450;
const question =
  /(吗|呢|么|吧|什么|多少|哪里|哪儿|怎么办|几号|几点|几天|怎么样|多久|多长时间|为什么|是不是|能不能|可不可以|有没有)$/;
const questionStart = /^(请问|我想问|问一下)/;
const questionWord = /(什么|多少|哪|怎么|几|谁|多久|多长|是否|为何|吗|呢)/;

/** The text of a sentence or of its beginning. */
export function sentenceText(pieces: readonly Piece[], { final, before = '' }: SentenceOptions): SentenceText {
  const numbers = normaliseNumbers(joinForms(pieces));
  const shown = maskNumbers(numbers, before);
  // Engines that set marks of their own know better than pauses.
  const marked = shown.some((piece) => isMark(piece.text));
  let text = '';
  shown.forEach((piece, i) => {
    const previous = shown[i - 1];
    if (!marked && previous !== undefined && isPause(previous, piece)) text += '，';
    text += piece.text;
  });
  if (final && text !== '' && !/[。？！]$/.test(text)) text = text.replace(/[，、；：]$/, '') + endMark(numbers);
  const said = shown.filter((piece) => !isMark(piece.text));
  const tail = (before + numbers.map((piece) => piece.text).join('')).slice(-CONTEXT_CHARS);
  return { text, tokens: said, tail };
}

function endMark(pieces: readonly Piece[]): string {
  return isQuestion(pieces.map((piece) => piece.text).join('')) ? '？' : '。';
}

const isMark = (text: string): boolean => /^[，。？！、；：]+$/.test(text);
function isPause(previous: Piece, piece: Piece): boolean {
  if (piece.startMs - previous.endMs < COMMA_PAUSE_MS) return false;
  return !(/[0-9*]$/.test(previous.text) && /^[0-9*]/.test(piece.text));
}

function isQuestion(text: string): boolean {
  return question.test(text) || (questionStart.test(text) && questionWord.test(text));
}
