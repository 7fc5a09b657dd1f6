import { describe, expect, it } from '@jest/globals';
import { meanOpinionScore, ratingOf } from '../../../../telephony/rtp/e-model.ts';

const clean = { lossShare: 0, jitterMs: 0, roundTripMs: 0 };

describe('E-model', () => {
  it.each([
    ['a clean call', clean, 4.3, 4.45],
    ['1 % lost', { ...clean, lossShare: 0.01 }, 4.15, 4.35],
    ['5 % lost', { ...clean, lossShare: 0.05 }, 3.7, 4],
    ['20 % lost', { ...clean, lossShare: 0.2 }, 2.2, 2.8],
    ['all lost', { ...clean, lossShare: 1 }, 1, 1.2],
    ['a satellite', { ...clean, roundTripMs: 600 }, 3.4, 4],
  ])('scores %s', (_name, impairments, least, most) => {
    const mos = meanOpinionScore(impairments);
    expect(mos).toBeGreaterThanOrEqual(least);
    expect(mos).toBeLessThanOrEqual(most);
  });

  it('only ever gets worse with more of anything', () => {
    let last = ratingOf(clean);
    for (let step = 1; step <= 20; step += 1) {
      const rating = ratingOf({ lossShare: step / 40, jitterMs: step * 5, roundTripMs: step * 40 });
      expect(rating).toBeLessThanOrEqual(last);
      last = rating;
    }
    expect(ratingOf({ lossShare: 7, jitterMs: 1e6, roundTripMs: 1e6 })).toBe(0);
    expect(ratingOf({ ...clean, lossShare: -1 })).toBe(ratingOf(clean));
  });
});
