/**
 * A surge on real SIP: callers are SIPp, agents scripted. The usual number of calls, then 21 times as many, with the plan
 * off and on. Short in `npm test`; with HOTLINE_TEST_LONG=1 twenty agents and three minutes.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import { Pacer } from '../../tools/call/pacer.ts';
import { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { freeTcpPort } from '../support/free-ports.ts';
import { Hotline } from '../support/hotline.ts';
import { Sipp } from '../support/sipp.ts';
import { tone } from '../support/speech.ts';
import { until } from './api.ts';
import { allQuiet, Opened } from './rig.ts';

const isLong = process.env['HOTLINE_TEST_LONG'] === '1';
const AGENTS = isLong ? 20 : 4;
const TALK_MS = 600;
const WRAP_UP_MS = isLong ? 4_000 : 3_000;
/** Ring, answer, talk, wrap-up. */
const HANDLE_MS = TALK_MS + WRAP_UP_MS + 400;
const TIMES = 21;
/** What the agents do when all is usual: a quarter of what they could. */
const USUAL_PER_S = (AGENTS * 1_000) / HANDLE_MS / 4;
const SURGE_MS = isLong ? 180_000 : 6_000;
const PATIENCE_MS = isLong ? 8_000 : 3_500;

const plan = `
name: test
title: 测试预案
windowMs: 30000
minPeople: 5
assume: { talkMs: 1000, wrapUpMs: ${String(WRAP_UP_MS)} }
levels:
  busy: { enter: { load: 0.15 }, enterAfterMs: 0, measures: [{ type: wrap-up, maxMs: 0 }] }
  surge:
    enter: { load: 0.25 }
    enterAfterMs: 0
    measures: [{ type: wrap-up, maxMs: 0 }, { type: admission, answerWithinMs: 3000 }]
  emergency: { enter: { load: 500 }, measures: [] }
`;

/** Nobody is greeted: whoever comes stands in the line. */
const flow = `
name: at-once
title: 直接排队
start: line
person: line
nodes: { line: { type: queue, queue: main, priority: 5 } }
`;

let hotline: Hotline;
let dataDir: string;
let headers: Readonly<Record<string, string>>;
const opened = new Opened();
const pacer = new Pacer();
const password = 'test-password-of-no-value';

async function makePeople(embeddedPort: number): Promise<void> {
  const store = await openStore({ dataDir, embeddedPort, logger: pino({ enabled: false }) });
  try {
    const passwordHash = await hash(password);
    const person = { displayName: '测试', passwordHash };
    for (let i = 0; i < AGENTS; i++)
      await store.users.create({ ...person, login: `seat${String(i)}`, agentNumber: String(3_000 + i), role: 'agent' });
    await store.users.create({ ...person, login: 'lead', agentNumber: '2000', role: 'supervisor' });
  } finally {
    await store.close();
  }
}

async function logIn(): Promise<Readonly<Record<string, string>>> {
  const reply = await fetch(`${hotline.url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: hotline.url },
    body: JSON.stringify({ login: 'lead', password }),
  });
  const { csrfToken } = (await reply.json()) as { csrfToken: string };
  const cookie = (reply.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  return { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json', origin: hotline.url };
}

interface Status {
  readonly level: string;
  readonly active: readonly { readonly type: string }[];
  readonly why: { readonly zh: string };
}

async function status(): Promise<Status> {
  return (await (await fetch(`${hotline.url}/api/surge`, { headers })).json()) as Status;
}

async function hold(level: string | null): Promise<void> {
  const reply = await fetch(`${hotline.url}/api/surge/level`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ level }),
  });
  if (!reply.ok) throw new Error(`the level was refused with ${String(reply.status)}`);
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hotline-surge-'));
  await writeFile(join(dataDir, 'test.yaml'), plan);
  const callers = await readFile(join(import.meta.dirname, 'sipp', 'uac-surge.xml'), 'utf8');
  await writeFile(join(dataDir, 'uac-surge.xml'), callers.replace('PATIENCE_MS"', `${String(PATIENCE_MS + TALK_MS)}"`));
  await mkdir(join(dataDir, 'flows'));
  await writeFile(join(dataDir, 'flows', 'at-once.yaml'), flow);
  const embeddedPort = await freeTcpPort();
  await makePeople(embeddedPort);
  hotline = await Hotline.start({
    env: {
      HOTLINE_DATADIR: dataDir,
      HOTLINE_STORE__EMBEDDEDPORT: String(embeddedPort),
      HOTLINE_ASR__ENGINE: 'off',
      HOTLINE_LINE__WRAPUPMS: String(WRAP_UP_MS),
      HOTLINE_CALLBACK__MISSED: 'false',
      HOTLINE_SURGE__PLANSDIR: dataDir,
      HOTLINE_SURGE__ENABLED: 'true',
      HOTLINE_SURGE__PLAN: 'test',
      HOTLINE_SURGE__CHECKEVERYMS: '500',
      HOTLINE_IVR__FLOWSDIR: join(dataDir, 'flows'),
      HOTLINE_IVR__FLOW: 'at-once',
      HOTLINE_RTP__PORTMIN: '34000',
      HOTLINE_RTP__PORTMAX: '35999',
    },
  });
  headers = await logIn();
  for (let i = 0; i < AGENTS; i++)
    opened.add(
      await ScriptedAgent.start({
        server: hotline.url,
        login: `seat${String(i)}`,
        password,
        sip: { host: '127.0.0.1', port: hotline.sipPort },
        address: '127.0.0.1',
        speech: tone(TALK_MS, 500),
        hangUpAfterSpeech: true,
        answerAfterMs: 50,
        pacer,
      }),
    );
}, 120_000);
afterAll(async () => {
  await opened.close();
  await hotline.dispose();
  await rm(dataDir, { recursive: true, force: true });
});

/** People phone evenly, by SIPp; resolves when all have gone. Whoever has no patience left hangs up. */
async function comeIn(prefix: string, perS: number, lengthMs: number): Promise<number> {
  const count = Math.round((perS * lengthMs) / 1_000);
  const numbers = join(dataDir, `${prefix}.csv`);
  const lines = Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(6, '0')};`);
  await writeFile(numbers, `SEQUENTIAL\n${lines.join('\n')}\n`);
  const { exitCode, successful, failed } = await Sipp.run({
    scenario: join(dataDir, 'uac-surge.xml'),
    to: `127.0.0.1:${String(hotline.sipPort)}`,
    calls: count,
    callsPerSecond: count,
    args: ['-rp', String(lengthMs), '-l', '900', '-inf', numbers],
    limitMs: lengthMs + 60_000,
  });
  expect({ exitCode, successful, failed }).toEqual({ exitCode: 0, successful: count, failed: 0 });
  return count;
}

interface Totals {
  readonly offered: number;
  readonly answered: number;
}

interface Outcome {
  readonly came: number;
  readonly connected: number;
  readonly admitted: number;
  readonly toldPolitely: number;
  readonly connectRate: number;
}

const startedAtMs = Date.now();

/** All that has been counted since the start, by the figures of the house, once nobody is left and it changes no more. */
async function totals(): Promise<Totals> {
  await allQuiet(hotline);
  let before = '';
  return until('all calls to be counted', async () => {
    const query = new URLSearchParams({ fromMs: String(startedAtMs), toMs: String(Date.now()), by: 'queue' });
    const reply = await fetch(`${hotline.url}/api/figures?${String(query)}`, { headers });
    const { total } = (await reply.json()) as { total: { counts: Totals } };
    const text = JSON.stringify(total);
    const isSettled = text === before;
    before = text;
    return isSettled ? total.counts : undefined;
  });
}

/** What becomes of those who phone now. */
async function outcomeOf(prefix: string, perS: number, lengthMs: number): Promise<Outcome> {
  const before = await totals();
  const came = await comeIn(prefix, perS, lengthMs);
  const after = await totals();
  const [admitted, connected] = [after.offered - before.offered, after.answered - before.answered];
  const connectRate = Number((connected / came).toFixed(3));
  return { came, connected, admitted, toldPolitely: came - admitted, connectRate };
}

describe(`${String(AGENTS)} agents and ${String(TIMES)} times the usual callers`, () => {
  it(
    'more people are served with the plan than without, and whoever is let in is served',
    async () => {
      await hold('normal');
      const usual = await outcomeOf('13710', USUAL_PER_S, isLong ? 20_000 : 2_000);
      expect(usual.connectRate).toBe(1);
      const off = await outcomeOf('13720', USUAL_PER_S * TIMES, SURGE_MS);
      expect((await status()).active).toEqual([]);

      await hold(null);
      const first = comeIn('13725', USUAL_PER_S * TIMES, isLong ? 15_000 : SURGE_MS);
      await until(
        'the plan to see the surge',
        async () => {
          const now = await status();
          if (process.env['HOTLINE_TEST_LOG'] !== undefined) process.stdout.write(`${JSON.stringify(now)}\n`);
          return now.active.some((m) => m.type === 'admission');
        },
        30_000,
      );
      await first;
      const on = await outcomeOf('13730', USUAL_PER_S * TIMES, SURGE_MS);
      const during = await status();
      process.stdout.write(`surge off ${JSON.stringify(off)} on ${JSON.stringify(on)} ${during.why.zh}\n`);
      expect(during.active.map((m) => m.type).sort()).toEqual(['admission', 'wrap-up']);
      expect(on.connected).toBeGreaterThan(1.3 * off.connected);
      expect(on.connected / on.admitted).toBeGreaterThan(off.connected / off.admitted);

      await hold('normal');
      await until('everything it started to be ended', async () => (await status()).active.length === 0);
    },
    isLong ? 900_000 : 120_000,
  );
});
