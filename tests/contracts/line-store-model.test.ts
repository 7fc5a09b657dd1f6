/** Random events against a model of the line: no double offer, no stuck reservation, no lost call, order kept. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryLineStore } from '../../server/acd/memory/memory-line-store.ts';
import { openLink, type Link } from '../../server/acd/redis/link.ts';
import { RedisLineStore } from '../../server/acd/redis/redis-line-store.ts';
import type { LineStore } from '../../server/acd/line-store.ts';
import { debianRedisMissing, startDebianRedis, type DebianRedis } from '../support/debian-redis.ts';
import { counterIds } from '../support/ids.ts';
import { checkModel, type ModelCounts, type ModelHarness } from './line-store.model.ts';

const isLong = process.env['HOTLINE_TEST_LONG'] === '1';
const seed = Number(process.env['HOTLINE_TEST_SEED'] ?? 12_345);

function everythingTried(counts: ModelCounts, deeds: readonly string[]): void {
  expect(counts['offers']).toBeGreaterThan(100);
  expect(deeds.filter((deed) => (counts[deed] ?? 0) === 0)).toEqual([]);
}
const usual = ['arrive', 'arrive twice', 'come back to the front', 'hang up', 'change', 'agent', 'agent goes'];
const rest = ['accept', 'decline', 'time passes'];

describe('the line in memory agrees with the model', () => {
  const events = isLong ? 1_000_000 : 50_000;
  it(`over ${events} random events`, async () => {
    let nowMs = 0;
    const make = (): LineStore => new MemoryLineStore({ nowMs: () => nowMs, newId: counterIds(`o${Math.random()}-`) });
    const harness: ModelHarness = {
      line: make(),
      setNow: (ms) => {
        nowMs = ms;
      },
      forget: () => {
        harness.line = make();
        return Promise.resolve();
      },
    };
    everythingTried(await checkModel(harness, events, seed), [...usual, ...rest, 'store forgets']);
  }, 3_600_000);
});

const missing = debianRedisMissing();
const suite = missing === undefined ? describe : describe.skip;
suite(`the line in Redis agrees with the model${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const events = isLong ? Number(process.env['HOTLINE_TEST_REDIS_EVENTS'] ?? 1_000_000) : 2_000;
  const LEASE_MS = 60_000;
  let redis: DebianRedis;
  let link: Link;
  beforeAll(async () => {
    redis = await startDebianRedis();
    link = await openLink(redis.url, () => undefined);
  }, 60_000);
  afterAll(async () => {
    link.close();
    await redis.stop();
  });

  it(`over ${events} random events, with two servers that die and come back`, async () => {
    let nowMs = 0;
    const servers = counterIds('s');
    const open = (): Promise<RedisLineStore> =>
      RedisLineStore.open({
        link: { ...link, close: () => undefined },
        ...{ hotline: 'h', serverId: servers(), leaseMs: LEASE_MS, onError: () => undefined },
        nowMs: () => nowMs,
      });
    nowMs = 1_000_000_000_000;
    let pair = [await open(), await open()] as [RedisLineStore, RedisLineStore];
    let turn = 0;
    // Every call goes through the other server than the one before.
    const both = new Proxy({} as LineStore, {
      get: (_, name: keyof LineStore) => {
        turn += 1;
        const server = pair[turn % 2] ?? pair[0];
        return (server[name] as (...args: unknown[]) => unknown).bind(server);
      },
    });
    const harness: ModelHarness = {
      line: both,
      setNow: (ms) => {
        const late = ms - nowMs > 20_000;
        nowMs = ms;
        expect(late).toBe(false);
      },
      forget: async () => {
        await link.eval(`return redis.call('FLUSHALL')`, { keys: ['line:{h}:'], arguments: [] });
        for (const server of pair) await server.beat();
      },
      serverDies: async (letTimePass) => {
        const [dying, living] = pair;
        await dying.close();
        const [waiting, agents] = [await living.waiting(), await living.agents()];
        const owners = new Set([...waiting, ...agents].map((one) => one.owner));
        owners.delete(living.serverId);
        for (let i = 0; i < 4; i += 1) {
          letTimePass(LEASE_MS / 3);
          await living.beat();
        }
        pair = [living, await open()];
        const lost = <T extends { owner: string }>(list: readonly T[]): T[] =>
          list.filter((one) => owners.has(one.owner));
        return { calls: lost(waiting).map((w) => w.callId), agents: lost(agents).map((a) => a.agentId) };
      },
    };
    let eventsSince = 0;
    const beating = new Proxy(both, {
      get: (target, name: keyof LineStore) => {
        if (name !== 'match' || (eventsSince += 1) % 10 !== 0) return Reflect.get(target, name) as unknown;
        return async (holdMs?: number) => {
          for (const server of pair) await server.beat();
          return target.match(holdMs);
        };
      },
    });
    harness.line = beating;
    try {
      everythingTried(await checkModel(harness, events, seed), [...usual, ...rest, 'server dies']);
    } finally {
      for (const server of pair) await server.close();
    }
  }, 3_600_000);
});
