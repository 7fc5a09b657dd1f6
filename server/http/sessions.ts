import { timingSafeEqual } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { sessionCookie, sessionToken } from '../realtime/session-cookie.ts';
import type { SessionStore, User } from '../store/ports.ts';
import { HttpError } from './errors.ts';

export interface Session {
  readonly user: User;
  readonly token: string;
  readonly csrfToken: string;
}

/** The log-in a request belongs to. */
export async function sessionOf(request: Request, sessions: SessionStore): Promise<Session> {
  const token = sessionToken(request);
  const found = token === undefined ? undefined : await sessions.find(token);
  if (token === undefined || found === undefined) throw new HttpError('not-logged-in');
  return { ...found, token };
}

/** A form on another site can send our cookie but cannot set this header. */
export function checkCsrf(request: Request, session: Session): void {
  const given = Buffer.from(request.get('x-csrf-token') ?? '');
  const expected = Buffer.from(session.csrfToken);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new HttpError('csrf-failed');
}

function attributes(secure: boolean): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure, path: '/' };
}

export function setSessionCookie(request: Request, response: Response, token: string, lifetimeMs: number): void {
  const name = request.secure ? sessionCookie.https : sessionCookie.http;
  response.cookie(name, token, { ...attributes(request.secure), maxAge: lifetimeMs });
}

export function clearSessionCookies(request: Request, response: Response): void {
  response.clearCookie(sessionCookie.http, attributes(request.secure));
  if (request.secure) response.clearCookie(sessionCookie.https, attributes(true));
}
