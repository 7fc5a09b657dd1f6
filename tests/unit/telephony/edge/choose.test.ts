import { describe, expect, test } from '@jest/globals';
import { chooseOrder, whyNone } from '../../../../telephony/edge/core/choose.ts';
import { newHealthTable, stepHealth, type HealthInput } from '../../../../telephony/edge/core/health.ts';

const settings = { failuresToDead: 1, deadHoldMs: 5_000, busyHoldMs: 2_000, stateMaxAgeMs: 15_000 };
const ends = (['a', 'b', 'c'] as const).map((name, i) => ({
  name,
  address: `10.0.0.${i + 1}`,
  port: 5080,
  weight: [1, 3, 1][i] ?? 1,
  maxCalls: 100,
}));
const tableAfter = (...inputs: readonly HealthInput[]) =>
  inputs.reduce((state, input) => stepHealth(state, input, settings).state, newHealthTable(ends));
const up = (name: string): HealthInput => ({ type: 'options-answered', name, status: 200, atMs: 0 });
const dead = (name: string): HealthInput => ({ type: 'options-unanswered', name, atMs: 0 });
const refused = (name: string): HealthInput => ({ type: 'call-refused', name, atMs: 0 });
const allUp = [up('a'), up('b'), up('c')];
const names = (table: ReturnType<typeof tableAfter>, draws = [0.5, 0.5, 0.5], atMs = 0): string =>
  chooseOrder(table, draws, atMs, settings)
    .map(({ name }) => name)
    .join('');

/** A cheap generator of numbers in (0, 1), the same in every run. */
function* numbers(): Generator<number> {
  for (let seed = 12_345; ;) {
    seed = (seed * 48_271) % 2_147_483_647;
    yield seed / 2_147_483_647;
  }
}

describe('order of switches for a call', () => {
  test.each([
    ['equal draws: the heaviest first', tableAfter(...allUp), 'bac'],
    ['a dead one is left out', tableAfter(...allUp, dead('b')), 'ac'],
    ['a busy one comes last', tableAfter(...allUp, refused('b')), 'acb'],
    ['one not heard of comes after those that answer', tableAfter(up('a'), up('c')), 'acb'],
    [
      'draining and full ones are left out',
      tableAfter(...allUp, {
        type: 'published',
        atMs: 0,
        nodes: [
          { name: 'a', state: 'draining', calls: 1 },
          { name: 'b', state: 'up', calls: 100 },
        ],
      }),
      'c',
    ],
  ])('%s', (_what, table, expected) => {
    expect(names(table)).toBe(expected);
  });

  test('the first choice follows the weights', () => {
    const random = numbers();
    const draw = (): number => random.next().value as number;
    const first = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 20_000; i += 1) {
      const [chosen] = chooseOrder(tableAfter(...allUp), [draw(), draw(), draw()], 0, settings);
      first[(chosen?.name ?? 'a') as keyof typeof first] += 1;
    }
    expect(first.b / 20_000).toBeCloseTo(0.6, 1);
    expect(first.a / 20_000).toBeCloseTo(0.2, 1);
    expect(first.c / 20_000).toBeCloseTo(0.2, 1);
  });

  test('a nearly full switch gets less', () => {
    const table = tableAfter(...allUp, {
      type: 'published',
      atMs: 0,
      nodes: [{ name: 'b', state: 'up', calls: 95 }],
    });
    expect(names(table)).toBe('acb');
  });

  test.each([
    ['no-switch', tableAfter(dead('a'), dead('b'), dead('c'))],
    [
      'draining',
      tableAfter(dead('a'), dead('b'), up('c'), {
        type: 'published',
        atMs: 0,
        nodes: [{ name: 'c', state: 'draining', calls: 0 }],
      }),
    ],
    [
      'full',
      tableAfter(dead('a'), up('b'), dead('c'), {
        type: 'published',
        atMs: 0,
        nodes: [{ name: 'b', state: 'up', calls: 100 }],
      }),
    ],
  ] as const)('why none: %s', (why, table) => {
    expect(names(table)).toBe('');
    expect(whyNone(table, 0, settings)).toBe(why);
  });
});
