import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { surgeSchema } from '../../../../config/surge-schema.ts';
import { createHttp, type Http } from '../../../../server/http/server.ts';
import { sign } from '../../../../server/surge/signature.ts';
import { SurgeService } from '../../../../server/surge/surge-service.ts';
import { memorySurgeStore } from '../surge/memory-surge-store.ts';
import { startHttp, type HttpFixture } from './fixtures.ts';

const plansDir = fileURLToPath(new URL('../../../../config/sample/surge', import.meta.url));
const yaml = readFileSync(`${plansDir}/own-seats.yaml`, 'utf8');
const secret = 'a-secret-of-both-hotlines';
let f: HttpFixture;
let http: Http;
let surge: SurgeService;
let base: string;
let ids = 0;

beforeAll(async () => {
  f = await startHttp();
  surge = new SurgeService({
    settings: surgeSchema.parse({
      plan: 'standard',
      checkEveryMs: 30_000,
      partners: [{ id: 'linjiang', name: '临江', sipUri: 'sip:12345@192.0.2.7', secret }],
    }),
    ...{ plansDir, store: memorySurgeStore(), cityName: '江城', offsetMs: 0, nowMs: () => Date.now() },
    sentBy: () => Promise.resolve(undefined),
    tickets: f.deps.store.tickets,
    line: { queues: () => Promise.resolve([]), agents: () => Promise.resolve([]) },
    rules: { setPolicy: () => undefined },
    pages: { surge: () => undefined, callIn: () => undefined, online: () => false },
    nameOf: () => '陈静',
    supervisors: () => [],
    logger: pino({ level: 'silent' }),
    newId: () => `id-${ids++}`,
  });
  await surge.start();
  http = createHttp({ ...f.deps, metrics: new Registry(), surge });
  base = `http://127.0.0.1:${(await http.listen()).httpPort}`;
});

afterAll(async () => {
  await surge.close();
  await http.close();
  await f.close();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

type Ask = (path: string, body?: unknown) => Promise<Answer>;

async function as(login: string): Promise<Ask> {
  const { cookie, csrf } = await f.logIn(login);
  return async (path, body) => {
    const headers = { cookie, 'content-type': 'application/json', 'x-csrf-token': csrf };
    const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(base + path, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}

describe('/api/surge', () => {
  it('is for supervisors; agents have their own place on the roster only', async () => {
    const agent = await as('agent1');
    for (const path of ['', '/plans', '/roster', '/call-ins', '/decisions', '/partner-calls'])
      expect((await agent(`/api/surge${path}`)).status).toBe(403);
    for (const [path, body] of [
      ['/level', { level: 'emergency' }],
      ['/plans', { yaml }],
      ['/roster', { userId: 'u1' }],
      ['/call-ins', { seats: 1 }],
    ] as const)
      expect((await agent(`/api/surge${path}`, body)).status).toBe(403);
    expect((await agent('/api/surge/me')).body).toEqual({ entry: null, callIn: null });
    expect((await fetch(`${base}/api/surge`)).status).toBe(401);
  });

  it('holds a level, tells why, and gives it back', async () => {
    const supervisor = await as('supervisor1');
    expect((await supervisor('/api/surge')).body).toMatchObject({ level: 'normal', planName: 'standard' });
    const held = await supervisor('/api/surge/level', { level: 'surge' });
    expect(held.body).toMatchObject({ level: 'surge', heldLevel: 'surge' });
    const [proposal] = held.body['proposals'] as { id: string }[];
    expect((await supervisor('/api/surge/proposals/none', { answer: 'accept' })).status).toBe(404);
    expect((await supervisor(`/api/surge/proposals/${proposal?.id ?? ''}`, { answer: 'perhaps' })).status).toBe(400);
    expect((await supervisor(`/api/surge/proposals/${proposal?.id ?? ''}`, { answer: 'refuse' })).body).toMatchObject({
      proposals: [],
    });
    expect((await supervisor('/api/surge/level', { level: null })).body).toMatchObject({ heldLevel: null });
    expect((await supervisor('/api/surge/level', { level: 'panic' })).status).toBe(400);
    const { decisions } = (await supervisor('/api/surge/decisions?limit=3')).body as { decisions: { by: string }[] };
    expect(decisions).toHaveLength(3);
  });

  it('saves good plans and tells the faults of bad ones', async () => {
    const supervisor = await as('supervisor1');
    expect((await supervisor('/api/surge/plans', { yaml })).body).toMatchObject({ plan: { version: 2 }, faults: [] });
    const bad = await supervisor('/api/surge/plans', { yaml: yaml.replace('load: 1.15', 'load: much') });
    expect(bad.body).toMatchObject({ plan: null, faults: [{ path: 'levels.busy.enter.load' }] });
    expect((await supervisor('/api/surge/plans/check', { yaml: ']' })).body['faults']).toHaveLength(1);
    expect((await supervisor('/api/surge/plans/own-seats/in-force', { version: 2 })).body).toMatchObject({
      planVersion: 2,
    });
    expect((await supervisor('/api/surge/plans/own-seats/in-force', { version: 9 })).status).toBe(404);
    expect((await supervisor('/api/surge/plans/none/versions')).status).toBe(404);
    expect((await supervisor('/api/surge/dry-run', { yaml, hours: 1 })).body).toHaveProperty('points');
    expect((await supervisor('/api/surge/dry-run', { yaml, hours: 1_000 })).status).toBe(400);
  });

  it('an agent signs up, is called in by hand, says yes and is ready; nobody else can', async () => {
    const [agent, other, supervisor] = [await as('agent1'), await as('agent2'), await as('supervisor1')];
    const now = Date.now();
    const shifts = [{ startsAtMs: now - 1_000, endsAtMs: now + 3_600_000 }];
    const signed = await agent('/api/surge/me/sign-up', { active: true, dialects: ['吴语'], shifts });
    expect(signed.body).toMatchObject({ entry: { userId: 'u1', dialects: ['吴语'], shifts } });
    expect((await agent('/api/surge/me/sign-up', { active: true, source: 'on-site' })).status).toBe(400);
    const asked = (await supervisor('/api/surge/call-ins', { seats: 5 })).body as { callIns: { id: string }[] };
    expect(asked.callIns).toHaveLength(1);
    const path = `/api/surge/call-ins/${asked.callIns[0]?.id ?? ''}`;
    expect((await other(`${path}/answer`, { answer: 'accepted' })).status).toBe(404);
    expect((await agent(`${path}/ready`, {})).status).toBe(400);
    expect((await agent(`${path}/answer`, { answer: 'accepted' })).body).toMatchObject({ state: 'accepted' });
    expect((await agent(`${path}/ready`, {})).body).toMatchObject({ state: 'ready' });
    expect((await supervisor(`${path}/release`, {})).body).toMatchObject({ state: 'released' });
    expect((await supervisor('/api/surge/roster', { userId: 'nobody' })).status).toBe(404);
  });
});

describe('/api/partner/tickets', () => {
  const ticket = { callId: 'c1', ticketNumber: 'LJ1', fields: {}, note: '', confidential: false, createdAtMs: 1 };
  const post = async (payload: string, headers: Record<string, string>): Promise<number> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    return (await fetch(`${base}/api/partner/tickets`, { ...init, body: JSON.stringify({ payload }) })).status;
  };

  it('takes a signed ticket once, and nothing else', async () => {
    surge.partners.way('linjiang', {
      callId: 'c1',
      number: '1',
      queue: 'main',
      place: 1,
      waitedMs: 0,
      reason: 'surge',
    });
    const payload = JSON.stringify(ticket);
    const good = {
      'x-hotline-partner': 'linjiang',
      'x-hotline-signature': sign(secret, 'linjiang', payload, Date.now()),
    };
    expect(await post(payload, {})).toBe(400);
    expect(await post(payload, { ...good, 'x-hotline-signature': 't=1' })).toBe(403);
    expect(await post(payload, { ...good, 'x-hotline-partner': 'haizhou' })).toBe(403);
    expect(await post(payload.replace('LJ1', 'LJ2'), good)).toBe(403);
    expect(await post(payload, good)).toBe(200);
    expect(await post(payload, good)).toBe(403);
    const supervisor = await as('supervisor1');
    expect((await supervisor('/api/surge/partner-calls')).body).toMatchObject({
      partnerCalls: [{ callId: 'c1', state: 'handed-back', ticketNumber: 'LJ1' }],
    });
  });
});
