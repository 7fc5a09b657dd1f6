import { hash } from '@node-rs/argon2';
import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { City } from '../../../../config/city.ts';
import { configSchema, type Config } from '../../../../config/schema.ts';
import type { HttpDeps } from '../../../../server/http/deps.ts';
import { createHttp, type Http } from '../../../../server/http/server.ts';
import { SipCredentialRegister } from '../../../../server/http/sip-credentials.ts';
import { Gateway } from '../../../../server/realtime/gateway.ts';
import { draftFields } from '../../../../server/drafts/types.ts';
import type { CallRow, LearnedPlaceRow, Store, TicketRow, User } from '../../../../server/store/ports.ts';
import type { CallEvent, CallEventBody } from '../../../../server/timeline/events.ts';
import { CityCards } from '../../../../server/knowledge/city-cards.ts';
import { loadKnowledge } from '../../../support/knowledge.ts';
import { memorySurgeStore } from '../surge/memory-surge-store.ts';

export const people: readonly User[] = [
  { id: 'u1', login: 'agent1', displayName: '陈静', agentNumber: '1001', role: 'agent' },
  { id: 'u2', login: 'agent2', displayName: '李明', agentNumber: '1002', role: 'agent' },
  { id: 'c1', login: 'cloud1', displayName: '刘洋', agentNumber: '1101', role: 'cloud' },
  { id: 's1', login: 'supervisor1', displayName: '周敏', agentNumber: '2001', role: 'supervisor' },
];
export const password = 'right-password';

const linjiang = {
  ...{ id: 'city:from-linjiang', title: '临江须知', source: '临江热线', validUntil: '' },
  ...{ words: [], text: '临江的事' },
};

export const call: CallRow = {
  callId: 'call-1',
  from: '13800000000',
  to: '12345',
  trunk: 'test',
  arrivedAtMs: 1,
  answeredAtMs: 2,
  queuedAtMs: 3,
  bridgedAtMs: 4,
  endedAtMs: null,
  endCause: null,
  agentId: 'u1',
  recordingPath: 'day/call-1.wav',
  recordingStartedAtMs: 2,
  ticketNumber: null,
};

/** Besides: one of the other agent, and one that the other agent took over from the first one. */
export const calls: readonly CallRow[] = [
  call,
  { ...call, callId: 'call-2', from: '13800000002', agentId: 'u2', recordingPath: '../../etc/passwd' },
  { ...call, callId: 'call-3', from: '13800000003', agentId: 'u2' },
];
const bridged: readonly CallEvent[] = [
  { type: 'call.bridged', callId: 'call-3', seq: 1, atMs: 1, agentId: 'u1', waitMs: 0 },
  { type: 'call.bridged', callId: 'call-3', seq: 2, atMs: 2, agentId: 'u2', waitMs: 0 },
];
/** Two callers of the same five minutes: one answered late by a cloud seat, one who gave up. */
const told = (callId: string, seq: number, atMs: number, body: CallEventBody): CallEvent => ({
  ...body,
  callId,
  seq,
  atMs,
});
const lineStory: readonly CallEvent[] = [
  told('l1', 1, 600_000, { type: 'queue.joined', queue: 'main', priority: 5, needs: [{ skill: 'tax', minLevel: 1 }] }),
  told('l1', 2, 620_000, { type: 'queue.left', waitMs: 20_000, reason: 'answered' }),
  told('l1', 3, 620_000, { type: 'call.bridged', agentId: 'u2', waitMs: 20_000 }),
  told('l1', 4, 680_000, { type: 'call.ended', cause: 'caller-hung-up', talkMs: 60_000 }),
  told('l2', 1, 601_000, { type: 'queue.joined', queue: 'second', priority: 5 }),
  told('l2', 2, 606_000, { type: 'queue.left', waitMs: 5_000, reason: 'abandoned' }),
  told('l2', 3, 606_000, { type: 'call.ended', cause: 'caller-hung-up', talkMs: 0 }),
];
const wasIn = (c: CallRow, agentId: string): boolean =>
  c.agentId === agentId ||
  bridged.some((e) => e.callId === c.callId && e.type === 'call.bridged' && e.agentId === agentId);

function ticket(number: string, callId: string, agentId: string, confidential: boolean): TicketRow {
  const named = draftFields.map((f) => [f, { value: f === 'callerName' ? `${number}的人` : '', display: '' }]);
  const fields = Object.fromEntries(named) as TicketRow['fields'];
  const about = { id: number, number, callId, agentId, confidential, fields };
  return { ...about, createdAtMs: 1, status: 'accepted', note: '', callerNumber: '13800000003' };
}
/** Newest first. */
export const tickets: readonly TicketRow[] = [
  ticket('JC20261121-000004', 'call-3', 'u2', true),
  ticket('JC20261121-000003', 'call-3', 'u2', false),
  ticket('JC20261121-000002', 'call-2', 'u2', false),
  ticket('JC20261121-000001', 'call-1', 'u1', true),
];

export const learned: LearnedPlaceRow = {
  id: 'l1',
  text: '银杏苑',
  communityId: 'c1',
  state: 'proposed',
  tickets: 1,
  agentId: 'u1',
  ticketNumber: 'JC20261121-000001',
  updatedAtMs: 1,
};

/** A store in memory: only what the routes need, with the same promises. */
export async function memoryStore(state: { up: boolean }): Promise<Store> {
  const passwordHash = await hash(password, { memoryCost: 1024, timeCost: 1 });
  const sessions = new Map<string, User>();
  const none = (): Promise<never> => Promise.reject(new Error('not asked for in these tests'));
  return {
    ping: () => (state.up ? Promise.resolve() : Promise.reject(new Error('down'))),
    close: () => Promise.resolve(),
    surge: memorySurgeStore(),
    sessions: {
      create: (userId) => {
        const token = `token-${sessions.size}`;
        const user = people.find((p) => p.id === userId);
        if (user !== undefined) sessions.set(token, user);
        return Promise.resolve({ token, csrfToken: `csrf-${token}` });
      },
      find: (token) => {
        const user = sessions.get(token);
        return Promise.resolve(user === undefined ? undefined : { user, csrfToken: `csrf-${token}` });
      },
      end: (token) => {
        sessions.delete(token);
        return Promise.resolve();
      },
    },
    users: {
      byLogin: (login) => {
        const user = people.find((p) => p.login === login);
        return Promise.resolve(user === undefined ? undefined : { ...user, passwordHash });
      },
      byId: (id) => Promise.resolve(people.find((p) => p.id === id)),
      list: () => Promise.resolve(people),
      create: none,
    },
    calls: {
      append: none,
      call: (callId) => Promise.resolve(calls.find((c) => c.callId === callId)),
      timeline: (callId) => Promise.resolve(bridged.filter((e) => e.callId === callId)),
      transcript: () => Promise.resolve([]),
      openCalls: none,
      recent: (limit, agentId) =>
        Promise.resolve(calls.filter((c) => agentId === undefined || wasIn(c, agentId)).slice(0, limit)),
      withCaller: (agentId, from) => Promise.resolve(calls.find((c) => c.from === from && wasIn(c, agentId))),
      dayCounts: none,
      eventsOf: async function* () {
        await Promise.resolve();
        yield lineStory;
      },
      history: () =>
        Promise.resolve({ callsIn90Days: 1, callerName: tickets[0]?.fields.callerName.value ?? '', tickets }),
    },
    callbacks: { book: none, change: none, byId: none, open: none, recent: none },
    learnedPlaces: {
      note: none,
      list: () => Promise.resolve([learned]),
      set: (id, state) => Promise.resolve(id === learned.id ? { ...learned, state } : undefined),
    },
    profiles: {
      list: () => Promise.resolve([{ userId: 'u2', queues: [], skills: {}, seatLevel: 'cloud' as const }]),
      save: none,
    },
    drafts: { save: none, load: none, open: none, drop: none, unclaimedMessages: none },
    tickets: {
      confirm: none,
      like: none,
      byId: none,
      byNumber: (number) => Promise.resolve(tickets.find((t) => t.number === number)),
      recent: (limit, agentId) =>
        Promise.resolve(tickets.filter((t) => agentId === undefined || t.agentId === agentId).slice(0, limit)),
    },
  };
}

const city: City = {
  name: '江城市',
  areaCode: '0000',
  departments: [],
  catalogue: [],
  streets: [],
  communities: [],
  roads: [],
  dialectWords: [],
  dialects: [],
  riskWords: [],
};

export interface HttpFixture {
  readonly base: string;
  readonly deps: HttpDeps;
  readonly http: Http;
  readonly state: { up: boolean };
  readonly sipUpgrades: string[];
  /** Lines of the log. */
  readonly logged: Record<string, unknown>[];
  request(path: string, init?: RequestInit): Promise<Response>;
  logIn(login: string): Promise<{ cookie: string; csrf: string }>;
  close(): Promise<void>;
}

export async function startHttp(change: Partial<Config> = {}): Promise<HttpFixture> {
  const dir = mkdtempSync(join(tmpdir(), 'hotline-http-'));
  for (const d of ['dist/assets', 'recordings/day']) mkdirSync(join(dir, d), { recursive: true });
  writeFileSync(join(dir, 'dist/index.html'), '<!doctype html><title>12345</title>');
  writeFileSync(join(dir, 'dist/assets/app-1a2b.js'), 'export {};');
  writeFileSync(join(dir, 'dist/assets/app-1a2b.js.gz'), gzipSync('export {};'));
  writeFileSync(join(dir, 'dist/.secret'), 'no');
  writeFileSync(join(dir, 'recordings/day/call-1.wav'), 'RIFF0123456789');
  const defaults = configSchema.parse({ dataDir: join(dir, 'data') });
  const config = { ...defaults, ...change, http: { ...defaults.http, port: 0, httpsPort: null, bind: '127.0.0.1' } };
  const logged: Record<string, unknown>[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const state = { up: true };
  const store = await memoryStore(state);
  const credentials = new SipCredentialRegister({ domain: config.sip.domain, iceServers: [] });
  const gateway = new Gateway({ sessions: store.sessions, credentials, logger, trustProxy: false });
  const sipUpgrades: string[] = [];
  const knowledge = { index: await loadKnowledge(), faults: [{ file: 'x.md', message: 'broken' }] };
  const deps: HttpDeps = {
    config,
    city,
    store,
    gateway,
    credentials,
    knowledge,
    learnedPlaces: {
      list: () => store.learnedPlaces.list(city.name),
      set: (id, state) => store.learnedPlaces.set(id, state),
    },
    cityCards: new CityCards([linjiang]),
    metrics: new Registry(),
    logger,
    version: '0.0.0',
    pagesDir: join(dir, 'dist'),
    recordingsDir: join(dir, 'recordings'),
    openApiFile: resolve('docs/api/openapi.yaml'),
    onSipUpgrade: (request, socket) => {
      sipUpgrades.push(request.url ?? '');
      socket.end('HTTP/1.1 426 Upgrade Required\r\n\r\n');
    },
  };
  const http = createHttp(deps);
  const { httpPort } = await http.listen();
  const base = `http://127.0.0.1:${httpPort}`;
  const request = (path: string, init?: RequestInit): Promise<Response> => fetch(base + path, init);
  const logIn = async (login: string): Promise<{ cookie: string; csrf: string }> => {
    const response = await request('/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password }),
    });
    const { csrfToken } = (await response.json()) as { csrfToken: string };
    return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '', csrf: csrfToken };
  };
  const close = async (): Promise<void> => {
    await gateway.close();
    await http.close();
  };
  return { base, deps, http, state, sipUpgrades, logged, request, logIn, close };
}
