import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pino } from 'pino';
import { surgeSchema } from '../../../../config/surge-schema.ts';
import { draftFields } from '../../../../server/drafts/types.ts';
import type { TicketRow } from '../../../../server/store/ports.ts';
import { newController } from '../../../../server/surge/core/controller.ts';
import { Outbox, pauseMs } from '../../../../server/surge/outbox.ts';
import { PartnerDesk } from '../../../../server/surge/partner-desk.ts';
import { check, sign, SIGNATURE_MS } from '../../../../server/surge/signature.ts';
import { memorySurgeStore, type MemorySurgeStore } from './memory-surge-store.ts';
import { feed, flood, standard } from './samples.ts';

const secret = 'a-secret-of-both-hotlines';
const nowMs = 1_800_000_000_000;
const { active } = feed(newController(0), standard, { fromMs: 0, forMs: 60_000, change: flood }).state;
const logger = pino({ level: 'silent' });

interface Side {
  readonly desk: PartnerDesk;
  readonly store: MemorySurgeStore;
  readonly outbox: Outbox;
  clockMs: number;
}

/** A hotline with one partner; `post` is the network between the two. */
function side(hotlineId: string, partnerId: string, post: typeof fetch): Side {
  const store = memorySurgeStore();
  let ids = 0;
  const made = { clockMs: nowMs } as { clockMs: number; desk?: PartnerDesk; store: MemorySurgeStore; outbox?: Outbox };
  made.store = store;
  const clock = { nowMs: () => made.clockMs, newId: () => `${hotlineId}-${ids++}` };
  const address = { url: `https://${partnerId}.example/api/partner/tickets`, secret };
  const outbox = new Outbox({ ...clock, store, logger, sender: hotlineId, addressOf: () => address, post });
  const { partners } = surgeSchema.parse({
    partners: [{ id: partnerId, name: '临江', sipUri: 'sip:12345@192.0.2.7', secret, trunk: `from-${partnerId}` }],
  });
  made.outbox = outbox;
  made.desk = new PartnerDesk({
    ...clock,
    store,
    outbox,
    logger,
    partners,
    hotlineId,
    cityName: '江城',
    active: () => active,
    sentBy: (callId) =>
      Promise.resolve(callId === 'before-restart' ? { partnerId: 'jiangcheng', theirCallId: 'their-c8' } : undefined),
  });
  return made as Side;
}

const noNetwork: typeof fetch = () => Promise.reject(new Error('no network'));

function ticketOf(callId: string): TicketRow {
  const fields = Object.fromEntries(draftFields.map((f) => [f, { value: 'v', display: '值' }])) as TicketRow['fields'];
  const rest = {
    createdAtMs: nowMs,
    agentId: 'a1',
    status: 'accepted',
    confidential: false,
    note: '',
    callerNumber: '1',
  };
  return { id: 't1', number: 'LJ20261121-000001', callId, fields, ...rest } as TicketRow;
}

/** Hands what one side posts to the other, as HTTP would. */
function wire(
  to: () => Side,
  trouble: { down: boolean },
  seen: { payload: string; signature: string }[],
): typeof fetch {
  return async (_url, init) => {
    if (trouble.down) throw new Error('connection refused');
    const headers = new Headers(init?.headers);
    const { payload } = JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as { payload: string };
    const message = { payload, signature: headers.get('x-hotline-signature') ?? '' };
    seen.push(message);
    const taken = await to().desk.takeTicket(headers.get('x-hotline-partner') ?? '', message);
    return new Response('{}', { status: taken === 'taken' ? 200 : 403 });
  };
}

const tick = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

describe('signatures', () => {
  it('are good once made, for five minutes, for this sender, secret and payload only', () => {
    const signature = sign(secret, 'linjiang', '{"a":1}', nowMs);
    const message = { payload: '{"a":1}', signature };
    expect(check(secret, 'linjiang', message, nowMs + 1_000).type).toBe('good');
    expect(check(secret, 'haizhou', message, nowMs)).toEqual({ type: 'refused', reason: 'wrong' });
    expect(check('another-secret-of-both', 'linjiang', message, nowMs)).toEqual({ type: 'refused', reason: 'wrong' });
    expect(check(secret, 'linjiang', { ...message, payload: '{"a":2}' }, nowMs)).toEqual({
      type: 'refused',
      reason: 'wrong',
    });
    for (const late of [SIGNATURE_MS + 1, -SIGNATURE_MS - 1])
      expect(check(secret, 'linjiang', message, nowMs + late)).toEqual({ type: 'refused', reason: 'too-old' });
  });

  it('garbage is refused and never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (payload, signature) => {
        expect(check(secret, 'linjiang', { payload, signature }, nowMs)).toMatchObject({ type: 'refused' });
      }),
    );
  });
});

describe('calls that partners take', () => {
  it('go up to the quota, tell who, where from and why, and free their place', async () => {
    const ours = side('jiangcheng', 'linjiang', noNetwork);
    for (let i = 0; i < 60; i++) expect(ours.desk.take('linjiang', `c${i}`)).toBe(true);
    expect(ours.desk.take('linjiang', 'one-too-many')).toBe(false);
    expect(ours.desk.choose()).toBeNull();
    const way = ours.desk.way('linjiang', {
      callId: 'c1',
      number: '13800000000',
      queue: 'main',
      place: 7,
      waitedMs: 41_200.4,
      reason: 'surge',
    });
    expect(way).toEqual({
      uri: 'sip:12345@192.0.2.7',
      headers: {
        'X-Hotline-Partner': 'jiangcheng',
        'X-Hotline-Call': 'c1',
        'X-Hotline-Caller': '13800000000',
        'X-Hotline-City': '%E6%B1%9F%E5%9F%8E',
        'X-Hotline-Queue': 'main',
        'X-Hotline-Place': '7',
        'X-Hotline-Waited': '41200',
        'X-Hotline-Reason': 'surge',
      },
    });
    ours.desk.done('linjiang', 'c1', true);
    await tick();
    expect(ours.desk.choose()).toBe('linjiang');
    expect(await ours.desk.recent(10)).toMatchObject([{ callId: 'c1', state: 'ended', placeInLine: 7, city: '江城' }]);
  });

  it('any partner will do: the one with room is remembered until the end', () => {
    const ours = side('jiangcheng', 'linjiang', noNetwork);
    expect(ours.desk.take('any', 'c1')).toBe(true);
    expect(ours.desk.counts()).toEqual({ linjiang: 1 });
    expect(
      ours.desk.way('any', { callId: 'c1', number: '', queue: 'main', place: 1, waitedMs: 0, reason: 'full' })?.uri,
    ).toBe('sip:12345@192.0.2.7');
    ours.desk.done('any', 'c1', false);
    expect(ours.desk.counts()).toEqual({ linjiang: 0 });
    // The caller hangs up while the partner rings: nobody says that it is done, but the call is over.
    expect(ours.desk.take('linjiang', 'c2')).toBe(true);
    ours.desk.over('c2');
    expect(ours.desk.counts()).toEqual({ linjiang: 0 });
  });
});

describe('after a restart', () => {
  it('calls that partners still have count against the quota, and free their place when they end', () => {
    const ours = side('jiangcheng', 'linjiang', noNetwork);
    for (let i = 0; i < 61; i++) ours.desk.goesOn('linjiang', `c${i}`);
    ours.desk.goesOn('linjiang', 'c0');
    ours.desk.goesOn('no-partner-any-more', 'c99');
    expect(ours.desk.counts()).toEqual({ linjiang: 61 });
    expect(ours.desk.take('linjiang', 'new')).toBe(false);
    expect(ours.desk.choose()).toBeNull();
    ours.desk.done('linjiang', 'c0', true);
    ours.desk.over('c1');
    expect(ours.desk.take('linjiang', 'new')).toBe(true);
    expect(ours.desk.take('linjiang', 'newer')).toBe(false);
  });
});

describe('calls of partners', () => {
  it('are known by their trunk, never by a header alone', () => {
    const theirs = side('linjiang', 'jiangcheng', noNetwork);
    const headers = {
      'x-hotline-partner': 'jiangcheng',
      'x-hotline-city': '%E6%B1%9F%E5%9F%8E',
      'x-hotline-place': '7',
      'x-hotline-caller': '13800000000',
    };
    expect(theirs.desk.receive('x', 'carrier', headers)).toBeNull();
    expect(theirs.desk.receive('x', 'from-jiangcheng', headers)).toMatchObject({
      queue: 'partner-jiangcheng',
      city: '江城',
      placeInLine: 7,
      number: '13800000000',
    });
    const odd = { 'x-hotline-city': '%E6%', 'x-hotline-place': '-1e9', 'x-hotline-caller': "1'; drop table" };
    expect(theirs.desk.receive('y', 'from-jiangcheng', odd)).toMatchObject({
      city: '临江',
      placeInLine: 0,
      number: '',
    });
  });

  it('their ticket goes back also when the call came to a server that is no more', async () => {
    const theirs = side('linjiang', 'jiangcheng', noNetwork);
    expect(await theirs.desk.handBack(ticketOf('before-restart'))).toBe(true);
    expect(JSON.stringify([...theirs.store.outboxRows.values()])).toContain('their-c8');
  });

  it('their ticket goes back, tried again until it is taken, and counts once', async () => {
    const trouble = { down: true };
    const seen: { payload: string; signature: string }[] = [];
    const ours = side('jiangcheng', 'linjiang', noNetwork);
    const theirs = side(
      'linjiang',
      'jiangcheng',
      wire(() => ours, trouble, seen),
    );
    ours.desk.take('linjiang', 'c1');
    ours.desk.way('linjiang', { callId: 'c1', number: '1', queue: 'main', place: 1, waitedMs: 0, reason: 'surge' });
    theirs.desk.receive('their-c9', 'from-jiangcheng', { 'x-hotline-partner': 'jiangcheng', 'x-hotline-call': 'c1' });
    await tick();
    expect(await theirs.desk.handBack(ticketOf('somebody-elses'))).toBe(false);
    expect(await theirs.desk.handBack(ticketOf('their-c9'))).toBe(true);
    await theirs.outbox.work();
    const [waiting] = [...theirs.store.outboxRows.values()];
    expect(waiting).toMatchObject({ tries: 1, nextAtMs: nowMs + pauseMs(1) });
    trouble.down = false;
    await theirs.outbox.work();
    expect(seen).toHaveLength(0);
    theirs.clockMs += pauseMs(1);
    await theirs.outbox.work();
    await tick();
    expect(seen).toHaveLength(1);
    expect([...theirs.store.outboxRows.values()][0]?.doneAtMs).toBe(theirs.clockMs);
    expect(await ours.desk.recent(10)).toMatchObject([
      { callId: 'c1', state: 'handed-back', ticketNumber: 'LJ20261121-000001' },
    ]);
    const [sent = { payload: '', signature: '' }] = seen;
    expect(await ours.desk.takeTicket('linjiang', sent)).toBe('refused');
    expect(await ours.desk.takeTicket('nobody', sent)).toBe('refused');
  });

  it('a ticket for a call that was never sent there is not taken', async () => {
    const ours = side('jiangcheng', 'linjiang', noNetwork);
    const payload = JSON.stringify({
      callId: 'c7',
      ticketNumber: 'X1',
      fields: {},
      note: '',
      confidential: false,
      createdAtMs: 1,
    });
    const message = { payload, signature: sign(secret, 'linjiang', payload, nowMs) };
    expect(await ours.desk.takeTicket('linjiang', message)).toBe('not-found');
    const bad = { payload: '{', signature: sign(secret, 'linjiang', '{', nowMs) };
    expect(await ours.desk.takeTicket('linjiang', bad)).toBe('bad-request');
  });

  it('pauses between tries grow, and not without bound', () => {
    expect([0, 1, 5, 30].map(pauseMs)).toEqual([2_000, 4_000, 64_000, 600_000]);
  });
});
