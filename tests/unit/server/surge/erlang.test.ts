import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { erlangA, erlangAWithRedials, seatsNeeded } from '../../../../server/surge/core/erlang.ts';

const line = { perMs: 100 / 60_000, handleMs: 60_000, patienceMs: 60_000 };

describe('Erlang-A', () => {
  it('with patience as long as a call is a Poisson line: the queue beyond the seats is known in closed form', () => {
    // M/M/n+M with theta = mu is M/M/infinity: state ~ Poisson(100).
    let weight = Math.exp(-100);
    let beyond = 0;
    for (let k = 1; k < 400; k++) {
      weight *= 100 / k;
      beyond += Math.max(0, k - 100) * weight;
    }
    const { abandonRate, waitMs } = erlangA({ ...line, seats: 100 });
    expect(waitMs).toBeCloseTo(beyond / line.perMs, 3);
    expect(abandonRate).toBeCloseTo(beyond / 60_000 / line.perMs, 6);
  });

  it('in deep overload loses what the seats cannot take', () => {
    const { abandonRate } = erlangA({ perMs: 8, handleMs: 225_000, patienceMs: 120_000, seats: 200 });
    expect(abandonRate).toBeCloseTo(1 - 200 / 225_000 / 8, 4);
  });

  it('is nothing without arrivals', () => {
    expect(erlangA({ ...line, perMs: 0, seats: 5 })).toEqual({ abandonRate: 0, waitMs: 0, attemptsPerMs: 0 });
  });

  it('more seats never make it worse', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 0.05, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (perMs, seats, more) => {
          const load = { perMs, handleMs: 225_000, patienceMs: 120_000 };
          const few = erlangA({ ...load, seats });
          const many = erlangA({ ...load, seats: seats + more });
          expect(many.abandonRate).toBeLessThanOrEqual(few.abandonRate + 1e-9);
          expect(many.waitMs).toBeLessThanOrEqual(few.waitMs + 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('with redials', () => {
  it('the attempts are those of the people and of the ones who phone again', () => {
    const load = { ...line, seats: 60 };
    const { attemptsPerMs, abandonRate } = erlangAWithRedials(load, 0.7);
    expect(attemptsPerMs).toBeGreaterThan(load.perMs * 1.5);
    expect(attemptsPerMs).toBeCloseTo(load.perMs + 0.7 * abandonRate * attemptsPerMs, 5);
  });

  it('nobody who phones again: Erlang-A itself', () => {
    const load = { ...line, seats: 90 };
    expect(erlangAWithRedials(load, 0).abandonRate).toBeCloseTo(erlangA(load).abandonRate, 6);
  });

  it('the seats needed keep to the target, one fewer does not', () => {
    const target = { connectRate: 0.95, answerWithinMs: 15_000 };
    const seats = seatsNeeded(line, 0.7, target);
    const good = (n: number): boolean => {
      const { abandonRate, waitMs } = erlangAWithRedials({ ...line, seats: n }, 0.7);
      return abandonRate <= 0.05 && waitMs <= 15_000;
    };
    expect(good(seats)).toBe(true);
    expect(good(seats - 2)).toBe(false);
    expect(seatsNeeded({ ...line, perMs: 0 }, 0.7, target)).toBe(0);
  });
});
