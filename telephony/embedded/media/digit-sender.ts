/** Digits waiting to be sent to a leg, one event packet a beat (RFC 4733). No clock: the owner calls it. */
import { digitPayloads } from '../../rtp/telephone-event.ts';

const digitMs = 100;
/** Beats of rest after a digit, so that two equal digits are two. */
const restTicks = 3;
const maxWaitingDigits = 64;

export interface EventFrame {
  readonly source: string;
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly marker: boolean;
}

export class DigitSender {
  #waiting: (readonly Uint8Array[])[] = [];
  #frame = 0;
  #rest = 0;
  #serial = 0;

  /** True while audio must give way to a digit. */
  get isActive(): boolean {
    return this.#waiting.length > 0 || this.#rest > 0;
  }

  /** False when too many digits wait already. */
  add(event: number): boolean {
    if (this.#waiting.length >= maxWaitingDigits) return false;
    this.#waiting.push(digitPayloads(event, digitMs));
    return true;
  }

  next(): EventFrame | undefined {
    if (this.#rest > 0) {
      this.#rest -= 1;
      return undefined;
    }
    const current = this.#waiting[0];
    const payload = current?.[this.#frame];
    if (current === undefined || payload === undefined) return undefined;
    const sequence = this.#frame;
    const source = `digit:${this.#serial}`;
    this.#frame += 1;
    if (this.#frame === current.length) this.#finishDigit();
    return { source, sequence, payload, marker: sequence === 0 };
  }

  #finishDigit(): void {
    this.#waiting.shift();
    this.#frame = 0;
    this.#serial += 1;
    this.#rest = restTicks;
  }
}
