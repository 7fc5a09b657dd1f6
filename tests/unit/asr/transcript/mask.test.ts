import { describe, expect, it } from '@jest/globals';
import { maskNumbers } from '../../../../asr/transcript/mask.ts';
import type { Piece } from '../../../../asr/transcript/spoken-numbers.ts';

const pieces = (text: string): Piece[] => Array.from(text).map((char, i) => ({ text: char, startMs: i, endMs: i + 1 }));
const masked = (text: string, before?: string): string =>
  maskNumbers(pieces(text), before)
    .map((piece) => piece.text)
    .join('');

describe('maskNumbers', () => {
  it.each([
    ['身份证号420101199001011234', '身份证号420***********1234'],
    ['卡号是6222021234567890123', '卡号是622************0123'],
    ['我的电话是13800001234', '我的电话是13800001234'],
    ['工单号20251231001', '工单号20251231001'],
    ['110和119', '110和119'],
    ['没有号码', '没有号码'],
  ])('writes %s as %s', (text, expected) => {
    expect(masked(text)).toBe(expected);
  });

  it('hides an announced number while it is still being said', () => {
    expect(masked('我的身份证号是42010119')).toBe('我的身份证号是420*****');
  });

  it('goes on hiding after a pause', () => {
    expect(masked('1990', '身份证号420101')).toBe('****');
    expect(masked('01011234', '4201011990')).toBe('****1234');
  });

  it('does not take a repeated telephone number for a card', () => {
    expect(masked('13800001234', '我的电话是13800001234')).toBe('13800001234');
  });

  it('changes neither the number of pieces nor their times', () => {
    const text = '身份证420101199001011234好的';
    expect(maskNumbers(pieces(text)).map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
      pieces(text).map(({ startMs, endMs }) => [startMs, endMs]),
    );
  });
});
