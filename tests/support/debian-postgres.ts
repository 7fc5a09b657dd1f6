/** A throw-away cluster of Debian's PostgreSQL 15, run as user `postgres` when we are root. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import type { Store } from '../../server/store/ports.ts';
import { freePort } from './free-port.ts';

const binDir = '/usr/lib/postgresql/15/bin';

/** Why the suite cannot run here, or undefined. */
export function debianPostgresMissing(): string | undefined {
  if (!existsSync(join(binDir, 'initdb'))) return `${binDir} is not there (apt install postgresql-15)`;
  return undefined;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

export async function startDebianPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'hotline-pg15-'));
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString());
  const user = userInfo().uid === 0 ? { uid: id('-u'), gid: id('-g') } : {};
  if (user.uid !== undefined) chownSync(dir, user.uid, user.gid);
  const cluster = join(dir, 'cluster');
  const options = { ...user, cwd: '/', env: { LC_ALL: 'C' } };
  execFileSync(
    join(binDir, 'initdb'),
    ['-D', cluster, '-U', 'test', '--auth=trust', '-E', 'UTF8', '--no-sync'],
    options,
  );
  const port = await freePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-p', String(port)];
  const server = spawn(join(binDir, 'postgres'), ['-D', cluster, ...settings], { ...options, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => {
      resolve();
    });
  });
  for (let i = 0; i < 200 && !(await answers(port)); i += 1) await sleep(50);
  const stop = async (): Promise<void> => {
    server.kill('SIGINT');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  return { url: `postgres://test@127.0.0.1:${port}/postgres`, stop };
}

/** The store on a Debian server of its own. */
export async function openDebianStore(): Promise<{ store: Store; dispose(): Promise<void> }> {
  const server = await startDebianPostgres();
  const store = await openStore({ databaseUrl: server.url, logger: pino({ level: 'silent' }) }).catch(
    async (error: unknown) => {
      await server.stop();
      throw error;
    },
  );
  const dispose = async (): Promise<void> => {
    await store.close();
    await server.stop();
  };
  return { store, dispose };
}
