import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { levelOf, takeFromAll, type Buckets } from '../../../../telephony/edge/core/admission.ts';

const slow = { name: 'slow', rate: { perSecond: 1, burst: 2 } };
const fast = { name: 'fast', rate: { perSecond: 10, burst: 5 } };

describe('admission', () => {
  test('a burst goes through, then the rate counts', () => {
    let buckets: Buckets = new Map();
    const at = (nowMs: number): boolean => {
      const taken = takeFromAll(buckets, [slow], nowMs);
      buckets = taken.buckets;
      return taken.ok;
    };
    expect([at(0), at(0), at(0), at(999), at(1_000), at(1_001)]).toEqual([true, true, false, false, true, false]);
  });

  test('none is taken when one bucket is empty, and it is named with the time to wait', () => {
    const emptied = takeFromAll(takeFromAll(new Map(), [slow], 0).buckets, [slow], 0).buckets;
    const taken = takeFromAll(emptied, [fast, slow], 100);
    expect(taken).toEqual({ ok: false, buckets: emptied, name: 'slow', waitMs: 900 });
    expect(levelOf(taken.buckets, 'fast', fast.rate, 100)).toBe(5);
  });

  test('a clock that goes back earns nothing', () => {
    const emptied = takeFromAll(takeFromAll(new Map(), [slow], 5_000).buckets, [slow], 5_000).buckets;
    expect(takeFromAll(emptied, [slow], 0).ok).toBe(false);
  });

  test('never more than burst and rate allow, however calls come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 200 }), (waits) => {
        let buckets: Buckets = new Map();
        let nowMs = 0;
        let through = 0;
        for (const waitMs of waits) {
          nowMs += waitMs;
          const taken = takeFromAll(buckets, [fast], nowMs);
          buckets = taken.buckets;
          if (taken.ok) through += 1;
        }
        expect(through).toBeLessThanOrEqual(5 + (nowMs / 1_000) * 10 + 1e-6);
      }),
    );
  });
});
