/** When a call-back may be tried, how often, and whom one may call at all. Pure; times of day are minutes after midnight. */
import type { EpochMs } from '../../timeline/events.ts';

export interface CallbackRules {
  /** Numbers that may be called: never premium ones, emergency numbers or our own. */
  readonly allowed: RegExp;
  readonly tries: number;
  /** Pause after the first, second … try that did not reach anybody; the last one goes on. */
  readonly retryAfterMs: readonly number[];
  /** Given up so long after it was asked for. */
  readonly expiresAfterMs: number;
  /** Nobody is called between these, except by own wish and at once. May span midnight; equal = never. */
  readonly quietFromMinute: number;
  readonly quietToMinute: number;
  /** Who asked for a call-back and gets it within this time is called even in quiet hours. */
  readonly askedGraceMs: number;
  readonly missed: boolean;
  /** Who hung up sooner had changed their mind. */
  readonly missedAfterMs: number;
}

export interface CallbackCase {
  readonly reason: 'asked' | 'overflow' | 'missed';
  readonly requestedAtMs: EpochMs;
  readonly tries: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

export function mayBeCalled(number: string, rules: CallbackRules, ownNumber: string): boolean {
  return number !== ownNumber && number.length <= 20 && rules.allowed.test(number);
}

export function isMissed(waitMs: number, rules: CallbackRules): boolean {
  return rules.missed && waitMs >= rules.missedAfterMs;
}

function isQuiet(minute: number, { quietFromMinute: from, quietToMinute: to }: CallbackRules): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** The next moment from `atMs` on at which this call-back may be tried; null when it is too late for it. */
export function nextWindow(
  one: CallbackCase,
  rules: CallbackRules,
  atMs: EpochMs,
  midnightMs: EpochMs,
): EpochMs | null {
  const limitMs = one.requestedAtMs + rules.expiresAfterMs;
  const isFresh = one.reason !== 'missed' && atMs - one.requestedAtMs <= rules.askedGraceMs;
  const minute = Math.floor((atMs - midnightMs) / MINUTE_MS) % DAY_MINUTES;
  if (isFresh || !isQuiet(minute, rules)) return atMs <= limitMs ? atMs : null;
  const minutes = (rules.quietToMinute - minute + DAY_MINUTES) % DAY_MINUTES;
  // To the full minute at which quiet ends.
  const openMs = atMs - ((atMs - midnightMs) % MINUTE_MS) + minutes * MINUTE_MS;
  return openMs <= limitMs ? openMs : null;
}

export type AfterTry = { readonly type: 'again'; readonly atMs: EpochMs } | { readonly type: 'over' };

/** After a try that reached nobody. `agentFault`: it was not the citizen's doing, so it does not count. */
export function afterTry(one: CallbackCase, rules: CallbackRules, atMs: EpochMs, agentFault: boolean): AfterTry {
  if (agentFault) return { type: 'again', atMs };
  if (one.tries >= rules.tries) return { type: 'over' };
  const pauses = rules.retryAfterMs;
  return { type: 'again', atMs: atMs + (pauses[Math.min(one.tries, pauses.length) - 1] ?? 0) };
}

/** `HH:MM` → minutes after midnight. */
export function minuteOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) % DAY_MINUTES;
}
