import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `postmaster.pid` says; lines as PostgreSQL documents them (pid, folder, start, port, socket folder, address …, status). */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const portLine = 3;
const statusLine = 7;

/** Parses the file's text; undefined when it is not (yet) usable. */
export function parsePidFile(text: string): PidFile | undefined {
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const port = Number.parseInt(lines[portLine] ?? '', 10);
  return { pid, port: Number.isInteger(port) ? port : 0, ready: (lines[statusLine] ?? '').trim() === 'ready' };
}

export async function readPidFile(clusterDir: string): Promise<PidFile | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  return parsePidFile(text);
}

/** A process that has ended but was not waited for; in a container there may be nobody who ever does. */
function isZombie(pid: number): boolean {
  if (platform() !== 'linux') return false;
  try {
    // The name stands in brackets and may hold anything; the state follows it.
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    return state.startsWith('Z') || state.startsWith('X');
  } catch {
    return false;
  }
}

/** Whether a process runs (it may be another user's). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether a process is a PostgreSQL, working in this folder as far as the system tells. */
export async function isPostmasterOf(pid: number, clusterDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (platform() === 'linux') {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    // A postmaster changes to its data folder; the link cannot be read for another user's process.
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => clusterDir);
    return basename(command.split('\0')[0] ?? '') === 'postgres' && cwd === clusterDir;
  }
  const listed = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return listed.stdout.includes('postgres') && listed.stdout.includes(clusterDir);
}
