/** SIPp, a SIP tester that we did not write, running scenarios of ours. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeTcpPort, freeUdpPort } from './free-ports.ts';

export interface SippOptions {
  /** Path of the scenario. */
  readonly scenario: string;
  /** Far end as `host:port`; of a scenario that waits, where its requests would go. */
  readonly to: string;
  readonly calls?: number;
  readonly callsPerSecond?: number;
  readonly transport?: 'udp' | 'tcp';
  /** Local address; default 127.0.0.1. */
  readonly from?: string;
  readonly localPort?: number;
  readonly args?: readonly string[];
  /** Processor core it is kept on, with real-time priority where that is allowed: a generator must not be late. */
  readonly core?: number;
  readonly limitMs?: number;
}

export interface SippResult {
  readonly exitCode: number | null;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** INVITE to 200 (or whatever the scenario's first timer measures) of each call. */
  readonly responseTimesMs: readonly number[];
  /** What it says of its errors. */
  readonly errors: string;
}

export class Sipp {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #exit: Promise<number | null>;
  #output = '';

  private constructor(parts: { port: number; child: ChildProcess; dir: string }) {
    this.port = parts.port;
    this.#child = parts.child;
    this.#dir = parts.dir;
    this.#exit = new Promise((resolve) => parts.child.once('exit', resolve));
    const take = (data: Buffer): void => {
      this.#output = (this.#output + data.toString()).slice(-20_000);
    };
    parts.child.stdout?.on('data', take);
    parts.child.stderr?.on('data', take);
  }

  static async start(options: SippOptions): Promise<Sipp> {
    const dir = await mkdtemp(join(tmpdir(), 'hotline-sipp-'));
    const { calls = 1, callsPerSecond = 10, transport = 'udp', from = '127.0.0.1', limitMs = 30_000 } = options;
    const port = options.localPort ?? (transport === 'udp' ? await freeUdpPort() : await freeTcpPort());
    const media = 2 * Math.floor((await freeUdpPort()) / 2);
    const args = [
      options.to,
      ...['-sf', options.scenario, '-m', String(calls), '-r', String(callsPerSecond), '-i', from, '-p', String(port)],
      ...['-mi', from, '-mp', String(Math.min(media, 64_000)), '-t', transport === 'udp' ? 'u1' : 't1'],
      ...[
        '-nostdin',
        '-trace_err',
        '-error_file',
        join(dir, 'errors.log'),
        '-trace_stat',
        '-stf',
        join(dir, 'stat.csv'),
      ],
      ...['-fd', '1', '-trace_rtt', '-rtt_freq', '1', '-timeout', `${String(Math.ceil(limitMs / 1_000))}s`],
      ...['-s', '12345', ...(options.args ?? [])],
    ];
    const command =
      options.core === undefined ? ['sipp'] : [...urgent(), 'taskset', '-c', String(options.core), 'sipp'];
    const [program = 'sipp', ...before] = command;
    const child = spawn(program, [...before, ...args], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    if (child.pid !== undefined) hurry(child.pid);
    return new Sipp({ port, child, dir });
  }

  static async run(options: SippOptions): Promise<SippResult> {
    return (await Sipp.start(options)).result();
  }

  /** Waits for its end. */
  async result(): Promise<SippResult> {
    const exitCode = await this.#exit;
    const stat = await lastStat(join(this.#dir, 'stat.csv'));
    const errors = await readFile(join(this.#dir, 'errors.log'), 'utf8').catch(() => '');
    const responseTimesMs = await responseTimes(this.#dir);
    await rm(this.#dir, { recursive: true, force: true });
    return {
      exitCode,
      successful: Number(stat.get('SuccessfulCall(C)') ?? 0),
      failed: Number(stat.get('FailedCall(C)') ?? 0),
      retransmissions: Number(stat.get('Retransmissions(C)') ?? 0),
      responseTimesMs,
      errors: (errors === '' && exitCode !== 0 ? this.#output : errors).slice(-4_000),
    };
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Ahead of others, where that is allowed: telephones do not wait for a busy machine. */
export function hurry(pid: number): void {
  try {
    setPriority(pid, -10);
  } catch {
    return; // Not allowed: everything is a little slower.
  }
}

/** Words before a command that give it real-time priority; none where that is not allowed. */
function urgent(): string[] {
  const words = ['chrt', '--rr', '1'];
  return spawnSync('chrt', ['--rr', '1', 'true'], { timeout: 5_000 }).status === 0 ? words : [];
}

/** The last line of the statistics, by column. */
async function lastStat(path: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(path, 'utf8').catch(() => '')).trim().split('\n');
  const [names = [], values = []] = [lines[0], lines.at(-1)].map((line) => (line ?? '').split(';'));
  return new Map(names.map((name, i) => [name, values[i] ?? '']));
}

async function responseTimes(dir: string): Promise<number[]> {
  const file = (await readdir(dir)).find((name) => name.endsWith('_rtt.csv'));
  if (file === undefined) return [];
  const lines = (await readFile(join(dir, file), 'utf8')).trim().split('\n').slice(1);
  return lines.map((line) => Number(line.split(';')[1])).filter(Number.isFinite);
}
