/** Numbers as people say them on the telephone. */
import type { Random } from './random.ts';

const digitNames = Array.from('零一二三四五六七八九');

function name(digit: number): string {
  return digitNames[digit] ?? '';
}

/** 0 … 99,999,999 in characters: 105 → 一百零五, 12 → 十二. */
export function spokenNumber(value: number): string {
  if (value < 10) return name(value);
  if (value < 20) return `十${value % 10 === 0 ? '' : name(value % 10)}`;
  if (value < 100) return `${name(Math.floor(value / 10))}十${value % 10 === 0 ? '' : name(value % 10)}`;
  if (value < 1000) return `${name(Math.floor(value / 100))}百${rest(value % 100, 10)}`;
  if (value < 10_000) return `${name(Math.floor(value / 1000))}千${rest(value % 1000, 100)}`;
  return `${spokenNumber(Math.floor(value / 10_000))}万${rest(value % 10_000, 1000)}`;
}

function rest(value: number, fullFrom: number): string {
  if (value === 0) return '';
  const words = value >= 10 && value < 20 ? `一${spokenNumber(value)}` : spokenNumber(value);
  return value < fullFrom ? `零${words}` : words;
}

/** `count` digits one by one; 1 is mostly 幺 as on the telephone. */
export function spokenDigits(digits: string, random: Random): string {
  return Array.from(digits)
    .map((d) => (d === '1' ? (random.chance(0.6) ? '幺' : '一') : name(Number(d))))
    .join('');
}

/** A string of random digits. */
export function randomDigits(count: number, random: Random): string {
  return Array.from({ length: count }, () => String(random.int(0, 9))).join('');
}

/** An eleven-digit mobile number. */
export function randomMobile(random: Random): string {
  return `1${random.pick(Array.from('35789'))}${randomDigits(9, random)}`;
}
