/**
 * `npm run eval:speech`: synthetic calls with known fields, or calls of a file, played through the recogniser and the draft;
 * tells how many fields come out right, by accent and noise. See docs/evaluation.md.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { City } from '../../config/city.ts';
import { loadCity } from '../../config/load-city.ts';
import { createDraftEngine, type DraftEngine } from '../../server/drafts/engine.ts';
import { saveWav } from '../call/audio.ts';
import { parseCallFile, type EvalCall } from './call-file.ts';
import type { Conversation } from './conversation.ts';
import { openEar } from './listen.ts';
import { openLiveEar, type LiveServer } from './live.ts';
import { startOwnServer } from './own-server.ts';
import { pageOf } from './page.ts';
import { reportOf, SYNTHETIC, tableOf } from './report.ts';
import { resolveCall } from './resolve.ts';
import { asWritten, conditions, playCalls, usualConditions, type Condition, type Played } from './run.ts';
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
  --live           through a real server in real time: SIP telephones, switch, recogniser, draft (default --count 3,
                   --only clean); starts a server of its own unless --server, --sip and --agent name one
  --server URL --sip HOST:PORT --agent LOGIN:PASSWORD   a server that runs, and an agent nobody else uses
  --audio wrong|all|none   of which calls the sound is kept (default: with a wrong field)
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const options = {
  calls: { type: 'string' },
  count: { type: 'string' },
  seed: { type: 'string', default: '1' },
  only: { type: 'string' },
  write: { type: 'string' },
  city: { type: 'string', default: 'config/sample/jiangcheng' },
  model: { type: 'string', default: 'asr/models/demo-zh-8k' },
  out: { type: 'string', default: 'data/eval-speech' },
  live: { type: 'boolean', default: false },
  server: { type: 'string' },
  sip: { type: 'string' },
  agent: { type: 'string' },
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

interface Listener {
  readonly about: string;
  readonly ear: Parameters<typeof playCalls>[0]['ear'];
  close(): Promise<void>;
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

/** The server that was named; none when a new one is to be started. */
function namedServer({ server, sip, agent }: Values): LiveServer | undefined {
  if (server === undefined && sip === undefined && agent === undefined) return undefined;
  const [, host, port] = /^([0-9.]+):([0-9]{1,5})$/.exec(sip ?? '') ?? [];
  const [, login, password] = /^([^:]+):(.+)$/.exec(agent ?? '') ?? [];
  if (server === undefined || host === undefined || login === undefined || password === undefined)
    throw new Error('--server URL, --sip IPv4:PORT and --agent LOGIN:PASSWORD belong together');
  return { url: server, sip: { host, port: Number(port) }, login, password };
}

async function openListener(values: Values, drafts: DraftEngine): Promise<Listener> {
  if (!values.live) {
    const ear = await openEar(values.model, drafts);
    return { about: ear.about, ear, close: () => Promise.resolve() };
  }
  const named = namedServer(values);
  const own = named === undefined ? await startOwnServer(values) : undefined;
  const closeServer = async (): Promise<void> => own?.close();
  try {
    const ear = await openLiveEar(named ?? own ?? missing(), drafts);
    const close = (): Promise<void> => ear.close().finally(closeServer);
    return { about: named === undefined ? `${values.model}, live` : `server ${named.url}, live`, ear, close };
  } catch (error) {
    await closeServer();
    throw error;
  }
}

function missing(): never {
  throw new Error('there is no server');
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const city = await loadCity(values.city);
  const count = Number(values.count ?? (values.live ? 3 : 24));
  const calls = await callsOf(city, values.calls, count, Number(values.seed));
  if (values.write !== undefined) {
    await writeFile(values.write, `${JSON.stringify({ about: `written with seed ${values.seed}`, calls }, null, 1)}\n`);
    say(`${values.write}: ${calls.length} calls`);
    return;
  }
  const only = values.only ?? (values.live && values.calls === undefined ? 'clean' : undefined);
  const drafts = createDraftEngine(city);
  const listener = await openListener(values, drafts);
  try {
    await evaluate(values, { calls, city, drafts, listener, chosen: conditionsOf(only, values.calls !== undefined) });
  } finally {
    await listener.close();
  }
}

interface Parts {
  readonly calls: readonly EvalCall[];
  readonly city: City;
  readonly drafts: DraftEngine;
  readonly listener: Listener;
  readonly chosen: readonly Condition[];
}

async function evaluate(values: Values, { calls, city, drafts, listener, chosen }: Parts): Promise<void> {
  const soundDir = path.join(values.out, 'audio');
  await mkdir(soundDir, { recursive: true });
  const kept = new Map<Played, string>();
  let done = 0;
  const onPlayed = async (played: Played, conversation: Conversation): Promise<void> => {
    done++;
    if (done % 20 === 0 || values.live)
      process.stderr.write(`${done} of ${calls.length * chosen.length} calls played\n`);
    const isWrong = played.score.judgements.some((j) => j.verdict !== 'right' && j.verdict !== 'empty');
    if (values.audio === 'none' || (values.audio !== 'all' && !isWrong)) return;
    const file = `${played.call.id}-${played.condition}.wav`;
    await keepSound(path.join(soundDir, file), conversation);
    kept.set(played, `audio/${file}`);
  };
  const dir = values.calls === undefined ? '.' : path.dirname(values.calls);
  const result = await playCalls({ calls, conditions: chosen, ear: listener.ear, drafts, dir, onPlayed });
  const about = values.calls ?? `${calls.length} synthetic calls of ${city.name}, seed ${values.seed}`;
  const made = new Date().toISOString();
  const report = reportOf({ about, made, model: listener.about, result, audioOf: (p) => kept.get(p) ?? null });
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
