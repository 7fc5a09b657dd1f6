/**
 * Session timers (RFC 4028), the rules only: what a request or a response agrees on. `refresher` is told from our side.
 */
import { header, optionTags } from '../message/headers.ts';
import { parseParams, parseCount, splitOutside } from '../message/tokens.ts';
import type { Header, SipMessage } from '../message/types.ts';

export interface SessionTimerRules {
  /** What we ask for, and the longest that we grant; seconds. */
  readonly expiresS: number;
  /** Below this we answer 422; 90 at least (RFC 4028 section 4). */
  readonly minSeS: number;
}

export const DEFAULT_SESSION_RULES: SessionTimerRules = { expiresS: 1_800, minSeS: 90 };

export interface SessionAgreement {
  readonly intervalS: number;
  readonly refresher: 'us' | 'them';
}

export type ServerVerdict =
  /** 422 with Min-SE. */
  | { readonly type: 'too-small'; readonly minSeS: number }
  /** `headers` go into the 2xx. */
  | { readonly type: 'agreed'; readonly session: SessionAgreement | undefined; readonly headers: readonly Header[] };

const MAX_S = 2_147_483_647;

interface SessionExpires {
  readonly intervalS: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

function readSessionExpires(message: SipMessage): SessionExpires | undefined {
  const [first = '', ...params] = splitOutside(header(message, 'session-expires') ?? '', ';');
  const intervalS = parseCount(first, MAX_S);
  if (intervalS === undefined) return undefined;
  const refresher = parseParams(params).get('refresher')?.toLowerCase();
  return { intervalS, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}

function minSeOf(message: SipMessage): number {
  const [first = ''] = splitOutside(header(message, 'min-se') ?? '', ';');
  return parseCount(first, MAX_S) ?? 0;
}

/** What an INVITE or UPDATE agrees on with us as its server (section 9). */
export function agreeAsServer(request: SipMessage, rules: SessionTimerRules): ServerVerdict {
  const supported = [...optionTags(request, 'supported'), ...optionTags(request, 'require')].includes('timer');
  const asked = readSessionExpires(request);
  if (asked === undefined && !supported) return { type: 'agreed', session: undefined, headers: [] };
  if (asked !== undefined && supported && asked.intervalS < rules.minSeS)
    return { type: 'too-small', minSeS: rules.minSeS };
  const floorS = Math.max(rules.minSeS, minSeOf(request));
  const intervalS = Math.max(Math.min(asked?.intervalS ?? rules.expiresS, rules.expiresS), floorS);
  // Table 2: a client that cannot refresh leaves it to us; one that asked for nothing shall not have to.
  const refresher = supported && asked !== undefined ? (asked.refresher ?? 'uac') : 'uas';
  const headers: Header[] = [{ name: 'session-expires', value: `${intervalS};refresher=${refresher}` }];
  if (refresher === 'uac') headers.unshift({ name: 'require', value: 'timer' });
  return { type: 'agreed', session: { intervalS, refresher: refresher === 'uas' ? 'us' : 'them' }, headers };
}

/** Headers of an INVITE or UPDATE of ours; the refresher is named in requests of a running session only. */
export function askAsClient(intervalS: number, minSeS: number, weRefresh?: boolean): Header[] {
  const refresher = weRefresh === undefined ? '' : `;refresher=${weRefresh ? 'uac' : 'uas'}`;
  return [
    { name: 'session-expires', value: `${intervalS}${refresher}` },
    { name: 'min-se', value: String(minSeS) },
  ];
}

/** What a 2xx to a request of ours agrees on (section 7.2); without Session-Expires there is no timer. */
export function agreedAsClient(response: SipMessage): SessionAgreement | undefined {
  const told = readSessionExpires(response);
  if (told === undefined || told.intervalS === 0) return undefined;
  return { intervalS: told.intervalS, refresher: told.refresher === 'uas' ? 'them' : 'us' };
}

/** The interval to ask for again after a 422; undefined when the answer names none (section 7.3). */
export function intervalAfter422(response: SipMessage, askedS: number): number | undefined {
  const minSeS = minSeOf(response);
  return minSeS > askedS ? minSeS : undefined;
}

/** When to refresh, and when to give the session up (section 10). */
export function refreshAfterMs(intervalS: number): number {
  return intervalS * 500;
}

export function expireAfterMs(intervalS: number): number {
  return (intervalS - Math.min(32, Math.floor(intervalS / 3))) * 1_000;
}
