import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Histogram } from 'prom-client';
import type { HttpDeps } from './deps.ts';
import { errorBody, HttpError, httpErrors, type HttpErrorCode } from './errors.ts';
import { servePages } from './pages.ts';
import type { Route, RouteContext } from './route.ts';
import { allRoutes } from './routes/all.ts';
import { securityHeaders } from './security.ts';
import { checkCsrf, sessionOf } from './sessions.ts';

const largestBody = '100kb';

async function answer(route: Route, context: RouteContext, { store }: HttpDeps): Promise<unknown> {
  if (route.access === 'public') return route.handle(context);
  const session = await sessionOf(context.request, store.sessions);
  if (route.access !== 'session' && !route.access.includes(session.user.role)) throw new HttpError('not-allowed');
  if (route.method !== 'get') checkCsrf(context.request, session);
  return route.handle(context, session);
}

function handler(route: Route, deps: HttpDeps, took: Histogram<'route' | 'status'>): RequestHandler {
  const label = `${route.method.toUpperCase()} ${route.path}`;
  return async (request, response) => {
    const stop = took.startTimer();
    // The pattern is logged, never the address: that may hold a number.
    response.once('finish', () => stop({ route: label, status: String(response.statusCode) }));
    if (route.path.startsWith('/api/')) response.setHeader('Cache-Control', 'no-store');
    const context = { request, response, address: request.ip ?? request.socket.remoteAddress ?? '' };
    const body = await answer(route, context, deps);
    if (body !== undefined && !response.headersSent) response.json(body);
  };
}

/** Codes of errors that express and its body parser throw. */
function codeOf(error: unknown): HttpErrorCode {
  if (error instanceof HttpError) return error.code;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return 'too-large';
  if (status === 404) return 'not-found';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad-request' : 'server-error';
}

function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const code = codeOf(error);
    if (code === 'server-error') logger.error({ err: error }, 'request failed');
    if (response.headersSent) {
      next(error);
      return;
    }
    response.removeHeader('Content-Encoding');
    response.status(httpErrors[code].status).json(errorBody(code));
  };
}

/** The REST API and the pages, as an express application. */
export function createApp(deps: HttpDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', deps.config.http.trustProxy ? 1 : false);
  app.use(...securityHeaders());
  const took = new Histogram({
    name: 'hotline_http_request_seconds',
    help: 'Time to answer a REST request.',
    labelNames: ['route', 'status'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [deps.metrics],
  });
  const body = express.json({ limit: largestBody, strict: true });
  for (const route of allRoutes(deps)) {
    const handle = handler(route, deps, took);
    if (route.method === 'get') app.get(route.path, handle);
    else app.post(route.path, body, handle);
  }
  for (const { path, handler: router } of deps.routers ?? []) app.use(path, router);
  app.use('/api', () => {
    throw new HttpError('not-found');
  });
  app.use(servePages(deps.pagesDir));
  app.use(() => {
    throw new HttpError('not-found');
  });
  app.use(errorHandler(deps.logger));
  return app;
}
