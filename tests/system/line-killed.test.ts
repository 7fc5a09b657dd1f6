/**
 * kill -9 of whatever serves the line: of a server that holds offers, and of Redis. Offers go on within two seconds, in
 * the old order and with the waits there were, and no call is offered twice at a time.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { redisSchema } from '../../config/queues-schema.ts';
import { openLink } from '../../server/acd/redis/link.ts';
import { RedisLineStore } from '../../server/acd/redis/redis-line-store.ts';
import type { PhoneEvent } from '../../tools/call/sip-phone.ts';
import { debianRedisMissing, startDebianRedis, type DebianRedis } from '../support/debian-redis.ts';
import { Hotline } from '../support/hotline.ts';
import type { FromLineProcess, ToLineProcess } from '../support/line-process.ts';
import { openSession, until } from './api.ts';
import { allQuiet, Opened, phoneIn, scriptedAgent, storedCall, typesOf } from './rig.ts';

const missing = debianRedisMissing();
const suite = missing === undefined ? describe : describe.skip;
const RESUME_MS = 2_000;
const { leaseMs } = redisSchema.parse({});
const opened = new Opened();
let redis: DebianRedis;
beforeAll(async () => {
  if (missing === undefined) redis = await startDebianRedis();
}, 60_000);
afterEach(() => opened.close());
afterAll(async () => {
  if (missing === undefined) await redis.stop();
});

interface Offered {
  readonly callId: string;
  readonly agentId: string;
  readonly joinedAtMs: number;
  readonly atMs: number;
}

class LineServer {
  readonly #child: ChildProcess;
  readonly offered: Offered[] = [];
  readonly lost: string[] = [];
  #waiting: (() => void)[] = [];

  private constructor(serverId: string) {
    const file = join(import.meta.dirname, '../support/line-process.ts');
    this.#child = fork(file, [redis.url, serverId, String(leaseMs)], { execArgv: ['--import', 'tsx'] });
    this.#child.on('message', (message: FromLineProcess) => {
      if (message.type === 'offered') this.offered.push({ ...message, atMs: performance.now() });
      else if (message.type === 'lost') this.lost.push(message.callId);
      else this.#waiting.shift()?.();
    });
  }

  static async start(serverId: string): Promise<LineServer> {
    const server = new LineServer(serverId);
    await server.#next();
    return opened.add(server);
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async tell(message: ToLineProcess): Promise<void> {
    this.#child.send(message);
    await this.#next();
  }

  /** No word of goodbye. */
  kill9(): void {
    this.#child.kill('SIGKILL');
  }

  close(): Promise<void> {
    this.kill9();
    return Promise.resolve();
  }
}

suite(`a server that is killed${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it('and held offers leaves the agents of another to its callers within two seconds, and its callers to a third', async () => {
    const [one, two] = [await LineServer.start('one'), await LineServer.start('two')];
    const link = await openLink(redis.url, () => undefined);
    const line = opened.add(
      await RedisLineStore.open({
        ...{ link, hotline: 'killed', serverId: 'watch', leaseMs: 60_000 },
        onError: () => undefined,
      }),
    );
    const callIds = Array.from({ length: 12 }, (_, i) => `c${String(i)}`);
    for (const [i, callId] of callIds.entries()) {
      await (i % 2 === 0 ? one : two).tell({ type: 'join', callId });
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    // Two of the second server's three agents ring for callers of the first, and the other way round.
    for (const agentId of ['b0', 'b1', 'b2']) await two.tell({ type: 'agent', agentId });
    for (const agentId of ['a0', 'a1', 'a2']) await one.tell({ type: 'agent', agentId });
    await until('six offers', async () => (await line.reservations()).length === 6);
    const before = await line.waiting();
    const told = two.offered.length;

    const killedAtMs = performance.now();
    one.kill9();
    await until('offers to go on', () => Promise.resolve(two.offered.length >= told + 2));
    const resumedMs = (two.offered.at(-1)?.atMs ?? Infinity) - killedAtMs;
    process.stdout.write(
      `server killed: offers went on after ${resumedMs.toFixed(0)} ms (lease ${String(leaseMs)} ms)\n`,
    );
    expect(resumedMs).toBeLessThan(RESUME_MS);
    const again = two.offered.slice(told);
    expect(again.map((o) => o.callId)).toEqual(['c3', 'c5']);
    expect(again.map((o) => o.agentId).sort()).toEqual(['b0', 'b2']);
    expect(two.lost.sort()).toEqual(['c3', 'c5']);
    expect(again.map((o) => o.joinedAtMs)).toEqual([3, 5].map((i) => before[i]?.joinedAtMs));

    const three = await LineServer.start('three');
    for (const callId of callIds.filter((_, i) => i % 2 === 0).reverse()) await three.tell({ type: 'join', callId });
    const after = await line.waiting();
    expect(after.map((w) => [w.callId, w.joinedAtMs])).toEqual(before.map((w) => [w.callId, w.joinedAtMs]));
    await three.tell({ type: 'agent', agentId: 'd0' });
    await until('the oldest to be offered', () => Promise.resolve(three.offered.length > 0));
    expect(three.offered).toMatchObject([{ callId: 'c0', agentId: 'd0', joinedAtMs: before[0]?.joinedAtMs }]);
    const held = await line.reservations();
    expect(new Set(held.map((r) => r.callId)).size).toBe(held.length);
  }, 60_000);
});

suite(`Redis that is killed and comes back empty${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it('is told the line again: order and waits kept, who is being offered is not offered twice', async () => {
    const hotline = await Hotline.start({
      env: {
        HOTLINE_ASR__ENGINE: 'off',
        HOTLINE_LINE__STORE: 'redis',
        HOTLINE_LINE__WRAPUPMS: '60000',
        HOTLINE_CALLBACK__MISSED: 'false',
        HOTLINE_REDIS__URL: redis.url,
      },
    });
    try {
      const session = await openSession(hotline, 'supervisor1');
      const third = opened.add(await scriptedAgent(hotline, 'supervisor1', 50));
      await third.setAvailable(false);
      const numbers = ['13800000031', '13800000032', '13800000033'];
      const callers = [];
      for (const number of numbers) {
        const caller = opened.add(await phoneIn(hotline, number));
        caller.call.sendDigit('0');
        await until('the caller to wait', async () =>
          typesOf(await storedCall(session, number, false)).includes('queue.joined'),
        );
        callers.push(caller);
      }
      // The first caller rings at somebody who takes time; the second agent comes while Redis is away.
      const slow = opened.add(await scriptedAgent(hotline, 'agent1', 5_000));
      await slow.phone.next('incoming', 10_000).catch(() => undefined);
      opened.add(await scriptedAgent(hotline, 'agent2', 50));
      await until('the second to be offered', async () =>
        isAnswered(await storedCall(session, numbers[1] ?? '', false)),
      );
      callers[1]?.call.hangUp();
      const rung: number[] = [];
      third.phone.subscribe((event: PhoneEvent) => {
        if (event.type === 'incoming') rung.push(performance.now());
      });

      await redis.kill();
      const killedAtMs = performance.now();
      await third.setAvailable(true);
      await redis.restart();
      const backMs = performance.now() - killedAtMs;
      await until('the third caller to be answered', async () =>
        typesOf(await storedCall(session, numbers[2] ?? '', false)).includes('call.bridged'),
      );
      const resumedMs = (rung[0] ?? Infinity) - killedAtMs;
      process.stdout.write(
        `Redis killed: empty again after ${backMs.toFixed(0)} ms, offers went on after ${resumedMs.toFixed(0)} ms\n`,
      );
      expect(resumedMs).toBeLessThan(RESUME_MS);
      expect(resumedMs).toBeGreaterThan(backMs);
      expect(rung).toHaveLength(1);
      await until('the first caller to be answered', async () =>
        typesOf(await storedCall(session, numbers[0] ?? '', false)).includes('call.bridged'),
      );
      const first = await storedCall(session, numbers[0] ?? '', false);
      expect(typesOf(first).filter((type) => type === 'agent.offered')).toHaveLength(1);
      const joined = first.timeline.find((e) => e.type === 'queue.joined');
      const answered = first.timeline.find((e) => e.type === 'call.bridged');
      expect(Number(answered?.['waitMs'])).toBeGreaterThanOrEqual(
        Number(answered?.['atMs']) - Number(joined?.['atMs']) - 50,
      );
      for (const { call } of callers) call.hangUp();
      await allQuiet(hotline);
    } finally {
      await opened.close();
      await hotline.dispose();
    }
  }, 120_000);
});

function isAnswered(stored: { readonly timeline: readonly { readonly type: string }[] }): boolean {
  return stored.timeline.some((e) => e.type === 'call.bridged');
}
