import { describe, expect, it } from '@jest/globals';
import { normaliseNumbers, numberValue, type Piece } from '../../../../asr/transcript/spoken-numbers.ts';

const pieces = (text: string): Piece[] =>
  Array.from(text).map((char, i) => ({ text: char, startMs: i * 200, endMs: i * 200 + 150 }));
const written = (text: string): string =>
  normaliseNumbers(pieces(text))
    .map((piece) => piece.text)
    .join('');

describe('normaliseNumbers', () => {
  it.each([
    ['我的电话是一三八零零零零一二三四', '我的电话是13800001234'],
    ['幺三九幺二三四五六七八', '13912345678'],
    ['你好是一二三四五热线吗', '你好是12345热线吗'],
    ['请拨打幺幺零', '请拨打110'],
    ['滨江大道八十八号', '滨江大道88号'],
    ['人民路三百零五号', '人民路305号'],
    ['五栋二单元三零一室', '5栋2单元301室'],
    ['二零二五年四月十二号', '2025年4月12号'],
    ['晚上十一点半', '晚上11点半'],
    ['下午两点', '下午2点'],
    ['还有三千五百块钱', '还有3500块钱'],
    ['退我一百二块', '退我120块'],
    ['一万二千元', '12000元'],
    ['二万四千零四十一元', '24041元'],
    ['六十四号码', '六十四号码'],
    ['三号码头', '三号码头'],
    ['五一路', '五一路'],
    ['三天两头', '三天两头'],
    ['快一点', '快一点'],
    ['一直没有人', '一直没有人'],
    ['千万不要', '千万不要'],
    ['十分感谢', '十分感谢'],
    ['万科城', '万科城'],
    ['', ''],
  ])('writes %s as %s', (spoken, expected) => {
    expect(written(spoken)).toBe(expected);
  });

  it('keeps the times of a joined number', () => {
    expect(normaliseNumbers(pieces('在八十八号'))[1]).toEqual({ text: '88', startMs: 200, endMs: 750 });
  });

  it('never loses or invents time', () => {
    const out = normaliseNumbers(pieces('我在三百零五号，电话一三八零零零零一二三四，一共两万三千块'));
    const starts = out.map((piece) => piece.startMs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(out.at(-1)?.endMs).toBe(28 * 200 + 150);
  });
});

describe('numberValue', () => {
  it.each([
    ['十', 10],
    ['十五', 15],
    ['两千零八', 2008],
    ['一百零五', 105],
    ['三百二十五', 325],
    ['十二万', 120_000],
    ['一二', undefined],
    ['百', undefined],
    ['万', undefined],
  ])('%s is %s', (text, value) => {
    expect(numberValue(text)).toBe(value);
  });
});
