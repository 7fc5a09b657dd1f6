/** What pages see of calls and seats. Pure: state in, views out. */
import type { RecognizerState } from '../../asr/ports.ts';
import type { SuperviseMode } from '../../telephony/ports/switch.ts';
import type {
  AgentView,
  CallbackView,
  CallerView,
  CityCardView,
  DeskCallState,
  DeskCallView,
  Me,
  OfferView,
  PartyView,
  RiskView,
  SeatView,
  TranscriptionStatus,
  WaitingView,
} from '../realtime/protocol.ts';
import type { Waiting } from '../acd/line-store.ts';
import type { CallbackRow, CallerHistory } from '../store/ports.ts';
import type { CallEndCause } from '../timeline/events.ts';
import type { LiveCall } from './live-call.ts';
import { PHONE_EXTRA_MS, phoneOfOffer } from './core/call-phone.ts';
import type { CallState, Phase } from './core/call-types.ts';
import { rulesOf } from './core/wait-rules.ts';
import { phoneOf, type SeatState } from './core/seat.ts';

export const noHistory: CallerHistory = { callsIn90Days: 0, callerName: '', tickets: [] };

/** What an agent may see of a caller's past: confidential tickets only if they are the agent's own. */
export function historyFor(history: CallerHistory, agentId: string | null): CallerHistory {
  const tickets = history.tickets.filter((t) => !t.confidential || t.agentId === agentId);
  if (tickets.length === history.tickets.length) return history;
  // The name may come from a ticket that is kept back.
  return { ...history, tickets, callerName: tickets[0]?.fields.callerName.value ?? '' };
}

/** `13812348000` → `138****8000`; shorter numbers keep their last two digits. */
export function maskNumber(number: string): string {
  if (number === '') return '未显示号码';
  if (number.length >= 10) return `${number.slice(0, 3)}${'*'.repeat(number.length - 7)}${number.slice(-4)}`;
  return `${'*'.repeat(Math.max(1, number.length - 2))}${number.slice(-2)}`;
}

export function callerView(number: string, history: CallerHistory): CallerView {
  return { number, maskedNumber: maskNumber(number), history };
}

export type Person = Pick<Me, 'displayName' | 'agentNumber' | 'role'>;

export function agentView(seat: SeatState, person: Person): AgentView {
  const { work } = seat;
  return {
    agentId: seat.agentId,
    displayName: person.displayName,
    agentNumber: person.agentNumber,
    intent: seat.intent,
    pauseReason: seat.pauseReason,
    pausedBySystem: seat.pausedBySystem,
    phone: phoneOf(seat),
    byPhone: seat.byPhone,
    sinceMs: seat.sinceMs,
    callId: work.type === 'none' ? null : work.callId,
  };
}

export interface SeatExtras {
  readonly online: boolean;
  readonly supervisors: CallState['supervisors'];
  readonly profile: SeatView['profile'];
  readonly line: SeatView['line'];
}

export function seatView(
  seat: SeatState,
  person: Person,
  { online, supervisors, profile, line }: SeatExtras,
): SeatView {
  const talking = seat.work.type === 'talking';
  return {
    ...agentView(seat, person),
    online,
    talkingSinceMs: talking ? seat.sinceMs : null,
    todayCalls: seat.callsTaken,
    profile,
    line,
    supervisedBy: talking ? supervisors.map(({ supervisorId, mode }) => ({ supervisorId, mode })) : [],
  };
}

export function waitingView(waiting: Waiting, call: CallState | undefined): WaitingView {
  const { phase } = call ?? {};
  const offered = phase !== undefined && 'offer' in phase && phase.offer !== null;
  const { callId, queue, joinedAtMs, kind, priority, needs, dialect } = waiting;
  return {
    ...{ callId, queue, joinedAtMs, kind, priority },
    maskedNumber: maskNumber(call?.facts.from ?? ''),
    state: offered ? 'offered' : 'waiting',
    needs: [...needs.map((n) => n.skill), ...(dialect === null ? [] : [dialect])],
  };
}

/** A call with words of danger; null for any other, and when the agent has said that it is none. */
function riskView({ runner, notes, draft, closed }: LiveCall, labelOf: (code: string) => string): RiskView | null {
  const { callId, state } = runner;
  const { risk } = draft.draft.fields;
  if (notes.risk === null || (risk.origin === 'agent' && risk.value === '')) return null;
  const { codes, words, atMs: heardAtMs } = notes.risk;
  const who = { maskedNumber: maskNumber(state.facts.from), agentId: state.agentId };
  return { callId, ...who, labels: [...new Set(codes.map(labelOf))], words, heardAtMs, over: closed };
}

/** Calls with words of danger, newest first. */
export function riskViews(calls: readonly LiveCall[], labelOf: (code: string) => string): readonly RiskView[] {
  const views = calls.map((call) => riskView(call, labelOf));
  return views.filter((view) => view !== null).sort((a, b) => b.heardAtMs - a.heardAtMs);
}

export function callbackView(row: CallbackRow & { readonly standing: boolean }, canDial: boolean): CallbackView {
  const { id, callId, queue, reason, joinedAtMs, requestedAtMs, tries, notBeforeMs, result } = row;
  const state = row.state === 'calling' ? 'calling' : row.standing ? 'in-line' : canDial ? 'later' : 'by-hand';
  return {
    ...{ id, callId, queue, reason, joinedAtMs, requestedAtMs, tries, notBeforeMs, result, state },
    maskedNumber: maskNumber(row.number),
  };
}

export function transcriptionStatus(state: RecognizerState, engine: string): TranscriptionStatus {
  switch (state.type) {
    case 'ready':
      return { type: 'on', engine, ...(state.degraded === undefined ? {} : { degraded: state.degraded }) };
    case 'starting':
      return { type: 'starting' };
    case 'off':
      return { type: 'off', reason: state.reason };
  }
}

/** What the desk knows of a call beyond the machine's state. */
export interface CallExtras {
  readonly history: CallerHistory;
  readonly recordingStartedAtMs: number | null;
  readonly transcription: TranscriptionStatus;
  readonly ticketNumber: string | null;
  readonly endCause: CallEndCause | null;
  readonly firstWaitMs: number;
  readonly nameOf: (agentId: string) => string;
  readonly cityCard: CityCardView | null;
}

function partyView(phase: Phase, nameOf: CallExtras['nameOf']): PartyView | null {
  if (phase.name !== 'consulting' && phase.name !== 'conference') return null;
  const { target } = phase.party;
  const name = target.kind === 'agent' ? nameOf(target.agentId) : target.number;
  const answered = phase.name === 'conference' || phase.answered;
  return { kind: target.kind, name, answered, sinceMs: phase.name === 'consulting' ? phase.sinceMs : null };
}

/** Listening is not told to the agent; being spoken to is. A supervisor sees the own way of taking part. */
function supervisionView({ supervisors }: CallState, { agentId, work }: SeatState): SuperviseMode | null {
  if (work.type === 'helping' && work.as === 'supervisor')
    return supervisors.find((s) => s.supervisorId === agentId)?.mode ?? null;
  const heard = supervisors.filter((s) => s.sinceMs !== null).map((s) => s.mode);
  if (heard.includes('barge')) return 'barge';
  return heard.includes('whisper') && work.type === 'talking' ? 'whisper' : null;
}

/** The call as this seat has part in it. */
function deskState(phase: Phase, { work }: SeatState): DeskCallState {
  if (work.type === 'wrap-up') return 'wrap-up';
  if (work.type === 'helping' && work.as !== 'conference')
    return work.as === 'supervisor' ? 'supervising' : 'consulted';
  switch (phase.name) {
    case 'talking':
    case 'held':
    case 'agent-lost':
    case 'consulting':
    case 'conference':
      return phase.name;
    case 'arriving':
    case 'flow':
    case 'flow-dialling':
    case 'joining':
    case 'waiting':
    case 'callback-waiting':
    case 'dialling':
      return 'connecting';
    case 'diverting':
    case 'diverted':
    case 'transferring':
    case 'forwarded':
    case 'closing':
    case 'ended':
      return 'wrap-up';
  }
}

export function deskCallView(call: CallState, seat: SeatState, extras: CallExtras): DeskCallView {
  const { phase, facts, settings } = call;
  return {
    callId: facts.callId,
    state: deskState(phase, seat),
    caller: callerView(facts.from, historyFor(extras.history, seat.agentId)),
    queue: call.queued?.queue ?? 'main',
    reason: whyHere(call),
    arrivedAtMs: facts.arrivedAtMs,
    bridgedAtMs: call.bridgedAtMs,
    waitMs: extras.firstWaitMs,
    heldSinceMs: phase.name === 'held' ? phase.heldAtMs : null,
    returnByMs: phase.name === 'agent-lost' ? phase.lostAtMs + settings.agentReturnMs : null,
    wrapUpEndsAtMs: seat.work.type === 'wrap-up' ? seat.work.endsAtMs : null,
    endCause: extras.endCause,
    recordingStartedAtMs: extras.recordingStartedAtMs,
    transcription: extras.transcription,
    ticketNumber: extras.ticketNumber,
    party: partyView(phase, extras.nameOf),
    supervision: supervisionView(call, seat),
    cityCard: extras.cityCard,
  };
}

export function whyHere(call: CallState): string {
  const { callback } = call.facts;
  if (callback !== undefined) return callback.attempt > 1 ? `回拨市民 · 第 ${String(callback.attempt)} 次` : '回拨市民';
  const { sentBy } = call.facts;
  if (sentBy !== undefined) {
    const place = sentBy.placeInLine > 0 ? ` · 在当地排第 ${String(sentBy.placeInLine)} 位` : '';
    return `${sentBy.city}热线转来${place}`;
  }
  if (call.queued?.priority === 9) return '通话曾中断，优先接回';
  return `${rulesOf(call.settings, call.queued?.queue ?? 'main').title} · 空闲最久`;
}

export interface OfferExtras {
  readonly offerId: string;
  readonly history: CallerHistory;
  readonly nowMs: number;
  readonly cityCard: CityCardView | null;
}

export function offerView(call: CallState, seat: SeatState, extras: OfferExtras): OfferView {
  const { offerId, history, nowMs, cityCard } = extras;
  const { phase } = call;
  const byPhone = phoneOfOffer(call, seat.agentId, offerId);
  const asked = (phase.name === 'consulting' || phase.name === 'transferring') && phase.party.partyId === offerId;
  const sinceMs = asked ? phase.sinceMs : (call.queued?.joinedAtMs ?? nowMs);
  return {
    offerId,
    callId: call.facts.callId,
    caller: callerView(call.facts.from, history),
    queue: call.queued?.queue ?? 'main',
    reason: asked ? (phase.name === 'consulting' ? '同事请您协助' : '同事转接') : whyHere(call),
    waitMs: nowMs - sinceMs,
    expiresAtMs:
      seat.sinceMs +
      rulesOf(call.settings, call.queued?.queue ?? 'main').ringMs +
      (byPhone === null ? 0 : PHONE_EXTRA_MS),
    byPhone,
    cityCard,
  };
}
