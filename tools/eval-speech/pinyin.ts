/** What is read aloud: toned syllables of a line, `,` for its pauses. Pure. */
import { pinyin } from 'pinyin-pro';
import { spokenNumber } from '../../asr/training/sentences/spoken-numbers.ts';

/** Digits from this many on are read one by one. */
const LONG_NUMBER = 5;

/** Digits as people say them: 13812345678 → 幺三八…, 18号 → 十八号. */
export function inWords(text: string): string {
  return text.replaceAll(/[0-9]+/g, (digits) =>
    digits.length < LONG_NUMBER && !digits.startsWith('0')
      ? spokenNumber(Number(digits))
      : digits.replaceAll(/[0-9]/g, (d) => (d === '1' ? '幺' : spokenNumber(Number(d)))),
  );
}

/** Toned pinyin of `text` (`v` for ü, tone 5 for the neutral one); characters without a sound are left out. */
export function syllablesToSay(text: string): readonly string[] {
  const clauses = inWords(text)
    .split(/[，。？！、；：,.?!;:\s]+/)
    .map((clause) => Array.from(clause).filter((c) => /[\u3400-\u9fff]/.test(c)))
    .filter((chars) => chars.length > 0);
  return clauses.flatMap((chars, i) => {
    const read = pinyin(chars.join(''), { toneType: 'num', type: 'array', v: true });
    const fixed = chars.map((char, k) => {
      if (char === '幺') return 'yao1';
      const clean = (read[k] ?? '').replace('ü', 'v').replace(/0$/, '5');
      return /\d$/.test(clean) ? clean : `${clean}5`;
    });
    return i === 0 ? fixed : [',', ...fixed];
  });
}
