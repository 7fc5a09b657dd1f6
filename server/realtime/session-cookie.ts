import type { IncomingMessage } from 'node:http';
import { parse } from 'cookie';

/**
 * Names of the session cookie. Over HTTPS another name is used: browsers share cookies between the ports of one
 * host, and a page on HTTP may not replace a `Secure` cookie of the same name.
 */
export const sessionCookie = { http: 'hotline_session', https: '__Host-hotline_session' } as const;

const longestToken = 200;

/** The session token a request brings, if any. */
export function sessionToken(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  const cookies = parse(request.headers.cookie ?? '');
  const token = cookies[sessionCookie.https] ?? cookies[sessionCookie.http];
  return token === undefined || token === '' || token.length > longestToken ? undefined : token;
}
