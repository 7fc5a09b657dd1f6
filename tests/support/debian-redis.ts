/** A throw-away Redis (Debian's redis-server) on a free port, without files. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const program = '/usr/bin/redis-server';

/** Why suites on Redis cannot run here, or undefined. */
export function debianRedisMissing(): string | undefined {
  return existsSync(program) ? undefined : `${program} is not there (apt install redis-server)`;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

export interface DebianRedis {
  readonly url: string;
  readonly port: number;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** After `kill`: empty, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startDebianRedis(...more: readonly string[]): Promise<DebianRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'hotline-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
    child = spawn(program, [...options, ...more], { stdio: 'ignore' });
    for (let i = 0; i < 400 && !(await answers(port)); i += 1) await sleep(25);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    if (running?.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end('SIGKILL'),
    restart: start,
    stop: async () => {
      await end('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
