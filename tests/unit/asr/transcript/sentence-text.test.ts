import { describe, expect, it } from '@jest/globals';
import { sentenceText } from '../../../../asr/transcript/sentence-text.ts';
import type { Piece } from '../../../../asr/transcript/spoken-numbers.ts';

/** `|` in the text is a pause of one second. */
function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let atMs = 0;
  for (const char of text) {
    if (char === '|') atMs += 1000;
    else out.push({ text: char, startMs: atMs, endMs: (atMs += 200) });
  }
  return out;
}
const final = (text: string): string => sentenceText(pieces(text), { final: true }).text;

describe('sentenceText', () => {
  it.each([
    ['我要投诉|路灯不亮', '我要投诉，路灯不亮。'],
    ['请问您的联系电话是多少', '请问您的联系电话是多少？'],
    ['有人管吗', '有人管吗？'],
    ['请问您贵姓怎么称呼', '请问您贵姓怎么称呼？'],
    ['我的电话是一三八|零零零零|一二三四', '我的电话是13800001234。'],
    ['', ''],
  ])('writes %s as %s', (spoken, expected) => {
    expect(final(spoken)).toBe(expected);
  });

  it('gives partial text without an end mark', () => {
    expect(sentenceText(pieces('路灯不亮'), { final: false }).text).toBe('路灯不亮');
  });

  it('gives tokens that spell the text without its punctuation', () => {
    const { text, tokens } = sentenceText(pieces('滨江大道八十八号|油烟扰民'), { final: true });
    expect(tokens.map((token) => token.text).join('')).toBe(text.replaceAll(/[，。]/g, ''));
  });

  it('masks a number that goes on in the next sentence, without showing its beginning again', () => {
    const first = sentenceText(pieces('身份证号四二零一零一'), { final: true });
    const second = sentenceText(pieces('一九九零零一零一一二三四'), { final: true, before: first.tail });
    expect(first.text).toBe('身份证号420***。');
    expect(second.text).toBe('********1234。');
  });
});
