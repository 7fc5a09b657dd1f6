import { resolve, sep } from 'node:path';
import { z } from 'zod';
import type { CallerHistory, CallRow, TicketRow } from '../../store/ports.ts';
import type { HttpDeps } from '../deps.ts';
import { HttpError } from '../errors.ts';
import { callOfCaller, mayReadCall, mayReadTicket, onlyOf, visibleHistory } from '../may-read.ts';
import type { Route, RouteContext } from '../route.ts';
import type { Session } from '../sessions.ts';

const limit = z.coerce.number().int().min(1).max(500).default(50);
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

async function sendRecording(deps: HttpDeps, { request, response }: RouteContext, session: Session): Promise<void> {
  const { store, recordingsDir, logger } = deps;
  const callId = parse(id, request.params['id']);
  const call = found(await store.calls.call(callId));
  if (!(await mayReadCall(store, call, session.user))) throw new HttpError('not-allowed');
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

async function readCall({ store, logger }: HttpDeps, { request }: RouteContext, { user }: Session): Promise<unknown> {
  const callId = parse(id, request.params['id']);
  const call = found(await store.calls.call(callId));
  if (!(await mayReadCall(store, call, user))) throw new HttpError('not-allowed');
  logger.info({ audit: 'call-read', userId: user.id, callId }, 'call read');
  const [timeline, transcript] = await Promise.all([store.calls.timeline(callId), store.calls.transcript(callId)]);
  return { call, timeline, transcript };
}

async function readTicket(
  deps: HttpDeps,
  { request }: RouteContext,
  { user }: Session,
): Promise<{ ticket: TicketRow }> {
  const { store, logger } = deps;
  const ticket = found(await store.tickets.byNumber(parse(ticketNumber, request.params['number'])));
  if (!(await mayReadTicket(store, ticket, user))) throw new HttpError('not-allowed');
  logger.info({ audit: 'ticket-read', userId: user.id, ticketNumber: ticket.number }, 'ticket read');
  return { ticket };
}

/** Agents look up only those whom they talk to, or talked to in this shift. */
async function readHistory(deps: HttpDeps, { request }: RouteContext, { user }: Session): Promise<CallerHistory> {
  const { store, logger } = deps;
  const number = parse(callerNumber, request.query['number']);
  const call = onlyOf(user) === undefined ? undefined : await callOfCaller(store, user, number);
  if (onlyOf(user) !== undefined && call === undefined) throw new HttpError('not-allowed');
  const history = visibleHistory(await store.calls.history(number), user);
  const ticketNumbers = history.tickets.map((t) => t.number);
  logger.info({ audit: 'history-read', userId: user.id, callId: call?.callId, ticketNumbers }, 'history read');
  return history;
}

async function listCalls(
  deps: HttpDeps,
  { request }: RouteContext,
  { user }: Session,
): Promise<{ calls: readonly CallRow[] }> {
  const calls = await deps.store.calls.recent(parse(limit, request.query['limit']), onlyOf(user));
  deps.logger.info({ audit: 'calls-listed', userId: user.id, count: calls.length }, 'calls listed');
  return { calls };
}

async function listTickets(
  deps: HttpDeps,
  { request }: RouteContext,
  { user }: Session,
): Promise<{ tickets: readonly TicketRow[] }> {
  const tickets = await deps.store.tickets.recent(parse(limit, request.query['limit']), onlyOf(user));
  const ticketNumbers = tickets.map((t) => t.number);
  deps.logger.info({ audit: 'tickets-listed', userId: user.id, ticketNumbers }, 'tickets listed');
  return { tickets };
}

const keepers = ['agent', 'supervisor', 'admin'] as const;

/** Each handler asks who may read, and writes down who read what: ids and ticket numbers, never telephone numbers. */
export function callRoutes(deps: HttpDeps): readonly Route[] {
  const get = (
    path: string,
    handle: (deps: HttpDeps, context: RouteContext, session: Session) => Promise<unknown>,
  ): Route => ({
    method: 'get',
    path,
    // Agents far away (role `cloud`) see the call of the moment on their page and nothing here.
    access: keepers,
    handle: (context, session) => handle(deps, context, session),
  });
  return [
    get('/api/calls/recent', listCalls),
    get('/api/calls/:id', readCall),
    get('/api/calls/:id/recording', sendRecording),
    get('/api/tickets/recent', listTickets),
    get('/api/tickets/:number', readTicket),
    get('/api/history', readHistory),
  ];
}
