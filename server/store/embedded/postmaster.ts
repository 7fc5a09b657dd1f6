import { spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileFault, StoreError } from '../errors.ts';
import { isAlive, isPostmasterOf, readPidFile } from './pid-file.ts';
import type { Places } from './places.ts';

const startLimitMs = 60_000;
const pollMs = 20;
const logTailBytes = 4_000;
const leftover = /pre-existing shared memory block|lock file .* already exists/;
const leftoverLimitMs = 10_000;
const retryMs = 200;

/** Loopback only, no socket files; nothing a citizen said ever reaches the log. */
function settings(port: number): readonly string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '40',
    shared_buffers: '64MB',
    jit: 'off',
    wal_level: 'minimal',
    max_wal_senders: '0',
    log_statement: 'none',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length_on_error: '0',
    log_timezone: 'UTC',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function startFault(log: string, places: Places, port: number): StoreError {
  if (/Address already in use|could not bind/.test(log))
    return new StoreError(
      'port-taken',
      `TCP port ${port} on 127.0.0.1, meant for the built-in database, is used by another program. Stop it, or set store.embeddedPort.`,
    );
  if (log.includes('No space left on device'))
    return new StoreError(
      'disk-full',
      `The disk that holds ${places.clusterDir} is full. Free some space and start again.`,
    );
  if (/has wrong ownership|Permission denied|invalid permissions/.test(log))
    return new StoreError(
      'not-writable',
      `The rights of ${places.clusterDir} were changed: it must belong to the user that runs PostgreSQL, with mode 0700.`,
    );
  return new StoreError('start-failed', `The built-in database did not start. The reason is in ${places.logFile}.`);
}

/** A running postmaster: started by us, or left behind by an earlier process of ours. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/**
 * Starts PostgreSQL and waits until it takes connections. It is a process group of its own (Ctrl+C in a terminal
 * must not end it before our last writes) and logs to a file, so that it outlives us in good health.
 */
export async function startPostmaster(places: Places, port: number): Promise<Postmaster> {
  const untilMs = performance.now() + leftoverLimitMs;
  for (;;) {
    const started = await tryStart(places, port);
    if ('pid' in started) return started;
    // Processes of a postmaster that was killed take a moment to notice; until then the next one refuses to start.
    if (!leftover.test(started.log) || performance.now() > untilMs) throw startFault(started.log, places, port);
    await sleep(retryMs);
  }
}

async function tryStart(places: Places, port: number): Promise<Postmaster | { readonly log: string }> {
  const log = await open(places.logFile, 'w', 0o600).catch((error: unknown) => {
    throw fileFault(error, places.logFile);
  });
  const outcome: { code?: string } = {};
  let pid: number | undefined;
  try {
    const child = spawn(places.binaries.postgres, ['-D', places.clusterDir, ...settings(port)], {
      ...places.runAs,
      cwd: '/',
      detached: true,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', log.fd, log.fd],
    });
    child.once('error', (error) => (outcome.code = error.message));
    child.once('exit', (code, signal) => (outcome.code ??= String(code ?? signal)));
    child.unref();
    pid = child.pid;
  } finally {
    await log.close();
  }
  const untilMs = performance.now() + startLimitMs;
  while (outcome.code === undefined && performance.now() < untilMs) {
    const file = await readPidFile(places.clusterDir);
    if (file !== undefined && file.pid === pid && file.ready) return { pid: file.pid, port };
    await sleep(pollMs);
  }
  if (outcome.code === undefined && pid !== undefined) await stopPostmaster(pid);
  const text = await readFile(places.logFile, 'utf8').catch(() => '');
  return { log: text.slice(-logTailBytes) };
}

/** Fast shutdown, then harder ones: SIGINT, SIGQUIT, SIGKILL as PostgreSQL's manual describes them. */
export async function stopPostmaster(pid: number): Promise<void> {
  const steps = [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 2_000],
  ] as const;
  for (const [signal, waitMs] of steps) {
    if (!isAlive(pid)) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (isAlive(pid)) throw error;
      return;
    }
    const untilMs = performance.now() + waitMs;
    while (isAlive(pid) && performance.now() < untilMs) await sleep(pollMs);
  }
}

/** A postmaster of this folder that is still there; clears the file of one that is not. */
export async function findPostmaster(clusterDir: string): Promise<Postmaster | undefined> {
  const file = await readPidFile(clusterDir);
  if (file === undefined) return undefined;
  if (await isPostmasterOf(file.pid, clusterDir)) return { pid: file.pid, port: file.port };
  // The number now belongs to another program (after a reboot, in a container): PostgreSQL would refuse to start.
  await rm(join(clusterDir, 'postmaster.pid'), { force: true });
  return undefined;
}
