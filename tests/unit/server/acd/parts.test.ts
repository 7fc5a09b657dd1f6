import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Candidates } from '../../../../server/acd/core/candidates.ts';
import { advancePace, estimateWaitMs, newPace, servedPerMs } from '../../../../server/acd/core/pace.ts';
import { classOf, phasesOf, type Demand } from '../../../../server/acd/core/phases.ts';
import { SortedList } from '../../../../server/acd/core/sorted-list.ts';
import { rulesFor } from '../../../../server/acd/queue-rules.ts';

describe('SortedList', () => {
  const entry = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2_000 }));
  it('keeps order and ranks through additions and removals', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 1_500 }), fc.array(fc.nat(1_499)), (added, removed) => {
        const list = new SortedList();
        const plain = new Map<string, number>();
        for (const [score, n] of added) {
          if (plain.has(`e${n}`)) continue;
          plain.set(`e${n}`, score);
          list.add(score, `e${n}`);
        }
        for (const i of removed) {
          const [, n] = added[i] ?? [0, -1];
          const score = plain.get(`e${n}`);
          expect(list.remove(score ?? 0, `e${n}`)).toBe(score !== undefined);
          plain.delete(`e${n}`);
        }
        const expected = [...plain].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([id]) => id);
        expect(list.entries().map((e) => e.id)).toEqual(expected);
        expect(list.size).toBe(expected.length);
        expect(list.first()?.id).toBe(expected[0]);
        expected.forEach((id, i) => {
          if (i % 50 === 0) expect(list.rank(plain.get(id) ?? 0, id)).toBe(i);
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('Candidates', () => {
  it('gives the first in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 })), (scores) => {
        const heap = new Candidates();
        scores.forEach((score, i) => {
          heap.push({ score, id: String(i).padStart(4, '0') });
        });
        const out: string[] = [];
        for (let next = heap.pop(); next !== undefined; next = heap.pop())
          out.push(`${String(next.score).padStart(2, '0')}-${next.id}`);
        expect(out).toEqual([...out].sort());
        expect(out).toHaveLength(scores.length);
      }),
    );
  });
});

describe('pace of a queue', () => {
  const staffing = { staffed: 10, free: 0, usualHandleMs: 180_000 };
  it('believes the staffing at first: ten seats at three minutes a call', () => {
    expect(estimateWaitMs(10, newPace(0), staffing)).toBe(180_000);
  });
  it('believes what it has seen after a while', () => {
    let pace = newPace(0);
    for (let i = 1; i <= 1_800; i += 1) {
      pace = advancePace(pace, i * 1_000, true);
      pace = { ...pace, served: pace.served + 1 };
    }
    expect(servedPerMs(pace, staffing) * 60_000).toBeGreaterThan(45);
    expect(estimateWaitMs(60, pace, staffing)).toBeLessThan(80_000);
  });
  it('learns nothing from a night in which nobody waited', () => {
    const pace = advancePace(newPace(0), 8 * 3_600_000, false);
    expect(estimateWaitMs(10, pace, staffing)).toBe(180_000);
  });
  it('promises no wait to whom a free agent will take, and four hours at most', () => {
    expect(estimateWaitMs(2, newPace(0), { ...staffing, free: 2 })).toBe(0);
    expect(estimateWaitMs(2, newPace(0), { ...staffing, staffed: 0 })).toBe(14_400_000);
  });
  it('never goes back in time', () => {
    const pace = advancePace({ served: 3, busyMs: 1_000, atMs: 5_000 }, 4_000, true);
    expect(pace).toMatchObject({ served: 3, busyMs: 1_000 });
  });
});

describe('phases of a call', () => {
  const demand: Demand = {
    queue: '税务|a',
    priority: 5,
    needs: [{ skill: 'law:x', minLevel: 3 }],
    stickyAgentId: 'a1',
    dialect: 'wu',
    facts: { urgent: false, elderly: false, redials: 0 },
    front: false,
    kind: 'call',
  };
  it('narrow at first, then wider, without gaps', () => {
    const rules = {
      ...rulesFor('税务|a'),
      stickyWaitMs: 10_000,
      dialectWaitMs: 20_000,
      rings: [
        { afterMs: 0, lowerLevelsBy: 0, seats: ['on-site'] },
        { afterMs: 15_000, lowerLevelsBy: 5, seats: ['on-site', 'cloud'] },
      ],
    } as const;
    const phases = phasesOf(demand, rules);
    expect(phases.map((p) => [p.fromMs, p.untilMs, p.variants.length])).toEqual([
      [0, 10_000, 3],
      [10_000, 15_000, 2],
      [15_000, 20_000, 2],
      [20_000, Number.POSITIVE_INFINITY, 1],
    ]);
    expect(phases.map((p) => p.variants.at(-1)?.condition)).toEqual([null, null, null, null]);
    expect(phases.at(-1)?.variants[0]).toMatchObject({ needs: [], seats: 0b011 });
  });
  it('keeps names with odd signs apart in keys', () => {
    const [phase] = phasesOf({ ...demand, stickyAgentId: null, dialect: null }, rulesFor('税务|a'));
    const [variant] = phase?.variants ?? [];
    expect(variant === undefined ? '' : classOf(variant).split('|')).toHaveLength(3);
    expect(variant === undefined ? '' : classOf(variant)).toContain('law%3Ax:3');
  });
});
