import { describe, expect, it } from '@jest/globals';
import { branchHeard } from '../../../ivr/core/keywords.ts';
import { speak } from '../../../ivr/core/speak.ts';
import { datePieces, digitPieces, timePieces } from '../../../ivr/prompts/speech-pieces.ts';

const spoken: Readonly<Record<string, string>> = {
  'number-2-of': '两',
  'digit-1': '幺',
  'number-10': '十',
  'number-100': '百',
  'number-1000': '千',
  'time-night': '凌晨',
  'time-morning': '上午',
  'time-noon': '中午',
  'time-afternoon': '下午',
  'time-evening': '晚上',
  'time-hour': '点',
  'time-half': '半',
  'time-minute': '分',
  'date-month': '月',
  'date-day': '日',
};
const read = (pieces: readonly string[]): string =>
  pieces
    .map((name) => spoken[name] ?? (/^number-\d$/.test(name) ? '零一二三四五六七八九'[Number(name.slice(7))] : name))
    .join('');

describe('times', () => {
  it.each([
    ['00:00', '凌晨零点'],
    ['02:05', '凌晨两点零五分'],
    ['08:30', '上午八点半'],
    ['12:00', '中午十二点'],
    ['14:20', '下午两点二十分'],
    ['19:12', '晚上七点十二分'],
    ['24:00', '凌晨零点'],
    ['25:00', ''],
    ['noon', ''],
  ])('%s is read %s', (text, expected) => {
    expect(read(timePieces(text))).toBe(expected);
  });
});

describe('dates and digits', () => {
  it.each([
    ['2026-11-02', '十一月二日'],
    ['2026-02-22', '二月二十二日'],
    ['2026-13-01', ''],
    ['', ''],
  ])('%s is read %s', (text, expected) => {
    expect(read(datePieces(text))).toBe(expected);
  });

  it('reads 1 as 幺 in a number', () => {
    expect(read(digitPieces('12-310'))).toBe('幺二三幺零');
  });
});

describe('a sentence of pieces', () => {
  it('takes values from variables, and leaves out what has none', () => {
    const variables = { n: '2', ticket: '10', at: '08:30', on: '2026-11-02', state: 'state-closed' };
    const pieces = ['a', { number: '$n' }, { digits: '$ticket' }, { time: '$at' }, { date: '$on' }, { word: '$state' }];
    expect(read(speak(pieces, variables))).toBe('a两幺零上午八点半十一月二日state-closed');
    expect(speak(pieces, {})).toEqual(['a']);
    expect(read(speak([{ number: 12 }], {}))).toBe('十二');
  });
});

describe('words in speech', () => {
  const branches = [{ words: ['社保', '医保'] }, { words: ['公积金'] }, { words: ['水'] }];
  const heard = (text: string, syllables: readonly string[] = []): number => branchHeard(branches, { text, syllables });

  it.each([
    ['我想问一下，医保怎么办', 0],
    ['公 积 金', 1],
    // The right sound in the wrong characters.
    ['宫积金的事', 1],
    ['一报', 0],
    ['停水了', 2],
    // One syllable must be written right: too many words sound like it.
    ['睡觉', -1],
    ['别的', -1],
    ['', -1],
  ])('%s leads to branch %i', (text, expected) => {
    expect(heard(text)).toBe(expected);
  });

  it('takes the recogniser’s own syllables', () => {
    expect(heard('', ['gong1', 'ji1', 'jin1'])).toBe(1);
  });
});
