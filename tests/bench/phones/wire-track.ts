/**
 * What passed one port in one direction, in columns of numbers: the telephones run at real-time priority, and collecting
 * the garbage of a hundred thousand packets there stops every other program of the machine for up to 240 ms.
 */
import type { RtpPacket } from '../../../telephony/rtp/rtp-packet.ts';

export interface WirePacket {
  /** Of the monotonic clock of this process. */
  readonly atMs: number;
  /** Of the clock that all processes of the machine share. */
  readonly wallMs: number;
  readonly rtpTs: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** Twenty milliseconds of G.711, and room for sixty. */
const PAYLOAD_BYTES = 480;
/** A minute of packets of twenty milliseconds; doubled when it is over. */
const FIRST_CAPACITY = 3_000;

export class WireTrack {
  #atMs = new Float64Array(FIRST_CAPACITY);
  #wallMs = new Float64Array(FIRST_CAPACITY);
  /** RTP timestamp, sequence number and length of the payload, three of each packet. */
  #numbers = new Uint32Array(3 * FIRST_CAPACITY);
  #payloads = new Uint8Array(PAYLOAD_BYTES * FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(atMs: number, wallMs: number, packet: Pick<RtpPacket, 'rtpTs' | 'sequence' | 'payload'>): void {
    const i = this.#length;
    if (i === this.#atMs.length) this.#grow();
    const size = Math.min(packet.payload.length, PAYLOAD_BYTES);
    this.#atMs[i] = atMs;
    this.#wallMs[i] = wallMs;
    this.#numbers[3 * i] = packet.rtpTs;
    this.#numbers[3 * i + 1] = packet.sequence;
    this.#numbers[3 * i + 2] = size;
    this.#payloads.set(packet.payload.subarray(0, size), i * PAYLOAD_BYTES);
    this.#length = i + 1;
  }

  /** A packet; its payload is a view. */
  at(i: number): WirePacket | undefined {
    if (i < 0 || i >= this.#length) return undefined;
    const [rtpTs = 0, sequence = 0, size = 0] = this.#numbers.subarray(3 * i, 3 * i + 3);
    return {
      atMs: this.#atMs[i] ?? 0,
      wallMs: this.#wallMs[i] ?? 0,
      rtpTs,
      sequence,
      payload: this.#payloads.subarray(i * PAYLOAD_BYTES, i * PAYLOAD_BYTES + size),
    };
  }

  /** All packets as objects: for after the measuring. */
  packets(): readonly WirePacket[] {
    return Array.from({ length: this.#length }, (_, i) => this.at(i)).filter((p) => p !== undefined);
  }

  #grow(): void {
    this.#atMs = doubled(this.#atMs);
    this.#wallMs = doubled(this.#wallMs);
    this.#numbers = doubled(this.#numbers);
    this.#payloads = doubled(this.#payloads);
  }
}

function doubled<T extends Float64Array | Uint32Array | Uint8Array>(column: T): T {
  const made = new (column.constructor as new (length: number) => T)(column.length * 2);
  made.set(column);
  return made;
}
