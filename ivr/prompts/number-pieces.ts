/**
 * How a count of people is read in Chinese, as names of prompts. Pure.
 *
 * 2 is 两 before 百, 千 and the measure word, 二 in 十二 and 二十; 10-19 begin with 十; a zero in between is read once.
 */
const places = [
  { value: 1000, name: 'number-1000' },
  { value: 100, name: 'number-100' },
  { value: 10, name: 'number-10' },
] as const;

/** Largest number that can be said. */
export const largestNumber = 9999;

/** Names of the prompts that say `n` people; whole numbers from 0 to 9999 (others are brought into that range). */
export function numberPieces(n: number): string[] {
  const count = Math.min(largestNumber, Math.max(0, Math.trunc(Number.isFinite(n) ? n : 0)));
  if (count === 0) return ['number-0'];
  if (count === 2) return ['number-2-of'];
  const pieces: string[] = [];
  let rest = count;
  let zeroPending = false;
  for (const { value, name } of places) {
    const digit = Math.floor(rest / value);
    rest %= value;
    if (digit === 0) {
      zeroPending = pieces.length > 0;
      continue;
    }
    if (zeroPending) pieces.push('number-0');
    zeroPending = false;
    // 10-19 are 十, 十一 …; after a hundred it is 一十.
    if (value !== 10 || digit !== 1 || pieces.length > 0) pieces.push(digitName(digit, value));
    pieces.push(name);
  }
  if (rest > 0) pieces.push(...(zeroPending ? ['number-0'] : []), digitName(rest, 1));
  return pieces;
}

function digitName(digit: number, value: number): string {
  return digit === 2 && value >= 100 ? 'number-2-of' : `number-${digit}`;
}
