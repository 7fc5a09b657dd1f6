import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Agenda } from '../../../../tools/simulate/agenda.ts';
import { page } from '../../../../tools/simulate/page.ts';
import { Random } from '../../../../tools/simulate/random.ts';
import { measuresIn, without } from '../../../../tools/simulate/result.ts';
import { loadPlans, loadScenario, type Scenario } from '../../../../tools/simulate/scenario.ts';
import { table } from '../../../../tools/simulate/table.ts';
import { demandTimes, runScenario } from '../../../../tools/simulate/world.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** The Suzhou hour at a tenth of its size and a third of its length: seconds instead of minutes. */
function small(): Scenario {
  const hour = loadScenario(root, 'suzhou-hour');
  const tenth = (values: readonly number[]): readonly number[] => values.map((v) => v / 10);
  const cities = hour.cities.map((c) => ({
    ...c,
    usualPerHour: tenth(c.usualPerHour),
    seats: tenth(c.seats),
    trunks: 60,
    standby: c.standby === null ? null : { ...c.standby, seats: 18 },
    lends: c.lends === null ? null : { ...c.lends, seats: 6 },
  }));
  return { ...hour, cities, lengthMs: 1_500_000, warmUpMs: 600_000, checkEveryMs: 10_000 };
}

const scenario = small();
const plans = loadPlans(root, scenario);

describe('the virtual clock', () => {
  it('does everything in order of time, then of entry, and nothing that was taken back', async () => {
    const random = new Random(1, 'times');
    const agenda = new Agenda(0);
    const done: number[] = [];
    const times = Array.from({ length: 500 }, () => Math.floor(random.between(0, 50)));
    const entries = times.map((atMs, i) =>
      agenda.at(atMs, () => {
        done.push(atMs * 1_000 + i);
      }),
    );
    for (const [i, entry] of entries.entries()) if (i % 7 === 0) entry.cancelled = true;
    await agenda.runUntil(100);
    expect(done).toEqual(
      times
        .map((t, i) => t * 1_000 + i)
        .filter((_, i) => i % 7 !== 0)
        .sort((a, b) => a - b),
    );
    expect(agenda.nowMs).toBe(100);
  });
});

describe('randomness', () => {
  it('is the same for a seed and a purpose, and has the means it claims', () => {
    const draw = (seed: number, purpose: string): number[] => {
      const random = new Random(seed, purpose);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
    const random = new Random(7, 'means');
    const mean = (make: () => number): number =>
      Array.from({ length: 20_000 }, make).reduce((a, b) => a + b, 0) / 20_000;
    expect(mean(() => random.exponential(100))).toBeGreaterThan(97);
    expect(mean(() => random.exponential(100))).toBeLessThan(103);
    expect(Math.abs(mean(() => random.logNormal(150, 0.7)) - 150)).toBeLessThan(5);
    expect(Math.abs(mean(() => random.count(42)) - 42)).toBeLessThan(0.3);
  });
});

describe('scenarios', () => {
  it('every committed scenario and its plans can be read', () => {
    const names = readdirSync(`${root}/config/sample/scenarios`).map((f) => f.replace('.yaml', ''));
    expect(names.sort()).toEqual(['normal-day', 'province-hour', 'shanghai-day', 'suzhou-hour', 'yangzhou-day'].sort());
    for (const name of names) {
      const read = loadScenario(root, name);
      const seats = loadPlans(root, read);
      for (const city of read.cities) if (city.plan !== null) expect(seats.has(city.plan)).toBe(true);
    }
    const province = loadScenario(root, 'province-hour');
    expect(province.cities).toHaveLength(13);
    expect(province.cities.reduce((sum, c) => sum + (c.seats[10] ?? 0), 0)).toBe(1_702);
  });

  it('demand goes in straight lines between its points and is usual outside', () => {
    const [city] = scenario.cities;
    if (city === undefined) throw new Error('no city');
    const ramp = {
      ...city,
      demand: [
        { atMs: 0, times: 1 },
        { atMs: 100, times: 3 },
      ],
    };
    expect([-1, 0, 50, 100, 101].map((t) => demandTimes(ramp, t))).toEqual([1, 1, 2, 3, 1]);
  });
});

describe('a simulated surge', () => {
  it('is the same every time, answers many more people with the plan, and loses nobody', async () => {
    const on = await runScenario({ scenario, plans });
    const again = await runScenario({ scenario, plans });
    const off = await runScenario({ scenario, plans, withoutPlan: true });
    const [a, b, c] = [on.cities[0], again.cities[0], off.cities[0]];
    if (a === undefined || b === undefined || c === undefined) throw new Error('no city');
    expect(b).toEqual(a);
    expect(c.people).toBe(a.people);
    expect(a.connectRatePeople).toBeGreaterThan(0.5);
    expect(c.connectRatePeople).toBeLessThan(0.25);
    expect(a.answeredBy.cloud).toBeGreaterThan(20);
    expect(a.answeredBy.partner).toBeGreaterThan(20);
    // Everybody who phoned was answered, lost in a way that is counted, or still waits or hears the greeting.
    for (const city of [a, c]) {
      const ended = Object.values(city.endings).reduce((x, y) => x + y, 0);
      expect(Math.abs(city.attempts - ended)).toBeLessThan(80);
    }
    expect(a.decisions.some((d) => d.kind === 'start' && d.measure === 'partners')).toBe(true);
    const variants = [
      { title: 'with', result: on },
      { title: 'without', result: off },
    ];
    expect(table(scenario, variants)).toContain('苏州');
    const html = page(scenario, [...variants, ...variants]);
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it('each measure can be taken away', () => {
    const plan = plans.get('suzhou');
    if (plan === undefined) throw new Error('no plan');
    expect(measuresIn(plan)).toContain('admission');
    expect(measuresIn(without(plan, 'admission'))).not.toContain('admission');
    expect(measuresIn(without(plan, 'admission'))).toHaveLength(measuresIn(plan).length - 1);
  });
});
