/**
 * Puts the audio of one direction of a leg onto the leg's media clock (samples at 8 kHz), for taps and recordings.
 *
 * Packets are put in order (waiting a little for a late one) and placed by their RTP timestamp, so that loss and
 * pauses leave a hole and nothing slides. The first packet of a stream anchors it at its arrival; a drift between
 * the sender's clock and ours is taken out in steps of a frame. Pure: arrival comes in as samples of our clock.
 */
import { rtpTsDistance, sequenceDistance } from './rtp-packet.ts';

export interface TimelinePacket {
  readonly ssrc: number;
  readonly sequence: number;
  readonly rtpTs: number;
  /** Absent for packets that carry no audio (telephone events, comfort noise): they only keep the order. */
  readonly pcm: Int16Array | undefined;
}

export interface PlacedAudio {
  readonly atSample: number;
  readonly pcm: Int16Array;
  /** Samples of audio that packets lost right before this would have carried. */
  readonly lostSamples: number;
}

const defaultReorderSamples = 480;
const maxWaiting = 32;
const maxSequenceJump = 3000;
/** A timestamp this far ahead of, or behind, our clock is another time base. */
const maxEarlySamples = 1600;
const maxLateSamples = 16_000;
/** The least late packet of this many shows the drift, free of jitter. */
const driftWindowPackets = 50;
const driftSamples = 160;

interface Waiting {
  readonly packet: TimelinePacket;
  readonly sinceSample: number;
}

export class AudioTimeline {
  readonly #reorderSamples: number;
  #ssrc: number | undefined;
  #nextSequence = 0;
  #waiting: Waiting[] = [];
  #anchor: { rtpTs: number; atSample: number } | undefined;
  #endSample = 0;
  #lostPackets = 0;
  #expectedSample = 0;
  #window = { packets: 0, leastLate: Number.POSITIVE_INFINITY };

  /** How long a packet waits for an earlier one that is missing; 60 ms unless told. */
  constructor(options: { readonly reorderSamples: number } = { reorderSamples: defaultReorderSamples }) {
    this.#reorderSamples = options.reorderSamples;
  }

  push(packet: TimelinePacket, nowSample: number): readonly PlacedAudio[] {
    const distance = sequenceDistance(packet.sequence, this.#nextSequence);
    if (packet.ssrc !== this.#ssrc || Math.abs(distance) > maxSequenceJump) return this.#restart(packet, nowSample);
    this.#watchDrift(packet.rtpTs, nowSample);
    if (distance < 0 || this.#waiting.some((one) => one.packet.sequence === packet.sequence)) return [];
    this.#waiting.push({ packet, sinceSample: nowSample });
    this.#waiting.sort((a, b) => sequenceDistance(a.packet.sequence, b.packet.sequence));
    return this.advance(nowSample);
  }

  /** Lets go of packets that have waited long enough for an earlier one. */
  advance(nowSample: number): readonly PlacedAudio[] {
    const placed: PlacedAudio[] = [];
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const missing = sequenceDistance(head.packet.sequence, this.#nextSequence);
      const due = missing <= 0 || this.#waiting.length > maxWaiting || this.#oldestWaited(nowSample);
      if (!due) break;
      this.#waiting.shift();
      this.#lostPackets += Math.max(0, missing);
      this.#place(head.packet, nowSample, placed);
    }
    return placed;
  }

  /** Everything that still waits, in order. */
  flush(nowSample: number): readonly PlacedAudio[] {
    const placed: PlacedAudio[] = [];
    for (const { packet } of this.#waiting.splice(0)) {
      this.#lostPackets += Math.max(0, sequenceDistance(packet.sequence, this.#nextSequence));
      this.#place(packet, nowSample, placed);
    }
    return placed;
  }

  #oldestWaited(nowSample: number): boolean {
    return this.#waiting.some((one) => nowSample - one.sinceSample >= this.#reorderSamples);
  }

  #restart(packet: TimelinePacket, nowSample: number): readonly PlacedAudio[] {
    const placed = [...this.flush(nowSample)];
    this.#ssrc = packet.ssrc;
    this.#nextSequence = packet.sequence;
    this.#anchor = undefined;
    this.#lostPackets = 0;
    this.#place(packet, nowSample, placed);
    return placed;
  }

  #place(packet: TimelinePacket, nowSample: number, placed: PlacedAudio[]): void {
    this.#nextSequence = (packet.sequence + 1) & 0xffff;
    const { pcm } = packet;
    if (pcm === undefined || pcm.length === 0) return;
    const atSample = this.#positionOf(packet.rtpTs, nowSample);
    const overlap = Math.max(0, this.#endSample - atSample);
    const lostSamples = this.#lostPackets > 0 ? Math.max(0, atSample - this.#expectedSample) : 0;
    this.#lostPackets = 0;
    this.#expectedSample = atSample + pcm.length;
    if (overlap >= pcm.length) return;
    this.#endSample = atSample + pcm.length;
    placed.push({ atSample: atSample + overlap, pcm: overlap > 0 ? pcm.slice(overlap) : pcm, lostSamples });
  }

  #positionOf(rtpTs: number, nowSample: number): number {
    const anchor = this.#anchor;
    const atSample = anchor === undefined ? nowSample : anchor.atSample + rtpTsDistance(rtpTs, anchor.rtpTs);
    const late = nowSample - atSample;
    if (anchor !== undefined && late >= -maxEarlySamples && late <= maxLateSamples) {
      // Follow the stream, so that the distance never nears half the range of a timestamp (74 hours).
      this.#anchor = { rtpTs, atSample };
      return atSample;
    }
    // A stream that starts anew never goes back over audio already placed.
    const start = Math.max(Math.round(nowSample), anchor === undefined ? 0 : this.#endSample);
    this.#anchor = { rtpTs, atSample: start };
    this.#window = { packets: 0, leastLate: Number.POSITIVE_INFINITY };
    return start;
  }

  #watchDrift(rtpTs: number, nowSample: number): void {
    if (this.#anchor === undefined) return;
    const late = nowSample - (this.#anchor.atSample + rtpTsDistance(rtpTs, this.#anchor.rtpTs));
    this.#window.leastLate = Math.min(this.#window.leastLate, late);
    this.#window.packets += 1;
    if (this.#window.packets < driftWindowPackets) return;
    const { leastLate } = this.#window;
    this.#window = { packets: 0, leastLate: Number.POSITIVE_INFINITY };
    if (Math.abs(leastLate) < driftSamples || Math.abs(leastLate) > maxLateSamples) return;
    this.#anchor = { rtpTs: this.#anchor.rtpTs, atSample: this.#anchor.atSample + Math.round(leastLate) };
  }
}
