/**
 * One agent's seat: what the agent wants, what the softphone and the call say, and the wrap-up. Pure.
 * The three never share a field: the phone's state is derived, an intent is only changed by the agent or,
 * visibly, by the system after an unanswered call.
 */
import type { AgentIntent, PhoneState } from '../../acd/line-store.ts';
import type { TextWorkReason } from '../../realtime/protocol.ts';
import type { EpochMs } from '../../timeline/events.ts';
import type { HelperRole, SeatNews } from './call-types.ts';

export type SeatWork =
  | { readonly type: 'none' }
  | { readonly type: 'ringing'; readonly callId: string; readonly offerId: string }
  | { readonly type: 'talking'; readonly callId: string }
  | { readonly type: 'lost'; readonly callId: string }
  /** On the line of a call that is somebody else's. */
  | { readonly type: 'helping'; readonly callId: string; readonly as: HelperRole }
  | { readonly type: 'wrap-up'; readonly callId: string; readonly startedAtMs: EpochMs; readonly endsAtMs: EpochMs };

export interface SeatState {
  readonly agentId: string;
  readonly intent: AgentIntent;
  readonly pauseReason: string;
  readonly pausedBySystem: boolean;
  readonly registered: boolean;
  /** Calls go to a telephone outside; who it is is known to nobody but the ring. */
  readonly byPhone: boolean;
  readonly work: SeatWork;
  /** Since when phone and intent are as they are. */
  readonly sinceMs: EpochMs;
  readonly callsTaken: number;
  readonly hasPage: boolean;
}

export type SeatInput =
  | { readonly type: 'set-intent'; readonly intent: AgentIntent; readonly reason: string }
  | { readonly type: 'registered'; readonly on: boolean }
  | { readonly type: 'by-phone'; readonly on: boolean }
  | { readonly type: 'news'; readonly news: SeatNews }
  | { readonly type: 'extend-wrap-up'; readonly byMs: number }
  | { readonly type: 'finish-wrap-up' }
  | { readonly type: 'wrap-up-due' }
  /** The agent's last page has gone. */
  | { readonly type: 'page-gone' }
  | { readonly type: 'page-open' };

const textWork: TextWorkReason = '线路差，只做文字工作';

/** At the page and between calls, with a line too poor for voices: written work is what is left to do. */
export function doesTextWork({ intent, pauseReason, hasPage, work }: SeatState): boolean {
  return intent === 'paused' && pauseReason === textWork && hasPage && work.type === 'none';
}

/** Longest wrap-up an agent can ask for, in all. */
const MAX_WRAP_UP_MS = 30 * 60_000;

export function newSeat(agentId: string, atMs: EpochMs): SeatState {
  return {
    agentId,
    intent: 'off',
    pauseReason: '',
    pausedBySystem: false,
    registered: false,
    byPhone: false,
    work: { type: 'none' },
    sinceMs: atMs,
    callsTaken: 0,
    hasPage: false,
  };
}

export function phoneOf(seat: SeatState): PhoneState {
  switch (seat.work.type) {
    case 'ringing':
      return 'ringing';
    case 'talking':
    case 'lost':
    case 'helping':
      return 'busy';
    case 'wrap-up':
      return 'wrap-up';
    case 'none':
      return hasPhone(seat) ? 'idle' : 'offline';
  }
}

/** The browser's, or one outside. */
export function hasPhone({ registered, byPhone }: SeatState): boolean {
  return registered || byPhone;
}

export function stepSeat(seat: SeatState, input: SeatInput, atMs: EpochMs): SeatState {
  const next = offWithoutPage(apply(seat, input, atMs));
  const changed =
    phoneOf(next) !== phoneOf(seat) || next.intent !== seat.intent || next.pauseReason !== seat.pauseReason;
  return changed ? { ...next, sinceMs: atMs } : next;
}

/** Nobody is at the desk and nothing is under way: calls must not be offered when the softphone comes back. */
function offWithoutPage(seat: SeatState): SeatState {
  const isBusy = seat.work.type !== 'none' && seat.work.type !== 'wrap-up';
  if (seat.hasPage || isBusy || (seat.intent === 'off' && !seat.byPhone)) return seat;
  return { ...seat, intent: 'off', pauseReason: '', pausedBySystem: false, byPhone: false };
}

function apply(seat: SeatState, input: SeatInput, atMs: EpochMs): SeatState {
  switch (input.type) {
    case 'set-intent':
      return {
        ...seat,
        intent: input.intent,
        pauseReason: input.intent === 'paused' ? input.reason : '',
        pausedBySystem: false,
      };
    case 'registered':
      return { ...seat, registered: input.on };
    case 'by-phone':
      return { ...seat, byPhone: input.on };
    case 'news':
      return onNews(seat, input.news, atMs);
    case 'extend-wrap-up':
      return extendWrapUp(seat, input.byMs, atMs);
    case 'finish-wrap-up':
      return seat.work.type === 'wrap-up' ? { ...seat, work: { type: 'none' } } : seat;
    case 'wrap-up-due':
      return seat.work.type === 'wrap-up' && seat.work.endsAtMs <= atMs ? { ...seat, work: { type: 'none' } } : seat;
    case 'page-gone':
      return { ...seat, hasPage: false };
    case 'page-open':
      return { ...seat, hasPage: true };
  }
}

function pauseBySystem(seat: SeatState, reason: string): SeatState {
  return { ...seat, intent: 'paused', pauseReason: reason, pausedBySystem: true, work: { type: 'none' } };
}

function onNews(seat: SeatState, news: SeatNews, atMs: EpochMs): SeatState {
  switch (news.type) {
    case 'ringing':
      return { ...seat, work: { type: 'ringing', callId: news.callId, offerId: news.offerId } };
    case 'offer-over':
      if (seat.work.type !== 'ringing' || seat.work.callId !== news.callId) return seat;
      if (news.reason === 'no-answer') return pauseBySystem(seat, '未接听来电');
      if (news.reason === 'unreachable') return pauseBySystem(seat, seat.byPhone ? '电话无法接通' : '软电话无法接通');
      return { ...seat, work: { type: 'none' } };
    case 'talking': {
      const { work } = seat;
      const again =
        work.type !== 'ringing' && work.type !== 'helping' && 'callId' in work && work.callId === news.callId;
      return { ...seat, work: { type: 'talking', callId: news.callId }, callsTaken: seat.callsTaken + (again ? 0 : 1) };
    }
    case 'lost':
      return { ...seat, work: { type: 'lost', callId: news.callId } };
    case 'gave-up':
      return pauseBySystem(seat, '通话中断未返回');
    case 'helping':
      return { ...seat, work: { type: 'helping', callId: news.callId, as: news.as } };
    case 'released':
      return (seat.work.type === 'ringing' || seat.work.type === 'helping') && seat.work.callId === news.callId
        ? { ...seat, work: { type: 'none' } }
        : seat;
    case 'not-reached':
      return seat.work.type !== 'none' && seat.work.callId === news.callId ? { ...seat, work: { type: 'none' } } : seat;
    case 'call-over':
      return {
        ...seat,
        work: { type: 'wrap-up', callId: news.callId, startedAtMs: atMs, endsAtMs: atMs + news.wrapUpMs },
      };
  }
}

function extendWrapUp(seat: SeatState, byMs: number, atMs: EpochMs): SeatState {
  if (seat.work.type !== 'wrap-up') return seat;
  const latestMs = seat.work.startedAtMs + MAX_WRAP_UP_MS;
  return { ...seat, work: { ...seat.work, endsAtMs: Math.min(Math.max(seat.work.endsAtMs, atMs) + byMs, latestMs) } };
}
