import { describe, expect, it } from '@jest/globals';
import { likelySurname } from '../../../server/drafts/surname.ts';

describe('the surname most likely meant', () => {
  it.each([
    ['汪', '王'],
    ['王', '王'],
    ['黎', '李'],
    ['章', '张'],
    ['陈', '陈'],
    ['程', '程'],
    ['欧阳', '欧阳'],
    ['x', 'x'],
  ])('%s → %s', (recognised, meant) => {
    expect(likelySurname(recognised)).toBe(meant);
  });
});
