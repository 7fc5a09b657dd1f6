import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import type { Store } from '../../server/store/ports.ts';
import { freePort } from '../support/free-port.ts';
import { draftOf } from './store.kit.ts';

const logger = pino({ level: 'silent' });
const child = join(import.meta.dirname, '../support/store-child.ts');

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(check: () => Promise<boolean> | boolean): Promise<boolean> {
  for (let i = 0; i < 200; i += 1) {
    if (await check()) return true;
    await sleep(50);
  }
  return false;
}

describe('embedded PostgreSQL: start, crash, stop', () => {
  let dataDir: string;
  let embeddedPort: number;
  const children: ChildProcess[] = [];
  const open = (port = embeddedPort): Promise<Store> => openStore({ dataDir, embeddedPort: port, logger });

  /** A server of its own that saves drafts until it is killed; resolves with the number of those acknowledged. */
  async function startChild(): Promise<{ process: ChildProcess; saved: () => number }> {
    const process = spawn('node', ['--import', 'tsx', child, dataDir, String(embeddedPort)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(process);
    let last = 0;
    process.stdout.on('data', (data: Buffer) => {
      last = Number(data.toString().trim().split('\n').at(-1));
    });
    expect(await until(() => last >= 5)).toBe(true);
    return { process, saved: () => last };
  }

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hotline-life-'));
    embeddedPort = await freePort();
  });
  afterAll(async () => {
    for (const c of children) c.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is ready soon, says what takes long, and leaves nothing running', async () => {
    const steps: string[] = [];
    const beganMs = performance.now();
    const first = await openStore({ dataDir, embeddedPort, logger, onProgress: (s) => steps.push(s) });
    const firstMs = performance.now() - beganMs;
    const pid = await postmasterPid(dataDir);
    await first.close();
    await first.close();
    // A process that has ended is known to the kernel until its parent has taken note.
    expect(await until(() => !alive(pid))).toBe(true);
    const againMs = performance.now();
    const second = await open();
    const secondMs = performance.now() - againMs;
    await second.close();
    process.stderr.write(
      `embedded PostgreSQL ready: first ${firstMs.toFixed(0)} ms, later ${secondMs.toFixed(0)} ms\n`,
    );
    expect(steps.length).toBeGreaterThanOrEqual(2);
    // The aim is 4 s and 0.5 s on a machine of its own; other tests run beside this one.
    expect(firstMs).toBeLessThan(30_000);
    expect(secondMs).toBeLessThan(10_000);
  }, 60_000);

  it('keeps its password to itself', async () => {
    const { mode } = await stat(join(dataDir, 'postgres.password'));
    expect(mode & 0o777).toBe(0o600);
  });

  it('takes over the database of a killed server, with every acknowledged word', async () => {
    const server = await startChild();
    const pid = await postmasterPid(dataDir);
    server.process.kill('SIGKILL');
    const saved = server.saved();
    // Another port is asked for: the one left behind is found all the same.
    const store = await open(await freePort());
    expect(await postmasterPid(dataDir)).toBe(pid);
    const draft = await store.drafts.load('child');
    expect(Number(draft?.note)).toBeGreaterThanOrEqual(saved);
    await store.close();
    // An orphan that has ended is there until the system's first process takes note.
    expect(await until(() => !alive(pid))).toBe(true);
  }, 60_000);

  it('recovers when server and database are killed together', async () => {
    const server = await startChild();
    const pid = await postmasterPid(dataDir);
    server.process.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    const store = await open();
    const draft = await store.drafts.load('child');
    expect(Number(draft?.note)).toBeGreaterThanOrEqual(server.saved());
    await store.close();
  }, 60_000);

  it('refuses a second server on the same data, and the first goes on', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'already-running' });
    await expect(first.ping()).resolves.toBeUndefined();
    await first.close();
  }, 30_000);

  it('starts with a stale postmaster.pid that names a living stranger', async () => {
    await writeFile(
      join(dataDir, 'postgres/postmaster.pid'),
      `${process.pid}\n${dataDir}/postgres\n1\n1\n\n127.0.0.1\n`,
    );
    const store = await open();
    await expect(store.ping()).resolves.toBeUndefined();
    await store.close();
  }, 30_000);

  it('starts the database again when it dies under a running server', async () => {
    const store = await open();
    const pid = await postmasterPid(dataDir);
    process.kill(pid, 'SIGKILL');
    expect(await until(async () => ![pid, NaN].includes(await postmasterPid(dataDir).catch(() => NaN)))).toBe(true);
    const saved = (): Promise<boolean> =>
      store.drafts.save(draftOf('after-crash'), null).then(
        () => true,
        () => false,
      );
    expect(await until(saved)).toBe(true);
    await store.close();
  }, 60_000);

  it('says in plain words that its port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await expect(open(port)).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)),
    });
    other.close();
  }, 30_000);

  it('says in plain words that a database does not answer', async () => {
    const databaseUrl = `postgres://x:y@127.0.0.1:${await freePort()}/x`;
    await expect(openStore({ databaseUrl, logger })).rejects.toMatchObject({ code: 'cannot-connect' });
  });

  it('says that a data folder cannot be made', async () => {
    const file = join(dataDir, 'a-file');
    await writeFile(file, '');
    const inFile = openStore({ dataDir: join(file, 'data'), embeddedPort, logger });
    await expect(inFile).rejects.toMatchObject({ code: 'not-writable' });
  });
});
