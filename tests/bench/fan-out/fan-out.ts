/** How long a change takes to be on every supervisor's screen: the real server, 2,000 desktops, 50 supervisors. */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { pino } from 'pino';
import { openStore } from '../../../server/store/open-store.ts';
import { freeTcpPort } from '../../support/free-ports.ts';
import { Hotline } from '../../support/hotline.ts';
import type { Bench, Metrics } from '../bench.ts';
import { within } from '../limits.ts';
import { quantile, rounded, summary } from '../stats.ts';
import type { PagesReport, PagesTask } from './protocol.ts';

const DESKTOPS = Number(process.env['HOTLINE_TEST_DESKTOPS'] ?? 2_000);
const SUPERVISORS = 50;
const CHANGES_PER_S = 100;
const WARM_UP_MS = 3_000;
const MEASURE_MS = 15_000;
const DAY_MS = 86_400_000;

interface Cookies {
  readonly desktops: readonly string[];
  readonly supervisors: readonly string[];
}

/** People and their log-ins, written before the server starts. */
async function makePeople(dataDir: string, embeddedPort: number): Promise<Cookies> {
  const store = await openStore({ dataDir, embeddedPort, logger: pino({ enabled: false }) });
  try {
    const passwordHash = await hash('bench-password-of-no-value');
    const cookie = async (i: number, role: 'agent' | 'supervisor'): Promise<string> => {
      const login = `${role}-${String(i)}`;
      const user = await store.users.create({
        login,
        displayName: `测试${String(i)}`,
        agentNumber: String(10_000 + i),
        role,
        passwordHash,
      });
      const { token } = await store.sessions.create(user.id, Date.now() + DAY_MS);
      return `hotline_session=${token}`;
    };
    const many = async (n: number, role: 'agent' | 'supervisor'): Promise<string[]> => {
      const cookies: string[] = [];
      for (let i = 0; i < n; i += 20)
        cookies.push(
          ...(await Promise.all(Array.from({ length: Math.min(20, n - i) }, (_, k) => cookie(i + k, role)))),
        );
      return cookies;
    };
    return { desktops: await many(DESKTOPS, 'agent'), supervisors: await many(SUPERVISORS, 'supervisor') };
  } finally {
    await store.close();
  }
}

async function playPages(task: PagesTask): Promise<PagesReport> {
  const child = fork(join(import.meta.dirname, 'pages.ts'), { execArgv: process.execArgv });
  try {
    return await new Promise((resolve, reject) => {
      child.once('message', (said: { readonly report?: PagesReport; readonly failure?: string }) => {
        if (said.report === undefined) reject(new Error(said.failure ?? 'the pages said nothing'));
        else resolve(said.report);
      });
      child.once('exit', (code) => {
        reject(new Error(`the pages ended with ${String(code)}`));
      });
      child.send(task);
    });
  } finally {
    child.kill();
  }
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hotline-fan-out-'));
  const closing: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  try {
    const embeddedPort = await freeTcpPort();
    say(`${String(DESKTOPS)} agents and ${String(SUPERVISORS)} supervisors are written down`);
    const cookies = await makePeople(dataDir, embeddedPort);
    const hotline = await Hotline.start({
      env: {
        HOTLINE_DATADIR: dataDir,
        HOTLINE_STORE__EMBEDDEDPORT: String(embeddedPort),
        HOTLINE_ASR__ENGINE: 'off',
        HOTLINE_LOGLEVEL: 'warn',
      },
    });
    closing.push(() => hotline.dispose());
    say('pages open');
    const task = {
      ...cookies,
      url: hotline.url,
      changesPerS: CHANGES_PER_S,
      warmUpMs: WARM_UP_MS,
      measureMs: MEASURE_MS,
    };
    const report = await within('the pages', 240_000, playPages(task));
    say(`change → all screens (ms): ${summary(report.lastScreenMs)}; events heard: ${String(report.eventsHeard)}`);
    say(`the pages' own process was late by ${rounded(report.ownDelayP99Ms)} ms (p99)`);
    if (report.missed > 0)
      throw new Error(`${String(report.missed)} of ${String(report.changes)} changes were not shown`);
    return {
      p99Ms: rounded(quantile(report.lastScreenMs, 0.99)),
      p50Ms: rounded(quantile(report.lastScreenMs, 0.5)),
      screenP99Ms: rounded(report.screenP99Ms),
      changesPerS: rounded(report.changes / (MEASURE_MS / 1_000)),
      desktops: DESKTOPS,
      supervisors: SUPERVISORS,
      pagesLateP99Ms: rounded(report.ownDelayP99Ms),
    };
  } finally {
    for (const step of closing.splice(0).reverse()) await step().catch(() => undefined);
  }
}

export const fanOut: Bench = {
  name: 'fan-out',
  about: 'change → all supervisors’ screens: 2,000 desktops, 50 supervisors, 100 changes/s (p99Ms)',
  limitMs: 400_000,
  run,
};
