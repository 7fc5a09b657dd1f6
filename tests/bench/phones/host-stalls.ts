/** When the host of this virtual machine let one of its processors stand still: no program here can help that. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Stall } from './heartbeat.ts';

const WATCH = join(import.meta.dirname, 'host-watch.mjs');
/** Above the telephones. */
const PRIORITY = 60;

export class HostStalls {
  readonly #children: ChildProcess[] = [];
  readonly #stalls: Stall[] = [];

  /** One watcher for each processor; without the right to real-time priority there is none, and nothing is excused. */
  start(): void {
    if (this.#children.length > 0) return;
    const shiftMs = performance.now() - Number(process.hrtime.bigint()) / 1e6;
    cpus().forEach((_, cpu) => {
      const args = ['-c', String(cpu), 'chrt', '--rr', String(PRIORITY), process.execPath, WATCH];
      const child = spawn('taskset', args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      child.on('error', () => undefined);
      child.on('message', (stalls: readonly Stall[]) => {
        for (const s of stalls) this.#stalls.push({ dueMs: s.dueMs + shiftMs, untilMs: s.untilMs + shiftMs });
      });
      this.#children.push(child);
    });
  }

  stop(): void {
    for (const child of this.#children.splice(0)) child.kill();
  }

  /** Stalls of any processor, in order, joined where they overlap. */
  get union(): readonly Stall[] {
    return joinStalls(this.#stalls);
  }
}

export function joinStalls(stalls: readonly Stall[]): readonly Stall[] {
  const joined: Stall[] = [];
  for (const stall of [...stalls].sort((a, b) => a.dueMs - b.dueMs)) {
    const last = joined.at(-1);
    if (last === undefined || stall.dueMs > last.untilMs) joined.push(stall);
    else joined[joined.length - 1] = { dueMs: last.dueMs, untilMs: Math.max(last.untilMs, stall.untilMs) };
  }
  return joined;
}

/** Milliseconds of `[fromMs, toMs]` that lie in stalls; `stalls` are in order and do not overlap. */
export function stalledBetween(stalls: readonly Stall[], fromMs: number, toMs: number): number {
  let [low, high] = [0, stalls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stalls[middle]?.untilMs ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  let sumMs = 0;
  for (let i = low; i < stalls.length; i++) {
    const stall = stalls[i];
    if (stall === undefined || stall.dueMs >= toMs) break;
    sumMs += Math.max(0, Math.min(stall.untilMs, toMs) - Math.max(stall.dueMs, fromMs));
  }
  return sumMs;
}
