/**
 * `npm run eval:speech`: synthetic calls with known fields, or calls of a file, played through the recogniser and the draft;
 * tells how many fields come out right, by accent and noise. See docs/evaluation.md.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { City } from '../../config/city.ts';
import { loadCity } from '../../config/load-city.ts';
import { createDraftEngine } from '../../server/drafts/engine.ts';
import { saveWav } from '../call/audio.ts';
import { parseCallFile, type EvalCall } from './call-file.ts';
import type { Conversation } from './conversation.ts';
import { openEar } from './listen.ts';
import { pageOf } from './page.ts';
import { reportOf, SYNTHETIC, tableOf } from './report.ts';
import { resolveCall } from './resolve.ts';
import { asWritten, conditions, runOffline, usualConditions, type Condition, type Played } from './run.ts';
import { writeCalls } from './writing/write-calls.ts';

const USAGE = `npm run eval:speech -- [options]
  --calls FILE       calls to play (JSON, docs/evaluation.md); synthetic ones are written otherwise
  --count N          synthetic calls (default 24), each played under every condition
  --seed N           other calls (default 1)
  --only A,B         conditions: ${conditions.map((c) => c.name).join(', ')}
  --write FILE       writes the synthetic calls as JSON and ends
  --city DIR         default config/sample/jiangcheng
  --model DIR        default asr/models/demo-zh-8k
  --out DIR          report.json, report.html, audio/ (default data/eval-speech)
  --audio wrong|all|none   of which calls the sound is kept (default: with a wrong field)
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const options = {
  calls: { type: 'string' },
  count: { type: 'string', default: '24' },
  seed: { type: 'string', default: '1' },
  only: { type: 'string' },
  write: { type: 'string' },
  city: { type: 'string', default: 'config/sample/jiangcheng' },
  model: { type: 'string', default: 'asr/models/demo-zh-8k' },
  out: { type: 'string', default: 'data/eval-speech' },
  audio: { type: 'string', default: 'wrong' },
  help: { type: 'boolean', default: false },
} as const;

async function callsOf(
  city: City,
  file: string | undefined,
  count: number,
  seed: number,
): Promise<readonly EvalCall[]> {
  if (file === undefined) return writeCalls(city, count, seed);
  const parsed = parseCallFile(await readFile(file, 'utf8'));
  if (!parsed.ok) throw new Error(`${file}:\n${parsed.faults.slice(0, 20).join('\n')}`);
  return parsed.file.calls.map((call) => {
    const resolved = resolveCall(city, call);
    if (!resolved.ok) throw new Error(`${file}: ${resolved.reason}`);
    return resolved.value;
  });
}

/** A file is played as it says; synthetic calls under every condition. */
function conditionsOf(only: string | undefined, fromFile: boolean): readonly Condition[] {
  if (only === undefined) return fromFile ? [asWritten] : usualConditions;
  return only.split(',').map((name) => {
    const found = conditions.find((c) => c.name === name.trim());
    if (found === undefined)
      throw new Error(`no condition "${name}"; there are ${conditions.map((c) => c.name).join(', ')}`);
    return found;
  });
}

/** Both sides in one WAV file: caller left, agent right. */
async function keepSound(file: string, { caller, agent }: Conversation): Promise<void> {
  const both = new Int16Array(caller.length * 2);
  caller.forEach((s, i) => {
    both[2 * i] = s;
    both[2 * i + 1] = agent[i] ?? 0;
  });
  await saveWav(file, both, 2);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const city = await loadCity(values.city);
  const calls = await callsOf(city, values.calls, Number(values.count), Number(values.seed));
  if (values.write !== undefined) {
    await writeFile(values.write, `${JSON.stringify({ about: `written with seed ${values.seed}`, calls }, null, 1)}\n`);
    say(`${values.write}: ${calls.length} calls`);
    return;
  }
  const chosen = conditionsOf(values.only, values.calls !== undefined);
  const drafts = createDraftEngine(city);
  const ear = await openEar(values.model, drafts);
  const soundDir = path.join(values.out, 'audio');
  await mkdir(soundDir, { recursive: true });
  const kept = new Map<Played, string>();
  let done = 0;
  const onPlayed = async (played: Played, conversation: Conversation): Promise<void> => {
    done++;
    if (done % 20 === 0) process.stderr.write(`${done} of ${calls.length * chosen.length} calls played\n`);
    const isWrong = played.score.judgements.some((j) => j.verdict !== 'right' && j.verdict !== 'empty');
    if (values.audio === 'none' || (values.audio !== 'all' && !isWrong)) return;
    const file = `${played.call.id}-${played.condition}.wav`;
    await keepSound(path.join(soundDir, file), conversation);
    kept.set(played, `audio/${file}`);
  };
  const dir = values.calls === undefined ? '.' : path.dirname(values.calls);
  const result = await runOffline({ calls, conditions: chosen, ear, drafts, dir, onPlayed });
  const about = values.calls ?? `${calls.length} synthetic calls of ${city.name}, seed ${values.seed}`;
  const made = new Date().toISOString();
  const report = reportOf({ about, made, model: ear.about, result, audioOf: (p) => kept.get(p) ?? null });
  await writeFile(path.join(values.out, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(path.join(values.out, 'report.html'), pageOf(report));
  say(`${SYNTHETIC}\n\n${tableOf(report)}\n`);
  say(`report: ${path.join(values.out, 'report.html')}, ${path.join(values.out, 'report.json')}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
