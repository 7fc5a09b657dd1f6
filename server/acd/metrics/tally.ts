/**
 * What happened in the line, counted from the timeline and from nothing else, so that a report, a wallboard and an
 * audit agree. Pure. Everything about a call is counted in the five minutes in which it came to the queue: whatever
 * is divided by what was offered then belongs to it.
 */
import type { CallEvent, EpochMs } from '../../timeline/events.ts';
import type { SeatLevel } from '../queue-rules.ts';

export const SLOT_MS = 300_000;
/** GB/T 33358-2016: an answer within 15 s. */
export const ANSWER_WITHIN_MS = 15_000;
/** Who hangs up sooner has not waited. */
export const SHORT_ABANDON_MS = 5_000;

/** `none`: no person has answered. */
export type Answerer = SeatLevel | 'none';

export interface TallyKey {
  readonly slotMs: EpochMs;
  readonly queue: string;
  /** The first skill the call needed, '' when none. */
  readonly skill: string;
  readonly answerer: Answerer;
}

export interface Counts {
  /** Calls that came to the queue, call-backs apart. */
  offered: number;
  /** Of these, bridged to a person: on site, in the cloud or of a partner. */
  answered: number;
  answeredWithin15s: number;
  abandoned: number;
  abandonedWithin5s: number;
  /** Taken out by a rule (full, too long, deflected, call-back chosen …). */
  left: number;
  callbacks: number;
  callbacksReached: number;
  waitMs: number;
  longestWaitMs: number;
  /** Stretches of one person with one caller. */
  handled: number;
  talkMs: number;
  holdMs: number;
  wrapUpMs: number;
}

export type TallyRow = TallyKey & Counts;

export const noCounts = (): Counts => ({
  ...{ offered: 0, answered: 0, answeredWithin15s: 0, abandoned: 0, abandonedWithin5s: 0, left: 0, callbacks: 0 },
  ...{ callbacksReached: 0, waitMs: 0, longestWaitMs: 0, handled: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0 },
});

export function addCounts(sum: Counts, more: Counts): Counts {
  for (const name of Object.keys(sum) as (keyof Counts)[]) {
    sum[name] = name === 'longestWaitMs' ? Math.max(sum[name], more[name]) : sum[name] + more[name];
  }
  return sum;
}

/** One stay of a call in a queue and what came of it. */
interface Stay {
  readonly slotMs: EpochMs;
  queue: string;
  readonly skill: string;
  readonly joinedAtMs: EpochMs;
  readonly isCallback: boolean;
  readonly counts: Counts;
  answerer: Answerer;
  isOpen: boolean;
}

interface Talk {
  readonly agentId: string;
  readonly stay: Stay;
  readonly sinceMs: EpochMs;
  heldMs: number;
  heldSinceMs: EpochMs | null;
}

interface CallTally {
  readonly stays: Stay[];
  readonly stayOf: Map<string, Stay>;
  talk: Talk | null;
  skill: string;
}

export interface TallyOptions {
  readonly seatLevelOf: (agentId: string) => SeatLevel;
}

export const lineEvents = [
  ...(['queue.joined', 'callback.queued', 'call.requeued', 'queue.moved', 'queue.left'] as const),
  ...(['call.bridged', 'call.held', 'call.resumed', 'wrap-up.ended', 'call.ended'] as const),
] as const;
type LineEvent = Extract<CallEvent, { type: (typeof lineEvents)[number] }>;

/** Everything else on the timeline says nothing about the line. */
function isOfTheLine(event: CallEvent): event is LineEvent {
  return lineEvents.some((type) => type === event.type);
}

/** Takes events, each call's in order, the calls mixed as they come. */
export class Tally {
  readonly #seatLevelOf: (agentId: string) => SeatLevel;
  readonly #calls = new Map<string, CallTally>();
  readonly #done: Stay[] = [];

  constructor(options: TallyOptions) {
    this.#seatLevelOf = options.seatLevelOf;
  }

  add(event: CallEvent): void {
    if (isOfTheLine(event)) this.#count(event);
  }

  #count(event: LineEvent): void {
    const call = this.#callOf(event.callId);
    switch (event.type) {
      case 'queue.joined':
        call.skill = event.needs?.[0]?.skill ?? '';
        this.#open(call, event.queue, event.atMs, false);
        return;
      case 'callback.queued':
        this.#open(call, event.queue, event.joinedAtMs, true);
        return;
      case 'call.requeued':
        endTalk(call, event.atMs);
        this.#open(call, event.queue, event.atMs, false);
        return;
      case 'queue.moved': {
        const stay = openStay(call);
        if (stay !== undefined) stay.queue = event.queue;
        return;
      }
      case 'queue.left':
        leave(call, event.reason, event.waitMs);
        return;
      case 'call.bridged':
        this.#bridged(call, event.agentId, event.atMs);
        return;
      case 'call.held':
        if (call.talk !== null) call.talk.heldSinceMs ??= event.atMs;
        return;
      case 'call.resumed':
        resume(call.talk, event.atMs);
        return;
      case 'wrap-up.ended': {
        const stay = call.stayOf.get(event.agentId);
        if (stay !== undefined) stay.counts.wrapUpMs += event.tookMs;
        return;
      }
      case 'call.ended':
        endTalk(call, event.atMs);
        // Every stay ends with its call, even when an event was lost.
        if (openStay(call) !== undefined) leave(call, 'abandoned', event.atMs - (openStay(call)?.joinedAtMs ?? 0));
        return;
    }
  }

  #callOf(callId: string): CallTally {
    let call = this.#calls.get(callId);
    if (call === undefined) this.#calls.set(callId, (call = { stays: [], stayOf: new Map(), talk: null, skill: '' }));
    return call;
  }

  #open(call: CallTally, queue: string, joinedAtMs: EpochMs, isCallback: boolean): void {
    const slotMs = Math.floor(joinedAtMs / SLOT_MS) * SLOT_MS;
    const counts = noCounts();
    if (isCallback) counts.callbacks = 1;
    else counts.offered = 1;
    const stay: Stay = {
      ...{ slotMs, queue, skill: call.skill, joinedAtMs, isCallback, counts },
      ...{ answerer: 'none', isOpen: true },
    };
    call.stays.push(stay);
    this.#done.push(stay);
  }

  /** Also when a lost agent is replaced or a colleague takes over: a further stretch, but answered once. */
  #bridged(call: CallTally, agentId: string, atMs: EpochMs): void {
    endTalk(call, atMs);
    const stay = openStay(call) ?? call.stays.at(-1);
    if (stay === undefined) return;
    if (stay.isOpen) {
      stay.answerer = this.#seatLevelOf(agentId);
      answer(stay, atMs - stay.joinedAtMs);
    }
    stay.counts.handled += 1;
    call.stayOf.set(agentId, stay);
    call.talk = { agentId, stay, sinceMs: atMs, heldMs: 0, heldSinceMs: null };
  }

  /** Calls that ended before this may be forgotten; what was counted stays. */
  forget(callId: string): void {
    this.#calls.delete(callId);
  }

  rows(): readonly TallyRow[] {
    return this.#done.map(({ slotMs, queue, skill, answerer, counts }) => ({
      slotMs,
      queue,
      skill,
      answerer,
      ...counts,
    }));
  }
}

const openStay = (call: CallTally): Stay | undefined => call.stays.findLast((s) => s.isOpen);

function answer(stay: Stay, waitMs: number): void {
  stay.isOpen = false;
  const { counts } = stay;
  if (stay.isCallback) {
    counts.callbacksReached = 1;
    return;
  }
  counts.answered = 1;
  if (waitMs <= ANSWER_WITHIN_MS) counts.answeredWithin15s = 1;
  counts.waitMs = waitMs;
  counts.longestWaitMs = waitMs;
}

function leave(call: CallTally, reason: Extract<CallEvent, { type: 'queue.left' }>['reason'], waitMs: number): void {
  const stay = openStay(call);
  // The bridge that follows says who has answered.
  if (stay === undefined || reason === 'answered') return;
  if (reason === 'diverted') {
    stay.answerer = 'partner';
    answer(stay, waitMs);
    return;
  }
  stay.isOpen = false;
  const { counts } = stay;
  if (stay.isCallback) return;
  counts.longestWaitMs = waitMs;
  if (reason !== 'abandoned') counts.left = 1;
  else {
    counts.abandoned = 1;
    if (waitMs <= SHORT_ABANDON_MS) counts.abandonedWithin5s = 1;
  }
}

function resume(talk: Talk | null, atMs: EpochMs): void {
  if (talk?.heldSinceMs === undefined || talk.heldSinceMs === null) return;
  talk.heldMs += atMs - talk.heldSinceMs;
  talk.heldSinceMs = null;
}

function endTalk(call: CallTally, atMs: EpochMs): void {
  const { talk } = call;
  if (talk === null) return;
  resume(talk, atMs);
  talk.stay.counts.holdMs += talk.heldMs;
  talk.stay.counts.talkMs += atMs - talk.sinceMs - talk.heldMs;
  call.talk = null;
}
