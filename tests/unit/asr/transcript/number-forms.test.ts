import { describe, expect, it } from '@jest/globals';
import { sentenceText } from '../../../../asr/transcript/sentence-text.ts';
import { joinForms } from '../../../../asr/transcript/number-forms.ts';
import { normaliseNumbers, type Piece } from '../../../../asr/transcript/spoken-numbers.ts';

const pieces = (text: string): Piece[] =>
  Array.from(text).map((char, i) => ({ text: char, startMs: i * 200, endMs: i * 200 + 200 }));
const written = (text: string): string =>
  normaliseNumbers(joinForms(pieces(text)))
    .map((piece) => piece.text)
    .join('');

describe('numbers that are more than numerals', () => {
  it.each([
    ['涨了百分之三十', '涨了30%'],
    ['百分之十二点五的业主', '12.5%的业主'],
    ['下午三点半', '下午3点半'],
    ['早上八点四十', '早上8点40'],
    ['上午九点零五分', '上午9点05分'],
    ['十点二十分到的', '10点20分到的'],
    ['晚上十点一刻', '晚上10点15分'],
    ['离家三点五公里', '离家3.5公里'],
    ['二点八万元', '2.8万元'],
    ['一斤三块五', '一斤3块5'],
    ['十二块五毛', '12块5毛'],
    ['欠我三万五', '欠我35000'],
    ['两千八左右', '2800左右'],
    ['投资三亿五千万', '投资3亿5000万'],
    ['快一点', '快一点'],
    ['有一点五花八门', '有一点五花八门'],
    ['三点意见', '三点意见'],
    ['差一点', '差一点'],
    ['电话一三八零零零零一二三四', '电话13800001234'],
    ['没有数字', '没有数字'],
  ])('%s → %s', (spoken, expected) => {
    expect(written(spoken)).toBe(expected);
  });

  it('hides an identity number that ends with X, and says where it was spoken', () => {
    const said = '身份证号四二零一零一一九九零零一零一一二三叉';
    const { text, tokens } = sentenceText(pieces(said), { final: true });
    expect(text).toBe('身份证号420***********123X。');
    expect(tokens.filter((token) => token.text === '*')).toHaveLength(11);
  });

  it('keeps all time', () => {
    const out = joinForms(pieces('我百分之三十五点五的钱'));
    expect(out.map((p) => p.text)).toEqual(['我', '35.5%', '的', '钱']);
    expect(out[1]).toMatchObject({ startMs: 200, endMs: 1800 });
  });
});
