import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import type { Me } from '../../realtime/protocol.ts';
import type { HttpDeps } from '../deps.ts';
import { HttpError } from '../errors.ts';
import { clientKey, MinuteLimit } from '../limits.ts';
import { agentEndpoint } from '../../realtime/requests.ts';
import { isSameOrigin } from '../../realtime/same-origin.ts';
import type { Route, RouteContext } from '../route.ts';
import { clearSessionCookies, setSessionCookie } from '../sessions.ts';

const hourMs = 3_600_000;
const credentials = z.object({
  // PostgreSQL takes no U+0000.
  login: z
    .string()
    .min(1)
    .max(64)
    .refine((login) => !login.includes('\0')),
  password: z.string().min(1).max(256),
});

export function createLogin(deps: HttpDeps): (context: RouteContext) => Promise<{ me: Me; csrfToken: string }> {
  const { config, store, logger } = deps;
  const failures = new MinuteLimit(config.auth.loginAttemptsPerMinute);
  // Checked when there is no such user, so that both refusals take the same time.
  const nobody = hash('no such user');
  return async ({ request, response, address }) => {
    if (!isSameOrigin(request, config.http.trustProxy)) throw new HttpError('csrf-failed');
    const parsed = credentials.safeParse(request.body);
    if (!parsed.success) throw new HttpError('bad-request');
    const key = clientKey(address);
    if (failures.isUsedUp(key)) throw new HttpError('too-many-requests');
    failures.count(key);
    const found = await store.users.byLogin(parsed.data.login);
    const matches = await verify(found?.passwordHash ?? (await nobody), parsed.data.password);
    if (found === undefined || !matches) {
      logger.warn('log-in refused');
      throw new HttpError('wrong-password');
    }
    failures.forgive(key);
    const lifetimeMs = config.auth.sessionHours * hourMs;
    const { token, csrfToken } = await store.sessions.create(found.id, Date.now() + lifetimeMs);
    setSessionCookie(request, response, token, lifetimeMs);
    logger.info({ userId: found.id, role: found.role }, 'logged in');
    const { passwordHash: _hidden, ...me } = found;
    return { me, csrfToken };
  };
}

export function sessionRoutes(deps: HttpDeps): readonly Route[] {
  return [
    { method: 'post', path: '/api/login', access: 'public', handle: createLogin(deps) },
    {
      method: 'post',
      path: '/api/logout',
      access: 'session',
      handle: async ({ request, response }, session) => {
        await deps.store.sessions.end(session.token);
        deps.gateway.endSession(session.token);
        // Also when no page is open: credentials last longer than the log-in that got them.
        deps.credentials.revoke(agentEndpoint(session.user.id));
        clearSessionCookies(request, response);
        return {};
      },
    },
    {
      method: 'get',
      path: '/api/me',
      access: 'session',
      handle: (_context, session) => ({ me: session.user, csrfToken: session.csrfToken }),
    },
  ];
}
