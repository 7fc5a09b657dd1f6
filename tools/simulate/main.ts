/**
 * `npm run simulate -- <scenario>` plays a scenario with and without its plan and, unless `--quick`, with each measure
 * taken away in turn. Prints a table and writes an HTML page with charts. `npm run simulate -- list` names scenarios.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { MeasureType } from '../../config/surge-schema.ts';
import { page } from './page.ts';
import { measuresIn, without } from './result.ts';
import { loadPlans, loadScenario, type Plans, type Scenario } from './scenario.ts';
import { table } from './table.ts';
import { runScenario, type RunResult } from './world.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** One way to play a scenario. */
export interface Variant {
  readonly title: string;
  readonly result: RunResult;
}

/** A scenario without measures that change nothing there is not played without them. */
async function play(scenario: Scenario, plans: Plans, quick: boolean): Promise<readonly Variant[]> {
  const variants: Variant[] = [];
  const add = async (title: string, options: Partial<Parameters<typeof runScenario>[0]>): Promise<void> => {
    const result = await runScenario({ scenario, plans, ...options });
    variants.push({ title, result });
    process.stderr.write(`${title}: ${result.events} events in ${(result.tookMs / 1_000).toFixed(1)} s\n`);
  };
  await add('按预案 with the plan', {});
  await add('无预案 without', { withoutPlan: true });
  if (quick) return variants;
  const types = new Set<MeasureType>([...plans.values()].flatMap((plan) => measuresIn(plan)));
  types.delete('pause-outbound');
  for (const type of types) await add(`去掉 without ${type}`, { change: (plan) => without(plan, type) });
  return variants;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean' }, out: { type: 'string' }, seed: { type: 'string' } },
  });
  const name = positionals[0] ?? 'list';
  const all = readdirSync(join(root, 'config/sample/scenarios')).map((file) => file.replace(/\.yaml$/, ''));
  if (name === 'list' || !all.includes(name)) {
    say('npm run simulate -- <scenario> [--quick] [--seed 1] [--out page.html]\n');
    for (const each of all.sort()) say(`${each.padEnd(16)} ${loadScenario(root, each).title}`);
    process.exitCode = name === 'list' ? 0 : 2;
    return;
  }
  const loaded = loadScenario(root, name);
  const seed = values.seed === undefined ? loaded.seed : Number.parseInt(values.seed, 10);
  const scenario = { ...loaded, seed: Number.isFinite(seed) ? seed : loaded.seed };
  const variants = await play(scenario, loadPlans(root, scenario), values.quick === true);
  say(table(scenario, variants));
  const file = values.out ?? join(root, 'data/simulate', `${name}.html`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, page(scenario, variants));
  say(`\n图表 charts: ${file}`);
}

await main();
