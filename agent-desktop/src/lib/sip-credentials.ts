/** How long the softphone's credentials serve. Pure. */

/** Outside of calls new credentials are fetched this long before the old ones end. */
export const renewAheadMs = 10 * 60_000;

export interface HeldCredentials {
  /** End of the credentials at hand on the server's clock; null without any. */
  readonly expiresAtMs: number | null;
  /** A change of credentials is a change of WebSocket: while a call is on the old one, it stays as long as it can. */
  readonly inCall: boolean;
  readonly nowMs: number;
}

/** Whether the next REGISTER goes out with the credentials at hand. */
export function keepsCredentials({ expiresAtMs, inCall, nowMs }: HeldCredentials): boolean {
  if (expiresAtMs === null) return false;
  return nowMs < expiresAtMs - (inCall ? 0 : renewAheadMs);
}

/** Whether an answer to REGISTER says that the credentials do not hold (any more); RFC 3261 §21.4.2, §21.4.4, §21.4.8. */
export function refusesCredentials(status: number): boolean {
  return status === 401 || status === 403 || status === 407;
}
