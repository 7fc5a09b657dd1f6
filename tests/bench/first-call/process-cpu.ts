/** Processor time of the server with all its children and its database, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ; 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;

interface Proc {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly cpuMs: number;
}

function read(pid: number): Proc | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const name = nameOf(stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), commandOf(pid));
    // proc(5): from field 3 on; 4 = parent, 14 = utime, 15 = stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { pid, parent: Number(fields[1]), name, cpuMs: (ticks / TICKS_PER_S) * 1_000 };
  } catch {
    return undefined; // It has ended in the meantime.
  }
}

function nameOf(program: string, command: string): string {
  if (command.includes('sherpa')) return 'recogniser';
  return command.includes('tools/start.mjs') ? 'server' : program;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** The server, everything it started, and everything that works in its data folder (a database may have left the family). */
function family(serverPid: number, dataDir: string): readonly Proc[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(Number(name)) ?? []);
  const ours = new Set([serverPid]);
  for (const { pid } of all) if (pid !== process.pid && commandOf(pid).includes(dataDir)) ours.add(pid);
  for (let before = 0; before !== ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all.filter(({ pid }) => ours.has(pid));
}

export interface CpuReading {
  readonly byPid: ReadonlyMap<number, Proc>;
  readonly atMs: number;
}

export function readCpu(serverPid: number, dataDir: string): CpuReading {
  return { byPid: new Map(family(serverPid, dataDir).map((p) => [p.pid, p])), atMs: performance.now() };
}

/** Percent of one core between two readings, by kind of process. */
export function cpuPct(from: CpuReading, to: CpuReading): { readonly total: number; readonly parts: string } {
  const byName = new Map<string, number>();
  for (const { pid, name, cpuMs } of to.byPid.values()) {
    const pct = (100 * (cpuMs - (from.byPid.get(pid)?.cpuMs ?? 0))) / (to.atMs - from.atMs);
    byName.set(name, (byName.get(name) ?? 0) + pct);
  }
  const parts = [...byName].map(([name, pct]) => `${name} ${pct.toFixed(1)} %`).join(', ');
  return { total: [...byName.values()].reduce((sum, pct) => sum + pct, 0), parts };
}
