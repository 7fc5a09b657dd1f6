import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { request as rawRequest } from 'node:http';
import { parse } from 'yaml';
import { allRoutes } from '../../../../server/http/routes/all.ts';
import { createHttp } from '../../../../server/http/server.ts';
import { startHttp, type HttpFixture } from './fixtures.ts';

let f: HttpFixture;
beforeAll(async () => {
  f = await startHttp();
});
afterAll(async () => {
  await f.close();
});

const json = { 'content-type': 'application/json' };
const login = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  f.request('/api/login', { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });

async function upgradeStatus(path: string, origin?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', ...(origin === undefined ? {} : { origin }) };
    const sent = rawRequest(f.base + path, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('log-in', () => {
  it('gives a cookie no script can read, and a token for unsafe requests', async () => {
    const response = await login({ login: 'agent1', password: 'right-password' });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toMatch(/^hotline_session=[^;]+;.*HttpOnly; SameSite=Strict$/);
    expect(await response.json()).toEqual({
      me: { id: 'u1', login: 'agent1', displayName: '陈静', agentNumber: '1001', role: 'agent' },
      csrfToken: expect.stringMatching(/^csrf-/),
    });
  });

  it('refuses a wrong password and an unknown user alike, in Chinese', async () => {
    const wrong = await login({ login: 'agent1', password: 'x' });
    const unknown = await login({ login: 'nobody', password: 'x' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.json()).toEqual({ code: 'wrong-password', message: '用户名或密码不正确' });
    expect(await unknown.json()).toEqual({ code: 'wrong-password', message: '用户名或密码不正确' });
  });

  it('refuses what is no log-in, and another site', async () => {
    expect((await login({ login: 1 })).status).toBe(400);
    expect((await login({ login: 'a\0', password: 'b' })).status).toBe(400);
    expect((await f.request('/api/login', { method: 'POST', headers: json, body: '{' })).status).toBe(400);
    expect(
      (await f.request('/api/login', { method: 'POST', headers: json, body: `"${'x'.repeat(200_000)}"` })).status,
    ).toBe(413);
    expect(
      (await login({ login: 'agent1', password: 'right-password' }, { origin: 'http://evil.example' })).status,
    ).toBe(403);
  });

  it('ends with log-out, which needs the token', async () => {
    const { cookie, csrf } = await f.logIn('agent1');
    expect((await f.request('/api/me', { headers: { cookie } })).status).toBe(200);
    expect((await f.request('/api/logout', { method: 'POST', headers: { cookie } })).status).toBe(403);
    const out = await f.request('/api/logout', { method: 'POST', headers: { cookie, 'x-csrf-token': csrf } });
    expect(out.status).toBe(200);
    expect((await f.request('/api/me', { headers: { cookie } })).status).toBe(401);
  });

  it('takes the softphone with it at log-out, with or without an open page; not those of others', async () => {
    const { cookie, csrf } = await f.logIn('agent1');
    const own = f.deps.credentials.issue('agent:u1', 'agent');
    const other = f.deps.credentials.issue('agent:u2', 'agent');
    await f.request('/api/logout', { method: 'POST', headers: { cookie, 'x-csrf-token': csrf } });
    expect(f.deps.credentials.find(own.username)).toBeUndefined();
    expect(f.deps.credentials.find(other.username)).toMatchObject({ endpointId: 'agent:u2' });
    const next = f.deps.credentials.issue('agent:u1', 'agent');
    expect(f.deps.credentials.find(next.username)).toMatchObject({ endpointId: 'agent:u1' });
  });

  it('stops guessing after some failures, from this address only for a minute', async () => {
    const g = await startHttp();
    const guess = (): Promise<Response> =>
      g.request('/api/login', { method: 'POST', headers: json, body: '{"login":"agent1","password":"no"}' });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await guess()).status);
    await g.close();
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  });
});

describe('health, metrics, information', () => {
  it('is healthy while the database answers', async () => {
    const good = await f.request('/healthz');
    expect(good.status).toBe(200);
    expect(await good.json()).toMatchObject({ status: 'ok', database: 'ok' });
    f.state.up = false;
    const bad = await f.request('/healthz');
    f.state.up = true;
    expect(bad.status).toBe(503);
  });

  it('counts requests by pattern, without numbers', async () => {
    const { cookie } = await f.logIn('agent1');
    await f.request('/api/history?number=13912345678', { headers: { cookie } });
    const text = await (await f.request('/metrics')).text();
    expect(text).toContain('route="GET /api/history"');
    expect(text).not.toContain('13912345678');
  });

  it('tells anybody only what the phone page needs', async () => {
    const info = await (await f.request('/api/info')).json();
    expect(info).toEqual({
      cityName: '江城市',
      hotlineNumber: '12345',
      phoneEnabled: true,
      httpsPort: null,
      version: '0.0.0',
    });
  });

  it('sends the city once: then 304', async () => {
    const { cookie } = await f.logIn('agent1');
    expect((await f.request('/api/city')).status).toBe(401);
    const first = await f.request('/api/city', { headers: { cookie } });
    expect(await first.json()).toMatchObject({ name: '江城市', streets: [] });
    const etag = first.headers.get('etag') ?? '';
    const second = await f.request('/api/city', { headers: { cookie, 'if-none-match': etag } });
    expect(second.status).toBe(304);
  });
});

describe('calls and tickets', () => {
  it('needs a log-in everywhere but where it says otherwise', async () => {
    const closed = allRoutes(f.deps).filter((r) => r.access !== 'public');
    expect(closed.length).toBeGreaterThan(8);
    for (const r of closed) {
      const response = await f.request(r.path.replace(':id', 'call-1').replace(':number', 'JC20261121-000001'), {
        method: r.method.toUpperCase(),
      });
      expect([r.path, response.status]).toEqual([r.path, 401]);
    }
  });

  it('parses what it is asked', async () => {
    const { cookie } = await f.logIn('agent1');
    const get = async (path: string): Promise<number> => (await f.request(path, { headers: { cookie } })).status;
    expect(await get('/api/calls/recent?limit=5')).toBe(200);
    expect(await get('/api/calls/recent?limit=x')).toBe(400);
    expect(await get('/api/calls/call-1')).toBe(200);
    expect(await get('/api/calls/unknown')).toBe(404);
    expect(await get('/api/calls/%00')).toBe(400);
    expect(await get('/api/tickets/nonsense')).toBe(400);
    expect(await get('/api/tickets/JC20261121-000009')).toBe(404);
    expect(await get('/api/history?number=13800000000')).toBe(200);
    expect(await get('/api/history')).toBe(400);
    expect(await get('/api/nothing')).toBe(404);
    expect(await get('/api/calls/%')).toBe(400);
  });

  it('shows agents their own calls, tickets and callers only; supervisors everything', async () => {
    const statuses = async (login: string, paths: readonly string[]): Promise<number[]> => {
      const { cookie } = await f.logIn(login);
      return Promise.all(paths.map(async (path) => (await f.request(path, { headers: { cookie } })).status));
    };
    const callPaths = ['call-1', 'call-2', 'call-3'].map((callId) => `/api/calls/${callId}`);
    expect(await statuses('agent1', callPaths)).toEqual([200, 403, 200]);
    expect(await statuses('agent2', callPaths)).toEqual([403, 200, 200]);
    expect(await statuses('supervisor1', callPaths)).toEqual([200, 200, 200]);
    // Confidential of the first agent; of the second; of the second in a call of both; the same, confidential.
    const ticketPaths = [1, 2, 3, 4].map((n) => `/api/tickets/JC20261121-00000${n}`);
    expect(await statuses('agent1', ticketPaths)).toEqual([200, 403, 200, 403]);
    expect(await statuses('agent2', ticketPaths)).toEqual([403, 200, 200, 200]);
    expect(await statuses('supervisor1', ticketPaths)).toEqual([200, 200, 200, 200]);
    const callers = ['13800000000', '13800000002', '13800000003', '139'].map((n) => `/api/history?number=${n}`);
    expect(await statuses('agent1', callers)).toEqual([200, 403, 200, 403]);
    expect(await statuses('supervisor1', callers)).toEqual([200, 200, 200, 200]);
  });

  it('agents far away read no lists, no calls, no tickets, no past', async () => {
    const { cookie } = await f.logIn('cloud1');
    const lists = ['/api/calls/recent', '/api/tickets/recent', '/api/history?number=13800000003'];
    for (const path of [...lists, '/api/calls/call-1', '/api/calls/call-1/recording'])
      expect((await f.request(path, { headers: { cookie } })).status).toBe(403);
  });

  it('narrows the lists of an agent, and hides confidential tickets of others in a history', async () => {
    const read = async (login: string, path: string): Promise<unknown> => {
      const { cookie } = await f.logIn(login);
      return (await f.request(path, { headers: { cookie } })).json();
    };
    const ids = async (login: string): Promise<string[]> =>
      ((await read(login, '/api/calls/recent')) as { calls: { callId: string }[] }).calls.map((c) => c.callId);
    expect(await ids('agent1')).toEqual(['call-1', 'call-3']);
    expect(await ids('supervisor1')).toEqual(['call-1', 'call-2', 'call-3']);
    const { tickets: own } = (await read('agent1', '/api/tickets/recent')) as { tickets: { agentId: string }[] };
    expect(own.map((t) => t.agentId)).toEqual(['u1']);
    interface History {
      callerName: string;
      tickets: { number: string }[];
    }
    const seen = (await read('agent1', '/api/history?number=13800000003')) as History;
    expect(seen.tickets.map((t) => t.number.slice(-1))).toEqual(['3', '2', '1']);
    expect(seen.callerName).toBe('JC20261121-000003的人');
    const all = (await read('supervisor1', '/api/history?number=13800000003')) as History;
    expect([all.tickets.length, all.callerName]).toEqual([4, 'JC20261121-000004的人']);
  });

  it('writes down who read what, without telephone numbers', async () => {
    const { cookie } = await f.logIn('agent1');
    f.logged.length = 0;
    const paths = ['calls/call-1', 'tickets/JC20261121-000001', 'history?number=13800000003', 'calls/call-1/recording'];
    for (const path of paths) await (await f.request(`/api/${path}`, { headers: { cookie } })).text();
    const audited = f.logged.map(({ audit, userId, callId, ticketNumber }) => [audit, userId, callId, ticketNumber]);
    expect(audited).toEqual([
      ['call-read', 'u1', 'call-1', undefined],
      ['ticket-read', 'u1', undefined, 'JC20261121-000001'],
      ['history-read', 'u1', 'call-3', undefined],
      ['recording-heard', 'u1', 'call-1', undefined],
    ]);
    expect(JSON.stringify(f.logged)).not.toContain('1380000');
  });

  it('plays a recording, in ranges, to those who may hear it', async () => {
    const own = await f.logIn('agent1');
    const other = await f.logIn('agent2');
    const boss = await f.logIn('supervisor1');
    const path = '/api/calls/call-1/recording';
    const range = await f.request(path, { headers: { cookie: own.cookie, range: 'bytes=4-7' } });
    expect([range.status, await range.text()]).toEqual([206, '0123']);
    expect(range.headers.get('content-type')).toBe('audio/wav');
    expect((await f.request(path, { headers: { cookie: other.cookie } })).status).toBe(403);
    expect((await f.request(path, { headers: { cookie: boss.cookie } })).status).toBe(200);
    const outside = await f.request('/api/calls/call-2/recording', { headers: { cookie: boss.cookie } });
    expect(outside.status).toBe(404);
  });
});

describe('web phone', () => {
  const ask = (headers: Record<string, string>): Promise<Response> =>
    f.request('/api/phone/credentials', { method: 'POST', headers });

  it('gets credentials that the switch knows', async () => {
    const response = await ask({ 'x-hotline-phone': '1', 'sec-fetch-site': 'same-origin' });
    const given = (await response.json()) as { username: string; password: string };
    expect(response.status).toBe(200);
    expect(f.deps.credentials.find(given.username)).toMatchObject({ role: 'phone' });
  });

  it('is not for other sites, nor for a public server', async () => {
    expect((await ask({})).status).toBe(403);
    expect((await ask({ 'x-hotline-phone': '1', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await ask({ 'x-hotline-phone': '1', origin: 'http://evil.example' })).status).toBe(403);
    const open = await startHttp({ public: true });
    const refused = await open.request('/api/phone/credentials', {
      method: 'POST',
      headers: { 'x-hotline-phone': '1' },
    });
    await open.close();
    expect(refused.status).toBe(404);
  });
});

describe('pages', () => {
  it('answers every address of the page, with strict headers', async () => {
    for (const path of ['/', '/supervisor', '/phone']) {
      const response = await f.request(path);
      expect([path, response.status, await response.text()]).toEqual([
        path,
        200,
        '<!doctype html><title>12345</title>',
      ]);
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self';");
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('sends hashed files compressed and for ever', async () => {
    const response = await f.request('/assets/app-1a2b.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('content-type')).toContain('javascript');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(await response.text()).toBe('export {};');
    const plain = await f.request('/assets/app-1a2b.js', { headers: { 'accept-encoding': 'identity' } });
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, 'export {};']);
  });

  it('gives away nothing else', async () => {
    for (const path of ['/.secret', '/assets/gone.js', '/%2e%2e/recordings/day/call-1.wav', '/..%2fdata'])
      expect([path, (await f.request(path)).status]).toEqual([path, 404]);
    expect((await f.request('/', { method: 'PUT' })).status).toBe(404);
  });
});

describe('upgrades', () => {
  it('go to softphones and pages of our own origin only', async () => {
    expect(await upgradeStatus('/sip', f.base)).toBe(426);
    expect(await upgradeStatus('/sip')).toBe(426);
    expect(await upgradeStatus('/sip', 'http://evil.example')).toBe(403);
    expect(await upgradeStatus('/elsewhere', f.base)).toBe(404);
    expect(f.sipUpgrades).toEqual(['/sip', '/sip']);
  });
});

describe('server', () => {
  it('says which port is taken', async () => {
    const taken = Number(new URL(f.base).port);
    const config = { ...f.deps.config, http: { ...f.deps.config.http, port: taken } };
    const { Registry } = await import('prom-client');
    const second = createHttp({ ...f.deps, config, metrics: new Registry() });
    await expect(second.listen()).rejects.toThrow(`TCP port ${taken} (http.port) is used by another program`);
  });

  it('has the routes its OpenAPI file has, both ways', () => {
    const file = parse(readFileSync(f.deps.openApiFile, 'utf8')) as {
      paths: Record<string, Record<string, { security?: unknown[] }>>;
    };
    const written = Object.entries(file.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, about]) => `${method} ${path} ${about.security === undefined ? 'session' : 'public'}`,
      ),
    );
    const served = allRoutes(f.deps).map((r) => {
      const path = r.path.replaceAll(/:(\w+)/g, '{$1}');
      return `${r.method} ${path} ${r.access === 'public' ? 'public' : 'session'}`;
    });
    expect(written.sort()).toEqual(served.sort());
  });
});
