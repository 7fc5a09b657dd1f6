import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { CallbackService } from '../../../../server/calls/callback-service.ts';
import type { CallbackRules } from '../../../../server/calls/core/callback-plan.ts';
import type { CallFacts } from '../../../../server/calls/core/call-types.ts';
import type { CallbackChange, CallbackRow, CallbackStore } from '../../../../server/store/ports.ts';
import type { CallEvent, CallEventBody } from '../../../../server/timeline/events.ts';

const rules: CallbackRules = {
  allowed: /^1[3-9]\d{9}$/u,
  tries: 2,
  retryAfterMs: [60_000],
  expiresAfterMs: 3_600_000,
  quietFromMinute: 0,
  quietToMinute: 0,
  askedGraceMs: 0,
  missed: true,
  missedAfterMs: 5_000,
};
const number = '13800138000';
const facts: CallFacts = { callId: 'c1', callerLegId: 'l1', from: number, to: '12345', trunk: 't', arrivedAtMs: 0 };
const queued = { queue: 'main', priority: 5, joinedAtMs: 100 };

/** One promise a number, as the database keeps it. */
class MemoryCallbacks implements CallbackStore {
  readonly rows = new Map<string, CallbackRow>();

  book(row: Parameters<CallbackStore['book']>[0]): Promise<CallbackRow> {
    const known = [...this.rows.values()].find((r) => r.number === row.number && r.state === 'open');
    const made = { state: 'open', tries: 0, result: '', agentId: null, outCallId: null, updatedAtMs: 0 } as const;
    const stored: CallbackRow = known ?? { ...row, ...made };
    this.rows.set(stored.id, stored);
    return Promise.resolve(stored);
  }
  change(id: string, change: CallbackChange): Promise<CallbackRow | undefined> {
    const row = this.rows.get(id);
    if (row !== undefined) this.rows.set(id, { ...row, ...change });
    return Promise.resolve(this.rows.get(id));
  }
  byId = (id: string): Promise<CallbackRow | undefined> => Promise.resolve(this.rows.get(id));
  open = (): Promise<readonly CallbackRow[]> =>
    Promise.resolve([...this.rows.values()].filter((r) => r.state === 'open' || r.state === 'calling'));
  recent = (): Promise<readonly CallbackRow[]> => Promise.resolve([...this.rows.values()]);
}

const services: CallbackService[] = [];
afterEach(() => {
  for (const service of services.splice(0)) service.close();
});

function setUp(given: { uri?: string | null; store?: MemoryCallbacks } = {}) {
  const store = given.store ?? new MemoryCallbacks();
  const house = { nowMs: 10_000, waiting: 0, onLine: false, paused: false };
  const start = jest.fn<(row: CallbackRow) => void>();
  const withdraw = jest.fn<(id: string) => void>();
  let ids = 0;
  const service = new CallbackService(
    {
      ...{ store, rules, ownNumber: '12345', missedPriority: 2, missedAtOnce: 1 },
      uri: given.uri === undefined ? 'sip:{number}@10.0.0.5' : given.uri,
      nowMs: () => house.nowMs,
      midnightMs: () => 0,
      newId: () => `cb${String(++ids)}`,
      isOutboundPaused: () => house.paused,
      logger: pino({ enabled: false }),
    },
    {
      start,
      withdraw,
      isOnLine: () => house.onLine,
      waitingIn: () => house.waiting,
      changed: () => undefined,
    },
  );
  services.push(service);
  const tell = (body: CallEventBody, of: CallFacts = facts): void => {
    const event: CallEvent = { ...body, callId: of.callId, seq: 1, atMs: house.nowMs };
    service.onEvent(event, of, queued);
  };
  const out = (id: string, attempt = 1): CallFacts => ({
    ...facts,
    callId: 'out',
    callback: { callbackId: id, attempt, queued, ringMs: 1_000 },
  });
  return { service, store, house, start, withdraw, tell, out };
}

describe('a promise', () => {
  it('is in the database before it is made, with the place in the line', async () => {
    const { service, store } = setUp();
    expect(await service.book(facts, 'asked', queued)).toBe('cb1');
    expect(store.rows.get('cb1')).toMatchObject({ number, queue: 'main', priority: 5, joinedAtMs: 100 });
  });

  it('is not made to a number that may not be called', async () => {
    const { service } = setUp();
    expect(await service.book({ ...facts, from: '' }, 'asked', queued)).toBeNull();
    expect(await service.book({ ...facts, from: '110' }, 'asked', queued)).toBeNull();
  });

  it('stands in the line once, and not while the citizen is on a line with us', async () => {
    const { service, house, start } = setUp();
    await service.book(facts, 'asked', queued);
    house.onLine = true;
    service.tick();
    expect(start).not.toHaveBeenCalled();
    house.onLine = false;
    service.tick();
    service.tick();
    expect(start).toHaveBeenCalledTimes(1);
  });

  it('is listed for people when there is no way out', async () => {
    const { service, start } = setUp({ uri: null });
    await service.book(facts, 'asked', queued);
    service.tick();
    expect(start).not.toHaveBeenCalled();
    expect(service.toDo()).toHaveLength(1);
    expect(await service.end('cb1', 'reached', 'by-hand')).toBe(true);
    expect(service.toDo()).toHaveLength(0);
    expect(await service.end('cb1', 'reached', 'by-hand')).toBe(false);
  });

  it('counts tries, waits in between, and is given up', async () => {
    const { service, store, house, start, tell, out } = setUp();
    await service.book(facts, 'asked', queued);
    service.tick();
    const attempt = async (n: number): Promise<void> => {
      tell({ type: 'callback.dialled', agentId: 'a1', legId: 'x' }, out('cb1', n));
      tell({ type: 'callback.not-reached', cause: 'busy' }, out('cb1', n));
      tell({ type: 'call.ended', cause: 'callback-not-reached', talkMs: 0 }, out('cb1', n));
      await Promise.resolve();
    };
    await attempt(1);
    service.tick();
    expect(start).toHaveBeenCalledTimes(1);
    expect(store.rows.get('cb1')).toMatchObject({ state: 'open', tries: 1, result: 'busy', notBeforeMs: 70_000 });
    house.nowMs = 70_000;
    service.tick();
    expect(start).toHaveBeenCalledTimes(2);
    await attempt(2);
    expect(store.rows.get('cb1')).toMatchObject({ state: 'not-reached', tries: 2 });
    expect(service.toDo()).toEqual([]);
  });

  it('a try whose agent was lost does not count', async () => {
    const { service, store, tell, out } = setUp();
    await service.book(facts, 'asked', queued);
    service.tick();
    tell({ type: 'callback.dialled', agentId: 'a1', legId: 'x' }, out('cb1'));
    tell({ type: 'callback.not-reached', cause: 'agent-gone' }, out('cb1'));
    await Promise.resolve();
    expect(store.rows.get('cb1')).toMatchObject({ state: 'open', tries: 0, notBeforeMs: 10_000 });
  });

  it('survives a restart, a try that was cut off included', async () => {
    const before = setUp();
    await before.service.book(facts, 'asked', queued);
    before.service.tick();
    before.tell({ type: 'callback.dialled', agentId: 'a1', legId: 'x' }, before.out('cb1'));
    await Promise.resolve();
    before.service.close();
    const after = setUp({ store: before.store });
    await after.service.start();
    after.service.tick();
    expect(after.start).toHaveBeenCalledTimes(1);
    expect(after.start.mock.calls[0]?.[0]).toMatchObject({ id: 'cb1', joinedAtMs: 100, tries: 1, state: 'open' });
  });
});

describe('who gave up', () => {
  const gaveUp = { type: 'queue.left', waitMs: 20_000, reason: 'abandoned' } as const;

  it('is called when nobody waits, a few at a time, and not while a plan pauses such calls', async () => {
    const { service, house, start, tell } = setUp();
    tell(gaveUp);
    tell(gaveUp, { ...facts, callId: 'c2', from: '13900139000' });
    await Promise.resolve();
    house.waiting = 3;
    service.tick();
    house.waiting = 0;
    house.paused = true;
    service.tick();
    expect(start).not.toHaveBeenCalled();
    house.paused = false;
    service.tick();
    service.tick();
    expect(start).toHaveBeenCalledTimes(1);
    expect(start.mock.calls[0]?.[0]).toMatchObject({ reason: 'missed', priority: 2 });
  });

  it.each([
    ['hung up at once', { ...gaveUp, waitMs: 1_000 }, 0],
    ['left by a digit', { ...gaveUp, reason: 'left-line' } as const, 0],
    ['was answered', { ...gaveUp, reason: 'answered' } as const, 0],
    ['waited too long', { ...gaveUp, reason: 'waited-too-long' } as const, 1],
    ['found the line full', { ...gaveUp, waitMs: 0, reason: 'line-full' } as const, 1],
  ])('%s', async (_name, event, promises) => {
    const { service, tell } = setUp();
    tell(event);
    await Promise.resolve();
    expect(service.toDo()).toHaveLength(promises);
  });

  it('but leaves a message instead: nobody is called back for that', async () => {
    const { service, store, tell } = setUp();
    tell({ ...gaveUp, reason: 'waited-too-long' });
    tell({ ...gaveUp, reason: 'waited-too-long' }, { ...facts, callId: 'c8', from: '13900139000' });
    await service.book({ ...facts, callId: 'c7', from: '13700137000' }, 'asked', queued);
    for (const callId of ['c8', 'c7']) tell({ type: 'ivr.voicemail-left', lengthMs: 9_000 }, { ...facts, callId });
    await Promise.resolve();
    expect([...store.rows.values()].map((r) => [r.reason, r.state, r.result])).toEqual([
      ['missed', 'open', ''],
      ['missed', 'cancelled', 'message-left'],
      ['asked', 'open', ''],
    ]);
  });

  it('and phones again: the call-back steps aside, and is void when served', async () => {
    const { service, store, withdraw, tell } = setUp();
    tell(gaveUp);
    await Promise.resolve();
    service.tick();
    service.numberCalls(number);
    expect(withdraw).toHaveBeenCalledWith('cb1');
    tell({ type: 'call.bridged', agentId: 'a1', waitMs: 0 }, { ...facts, callId: 'c9' });
    await Promise.resolve();
    expect(store.rows.get('cb1')).toMatchObject({ state: 'cancelled', result: 'called-again' });
  });
});
