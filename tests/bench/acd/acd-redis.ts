/** The line in Redis under two servers: time from an event to the offer, decisions a second, and how both grow. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLink, type Link } from '../../../server/acd/redis/link.ts';
import { RedisLineStore } from '../../../server/acd/redis/redis-line-store.ts';
import type { Reservation } from '../../../server/acd/line-store.ts';
import { Skipped, type Bench, type Metrics } from '../bench.ts';
import { sleep, until } from '../limits.ts';
import { quantile, rounded, summary } from '../stats.ts';
import { AGENTS, fill, Load } from './load.ts';

const PROGRAM = '/usr/bin/redis-server';
const WAITING = 10_000;
const PACED_EVENTS = 1_000;
const PACE_MS = 10;
const SATURATED_MS = 6_000;
const AT_ONCE = 16;
const COST_DECISIONS = 500;
const HOLD_MS = 60_000;

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

async function startRedis(): Promise<{ url: string; stop(): void }> {
  if (!existsSync(PROGRAM)) throw new Skipped(`${PROGRAM} is not there (apt install redis-server)`);
  const dir = mkdtempSync(join(tmpdir(), 'hotline-bench-redis-'));
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
  const child = spawn(PROGRAM, options, { stdio: 'ignore' });
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () => {
      child.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Two servers of one hotline. Offers are taken by the server that hears of them. */
class Pair {
  readonly load = new Load(1);
  readonly #offered = new Map<string, (r: Reservation) => void>();
  decisions = 0;

  readonly servers: readonly [RedisLineStore, RedisLineStore];

  private constructor(servers: readonly [RedisLineStore, RedisLineStore]) {
    this.servers = servers;
    for (const server of servers)
      server.subscribe((event) => {
        if (event.type === 'offered') this.#hear(server, event.reservation);
      });
  }

  static async open(url: string, hotline: string): Promise<Pair> {
    const one = async (serverId: string): Promise<RedisLineStore> =>
      RedisLineStore.open({
        link: await openLink(url, () => undefined),
        ...{ hotline, serverId, leaseMs: 60_000, onError: () => undefined },
      });
    return new Pair([await one('s1'), await one('s2')]);
  }

  server(i: number): RedisLineStore {
    return this.servers[i % 2 === 0 ? 0 : 1];
  }

  #hear(server: RedisLineStore, offer: Reservation): void {
    this.decisions += 1;
    const waiter = this.#offered.get(offer.agentId);
    this.#offered.delete(offer.agentId);
    waiter?.(offer);
    void this.#take(server, offer).catch(() => undefined);
  }

  async #take(server: RedisLineStore, { offerId, agentId }: Reservation): Promise<void> {
    const agent = Number(agentId.slice(1));
    if (this.load.declines()) {
      await Promise.all([server.release(offerId, 30_000), server.setAgent(this.load.agent(agent, 'wrap-up'))]);
      return;
    }
    await Promise.all([
      server.setAgent(this.load.agent(agent, 'busy')),
      server.accept(offerId),
      server.join(this.load.call()),
    ]);
  }

  /** Milliseconds from the agent's hanging up to the offer, wherever it is heard; undefined when nobody suits. */
  async free(i: number): Promise<number | undefined> {
    const server = this.server(i);
    const agent = this.load.agent(i % AGENTS, 'idle');
    const fromMs = performance.now();
    const offered = new Promise<number>((resolve) => {
      this.#offered.set(agent.agentId, () => {
        resolve(performance.now() - fromMs);
      });
    });
    // Both commands travel together.
    const [, made] = await Promise.all([server.setAgent(agent), server.match(HOLD_MS)]);
    for (const offer of made) this.#hear(server, offer);
    return Promise.race([offered, sleep(2_000).then(() => undefined)]);
  }

  /** The same without waiting for an offer: for many an agent there is no call yet. */
  async letFree(i: number): Promise<void> {
    const server = this.server(i);
    const [, made] = await Promise.all([server.setAgent(this.load.agent(i % AGENTS, 'idle')), server.match(HOLD_MS)]);
    for (const offer of made) this.#hear(server, offer);
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.close();
  }
}

async function paced(pair: Pair): Promise<readonly number[]> {
  const waits: Promise<number | undefined>[] = [];
  const startMs = performance.now();
  for (let i = 0; i < PACED_EVENTS; i += 1) {
    const dueMs = startMs + i * PACE_MS;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    waits.push(pair.free(i));
  }
  return (await Promise.all(waits)).filter((ms) => ms !== undefined);
}

async function saturated(pair: Pair, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs;
  const before = pair.decisions;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) await pair.letFree(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return ((pair.decisions - before) * 1_000) / forMs;
}

/** Microseconds that Redis itself spent in scripts. */
async function scriptUs(link: Link): Promise<number> {
  const info = String(
    await link.eval(`return redis.call('INFO', 'commandstats')`, { keys: ['line:{stats}:'], arguments: [] }),
  );
  return Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(info)?.[1] ?? 0);
}

/**
 * What a decision (an agent is free, is offered a call and takes it, the next caller joins) costs Redis with so many
 * waiting. Among few callers there often is none for an agent: such rounds are not counted on either side.
 */
async function costUs(url: string, waiting: number, say: (line: string) => void): Promise<number> {
  const load = new Load(1);
  const link = await openLink(url, () => undefined);
  const options = { link, hotline: `cost${waiting}`, serverId: 's1', leaseMs: 600_000, onError: () => undefined };
  const line = await RedisLineStore.open(options);
  await fill(line, load, waiting, Date.now());
  let spentUs = 0;
  let decisions = 0;
  for (let i = 0; decisions < COST_DECISIONS; i += 1) {
    const fromUs = await scriptUs(link);
    await line.setAgent(load.agent(i % AGENTS, 'idle'));
    const made = await line.match(HOLD_MS);
    for (const { offerId, agentId } of made) {
      await line.setAgent(load.agent(Number(agentId.slice(1)), 'busy'));
      await line.accept(offerId);
      await line.join(load.call());
    }
    decisions += made.length;
    if (made.length > 0) spentUs += (await scriptUs(link)) - fromUs;
    else await line.setAgent(load.agent(i % AGENTS, 'busy'));
  }
  say(`${waiting} waiting: ${rounded(spentUs / decisions)} us of Redis a decision`);
  await line.close();
  return spentUs / decisions;
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const redis = await startRedis();
  try {
    const pair = await until('redis', 10_000, () => Pair.open(redis.url, 'bench').catch(() => undefined));
    await fill(pair.server(0), pair.load, WAITING, Date.now());
    say(`${WAITING} waiting, ${AGENTS} agents, two servers`);
    await saturated(pair, 1_000);
    const waits = await paced(pair);
    say(`event to offer, ms: ${summary(waits)}`);
    const perS = await saturated(pair, SATURATED_MS);
    say(`saturated: ${rounded(perS, 0)} decisions/s`);
    await pair.close();
    const few = await costUs(redis.url, 100, say);
    const many = await costUs(redis.url, 100_000, say);
    return {
      eventToOfferP99Ms: rounded(quantile(waits, 0.99), 2),
      decisionsPerS: rounded(perS, 0),
      costRatio100kTo100: rounded(many / few, 2),
    };
  } finally {
    redis.stop();
  }
}

export const acdRedis: Bench = {
  name: 'acd-redis',
  about: 'decisions of the waiting line in Redis with two servers, and how their cost grows with the line',
  limitMs: 400_000,
  run,
};
