import { z } from 'zod';
import { seatSources, surgeLevels } from '../../../config/surge-schema.ts';
import type { SurgeService } from '../../surge/surge-service.ts';
import { readPlan } from '../../surge/plans.ts';
import type { HttpDeps } from '../deps.ts';
import { HttpError } from '../errors.ts';
import type { Route, RouteContext } from '../route.ts';
import type { Session } from '../sessions.ts';

const supervisors = ['supervisor', 'admin'] as const;
const id = z.string().min(1).max(100);
const planName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const limit = z.coerce.number().int().min(1).max(500).default(50);
const yaml = z.string().min(1).max(60_000);
const words = z.array(z.string().trim().min(1).max(60)).max(40);
const FAR_MS = 400 * 24 * 3_600_000;
const timeMs = z.number().int().min(0).max(8_640_000_000_000_000);
const shift = z
  .strictObject({ startsAtMs: timeMs, endsAtMs: timeMs })
  .refine((s) => s.endsAtMs > s.startsAtMs && s.endsAtMs - s.startsAtMs <= FAR_MS);
const shifts = z.array(shift).max(200);
const rosterChange = z.strictObject({
  userId: id,
  source: z.enum(seatSources).optional(),
  city: z.string().trim().max(60).optional(),
  skills: words.optional(),
  dialects: words.optional(),
  contactRef: z.string().trim().max(100).optional(),
  active: z.boolean().optional(),
});
const signUp = z.strictObject({
  active: z.boolean(),
  skills: words.optional(),
  dialects: words.optional(),
  shifts: shifts.optional(),
});
const CALL_IN_ANSWER_MS = 180_000;

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HttpError('bad-request');
  return parsed.data;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new HttpError('not-found');
  return value;
}

/** An answer that comes too late changes nothing, and says so. */
function inTime<T>(value: T | 'late' | undefined): T {
  const there = found(value);
  if (there === 'late') throw new HttpError('bad-request');
  return there;
}

type Handle = (surge: SurgeService, context: RouteContext, session: Session) => unknown;

function plansRoutes(post: Make, get: Make): readonly Route[] {
  return [
    get('/api/surge/plans', async (surge) => ({ plans: await surge.plans.list() })),
    post('/api/surge/plans', async (surge, { request }, { user }) => {
      const body = parse(z.strictObject({ yaml }), request.body);
      const saved = await surge.plans.save(body.yaml, user.id, Date.now());
      return 'plan' in saved ? { plan: saved.plan, faults: [] } : { plan: null, faults: saved.faults };
    }),
    post('/api/surge/plans/check', (_surge, { request }) => {
      const read = readPlan(parse(z.strictObject({ yaml }), request.body).yaml);
      return { faults: 'faults' in read ? read.faults : [] };
    }),
    get('/api/surge/plans/:name/versions', async (surge, { request }) => {
      const plans = await surge.plans.versions(parse(planName, request.params['name']));
      return { plans: found(plans.length === 0 ? undefined : plans) };
    }),
    post('/api/surge/plans/:name/in-force', async (surge, { request }) => {
      const version = z.number().int().min(1).max(1_000_000).optional();
      const body = parse(z.strictObject({ version }), request.body ?? {});
      return found(await surge.putInForce(parse(planName, request.params['name']), body.version));
    }),
    post('/api/surge/dry-run', (surge, { request }) => {
      const body = parse(z.strictObject({ yaml, hours: z.number().min(0.25).max(72).default(6) }), request.body);
      return surge.dryRun(body.yaml, body.hours);
    }),
  ];
}

function levelRoutes(post: Make, get: Make): readonly Route[] {
  return [
    get('/api/surge', (surge) => surge.status()),
    get('/api/surge/decisions', async (surge, { request }) => ({
      decisions: await surge.decisions(parse(limit, request.query['limit'])),
    })),
    post('/api/surge/level', (surge, { request }, { user }) => {
      const { level } = parse(z.strictObject({ level: z.enum(surgeLevels).nullable() }), request.body);
      return surge.hold(level, user.id);
    }),
    post('/api/surge/proposals/:id', async (surge, { request }, { user }) => {
      const { answer } = parse(z.strictObject({ answer: z.enum(['accept', 'refuse']) }), request.body);
      return found(await surge.answer(parse(id, request.params['id']), answer, user.id));
    }),
    get('/api/surge/partner-calls', async (surge, { request }) => ({
      partnerCalls: await surge.partners.recent(parse(limit, request.query['limit'])),
    })),
  ];
}

function rosterRoutes(post: Make, get: Make, deps: HttpDeps): readonly Route[] {
  return [
    get('/api/surge/roster', (surge) => ({ roster: surge.standby.entries() })),
    post('/api/surge/roster', async (surge, { request }) => {
      const change = parse(rosterChange, request.body);
      found(await deps.store.users.byId(change.userId));
      return surge.standby.saveEntry(change);
    }),
    post('/api/surge/roster/:id/shifts', async (surge, { request }) => {
      const body = parse(z.strictObject({ shifts }), request.body);
      return found(await surge.standby.saveShifts(parse(id, request.params['id']), body.shifts));
    }),
    get('/api/surge/call-ins', (surge) => ({ callIns: surge.standby.callIns() })),
    post('/api/surge/call-ins', async (surge, { request }) => {
      const seats = z.number().int().min(1).max(5_000);
      const asked = z.strictObject({ seats, skills: words.default([]), dialects: words.default([]) });
      const why = { zh: '班长召集', en: 'called in by a supervisor' };
      const channels = { bySocket: true, byWebhook: true, answerWithinMs: CALL_IN_ANSWER_MS, wave: 0, why };
      return { callIns: await surge.standby.callIn({ ...parse(asked, request.body), ...channels }) };
    }),
    post('/api/surge/call-ins/:id/release', async (surge, { request }) =>
      found(await surge.standby.releaseOne(parse(id, request.params['id']))),
    ),
  ];
}

/** What standby agents do for themselves. */
function ownRoutes(post: Make, get: Make): readonly Route[] {
  return [
    get('/api/surge/me', (surge, _context, { user }) => surge.standby.mine(user.id)),
    post('/api/surge/me/sign-up', async (surge, { request }, { user }) => {
      const { shifts: own, ...change } = parse(signUp, request.body);
      const entry = await surge.standby.saveEntry({ ...change, userId: user.id });
      if (own !== undefined) await surge.standby.saveShifts(entry.id, own);
      return surge.standby.mine(user.id);
    }),
    post('/api/surge/call-ins/:id/answer', async (surge, { request }, { user }) => {
      const { answer } = parse(z.strictObject({ answer: z.enum(['accepted', 'declined']) }), request.body);
      return inTime(await surge.standby.answer(parse(id, request.params['id']), user.id, answer));
    }),
    post('/api/surge/call-ins/:id/ready', async (surge, { request }, { user }) =>
      inTime(await surge.standby.setReady(parse(id, request.params['id']), user.id)),
    ),
  ];
}

type Make = (path: string, handle: Handle) => Route;

function partnerRoute(deps: HttpDeps): Route {
  return {
    method: 'post',
    path: '/api/partner/tickets',
    access: 'public',
    handle: async ({ request }) => {
      const surge = found(deps.surge);
      const { payload } = parse(z.strictObject({ payload: z.string().max(60_000) }), request.body);
      const partnerId = parse(planName, request.get('x-hotline-partner'));
      const signature = request.get('x-hotline-signature') ?? '';
      switch (await surge.partners.takeTicket(partnerId, { payload, signature })) {
        case 'taken':
          return { received: true };
        case 'refused':
          throw new HttpError('not-allowed');
        case 'bad-request':
          throw new HttpError('bad-request');
        case 'not-found':
          throw new HttpError('not-found');
      }
    },
  };
}

/** Surge plans, standby seats and partner hotlines. Fixed paths come before those with parameters. */
export function surgeRoutes(deps: HttpDeps): readonly Route[] {
  const make =
    (method: 'get' | 'post', access: 'session' | typeof supervisors): Make =>
    (path, handle) => ({
      method,
      path,
      access,
      handle: (context, session) => {
        if (method === 'post')
          deps.logger.info({ audit: 'surge', userId: session.user.id, route: path }, 'surge part used');
        return handle(found(deps.surge), context, session);
      },
    });
  const [get, post] = [make('get', supervisors), make('post', supervisors)];
  return [
    ...plansRoutes(post, get),
    ...levelRoutes(post, get),
    ...ownRoutes(make('post', 'session'), make('get', 'session')),
    ...rosterRoutes(post, get, deps),
    partnerRoute(deps),
  ];
}
