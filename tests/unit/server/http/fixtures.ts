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
import type { CallRow, Store, User } from '../../../../server/store/ports.ts';

export const people: readonly User[] = [
  { id: 'u1', login: 'agent1', displayName: '陈静', agentNumber: '1001', role: 'agent' },
  { id: 'u2', login: 'agent2', displayName: '李明', agentNumber: '1002', role: 'agent' },
  { id: 's1', login: 'supervisor1', displayName: '周敏', agentNumber: '2001', role: 'supervisor' },
];
export const password = 'right-password';

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

/** A store in memory: only what the routes need, with the same promises. */
export async function memoryStore(state: { up: boolean }): Promise<Store> {
  const passwordHash = await hash(password, { memoryCost: 1024, timeCost: 1 });
  const sessions = new Map<string, User>();
  const none = (): Promise<never> => Promise.reject(new Error('not asked for in these tests'));
  return {
    ping: () => (state.up ? Promise.resolve() : Promise.reject(new Error('down'))),
    close: () => Promise.resolve(),
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
      call: (callId) =>
        Promise.resolve(
          [call, { ...call, callId: 'call-2', recordingPath: '../../etc/passwd' }].find((c) => c.callId === callId),
        ),
      timeline: () => Promise.resolve([]),
      transcript: () => Promise.resolve([]),
      openCalls: none,
      recent: (limit) => Promise.resolve([call].slice(0, limit)),
      dayCounts: none,
      history: () => Promise.resolve({ callsIn90Days: 1, callerName: '', tickets: [] }),
    },
    drafts: { save: none, load: none, open: none, drop: none },
    tickets: {
      confirm: none,
      byId: none,
      byNumber: () => Promise.resolve(undefined),
      recent: () => Promise.resolve([]),
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
  riskWords: [],
};

export interface HttpFixture {
  readonly base: string;
  readonly deps: HttpDeps;
  readonly http: Http;
  readonly state: { up: boolean };
  readonly sipUpgrades: string[];
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
  const logger = pino({ level: 'silent' });
  const state = { up: true };
  const store = await memoryStore(state);
  const credentials = new SipCredentialRegister({ domain: config.sip.domain, iceServers: [] });
  const gateway = new Gateway({ sessions: store.sessions, credentials, logger, trustProxy: false });
  const sipUpgrades: string[] = [];
  const deps: HttpDeps = {
    config,
    city,
    store,
    gateway,
    credentials,
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
  return { base, deps, http, state, sipUpgrades, request, logIn, close };
}
