import { resolve, sep } from 'node:path';
import { z } from 'zod';
import type { CallRow } from '../../store/ports.ts';
import type { HttpDeps } from '../deps.ts';
import { HttpError } from '../errors.ts';
import type { Route, RouteContext } from '../route.ts';
import type { Session } from '../sessions.ts';

const limit = z.coerce.number().int().min(1).max(200).default(50);
const id = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.:@-]+$/);
const ticketNumber = z.string().regex(/^[A-Z]{1,8}\d{8}-\d{1,9}$/);
const callerNumber = z.string().regex(/^[\w+*#.-]{1,64}$/);

/** Parses something of the request, or refuses it. */
function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HttpError('bad-request');
  return parsed.data;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new HttpError('not-found');
  return value;
}

/** Recordings are heard by the agents who were in the call, and by supervisors. */
async function mayListen({ store }: HttpDeps, call: CallRow, session: Session): Promise<boolean> {
  const { user } = session;
  if (user.role !== 'agent' || call.agentId === user.id) return true;
  // An agent before the last one, when the call went back to the line.
  const events = await store.calls.timeline(call.callId);
  return events.some((e) => e.type === 'call.bridged' && e.agentId === user.id);
}

async function sendRecording(deps: HttpDeps, { request, response }: RouteContext, session: Session): Promise<void> {
  const { store, recordingsDir, logger } = deps;
  const callId = parse(id, request.params['id']);
  const call = found(await store.calls.call(callId));
  if (!(await mayListen(deps, call, session))) throw new HttpError('not-allowed');
  const root = resolve(recordingsDir);
  const file = resolve(root, found(call.recordingPath ?? undefined));
  if (!file.startsWith(root + sep)) throw new HttpError('not-found');
  // Who listened to what is kept; whose voice it is, is not said here.
  logger.info({ audit: 'recording-heard', userId: session.user.id, callId }, 'recording heard');
  const headers = { 'Content-Type': 'audio/wav', 'Cache-Control': 'private, no-store' };
  await new Promise<void>((done, fail) => {
    response.sendFile(file.slice(root.length + 1), { root, headers, cacheControl: false }, (error: unknown) => {
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
      if (error === undefined || error === null || response.headersSent) done();
      else fail(code === 'ENOENT' ? new HttpError('not-found') : (error as Error));
    });
  });
}

export function callRoutes(deps: HttpDeps): readonly Route[] {
  const { store } = deps;
  return [
    {
      method: 'get',
      path: '/api/calls/recent',
      access: 'session',
      handle: async ({ request }) => ({ calls: await store.calls.recent(parse(limit, request.query['limit'])) }),
    },
    {
      method: 'get',
      path: '/api/calls/:id',
      access: 'session',
      handle: async ({ request }) => {
        const callId = parse(id, request.params['id']);
        const call = found(await store.calls.call(callId));
        const [timeline, transcript] = await Promise.all([
          store.calls.timeline(callId),
          store.calls.transcript(callId),
        ]);
        return { call, timeline, transcript };
      },
    },
    {
      method: 'get',
      path: '/api/calls/:id/recording',
      access: 'session',
      handle: (context, session) => sendRecording(deps, context, session),
    },
    {
      method: 'get',
      path: '/api/tickets/recent',
      access: 'session',
      handle: async ({ request }) => ({ tickets: await store.tickets.recent(parse(limit, request.query['limit'])) }),
    },
    {
      method: 'get',
      path: '/api/tickets/:number',
      access: 'session',
      handle: async ({ request }) => ({
        ticket: found(await store.tickets.byNumber(parse(ticketNumber, request.params['number']))),
      }),
    },
    {
      method: 'get',
      path: '/api/history',
      access: 'session',
      handle: async ({ request }) => store.calls.history(parse(callerNumber, request.query['number'])),
    },
  ];
}
