/** The line in Redis: the contract on a clock of the test's own, and what only a store of several servers must do. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LineEvent, LineStore, Reservation } from '../../server/acd/line-store.ts';
import { defaultQueueRules } from '../../server/acd/queue-rules.ts';
import { openLink, type Link } from '../../server/acd/redis/link.ts';
import { RedisLineStore } from '../../server/acd/redis/redis-line-store.ts';
import { debianRedisMissing, startDebianRedis, type DebianRedis } from '../support/debian-redis.ts';
import { counterIds } from '../support/ids.ts';
import { lineStoreContract } from './line-store.contract.ts';

const missing = debianRedisMissing();
const suite = missing === undefined ? describe : describe.skip;
const nothing = (): undefined => undefined;

async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_500; i += 1) {
    if (await look()) return;
    await sleep(10);
  }
  throw new Error(`waited in vain for ${what}`);
}

const join = (line: LineStore, callId: string) => line.join({ callId, queue: 'main', priority: 5 });
const agent = (line: LineStore, agentId: string) =>
  line.setAgent({ agentId, intent: 'available', pauseReason: '', phone: 'idle', queues: ['main'] });

suite(`redis${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let redis: DebianRedis;
  let shared: Link;
  const hotlines = counterIds('h');

  beforeAll(async () => {
    redis = await startDebianRedis();
    shared = await openLink(redis.url, nothing);
  }, 60_000);
  afterAll(async () => {
    shared.close();
    await redis.stop();
  });

  lineStoreContract('redis', async () => {
    let nowMs = 1_000_000_000_000;
    const line = await RedisLineStore.open({
      link: { ...shared, close: nothing },
      ...{ hotline: hotlines(), serverId: 's1', leaseMs: 60_000, onError: nothing },
      nowMs: () => nowMs,
    });
    const advance = (ms: number): Promise<void> => {
      nowMs += ms;
      return Promise.resolve();
    };
    return { line, advance, dispose: () => line.close() };
  });

  describe('RedisLineStore', () => {
    const opened: RedisLineStore[] = [];
    const open = async (
      hotline: string,
      serverId: string,
      leaseMs = 60_000,
      url = redis.url,
    ): Promise<RedisLineStore> => {
      const link = await openLink(url, nothing);
      const line = await RedisLineStore.open({ link, hotline, serverId, leaseMs, onError: nothing });
      opened.push(line);
      return line;
    };
    afterEach(async () => {
      for (const line of opened.splice(0)) await line.close();
    });
    const forget = (hotline: string): Promise<unknown> =>
      shared.eval(`for _, key in ipairs(redis.call('KEYS', KEYS[1] .. '*')) do redis.call('DEL', key) end`, {
        keys: [`line:{${hotline}}:`],
        arguments: [],
      });
    const heardOf = (line: LineStore): LineEvent[] => {
      const heard: LineEvent[] = [];
      line.subscribe((event) => heard.push(event));
      return heard;
    };

    it("keeps the store's own time", async () => {
      const line = await open(hotlines(), 's1');
      await join(line, 'c1');
      await agent(line, 'a1');
      const [r] = await line.match(50);
      const waitedMs = Math.abs(Date.now() - (r?.joinedAtMs ?? 0));
      await sleep(80);
      expect(await line.accept(r?.offerId ?? '')).toBe('expired');
      expect(await line.match(50)).toHaveLength(1);
      expect(waitedMs).toBeLessThan(30_000);
    });

    it('tells the server that holds the caller, whoever matched, and never reserves twice', async () => {
      const hotline = hotlines();
      const [one, two] = [await open(hotline, 's1'), await open(hotline, 's2')];
      const heard = heardOf(one);
      for (let i = 0; i < 20; i += 1) await join(i % 2 === 0 ? one : two, `c${i}`);
      for (let i = 0; i < 20; i += 1) await agent(two, `a${i}`);
      const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? one : two).match(10_000)));
      const direct = answers.flatMap((list, i) => list.map((r) => ({ r, server: i % 2 })));
      expect(direct.filter(({ r, server }) => Number(r.callId.slice(1)) % 2 !== server)).toEqual([]);
      const offersOfOne = (): Reservation[] => [
        ...direct.filter(({ server }) => server === 0).map(({ r }) => r),
        ...heard.flatMap((e) => (e.type === 'offered' ? [e.reservation] : [])),
      ];
      await until('all offers of the first server', () => offersOfOne().length >= 10);
      expect(new Set(offersOfOne().map((r) => r.callId)).size).toBe(10);
      expect(offersOfOne()).toHaveLength(10);
      expect(await one.reservations()).toHaveLength(20);
    });

    it('gives up what a dead server held within two seconds, and another server takes its calls over', async () => {
      const hotline = hotlines();
      const dead = await open(hotline, 'dead', 700);
      const alive = await open(hotline, 'alive', 60_000);
      await join(dead, 'orphan');
      await sleep(5);
      await join(alive, 'c1');
      await agent(dead, 'lost');
      const heard = heardOf(alive);
      const orphaned = await dead.match(60_000);
      expect(orphaned).toMatchObject([{ callId: 'orphan', agentId: 'lost' }]);
      await agent(dead, 'lost2');
      await dead.match(60_000);
      await until('the offer of the dead to be told', () => heard.some((e) => e.type === 'offered'));
      await agent(alive, 'a1');
      await dead.close();
      const diedMs = performance.now();
      const offers: Reservation[] = [];
      await until('the call of the living to be offered again', async () => {
        offers.push(...(await alive.match(60_000)));
        return offers.length > 0;
      });
      expect(offers).toMatchObject([{ callId: 'c1', agentId: 'a1' }]);
      expect(performance.now() - diedMs).toBeLessThan(5_000);
      await until('the loss to be told', () => heard.some((e) => e.type === 'offer-lost' && e.reason === 'agent-gone'));
      expect(await alive.waiting()).toMatchObject([{ callId: 'orphan', owner: '' }, { callId: 'c1' }]);
      expect((await alive.agents()).find((a) => a.agentId === 'lost')).toMatchObject({ phone: 'offline', owner: '' });
      await agent(alive, 'a2');
      expect(await alive.match(60_000)).toEqual([]);
      expect((await join(alive, 'orphan')).type).toBe('already-waiting');
      expect(await alive.match(60_000)).toMatchObject([{ callId: 'orphan', agentId: 'a2' }]);
    });

    it('drops the call of a dead server when nobody takes it over, also one that was changed meanwhile', async () => {
      const hotline = hotlines();
      let nowMs = 1_000_000_000_000;
      const openAt = async (serverId: string, leaseMs: number): Promise<RedisLineStore> => {
        const link = { ...shared, close: nothing };
        const parts = { link, hotline, serverId, leaseMs, onError: nothing, nowMs: () => nowMs };
        const line = await RedisLineStore.open(parts);
        opened.push(line);
        return line;
      };
      const dead = await openAt('dead', 500);
      for (const id of ['orphan', 'changed', 'taken-over']) await join(dead, id);
      await dead.close();
      nowMs += 1_000;
      const alive = await openAt('alive', 600_000);
      await alive.match();
      expect((await alive.waiting()).map((w) => w.owner)).toEqual(['', '', '']);
      nowMs += 60_000;
      expect(await alive.change('changed', { priority: 8 })).toBe('changed');
      // A server that starts writes the rules, and with them every call.
      await alive.configure([{ ...defaultQueueRules, name: 'main', ringMs: 15_000 }]);
      expect((await join(alive, 'taken-over')).type).toBe('already-waiting');
      nowMs += 59_000;
      await alive.match();
      expect(await alive.waiting()).toHaveLength(3);
      nowMs += 2_000;
      await alive.match();
      expect((await alive.waiting()).map((w) => w.callId)).toEqual(['taken-over']);
    });

    it('says when it has forgotten everything, and takes it all again in order', async () => {
      const own = await startDebianRedis();
      const line = await open('h', 's1', 1_000, own.url);
      const heard = heardOf(line);
      for (const id of ['c1', 'c2', 'c3']) {
        await join(line, id);
        await sleep(3);
      }
      const before = await line.waiting();
      await own.kill();
      await expect(join(line, 'c4')).rejects.toThrow();
      await own.restart();
      await until('the line to be missed', () => heard.some((e) => e.type === 'line-lost'));
      expect(await line.waiting()).toEqual([]);
      for (const { callId, queue, priority, joinedAtMs } of [...before].reverse())
        await line.join({ callId, queue, priority, joinedAtMs });
      await agent(line, 'a1');
      expect((await line.waiting()).map((w) => w.callId)).toEqual(['c1', 'c2', 'c3']);
      expect(await line.match(10_000)).toMatchObject([{ callId: 'c1', joinedAtMs: before[0]?.joinedAtMs }]);
      await own.stop();
    });

    it('tells every server that it has forgotten everything, also one that hears of the rules from another first', async () => {
      const hotline = hotlines();
      const [one, two] = [await open(hotline, 's1'), await open(hotline, 's2')];
      await one.configure([{ ...defaultQueueRules, name: '税务' }]);
      const [heardByOne, heardByTwo] = [heardOf(one), heardOf(two)];
      await forget(hotline);
      await one.beat();
      expect(heardByOne).toEqual([{ type: 'line-lost' }]);
      await until('the second server to hear so', () => heardByTwo.length > 0);
      expect(heardByTwo).toEqual([{ type: 'line-lost' }]);
      await Promise.all([one.beat(), two.beat()]);
      expect([heardByOne.length, heardByTwo.length]).toEqual([1, 1]);
    });

    it('does not hear of a server that has left, whatever comes over a link that others go on using', async () => {
      const hotline = hotlines();
      const stays = await open(hotline, 'stays');
      const gone = await RedisLineStore.open({
        link: { ...shared, close: nothing },
        ...{ hotline, serverId: 'gone', leaseMs: 60_000, onError: nothing },
      });
      await gone.close();
      await forget(hotline);
      await stays.configure([{ ...defaultQueueRules, name: '税务' }]);
      await stays.beat();
      await sleep(50);
      const known = await shared.eval(`return redis.call('ZRANGE', KEYS[1] .. 'srv', 0, -1)`, {
        keys: [`line:{${hotline}}:`],
        arguments: [],
      });
      expect(known).toEqual(['stays']);
    });

    it('shares rules between servers', async () => {
      const hotline = hotlines();
      const [one, two] = [await open(hotline, 's1'), await open(hotline, 's2')];
      await one.configure([{ ...defaultQueueRules, name: '税务', maxLength: 1 }]);
      const state = async () => (await two.queues()).find((q) => q.queue === '税务');
      await until('the rules to arrive', async () => (await state()) !== undefined);
      await one.join({ callId: 'c1', queue: '税务', priority: 5 });
      expect((await two.join({ callId: 'c2', queue: '税务', priority: 5 })).type).toBe('refused');
      expect(await state()).toMatchObject({ waiting: 1 });
    });

    it('leaves nothing behind when everybody has gone', async () => {
      const hotline = hotlines();
      const line = await open(hotline, 's1');
      for (let i = 0; i < 10; i += 1)
        await line.join({
          callId: `c${i}`,
          queue: 'main',
          priority: 5,
          needs: [{ skill: 'tax', minLevel: (i % 5) + 1 }],
        });
      await line.setAgent({
        ...{ agentId: 'a1', intent: 'available', pauseReason: '', phone: 'idle', queues: ['main'] },
        skills: { tax: 5 },
      });
      for (let i = 0; i < 5; i += 1) {
        const [r] = await line.match(10_000);
        if (i % 2 === 0) await line.accept(r?.offerId ?? '');
        else await line.release(r?.offerId ?? '', 1_000);
      }
      for (let i = 0; i < 10; i += 1) await line.leave(`c${i}`);
      await line.removeAgent('a1');
      const keys = String(
        await shared.eval(`return table.concat(redis.call('KEYS', KEYS[1] .. '*'), ' ')`, {
          keys: [`line:{${hotline}}:`],
          arguments: [],
        }),
      );
      const left = keys.split(' ').map((k) => k.replace(`line:{${hotline}}:`, ''));
      expect(left.sort()).toEqual(['cb', 'meta', 'p:main', 'srv'].filter((k) => left.includes(k)));
    });

    it('runs on a cluster', async () => {
      const node = await startDebianRedis('--cluster-enabled', 'yes');
      const cli = (...args: string[]) =>
        execFileSync('/usr/bin/redis-cli', ['-p', String(node.port), ...args]).toString();
      cli('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await until('the cluster', () => cli('CLUSTER', 'INFO').includes('cluster_state:ok'));
      const line = await open('h', 's1', 60_000, `${node.url},${node.url}`);
      await join(line, 'c1');
      await agent(line, 'a1');
      const [r] = await line.match(10_000);
      expect(await line.accept(r?.offerId ?? '')).toBe('accepted');
      await node.stop();
    });
  });
});
