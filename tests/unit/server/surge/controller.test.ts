import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { surgePlanSchema } from '../../../../config/surge-schema.ts';
import fc from 'fast-check';
import { newController, step } from '../../../../server/surge/core/controller.ts';
import { dryRun } from '../../../../server/surge/core/dry-run.ts';
import { usualPolicy } from '../../../../server/acd/line-policy.ts';
import { policyOf } from '../../../../server/surge/core/policy.ts';
import type { ControllerInput } from '../../../../server/surge/core/types.ts';
import { feed, flood, sampleAt, standard, usual } from './samples.ts';

const calm = {};
const types = (run: {
  readonly state: { readonly active: readonly { readonly measure: { readonly type: string } }[] };
}): string[] => run.state.active.map((a) => a.measure.type).sort();

describe('levels', () => {
  it('a quiet line stays normal and nothing is done', () => {
    const run = feed(newController(0), standard, { fromMs: 0, forMs: 3_600_000, change: calm });
    expect(run.state.level).toBe('normal');
    expect(run.state.why.zh).toBe('线路正常');
    expect(run.effects).toEqual([]);
    expect(run.decisions).toEqual([]);
  });

  it('a moment over the limit is not enough', () => {
    const over = feed(newController(0), standard, { fromMs: 0, forMs: 10_000, change: flood });
    expect(over.state.level).toBe('normal');
    expect(over.state.why.zh).toMatch(/线路正常：.*已持续 10 秒，满 15 秒升为“应急”/);
    const back = feed(over.state, standard, { fromMs: 15_000, forMs: 600_000, change: calm });
    expect(back.decisions).toEqual([]);
  });

  it('a flood goes to emergency in under half a minute', () => {
    const run = feed(newController(0), standard, { fromMs: 0, forMs: 25_000, change: flood });
    expect(run.state.level).toBe('emergency');
    expect(run.decisions[0]?.kind).toBe('level');
  });

  it('with too few people the numbers mean nothing', () => {
    const few = { people: 9, attempts: 9, waiting: 9, seats: 1, seatsFree: 0, abandoned: 5 };
    const { state } = feed(newController(0), standard, { fromMs: 0, forMs: 600_000, change: few });
    expect(state.level).toBe('normal');
    // Many times what the one seat can do: who reads that wants to know why nothing is done.
    expect(state.indicators?.load).toBeGreaterThan(5);
    expect(state.why.zh).toMatch(
      /线路正常：2 分钟内只有 9 人来电，不足 10 人，不据此判断；.*工作量达本席位能力的 17 倍/,
    );
    expect(state.why.en).toMatch(/9 people in 2 min, fewer than the 10 a judgement needs; .*work at 17 times/);
  });

  it('what is a crowd for a few seats is none for many', () => {
    const plan = { ...standard, minPeoplePerSeat: 5 };
    const of = (seats: number): string =>
      feed(newController(0), plan, { fromMs: 0, forMs: 60_000, change: { ...flood, seats } }).state.level;
    expect(of(8)).toBe('emergency');
    expect(of(9)).toBe('normal');
  });

  it('a new hotline only proposes: nothing happens before a supervisor says yes', () => {
    const sample = new URL('../../../../config/sample/surge/proposals.yaml', import.meta.url);
    const plan = surgePlanSchema.parse(parse(readFileSync(sample, 'utf8')));
    const { state } = feed(newController(0), plan, { fromMs: 0, forMs: 60_000, change: { ...flood, seats: 1 } });
    expect(state.level).toBe('emergency');
    expect(state.active).toEqual([]);
    expect(state.proposals.map((p) => p.measure.type).sort()).toEqual([
      ...['admission', 'announce', 'call-back', 'call-in', 'deflect', 'partners', 'pause-outbound', 'wrap-up'],
    ]);
  });

  it('falls only after the calm has lasted, and does not flap at the limit', () => {
    const up = feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood });
    const still = feed(up.state, standard, { fromMs: 65_000, forMs: 590_000, change: calm });
    expect(still.state.level).toBe('emergency');
    const down = feed(still.state, standard, { fromMs: 660_000, forMs: 60_000, change: calm });
    expect(down.state.level).toBe('normal');
  });

  it('stays between the limit that raises and the one that lowers', () => {
    const { busy, surge, emergency } = standard.levels;
    const byLoad = (level: typeof busy): typeof busy => ({ ...level, enter: { ...level.enter, arrivalsRatio: null } });
    const levels = { busy: byLoad(busy), surge: byLoad(surge), emergency: byLoad(emergency) };
    const plan = { ...standard, levels };
    const up = feed(newController(0), plan, { fromMs: 0, forMs: 60_000, change: flood });
    expect(up.state.level).toBe('emergency');
    const at = (load: number): ReturnType<typeof feed> => {
      const people = Math.floor((load * 10 * 120_000) / 225_000);
      return feed(up.state, plan, { fromMs: 65_000, forMs: 3_600_000, change: { people, attempts: people } });
    };
    const limit = emergency.enter.load ?? 0;
    const near = at(limit * (emergency.leaveBelow + 0.15));
    expect(near.state.indicators?.load).toBeLessThan(limit);
    expect(near.state.level).toBe('emergency');
    expect(near.decisions.filter((d) => d.kind === 'level')).toEqual([]);
    expect(at(limit * (emergency.leaveBelow - 0.15)).state.level).not.toBe('emergency');
  });

  it('called-in seats do not make the surge look over', () => {
    const up = feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood });
    const helped = {
      people: 43,
      attempts: 45,
      waiting: 0,
      seats: 90,
      seatsCalledIn: 80,
      seatsFree: 5,
      seatsStandby: 0,
    };
    const later = feed(up.state, standard, { fromMs: 65_000, forMs: 3_600_000, change: helped });
    expect(later.state.level).toBe('emergency');
  });

  it('a supervisor holds a level and lets go of it', () => {
    const held = step(newController(0), { type: 'hold', atMs: 0, level: 'surge', by: 's1' }, standard);
    expect(held.decisions[0]?.by).toBe('s1');
    const run = feed(held.state, standard, { fromMs: 0, forMs: 3_600_000, change: calm });
    expect(run.state.level).toBe('surge');
    const free = step(run.state, { type: 'hold', atMs: 3_605_000, level: null, by: 's1' }, standard);
    const after = feed(free.state, standard, { fromMs: 3_610_000, forMs: 700_000, change: calm });
    expect(after.state.level).toBe('normal');
    expect(after.state.active).toEqual([]);
  });
});

describe('measures', () => {
  const emergency = feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood });

  it('the measures of the level and of those below are in force; the higher one counts', () => {
    expect(types(emergency)).toEqual(
      ['admission', 'call-back', 'call-in', 'deflect', 'partners', 'pause-outbound', 'wrap-up'].sort(),
    );
    const wrapUp = emergency.state.active.find((a) => a.measure.type === 'wrap-up');
    expect(wrapUp?.amount).toBe(15_000);
  });

  it('every decision says why, in Chinese and English, with numbers', () => {
    expect(emergency.decisions.length).toBeGreaterThan(5);
    for (const { why } of emergency.decisions) {
      expect(why.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(why.zh).toMatch(/\d/);
      expect(why.en).toMatch(/\d/);
    }
  });

  it('what needs a supervisor waits for the yes, and is not proposed twice', () => {
    const [proposal] = emergency.state.proposals;
    expect(proposal?.measure.type).toBe('announce');
    expect(emergency.decisions.filter((d) => d.kind === 'propose')).toHaveLength(1);
    const yes = { type: 'answer', atMs: 70_000, proposalId: proposal?.id ?? '', answer: 'accept', by: 's1' } as const;
    const accepted = step(emergency.state, yes, standard);
    expect(types(accepted)).toContain('announce');
    expect(accepted.effects.map((e) => e.type)).toEqual(['start']);
    expect(step(accepted.state, yes, standard).effects).toEqual([]);
  });

  it('a no holds until the line is normal again', () => {
    const [proposal] = emergency.state.proposals;
    const no = { type: 'answer', atMs: 70_000, proposalId: proposal?.id ?? '', answer: 'refuse', by: 's1' } as const;
    const refused = step(emergency.state, no, standard);
    const on = feed(refused.state, standard, { fromMs: 75_000, forMs: 600_000, change: flood });
    expect(on.state.proposals).toEqual([]);
    const calmAgain = feed(on.state, standard, { fromMs: 680_000, forMs: 700_000, change: calm });
    const next = feed(calmAgain.state, standard, { fromMs: 1_400_000, forMs: 60_000, change: flood });
    expect(next.state.proposals).toHaveLength(1);
  });

  it('seats are called in for what is missing, never more than the waves allow', () => {
    const amount = emergency.state.active.find((a) => a.measure.type === 'call-in')?.amount ?? 0;
    expect(amount).toBe(30);
    const sensitive = { ...standard, minPeople: 5 };
    const change = { people: 5, attempts: 7, seats: 6, abandoned: 1, answered: 2, seatsFree: 0, waiting: 1 };
    const wave = feed(newController(0), sensitive, { fromMs: 0, forMs: 120_000, change });
    expect(wave.state.level).toBe('busy');
    const wanted = wave.state.active.find((a) => a.measure.type === 'call-in')?.amount ?? 0;
    expect(wanted).toBeGreaterThan(0);
    expect(wanted).toBeLessThanOrEqual(9);
  });

  it('seats are kept for a while when fewer would do', () => {
    const less = { people: 20, attempts: 20, waiting: 0, seats: 40, seatsCalledIn: 30, seatsFree: 5, seatsStandby: 0 };
    const soon = feed(emergency.state, standard, { fromMs: 65_000, forMs: 300_000, change: less });
    expect(soon.state.active.find((a) => a.measure.type === 'call-in')?.amount).toBe(30);
    const later = feed(soon.state, standard, { fromMs: 370_000, forMs: 1_800_000, change: less });
    const kept = later.state.active.find((a) => a.measure.type === 'call-in')?.amount ?? 0;
    expect(kept).toBeLessThan(30);
  });

  it('the number let into the line follows the seats', () => {
    const amountWith = (seats: number): number | null | undefined =>
      feed(emergency.state, standard, { fromMs: 65_000, forMs: 5_000, change: { ...flood, seats } }).state.active.find(
        (a) => a.measure.type === 'admission',
      )?.amount;
    // 150 s of talk and 15 s of wrap-up: a seat answers one in 165 s.
    expect(amountWith(10)).toBe(Math.ceil((10 * 60_000) / 165_000));
    expect(amountWith(40)).toBe(Math.ceil((40 * 60_000) / 165_000));
  });

  it('a new plan without a measure ends it', () => {
    const { emergency: last, ...levels } = standard.levels;
    const fewer = { ...standard, levels: { ...levels, emergency: { ...last, measures: [] } } };
    const run = feed(emergency.state, fewer, { fromMs: 65_000, forMs: 5_000, change: flood });
    expect(types(run)).not.toContain('admission');
    expect(run.effects.filter((e) => e.type === 'stop').map((e) => e.active.measure.type)).toEqual(['admission']);
  });

  it('switching off ends everything', () => {
    const off = step(emergency.state, { type: 'end', atMs: 90_000, by: 'admin' }, standard);
    expect(off.state.active).toEqual([]);
    expect(off.state.proposals).toEqual([]);
    expect(off.effects).toHaveLength(emergency.state.active.length);
    expect(policyOf(off.state.active)).toEqual(usualPolicy);
  });
});

describe('whatever comes', () => {
  const inputs = fc.array(
    fc.oneof(
      fc.record({
        people: fc.integer({ min: 0, max: 200 }),
        waiting: fc.integer({ min: 0, max: 300 }),
        seats: fc.integer({ min: 0, max: 80 }),
        called: fc.integer({ min: 0, max: 40 }),
      }),
      fc.constantFrom('accept', 'refuse', 'hold', 'free', 'end'),
    ),
    { maxLength: 60 },
  );

  it('what is started is ended, once each, and effects and state agree', () => {
    fc.assert(
      fc.property(inputs, (list) => {
        let state = newController(0);
        const open = new Set<string>();
        list.forEach((item, i) => {
          const atMs = (i + 1) * 20_000;
          let input: ControllerInput;
          if (item === 'accept' || item === 'refuse')
            input = { type: 'answer', atMs, answer: item, proposalId: state.proposals[0]?.id ?? 'none', by: 's' };
          else if (item === 'hold' || item === 'free')
            input = { type: 'hold', atMs, level: item === 'hold' ? 'emergency' : null, by: 's' };
          else if (item === 'end') input = { type: 'end', atMs, by: 's' };
          else {
            const change = { people: item.people, attempts: item.people, waiting: item.waiting, seats: item.seats };
            input = {
              type: 'sample',
              sample: sampleAt(atMs, { ...change, seatsCalledIn: Math.min(item.called, item.seats), seatsFree: 0 }),
              usual,
            };
          }
          const next = step(state, input, standard);
          for (const { type, active } of next.effects) {
            expect(open.has(active.measure.type)).toBe(type !== 'start');
            if (type === 'start') open.add(active.measure.type);
            if (type === 'stop') open.delete(active.measure.type);
          }
          state = next.state;
          expect([...open].sort()).toEqual(state.active.map((a) => a.measure.type).sort());
          if (state.level === 'normal' && input.type === 'sample') expect(state.active).toEqual([]);
        });
        expect(state.sample?.atMs ?? 0).toBeLessThanOrEqual(list.length * 20_000);
      }),
      { numRuns: 40 },
    );
  });

  it('its state survives being written down', () => {
    const { state } = feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood });
    // A database gives keys back in an order of its own.
    const turned = (_key: string, value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value;
    const read = JSON.parse(JSON.stringify(state, turned)) as typeof state;
    const input = { type: 'sample', sample: sampleAt(65_000, flood), usual } as const;
    expect(step(read, input, standard)).toEqual(step(state, input, standard));
  });
});

describe('dry run', () => {
  it('tells what the plan would have done in the hours before', () => {
    const hours = Array.from({ length: 60 }, (_, i) => sampleAt(i * 60_000, i >= 20 && i < 40 ? flood : calm));
    const run = dryRun(standard, hours, usual);
    expect(run.minutes).toBe(60);
    expect(run.points.slice(0, 20).every((p) => p.level === 'normal')).toBe(true);
    expect(run.points[22]?.level).toBe('emergency');
    expect(run.points.at(-1)?.level).toBe('normal');
    expect(run.points[25]?.seatsWanted).toBe(40);
    expect(run.decisions.some((d) => d.kind === 'start' && d.measure === 'announce')).toBe(true);
  });

  it('nothing measured, nothing told', () => {
    expect(dryRun(standard, [], null)).toEqual({ fromMs: 0, toMs: 0, minutes: 0, points: [], decisions: [] });
  });
});
