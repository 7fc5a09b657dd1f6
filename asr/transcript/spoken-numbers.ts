/**
 * Spoken numbers to digits: telephone numbers, house numbers, amounts, times. Pure.
 * Works on pieces of text with times and joins the pieces of one number into one.
 */

/** A piece of the display text with its time. */
export interface Piece {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

const digitOf: Readonly<Record<string, number>> = {
  零: 0,
  一: 1,
  幺: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const scaleOf: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000, 万: 10_000 };
/** Digits said one by one, from this many on, are a number; `三五` may be "three or five". */
const MIN_DIGITS = 3;

/** What may follow a number below ten that is written with a digit in an address or a time. */
const afterSmall = /^(号(?!码|线)|栋|幢|单元|室|月|日|楼|年级|路公)/;
/** What may follow a larger number. */
const afterLarge =
  /^(号(?!码|线)|栋|幢|单元|室|楼|层|弄|路|米|度|分|块|元|岁|月|日|天|个|人|点|平|户|家|次|年|吨|公里|万)/;
const dayPart = /(凌晨|早上|上午|中午|下午|晚上|傍晚|半夜|夜里)$/;

/** Replaces spoken numbers by digits; other pieces stay as they are. */
export function normaliseNumbers(pieces: readonly Piece[]): readonly Piece[] {
  const out: Piece[] = [];
  let at = 0;
  while (at < pieces.length) {
    const length = runLength(pieces, at);
    const run = pieces.slice(at, at + length);
    if (length === 0) {
      const piece = pieces[at];
      if (piece !== undefined) out.push(piece);
      at += 1;
    } else {
      out.push(...writeRun(run, textOf(out), textOf(pieces.slice(at + length, at + length + 3))));
      at += length;
    }
  }
  return out;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join('');
}

function runLength(pieces: readonly Piece[], from: number): number {
  let end = from;
  while (end < pieces.length && isNumeral(pieces[end]?.text)) end++;
  return end - from;
}

function isNumeral(text: string | undefined): boolean {
  return text !== undefined && (Object.hasOwn(digitOf, text) || Object.hasOwn(scaleOf, text));
}

function writeRun(run: readonly Piece[], before: string, after: string): readonly Piece[] {
  const text = textOf(run);
  if (!/[十百千万两]/.test(text)) {
    const spelled = run.length >= MIN_DIGITS || (run.length === 2 && text.includes('幺'));
    if (spelled) return run.map((piece) => ({ ...piece, text: String(digitOf[piece.text] ?? piece.text) }));
  }
  const value = numberValue(text, /^(块|元|平)/.test(after));
  if (value === undefined || !isCounted(value, before, after, text)) return run;
  return [joined(run, String(value))];
}

function isCounted(value: number, before: string, after: string, text: string): boolean {
  if (value < 10 || text.length === 1)
    return afterSmall.test(after) || (after.startsWith('点') && dayPart.test(before));
  if (after.startsWith('点')) return dayPart.test(before);
  return afterLarge.test(after) || (value >= 100 && text.length >= 4);
}

function joined(run: readonly Piece[], text: string): Piece {
  return { text, startMs: run[0]?.startMs ?? 0, endMs: run.at(-1)?.endMs ?? 0 };
}

/**
 * The value of a number with 十百千万; nothing if it is not one. `loose`: a last digit without its scale counts in tenths of
 * the scale before it (一百二 → 120), as in prices.
 */
export function numberValue(text: string, loose = false): number | undefined {
  let total = 0;
  let section = 0;
  let digit: number | undefined;
  let scale = 1;
  let zero = false;
  for (const char of text) {
    const value = digitOf[char];
    const factor = scaleOf[char];
    if (value !== undefined) {
      if (digit !== undefined && digit !== 0) return undefined;
      digit = value;
      zero ||= value === 0;
    } else if (factor === 10_000) {
      total = (total + section + (digit ?? 0)) * factor;
      if (total === 0) return undefined;
      [section, digit, scale, zero] = [0, undefined, factor, false];
    } else if (factor !== undefined) {
      if (digit === undefined && factor !== 10) return undefined;
      section += (digit ?? 1) * factor;
      [digit, scale, zero] = [undefined, factor, false];
    }
  }
  const tail = digit ?? 0;
  return total + section + (loose && !zero && scale >= 100 ? tail * (scale / 10) : tail);
}
