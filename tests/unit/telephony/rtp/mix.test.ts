import { describe, expect, it } from '@jest/globals';
import { mixed } from '../../../../telephony/rtp/mix.ts';

describe('mixed', () => {
  it('is silence of nobody, a copy of one, the sum of several', () => {
    const one = Int16Array.of(1, 2, 3);
    expect([...mixed([], 3)]).toEqual([0, 0, 0]);
    expect([...mixed([one], 3)]).toEqual([1, 2, 3]);
    expect(mixed([one], 3)).not.toBe(one);
    expect([...mixed([one, Int16Array.of(10, 20, 30), Int16Array.of(-1, -1, -1)], 3)]).toEqual([10, 21, 32]);
  });

  it('stays within 16 bits', () => {
    const loud = Int16Array.of(30_000, -30_000);
    expect([...mixed([loud, loud], 2)]).toEqual([32_767, -32_768]);
  });
});
