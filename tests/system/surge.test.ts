/**
 * A surge on real SIP: scripted agents at capacity, then 21 times the callers, with the plan off and on. Short in
 * `npm test`; with HOTLINE_TEST_LONG=1 twenty agents and three minutes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import { Pacer } from '../../tools/call/pacer.ts';
import { ScriptedAgent } from '../../tools/call/scripted-agent.ts';
import { SipPhone } from '../../tools/call/sip-phone.ts';
import { freeTcpPort } from '../support/free-ports.ts';
import { Hotline } from '../support/hotline.ts';
import { tone } from '../support/speech.ts';
import { until } from './api.ts';
import { Opened } from './rig.ts';

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

/** One caller who presses 0 to be in the line at once, and hangs up when patience ends before an agent is there. */
async function phoneIn(number: string): Promise<void> {
  const phone = new SipPhone({ address: '127.0.0.1', user: number, pacer });
  await phone.start();
  const call = await phone.call(`sip:12345@127.0.0.1:${String(hotline.sipPort)}`);
  if (await call.answered) {
    call.sendDigit('0');
    const patience = setTimeout(() => {
      call.hangUp();
    }, PATIENCE_MS + TALK_MS);
    await call.ended;
    clearTimeout(patience);
  }
  await phone.close();
}

/** Callers come evenly; resolves when all have gone. */
async function comeIn(prefix: string, perS: number, lengthMs: number): Promise<number> {
  const callers: Promise<void>[] = [];
  const count = Math.round((perS * lengthMs) / 1_000);
  const startMs = Date.now();
  for (let i = 0; i < count; i++) {
    const waitMs = startMs + (i * 1_000) / perS - Date.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    callers.push(phoneIn(`${prefix}${String(i).padStart(6, '0')}`));
  }
  await Promise.all(callers);
  return count;
}

interface Outcome {
  readonly connected: number;
  readonly admitted: number;
  readonly toldPolitely: number;
}

async function outcome(prefix: string, count: number): Promise<Outcome> {
  return until('all calls to be stored', async () => {
    const limit = Math.min(500, count * 2 + 20);
    const reply = await fetch(`${hotline.url}/api/calls/recent?limit=${String(limit)}`, { headers });
    const { calls } = (await reply.json()) as {
      calls: { from: string; bridgedAtMs: number | null; endedAtMs: number | null; endCause: string | null }[];
    };
    const own = calls.filter((c) => c.from.startsWith(prefix) && c.endedAtMs !== null);
    if (own.length < Math.min(count, limit)) return undefined;
    const toldPolitely = own.filter((c) => c.endCause === 'line-full').length;
    const connected = own.filter((c) => c.bridgedAtMs !== null).length;
    return { connected, admitted: own.length - toldPolitely, toldPolitely };
  });
}

describe(`${String(AGENTS)} agents and ${String(TIMES)} times the usual callers`, () => {
  it(
    'more people are served with the plan than without, and whoever is let in is served',
    async () => {
      await hold('normal');
      await comeIn('13710', USUAL_PER_S, isLong ? 20_000 : 2_000);
      const offCount = await comeIn('13720', USUAL_PER_S * TIMES, SURGE_MS);
      const off = await outcome('13720', offCount);
      expect((await status()).active).toEqual([]);

      await hold(null);
      const first = comeIn('13725', USUAL_PER_S * TIMES, SURGE_MS);
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
      const onCount = await comeIn('13730', USUAL_PER_S * TIMES, SURGE_MS);
      const during = await status();
      const on = await outcome('13730', onCount);
      process.stdout.write(`surge off ${JSON.stringify(off)} on ${JSON.stringify(on)} ${during.why.zh}\n`);
      expect(during.active.map((m) => m.type).sort()).toEqual(['admission', 'wrap-up']);
      expect(on.connected).toBeGreaterThan(1.3 * off.connected);
      expect(on.connected / on.admitted).toBeGreaterThan(off.connected / off.admitted);

      await hold('normal');
      await until('everything it started to be ended', async () => (await status()).active.length === 0);
    },
    isLong ? 600_000 : 120_000,
  );
});
