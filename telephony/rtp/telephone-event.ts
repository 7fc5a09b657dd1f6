/** DTMF as named telephone events (RFC 4733). Pure: time comes in as milliseconds of any steady clock. */
import type { RtpPacket } from './rtp-packet.ts';

const digits = '0123456789*#ABCD';
const clockKhz = 8;
/** The far end repeats updates every 20-50 ms; a digit whose end packets are lost is closed after this long. */
const abandonedAfterMs = 200;
const frameTicks = 160;
/** RFC 4733 section 2.5.1.4: the end of an event is sent three times. */
const endRepeats = 3;

export interface ReceivedDigit {
  readonly digit: string;
  readonly durationMs: number;
}

/** The payload of one telephone-event packet. */
export interface TelephoneEvent {
  readonly event: number;
  readonly end: boolean;
  readonly volume: number;
  readonly durationTicks: number;
}

/** Reads the four octets of RFC 4733 section 2.3; `undefined` for anything shorter. */
export function parseTelephoneEvent(payload: Uint8Array): TelephoneEvent | undefined {
  if (payload.length < 4) return undefined;
  const flags = payload[1] ?? 0;
  return {
    event: payload[0] ?? 0,
    end: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    durationTicks: ((payload[2] ?? 0) << 8) | (payload[3] ?? 0),
  };
}

export function serializeTelephoneEvent(event: TelephoneEvent): Uint8Array {
  const duration = Math.min(0xffff, event.durationTicks);
  return Uint8Array.of(event.event, (event.end ? 0x80 : 0) | (event.volume & 0x3f), duration >> 8, duration & 0xff);
}

/** Event code of a digit `0-9 * # A-D`, or `undefined`. */
export function eventOfDigit(digit: string): number | undefined {
  const index = digit.length === 1 ? digits.indexOf(digit.toUpperCase()) : -1;
  return index >= 0 ? index : undefined;
}

/**
 * Collects digits from event packets. One digit = one timestamp, however many packets carry it
 * (RFC 4733 section 2.5.1): repeats and repeated ends are the same digit.
 */
export class DigitReceiver {
  #open: { rtpTs: number; event: number; durationTicks: number; lastMs: number } | undefined;
  #lastEndedTs: number | undefined;

  /** Whether a digit has begun and not ended. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Takes one packet of the negotiated payload type; gives the digits that it completes. */
  push(packet: Pick<RtpPacket, 'rtpTs' | 'payload'>, nowMs: number): readonly ReceivedDigit[] {
    const event = parseTelephoneEvent(packet.payload);
    if (event === undefined || event.event >= digits.length || packet.rtpTs === this.#lastEndedTs) return [];
    const done = this.#open !== undefined && this.#open.rtpTs !== packet.rtpTs ? this.#close() : [];
    const durationTicks = Math.max(this.#open?.durationTicks ?? 0, event.durationTicks);
    this.#open = { rtpTs: packet.rtpTs, event: event.event, durationTicks, lastMs: nowMs };
    return event.end ? [...done, ...this.#close()] : done;
  }

  /** Closes a digit whose end never came. */
  advance(nowMs: number): readonly ReceivedDigit[] {
    return this.#open !== undefined && nowMs - this.#open.lastMs >= abandonedAfterMs ? this.#close() : [];
  }

  #close(): ReceivedDigit[] {
    const open = this.#open;
    if (open === undefined) return [];
    this.#open = undefined;
    this.#lastEndedTs = open.rtpTs;
    return [{ digit: digits[open.event] ?? '', durationMs: Math.round(open.durationTicks / clockKhz) }];
  }
}

/** The payloads that say one digit, to be sent 20 ms apart under one timestamp, the first with the marker. */
export function digitPayloads(event: number, durationMs: number): readonly Uint8Array[] {
  const frames = Math.max(2, Math.round((durationMs * clockKhz) / frameTicks));
  const updates = Array.from({ length: frames }, (_, index) =>
    serializeTelephoneEvent({ event, end: false, volume: 10, durationTicks: (index + 1) * frameTicks }),
  );
  const end = serializeTelephoneEvent({ event, end: true, volume: 10, durationTicks: frames * frameTicks });
  return [...updates, ...Array.from({ length: endRepeats }, () => end)];
}
