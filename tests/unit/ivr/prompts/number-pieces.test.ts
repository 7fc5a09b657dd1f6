import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberPieces } from '../../../../ivr/prompts/number-pieces.ts';

const folder = join(import.meta.dirname, '../../../../ivr/prompts/zh-CN');
const texts = JSON.parse(readFileSync(join(folder, 'prompts.json'), 'utf8')) as Record<string, string>;

describe('numbers of people', () => {
  test.each([
    [0, '零'],
    [1, '一'],
    [2, '两'],
    [10, '十'],
    [12, '十二'],
    [20, '二十'],
    [100, '一百'],
    [105, '一百零五'],
    [110, '一百一十'],
    [205, '两百零五'],
    [1005, '一千零五'],
    [1050, '一千零五十'],
    [2222, '两千两百二十二'],
    [9999, '九千九百九十九'],
    [12_345, '九千九百九十九'],
    [-3, '零'],
    [Number.NaN, '零'],
  ])('%p is read %s', (n, reading) => {
    expect(
      numberPieces(n)
        .map((name) => texts[name])
        .join(''),
    ).toBe(reading);
  });

  test('every prompt of the manifest has its sound', () => {
    for (const name of [...Object.keys(texts), 'music']) expect(existsSync(join(folder, `${name}.wav`))).toBe(true);
  });
});
