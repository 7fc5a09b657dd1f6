/** The real server with people who can log in, and the telephones. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hash } from '@node-rs/argon2';
import { pino } from 'pino';
import { openStore } from '../../../server/store/open-store.ts';
import { freeTcpPort } from '../../support/free-ports.ts';
import { Hotline, type Login } from '../../support/hotline.ts';
import { within } from '../limits.ts';
import { Phones } from '../phones/phones.ts';

export interface Rig {
  readonly hotline: Hotline;
  readonly dataDir: string;
  readonly phones: Phones;
  /** Ten agents; the first one sits at the browser. */
  readonly logins: readonly Login[];
  readonly callUri: string;
  close(): Promise<void>;
}

export const AGENTS = 10;
const run = promisify(execFile);

export async function startRig(): Promise<Rig> {
  await run(process.execPath, ['tools/start.mjs', '--build-only'], { timeout: 120_000 });
  const dataDir = await mkdtemp(join(tmpdir(), 'hotline-bench-'));
  const closing: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step().catch(() => undefined);
  };
  try {
    const embeddedPort = await freeTcpPort();
    const logins = await makeAgents(dataDir, embeddedPort);
    const hotline = await Hotline.start({
      env: {
        HOTLINE_DATADIR: dataDir,
        HOTLINE_STORE__EMBEDDEDPORT: String(embeddedPort),
        HOTLINE_LOGLEVEL: process.env['HOTLINE_LOGLEVEL'] ?? 'warn',
        // The bench ends the wrap-up itself.
        HOTLINE_LINE__WRAPUPMS: '600000',
      },
    });
    closing.push(() => hotline.dispose());
    const phones = new Phones();
    closing.push(() => phones.close());
    await within('the phones to start', 30_000, phones.ask('talking', null));
    return { hotline, dataDir, phones, logins, callUri: `sip:12345@127.0.0.1:${hotline.sipPort}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The database is prepared before the server starts, as an import of staff would. */
async function makeAgents(dataDir: string, embeddedPort: number): Promise<readonly Login[]> {
  const store = await openStore({ dataDir, embeddedPort, logger: pino({ enabled: false }) });
  try {
    const password = 'bench-password-of-no-value';
    const passwordHash = await hash(password);
    const logins: Login[] = [];
    for (let i = 1; i <= AGENTS; i++) {
      const login = `bench${i}`;
      const agentNumber = String(3_000 + i);
      await store.users.create({ login, displayName: `测试${i}`, agentNumber, role: 'agent', passwordHash });
      logins.push({ login, password });
    }
    return logins;
  } finally {
    await store.close();
  }
}

/** The session cookie of a log-in, as `name=value`. */
export async function sessionCookie(url: string, { login, password }: Login): Promise<string> {
  const reply = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ login, password }),
    signal: AbortSignal.timeout(15_000),
  });
  if (!reply.ok) throw new Error(`log-in of ${login} failed with ${reply.status}`);
  const pair = reply.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0] ?? '')
    .find((p) => p.includes('hotline_session='));
  if (pair === undefined) throw new Error('the log-in gave no session');
  return pair;
}
