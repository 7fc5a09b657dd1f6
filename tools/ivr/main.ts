/**
 * Tools for call flows:
 *
 *   npm run ivr -- check [flow …]      faults of all flows (or these), with lines
 *   npm run ivr -- draw [flow …]       pictures: <flow>.svg and <flow>.mmd in data/ivr (or --out folder)
 *   npm run ivr -- say <flow>          walk through a flow in the terminal: keys are typed, what is said is printed
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawMermaid } from '../../ivr/core/draw-mermaid.ts';
import { drawSvg } from '../../ivr/core/draw-svg.ts';
import { checkFlowFile, loadCalendar, type FlowPlaces } from '../../ivr/load-flow.ts';
import { walk } from './walk.ts';

const root = join(import.meta.dirname, '..', '..');
const usage =
  'npm run ivr -- check|draw|say [flow …] [--flows folder] [--prompts folder] [--calendar file] [--out folder]\n';

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      flows: { type: 'string', default: join(root, 'ivr/flows') },
      prompts: { type: 'string' },
      calendar: { type: 'string', default: join(root, 'ivr/calendar.yaml') },
      out: { type: 'string', default: join(root, 'data/ivr') },
    },
  });
  const [command, ...names] = positionals;
  const sample = join(root, 'ivr/prompts/zh-CN');
  const places: FlowPlaces = {
    flowsDir: values.flows,
    promptDirs: values.prompts === undefined ? [sample] : [values.prompts, sample],
    calendar: await loadCalendar([values.calendar]),
  };
  const flows = names.length > 0 ? names : await flowNames(values.flows);
  if (command === 'check') return check(flows, places);
  if (command === 'draw') return draw(flows, places, values.out);
  if (command === 'say' && names[0] !== undefined) return say(names[0], places, sample);
  process.stderr.write(usage);
  return 2;
}

async function flowNames(dir: string): Promise<readonly string[]> {
  return (await readdir(dir)).filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -5));
}

async function check(names: readonly string[], places: FlowPlaces): Promise<number> {
  let faults = 0;
  for (const name of names) {
    const checked = await checkFlowFile(name, places);
    if (checked.ok) process.stdout.write(`${name}: sound, ${Object.keys(checked.flow.nodes).length} nodes\n`);
    else for (const { line, message } of checked.faults) process.stdout.write(`${checked.path}:${line}: ${message}\n`);
    faults += checked.ok ? 0 : checked.faults.length;
  }
  return faults === 0 ? 0 : 1;
}

async function draw(names: readonly string[], places: FlowPlaces, out: string): Promise<number> {
  await mkdir(out, { recursive: true });
  const failed = await check(names, places);
  if (failed !== 0) return failed;
  for (const name of names) {
    const checked = await checkFlowFile(name, places);
    if (!checked.ok) continue;
    await writeFile(join(out, `${name}.svg`), drawSvg(checked.flow));
    await writeFile(join(out, `${name}.mmd`), drawMermaid(checked.flow));
    process.stdout.write(`${join(out, name)}.svg, .mmd\n`);
  }
  return 0;
}

async function say(name: string, places: FlowPlaces, texts: string): Promise<number> {
  const checked = await checkFlowFile(name, places);
  if (!checked.ok) return check([name], places);
  await walk({ flow: checked.flow, calendar: places.calendar }, join(texts, 'prompts.json'));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
