import { describe, expect, it } from '@jest/globals';
import { keepsCredentials, refusesCredentials, renewAheadMs } from '../../../agent-desktop/src/lib/sip-credentials.ts';

describe('the credentials of the softphone', () => {
  const expiresAtMs = 12 * 3_600_000;

  it('serve for every refresh until shortly before their end', () => {
    for (let nowMs = 0; nowMs < expiresAtMs - renewAheadMs; nowMs += 25_000)
      expect(keepsCredentials({ expiresAtMs, inCall: false, nowMs })).toBe(true);
    expect(keepsCredentials({ expiresAtMs, inCall: false, nowMs: expiresAtMs - renewAheadMs })).toBe(false);
  });

  it('are not changed in a call before they have ended', () => {
    expect(keepsCredentials({ expiresAtMs, inCall: true, nowMs: expiresAtMs - 1 })).toBe(true);
    expect(keepsCredentials({ expiresAtMs, inCall: true, nowMs: expiresAtMs })).toBe(false);
  });

  it('are fetched where there are none', () => {
    expect(keepsCredentials({ expiresAtMs: null, inCall: true, nowMs: 0 })).toBe(false);
  });

  it('are fetched anew when the server refuses them, not when it is busy or away', () => {
    expect([401, 403, 407].every(refusesCredentials)).toBe(true);
    expect([0, 408, 423, 480, 500, 503].some(refusesCredentials)).toBe(false);
  });
});
