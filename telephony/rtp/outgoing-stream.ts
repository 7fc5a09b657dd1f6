/**
 * The one stream that a leg hears, put together from changing sources (a prompt, music, the other party).
 *
 * Within a source the gaps of its sequence numbers and timestamps are kept, so that the far end sees real loss
 * and can conceal it; at a change of source both go on without a jump back, and the marker bit is set.
 * Pure: time comes in as samples of a steady 8 kHz clock.
 */
import { rtpTsDistance, sequenceDistance } from './rtp-packet.ts';

export interface SourcePacket {
  /** Identifies the source; a change starts a new mapping. */
  readonly source: string;
  readonly sequence: number;
  readonly rtpTs: number;
  readonly marker: boolean;
}

export interface OutgoingNumbers {
  readonly sequence: number;
  readonly rtpTs: number;
  readonly marker: boolean;
}

interface Mapping {
  source: string;
  sequenceOffset: number;
  tsOffset: number;
  firstSequence: number;
  lastSourceSequence: number;
  lastSourceTs: number;
}

/** Beyond this the source itself has started anew. */
const maxSequenceJump = 3000;
const maxTsJumpTicks = 80_000;
const frameTicks = 160;

export class OutgoingStream {
  #sequence: number;
  #rtpTs: number;
  #tsAtSample: number | undefined;
  #mapping: Mapping | undefined;

  /** First numbers should be random (RFC 3550 section 5.1). */
  constructor(first: { sequence: number; rtpTs: number }) {
    this.#sequence = first.sequence & 0xffff;
    this.#rtpTs = first.rtpTs >>> 0;
  }

  /** Numbers for a packet of `source`, or `undefined` when it is a straggler from before the change of source. */
  next(packet: SourcePacket, nowSample: number): OutgoingNumbers | undefined {
    const fresh = !this.#continues(packet);
    const mapping = fresh ? this.#startMapping(packet, nowSample) : this.#mapping;
    if (mapping === undefined || sequenceDistance(packet.sequence, mapping.firstSequence) < 0) return undefined;
    this.#follow(mapping, packet);
    const sequence = (packet.sequence + mapping.sequenceOffset) & 0xffff;
    const rtpTs = (packet.rtpTs + mapping.tsOffset) >>> 0;
    if (fresh || sequenceDistance(sequence, this.#sequence) > 0) this.#sequence = sequence;
    if (fresh || rtpTsDistance(rtpTs, this.#rtpTs) > 0) {
      this.#rtpTs = rtpTs;
      this.#tsAtSample = nowSample;
    }
    return { sequence, rtpTs, marker: packet.marker || fresh };
  }

  /** A packet of the source that is not passed on: the numbers close up, so that it is not taken for loss. */
  omit(packet: SourcePacket): void {
    if (this.#mapping === undefined || !this.#continues(packet)) return;
    this.#follow(this.#mapping, packet);
    this.#mapping.sequenceOffset = (this.#mapping.sequenceOffset - 1) & 0xffff;
  }

  /** The timestamp that belongs to `nowSample` (for sender reports). */
  rtpTsAt(nowSample: number): number {
    return (this.#rtpTs + Math.max(0, nowSample - (this.#tsAtSample ?? nowSample))) >>> 0;
  }

  #continues(packet: SourcePacket): boolean {
    const mapping = this.#mapping;
    return (
      mapping?.source === packet.source &&
      Math.abs(sequenceDistance(packet.sequence, mapping.lastSourceSequence)) <= maxSequenceJump &&
      Math.abs(rtpTsDistance(packet.rtpTs, mapping.lastSourceTs)) <= maxTsJumpTicks
    );
  }

  #follow(mapping: Mapping, packet: SourcePacket): void {
    if (sequenceDistance(packet.sequence, mapping.lastSourceSequence) > 0) mapping.lastSourceSequence = packet.sequence;
    if (rtpTsDistance(packet.rtpTs, mapping.lastSourceTs) > 0) mapping.lastSourceTs = packet.rtpTs;
  }

  #startMapping(packet: SourcePacket, nowSample: number): Mapping {
    // The very first packet uses the first numbers; later ones go on from the last, by the time that has passed.
    const started = this.#tsAtSample !== undefined;
    const elapsed = Math.max(frameTicks, Math.round(nowSample - (this.#tsAtSample ?? nowSample)));
    const sequence = started ? this.#sequence + 1 : this.#sequence;
    const rtpTs = started ? this.#rtpTs + elapsed : this.#rtpTs;
    this.#mapping = {
      source: packet.source,
      sequenceOffset: (sequence - packet.sequence) & 0xffff,
      tsOffset: (rtpTs - packet.rtpTs) >>> 0,
      firstSequence: packet.sequence,
      lastSourceSequence: packet.sequence,
      lastSourceTs: packet.rtpTs,
    };
    return this.#mapping;
  }
}
