/** Toned pinyin (`tou2`) of the Chinese characters of a text; everything else is left out. */
import { pinyin } from 'pinyin-pro';

export function toneSyllables(text: string): readonly string[] {
  const chinese = Array.from(text)
    .filter((char) => /[\u4e00-\u9fff]/.test(char))
    .join('');
  if (chinese === '') return [];
  return pinyin(chinese, { toneType: 'num', type: 'array', v: true }).map((s) => s.replace(/0$/, '5'));
}
