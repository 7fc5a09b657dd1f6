/** Reliable provisional answers (RFC 3262), our side as server: repeated until PRACK, one at a time. */
import { header, optionTags, withoutHeader } from '../message/headers.ts';
import { bodyText, type ReceivedRequest, type SipResponse } from '../message/types.ts';
import { SIXTY_FOUR_T1_MS, T1_MS } from '../transactions/timers.ts';
import type { Call } from './call-book.ts';
import { fractionOf } from './chance.ts';
import type { CoreRuntime } from './runtime.ts';

/** What a call keeps of its reliable provisional answers. */
export interface ReliableState {
  lastRSeq: number;
  /** RSeq of the one that waits for its PRACK. */
  waiting: number | undefined;
  /** Sent one after the other, each when the one before is acknowledged. */
  readonly queue: SipResponse[];
  /** The 200 must wait for the PRACK of a provisional answer with SDP (section 3). */
  answerSdp: string | undefined;
}

const MAX_QUEUE = 8;

export function repeatTimerId(call: Call): string {
  return `call|${call.id}|rel1xx`;
}
export function giveUpTimerId(call: Call): string {
  return `call|${call.id}|no-prack`;
}

/** Whether a provisional answer to this INVITE is to be reliable. */
export function wantsReliable(invite: ReceivedRequest, hasSdp: boolean): boolean {
  if (optionTags(invite, 'require').includes('100rel')) return true;
  return hasSdp && optionTags(invite, 'supported').includes('100rel');
}

export interface ReliableParts {
  /** PRACK never came: the INVITE is refused (section 3). */
  readonly onGiveUp: (call: Call) => void;
}

export class ReliableProvisionals {
  readonly #runtime: CoreRuntime;
  readonly #onGiveUp: (call: Call) => void;

  constructor(runtime: CoreRuntime, parts: ReliableParts) {
    this.#runtime = runtime;
    this.#onGiveUp = parts.onGiveUp;
  }

  /** Sends a provisional answer reliably, or queues it behind the one that is not acknowledged yet. */
  send(call: Call, response: SipResponse): void {
    call.reliable ??= {
      lastRSeq: 1 + Math.floor(fractionOf(this.#runtime.options.newToken()) * 1_000_000),
      ...{ waiting: undefined, queue: [], answerSdp: undefined },
    };
    if (call.reliable.queue.length < MAX_QUEUE) call.reliable.queue.push(response);
    if (call.reliable.waiting === undefined) this.#sendNext(call, call.reliable);
  }

  #sendNext(call: Call, state: ReliableState): void {
    const next = call.invite === undefined ? undefined : state.queue.shift();
    if (next === undefined || call.invite === undefined) return;
    state.lastRSeq += 1;
    state.waiting = state.lastRSeq;
    const headers = [
      ...withoutHeader(next.headers, 'require'),
      { name: 'require', value: '100rel' },
      { name: 'rseq', value: String(state.lastRSeq) },
    ];
    const response = { ...next, headers };
    call.invite.respond(response);
    this.#repeat(call, response, T1_MS);
    this.#runtime.startTimer(giveUpTimerId(call), SIXTY_FOUR_T1_MS, () => {
      this.stop(call);
      this.#onGiveUp(call);
    });
  }

  /** Doubles without a cap (section 3). */
  #repeat(call: Call, response: SipResponse, delayMs: number): void {
    this.#runtime.startTimer(repeatTimerId(call), delayMs, () => {
      call.invite?.respond(response);
      this.#repeat(call, response, delayMs * 2);
    });
  }

  stop(call: Call): void {
    this.#runtime.stopTimer(repeatTimerId(call));
    this.#runtime.stopTimer(giveUpTimerId(call));
    if (call.reliable !== undefined) call.reliable.waiting = undefined;
  }

  /** Takes a PRACK; false when it acknowledges nothing that waits (481). The next in the queue goes out. */
  acknowledge(call: Call, prack: ReceivedRequest): boolean {
    const state = call.reliable;
    const match = /^\s*([0-9]{1,10})\s+([0-9]{1,10})\s+(\S{1,64})\s*$/.exec(header(prack, 'rack') ?? '');
    const cseq = call.invite?.request.essentials.cseq.number;
    if (match === null || state?.waiting === undefined) return false;
    const [, rseq, seq, method] = match;
    if (Number(rseq) !== state.waiting || Number(seq) !== cseq || method !== 'INVITE') return false;
    this.stop(call);
    return true;
  }

  /** After the PRACK was answered. */
  sendQueued(call: Call): void {
    if (call.reliable !== undefined) this.#sendNext(call, call.reliable);
  }

  /** Whether the 200 has to wait. */
  holdsAnswer(call: Call): boolean {
    return call.reliable !== undefined && (call.reliable.waiting !== undefined || call.reliable.queue.length > 0);
  }
}

/** SDP in a PRACK, if there is any. */
export function offerInPrack(prack: ReceivedRequest): string | undefined {
  return prack.body.length === 0 ? undefined : bodyText(prack);
}

/** RSeq of a provisional answer that wants a PRACK; undefined for one that does not. */
export function rseqOf(response: SipResponse): number | undefined {
  if (response.status <= 100 || response.status >= 200) return undefined;
  if (!optionTags(response, 'require').includes('100rel')) return undefined;
  const value = header(response, 'rseq') ?? '';
  return /^[0-9]{1,10}$/.test(value) ? Number(value) : undefined;
}
