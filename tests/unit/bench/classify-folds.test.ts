import { describe, expect, it } from '@jest/globals';
import { wordsOf } from '../../../server/drafts/classify/words.ts';
import { foldsOf, groupsOf } from '../../bench/classify/folds.ts';

const message = (label: string, text: string): { label: string; text: string; words: readonly string[] } => ({
  label,
  text,
  words: wordsOf(text),
});
const matters = [
  '路灯 坏了 三天',
  '食堂 饭菜 发霉',
  '公交 司机 甩客',
  '工厂 夜里 排 废水',
  '幼儿园 乱 收费',
  '医院 挂号 难',
];
const places = ['滨江街道', '桐荫街道', '石鼓街道', '南浦街道', '望潮街道'];
const rows = matters.flatMap((matter, m) =>
  places.map((place, p) =>
    message(`class ${String(m % 2)}`, `${place} ${matter} 编号 ${'甲乙丙丁戊'.charAt(p)}${String(m)}`),
  ),
);
const twinOf = (i: number): ReturnType<typeof message> =>
  message(rows[i]?.label ?? '', `${rows[i]?.text ?? ''} 请 有关 部门 管管`);

describe('folds of the bench', () => {
  it('keep a message and its twin together', () => {
    const all = [...rows, twinOf(3), twinOf(17)];
    const groups = groupsOf(all);
    expect(groups.at(-2)).toBe(groups[3]);
    expect(groups.at(-1)).toBe(groups[17]);
    const folds = foldsOf(all, groups, 5);
    expect(folds.at(-2)).toBe(folds[3]);
    expect(folds.at(-1)).toBe(folds[17]);
  });

  it('keep strangers apart and spread each class evenly', () => {
    const strangers = Array.from({ length: 50 }, (_, i) =>
      message(`class ${String(i % 2)}`, Array.from({ length: 6 }, (__, k) => `词${String(i * 6 + k)}号`).join(' ')),
    );
    const groups = groupsOf(strangers);
    expect(new Set(groups).size).toBe(50);
    const folds = foldsOf(strangers, groups, 5);
    for (const label of ['class 0', 'class 1']) {
      const counts = [0, 1, 2, 3, 4].map((f) => strangers.filter((s, i) => s.label === label && folds[i] === f).length);
      expect(counts).toEqual([5, 5, 5, 5, 5]);
    }
  });
});
