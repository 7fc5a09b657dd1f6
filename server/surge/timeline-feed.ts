/** Turns the events of calls into what the meter counts. Callers become opaque keys; calls out are not counted. */
import { createHmac, randomBytes } from 'node:crypto';
import type { CallEvent } from '../timeline/events.ts';
import type { Meter } from './core/meter.ts';

interface Known {
  readonly caller: string;
  readonly arrivedAtMs: number;
  counted: boolean;
  /** A call-back of ours. */
  outgoing: boolean;
  answered: boolean;
  lost: boolean;
}

const MOST_CALLS = 50_000;

export class TimelineFeed {
  readonly #meter: Meter;
  readonly #salt = randomBytes(32);
  readonly #calls = new Map<string, Known>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  #keyOf(number: string): string {
    return number === '' ? '' : createHmac('sha256', this.#salt).update(number).digest('base64url').slice(0, 22);
  }

  note(event: CallEvent): void {
    const { callId, atMs } = event;
    if (event.type === 'call.arrived') {
      if (this.#calls.size >= MOST_CALLS) this.#calls.delete(this.#calls.keys().next().value ?? '');
      const caller = this.#keyOf(event.from);
      this.#calls.set(callId, {
        caller,
        arrivedAtMs: atMs,
        counted: false,
        outgoing: false,
        answered: false,
        lost: false,
      });
      return;
    }
    const call = this.#calls.get(callId);
    if (event.type === 'wrap-up.ended') this.#meter.note({ type: 'wrapped-up', atMs, wrapUpMs: event.tookMs });
    if (call === undefined) return;
    if (event.type === 'callback.queued') call.outgoing = true;
    if (!call.outgoing) this.#ofCaller(event, call);
    if (event.type === 'call.ended') {
      if (event.talkMs > 0) this.#meter.note({ type: 'talked', atMs, talkMs: event.talkMs });
      this.#calls.delete(callId);
    }
  }

  /** The first event after `call.arrived` tells that somebody phoned us. */
  #ofCaller(event: CallEvent, call: Known): void {
    const { atMs } = event;
    if (!call.counted) {
      call.counted = true;
      this.#meter.note({ type: 'arrived', atMs, caller: call.caller });
    }
    if (event.type === 'call.bridged' && !call.answered) {
      call.answered = true;
      this.#meter.note({ type: 'answered', atMs });
    }
    if (call.answered || call.lost) return;
    if (event.type === 'queue.left' && event.reason !== 'answered' && event.reason !== 'diverted') {
      call.lost = true;
      this.#meter.note({ type: event.reason === 'abandoned' ? 'abandoned' : 'turned-away', atMs });
    } else if (event.type === 'call.ended' && (event.cause === 'line-full' || event.cause === 'deflected')) {
      call.lost = true;
      this.#meter.note({ type: 'turned-away', atMs });
    }
  }
}
