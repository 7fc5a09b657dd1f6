import type { IncomingMessage } from 'node:http';

/**
 * Whether a request may come from one of our own pages: its Origin names the host it was sent to. Programs send no
 * Origin and are let through (they have no cookie of anybody's browser).
 */
export function isSameOrigin(request: Pick<IncomingMessage, 'headers'>, trustProxy: boolean): boolean {
  const { origin, host, 'x-forwarded-host': forwarded } = request.headers;
  if (origin === undefined) return true;
  const outer = trustProxy && typeof forwarded === 'string' ? (forwarded.split(',')[0] ?? '').trim() : undefined;
  try {
    const asked = new URL(origin);
    // Through URL, so that a default port that is written out compares equal.
    return asked.host !== '' && asked.host === new URL(`${asked.protocol}//${outer ?? host ?? ''}`).host;
  } catch {
    return false;
  }
}
