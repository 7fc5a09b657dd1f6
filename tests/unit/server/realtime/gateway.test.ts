import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import type { Desk } from '../../../../server/realtime/desk.ts';
import { Gateway } from '../../../../server/realtime/gateway.ts';
import type { Hello, Me, PageToServer, ServerToPage } from '../../../../server/realtime/protocol.ts';
import { SipCredentialRegister } from '../../../../server/http/sip-credentials.ts';

type Page = Socket<ServerToPage, PageToServer>;

const users: Readonly<Record<string, Me>> = {
  t1: { id: 'u1', login: 'agent1', displayName: '陈静', agentNumber: '1001', role: 'agent' },
  t2: { id: 's1', login: 'supervisor1', displayName: '周敏', agentNumber: '2001', role: 'supervisor' },
};
const ok = { ok: true, value: {} } as const;

/** Writes down what it is asked. */
class RecordingDesk implements Desk {
  readonly party: Desk['party'] = {
    consult: (me, callId, target) => this.#did('consult', me, callId, target),
    endConsult: (me, callId) => this.#did('end-consult', me, callId),
    complete: (me, callId) => this.#did('complete', me, callId),
    conference: (me, callId) => this.#did('conference', me, callId),
    transfer: (me, callId, target) => this.#did('transfer', me, callId, target),
    directory: () => ({ ok: true, value: { colleagues: [], queues: [], canDialOut: false } }),
    supervise: (me, callId, mode) => this.#did('supervise', me, callId, mode),
    endSupervision: (me, callId) => this.#did('end-supervision', me, callId),
    takeOver: (me, callId) => this.#did('take-over', me, callId),
  };
  readonly line: Desk['line'] = {
    dispose: (me, callId, code) => Promise.resolve(this.#did('dispose', me, callId, code)),
    startLineCheck: () => Promise.resolve({ ok: true, value: { lengthMs: 8_000 } }),
    takeByPhone: () => ({ ok: false, code: 'unavailable', message: 'x' }),
    takeHere: () => ({ ok: false, code: 'unavailable', message: 'x' }),
    acceptByPhone: (me, offerId) => this.#did('accept-by-phone', me, offerId),
    reportLine: (me, report) => this.#did('report-line', me, report),
    endCallback: (me, id, how) => Promise.resolve(this.#did('end-callback', me, id, how)),
    setProfile: (me, agentId, profile) => Promise.resolve(this.#did('set-profile', me, agentId, profile)),
  };
  #did(...what: [string, Me, ...unknown[]]): typeof ok {
    const [name, me, ...more] = what;
    this.asked.push([name, me.id, ...more]);
    return ok;
  }
  readonly asked: unknown[][] = [];
  holdHello: Promise<void> = Promise.resolve();
  fail = false;

  async hello(me: Me): Promise<Hello> {
    this.asked.push(['hello', me.id]);
    await this.holdHello;
    const hello: Partial<Hello> = { me, serverNowMs: 1, openDrafts: [] };
    return hello as Hello;
  }
  gone = (me: Me): void => void this.asked.push(['gone', me.id]);
  watch = (me: Me, on: boolean): void => void this.asked.push(['watch', me.id, on]);
  setIntent: Desk['setIntent'] = (me, intent, reason) => {
    this.asked.push(['setIntent', me.id, intent, reason]);
    if (this.fail) return Promise.reject(new Error('broken'));
    return Promise.resolve({ ok: false, code: 'wrong-state', message: '通话中不能示闲' });
  };
  changeDraft: Desk['changeDraft'] = (me, callId, input) => {
    this.asked.push(['changeDraft', me.id, callId, input]);
    return Promise.resolve({ ok: true, value: { rev: 7 } });
  };
  declineOffer = (): ReturnType<Desk['declineOffer']> => Promise.resolve(ok);
  hold: Desk['hold'] = (me, callId) => {
    this.asked.push(['hold', me.id, callId]);
    return Promise.resolve(ok);
  };
  resume = this.hold;
  hangUp = this.hold;
  returnToCall = this.hold;
  dropDraft = this.hold;
  finishWrapUp = this.hold;
  setDialect: Desk['setDialect'] = () => ok;
  secondMatter: Desk['secondMatter'] = (_me, callId) =>
    Promise.resolve({ ok: true, value: { draftId: `${callId}:2` } });
  confirmTicket: Desk['confirmTicket'] = () =>
    Promise.resolve({ ok: true, value: { number: 'JC20261121-000001', ticketId: 'id' } });
  extendWrapUp: Desk['extendWrapUp'] = () => Promise.resolve({ ok: true, value: { wrapUpEndsAtMs: 5 } });
}

let desk: RecordingDesk;
let gateway: Gateway;
let server: Server;
let url: string;
let ended: Set<string>;
let credentials: SipCredentialRegister;
const pages: Page[] = [];

function open(token: string, headers: Record<string, string> = {}): Page {
  const page: Page = io(url, {
    path: '/socket',
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { cookie: `hotline_session=${token}`, ...headers },
  });
  pages.push(page);
  return page;
}

async function event(page: Page, name: keyof ServerToPage): Promise<unknown> {
  const untyped = page as unknown as { once(name: string, listener: (first: unknown) => void): void };
  return new Promise((resolve) => {
    untyped.once(name, resolve);
  });
}

async function refused(page: Page): Promise<string> {
  return new Promise((resolve) => {
    page.once('connect_error', (error) => {
      resolve(error.message);
    });
  });
}

async function until(check: () => boolean): Promise<boolean> {
  for (let i = 0; i < 200 && !check(); i += 1) await sleep(10);
  return check();
}

const goneAfterMs = 5_000;
const gone = (): unknown[] => desk.asked.filter(([what]) => what === 'gone');

/** Sockets are real; only time-outs wait until the test lets time pass, however slowly it runs. */
const realTimers = [
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'nextTick',
  'queueMicrotask',
] as const;

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: [...realTimers, 'Date', 'performance', 'hrtime'] });
  desk = new RecordingDesk();
  ended = new Set();
  credentials = new SipCredentialRegister({ domain: 'hotline.local', iceServers: [] });
  gateway = new Gateway({
    sessions: {
      find: (token) => {
        const user = ended.has(token) ? undefined : users[token];
        return Promise.resolve(user === undefined ? undefined : { user, csrfToken: '' });
      },
    },
    credentials,
    logger: pino({ level: 'silent' }),
    trustProxy: false,
    goneAfterMs,
    sessionCheckMs: 50,
  });
  gateway.serve(desk);
  server = createServer((request, response) => {
    gateway.handleRequest(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    gateway.handleUpgrade(request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const page of pages.splice(0)) page.disconnect();
  await gateway.close();
  await new Promise((resolve) => server.close(resolve));
  jest.useRealTimers();
});

describe('gateway', () => {
  it('greets a page that is logged in', async () => {
    expect(await event(open('t1'), 'hello')).toMatchObject({ me: { id: 'u1' } });
    expect(gateway.online('u1')).toBe(true);
    expect(gateway.online('s1')).toBe(false);
  });

  it('turns away strangers and other sites', async () => {
    expect(await refused(open('unknown'))).toBe('unauthorized');
    expect(await refused(open('t1', { origin: 'http://evil.example' }))).toBe('websocket error');
    expect(desk.asked).toEqual([]);
  });

  it('hands requests to the desk and its answer back', async () => {
    const page = open('t1');
    await event(page, 'hello');
    expect(await page.emitWithAck('agent.set-intent', { intent: 'available', reason: '' })).toEqual({
      ok: false,
      code: 'wrong-state',
      message: '通话中不能示闲',
    });
    const edit = { callId: 'c1', field: 'summary', value: '油烟' } as const;
    expect(await page.emitWithAck('draft.edit', edit)).toEqual({ ok: true, value: { rev: 7 } });
    await page.emitWithAck('draft.suggestion', { callId: 'c1', field: 'kind', action: 'release' });
    expect(await page.emitWithAck('sip.credentials', {})).toMatchObject({ ok: true, value: { wsPath: '/sip' } });
    expect(desk.asked.slice(1)).toEqual([
      ['setIntent', 'u1', 'available', ''],
      ['changeDraft', 'u1', 'c1', { type: 'edit', field: 'summary', value: '油烟' }],
      ['changeDraft', 'u1', 'c1', { type: 'release', field: 'kind' }],
    ]);
  });

  it('answers garbage with bad-request, and asks the desk nothing', async () => {
    const page = open('t1');
    await event(page, 'hello');
    const raw = page as unknown as { emitWithAck(name: string, payload: unknown): Promise<{ code: string }> };
    const garbage: unknown[] = [null, 7, 'x', [], { callId: 1 }, { callId: 'x'.repeat(101) }, { callId: 'a', more: 1 }];
    for (const payload of garbage) expect((await raw.emitWithAck('call.hold', payload)).code).toBe('bad-request');
    (page as unknown as Socket).emit('call.hold', { callId: 'no-ack' });
    (page as unknown as Socket).emit('no.such.event', 1);
    expect(await until(() => desk.asked.length === 2)).toBe(true);
    expect(desk.asked).toEqual([
      ['hello', 'u1'],
      ['hold', 'u1', 'no-ack'],
    ]);
  });

  it('says unavailable when the desk fails', async () => {
    const page = open('t1');
    await event(page, 'hello');
    desk.fail = true;
    const answer = await page.emitWithAck('agent.set-intent', { intent: 'off', reason: '' });
    expect(answer).toEqual({ ok: false, code: 'unavailable', message: '系统暂时无法处理，请稍后重试' });
  });

  it('limits a page that asks too much', async () => {
    const page = open('t1');
    await event(page, 'hello');
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => page.emitWithAck('call.hold', { callId: 'c' })),
    );
    const codes = answers.map((a) => (a.ok ? 'ok' : a.code));
    expect(codes.filter((c) => c === 'too-many-requests').length).toBeGreaterThan(20);
    expect(codes.slice(0, 60)).toEqual(Array<string>(60).fill('ok'));
  });

  it('lets a new page replace the older one', async () => {
    const old = open('t1');
    await event(old, 'hello');
    const told = event(old, 'replaced');
    const closed = new Promise((resolve) => old.once('disconnect', resolve));
    const next = open('t1');
    await event(next, 'hello');
    await told;
    expect(await closed).toBe('io server disconnect');
    jest.advanceTimersByTime(2 * goneAfterMs);
    expect(gone()).toEqual([]);
    expect(gateway.online('u1')).toBe(true);
  });

  it('says gone only when no page comes back in time', async () => {
    const first = open('t1');
    await event(first, 'hello');
    first.disconnect();
    await until(() => !gateway.online('u1'));
    jest.advanceTimersByTime(goneAfterMs - 1);
    const again = open('t1');
    await event(again, 'hello');
    jest.advanceTimersByTime(2 * goneAfterMs);
    expect(gone()).toEqual([]);
    again.disconnect();
    await until(() => !gateway.online('u1'));
    jest.advanceTimersByTime(goneAfterMs - 1);
    expect(gone()).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(gone()).toEqual([['gone', 'u1']]);
  });

  it('sends hello before anything that happened meanwhile', async () => {
    let release = (): void => undefined;
    desk.holdHello = new Promise((resolve) => (release = resolve));
    const page = open('t1');
    const seen: string[] = [];
    page.onAny((name: string) => void seen.push(name));
    await until(() => gateway.online('u1'));
    gateway.toUser('u1', 'line', { waiting: 1, longestWaitMs: 0, freeAgents: 0 });
    gateway.toAll('recognizer', { type: 'starting' });
    release();
    await until(() => seen.length === 3);
    expect(seen).toEqual(['hello', 'line', 'recognizer']);
  });

  it('lets supervisors watch, agents not, and stops with the page', async () => {
    const agent = open('t1');
    await event(agent, 'hello');
    for (const [event, payload] of [
      ['supervise.start', { callId: 'c1', mode: 'listen' }],
      ['supervise.end', { callId: 'c1' }],
      ['supervise.take-over', { callId: 'c1' }],
    ] as const) {
      // Each event has its own payload; the page sends it as any page could.
      const asked: unknown = await (
        agent as unknown as { emitWithAck(e: string, p: object): Promise<unknown> }
      ).emitWithAck(event, payload);
      expect(asked).toMatchObject({ code: 'not-allowed' });
    }
    expect(await agent.emitWithAck('supervisor.watch', { on: true })).toMatchObject({ code: 'not-allowed' });
    const boss = open('t2');
    await event(boss, 'hello');
    expect(await boss.emitWithAck('supervisor.watch', { on: true })).toEqual(ok);
    boss.disconnect();
    await until(() => !gateway.online('s1'));
    expect(desk.asked.filter(([what]) => what === 'watch')).toEqual([
      ['watch', 's1', true],
      ['watch', 's1', false],
    ]);
  });

  it('closes the page when its log-in ends, and its softphone with it', async () => {
    const page = open('t1');
    await event(page, 'hello');
    const given = await page.emitWithAck('sip.credentials', {});
    if (!given.ok) throw new Error(given.code);
    expect(credentials.find(given.value.username)).toBeDefined();
    const closed = new Promise((resolve) => page.once('disconnect', resolve));
    ended.add('t1');
    expect(await closed).toBe('io server disconnect');
    expect(credentials.find(given.value.username)).toBeUndefined();
  });

  it('keeps the softphone of a page that reloads', async () => {
    const first = open('t1');
    await event(first, 'hello');
    const given = await first.emitWithAck('sip.credentials', {});
    first.disconnect();
    const again = open('t1');
    await event(again, 'hello');
    const next = await again.emitWithAck('sip.credentials', {});
    if (!given.ok || !next.ok) throw new Error('no credentials');
    for (const { value } of [given, next]) expect(credentials.find(value.username)).toBeDefined();
  });

  it('says gone once for pages that come and go', async () => {
    for (let i = 0; i < 3; i += 1) {
      const page = open('t1');
      await event(page, 'hello');
      page.disconnect();
      await until(() => !gateway.online('u1'));
    }
    jest.advanceTimersByTime(2 * goneAfterMs);
    expect(gone()).toEqual([['gone', 'u1']]);
  });

  it('says gone of nobody once it is closed', async () => {
    const left = open('t1');
    await event(left, 'hello');
    left.disconnect();
    await until(() => !gateway.online('u1'));
    const stays = open('t2');
    await event(stays, 'hello');
    await gateway.close();
    expect(gateway.pageCount).toBe(0);
    jest.advanceTimersByTime(2 * goneAfterMs);
    expect(gone()).toEqual([]);
  });
});
