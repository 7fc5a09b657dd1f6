/** One RTP stream of a phone: sends PCMA every 20 ms from a source, receives, measures. */
import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { decodeG711, encodeG711, silenceOctet, type Law } from '../../telephony/rtp/g711.ts';
import { parseRtp, rtpTsDistance, serializeRtp, type RtpPacket } from '../../telephony/rtp/rtp-packet.ts';
import { digitPayloads, DigitReceiver, eventOfDigit, type ReceivedDigit } from '../../telephony/rtp/telephone-event.ts';
import type { NegotiatedAudio } from '../../telephony/sdp/offer-answer.ts';
import { RATE_HZ } from './audio.ts';
import type { Pacer } from './pacer.ts';

const FRAME_SAMPLES = 160;
/** Heard audio kept for `heard` at most: 30 minutes. */
const MAX_HEARD_SAMPLES = 30 * 60 * RATE_HZ;

/** A timestamp that differs more than this from the time of arrival is another time base. */
const MAX_JUMP_SAMPLES = 2 * RATE_HZ;

export interface ArrivalStats {
  readonly packets: number;
  /** Milliseconds between one audio packet and the next, as they came; at most the last 100,000. */
  readonly gapsMs: readonly number[];
  /** Milliseconds since `performance.timeOrigin` of the first packet; undefined before. */
  readonly firstPacketAtMs: number | undefined;
  /** Likewise of the first packet that is not silence. */
  readonly firstSoundAtMs: number | undefined;
  readonly lostPackets: number;
}

interface Heard {
  readonly atMs: number;
  /** Position on the heard time line. */
  readonly atSample: number;
  readonly pcm: Int16Array;
}

interface Playing {
  readonly pcm: Int16Array;
  readonly loop: boolean;
  readonly onDone: () => void;
  at: number;
}

export class RtpStream {
  readonly #socket: Socket;
  readonly #pacer: Pacer;
  readonly #onDigit: (digit: ReceivedDigit) => void;
  readonly #ssrc = randomInt(2 ** 32);
  readonly #digitReceiver = new DigitReceiver();
  readonly #heard: Heard[] = [];
  readonly #gapsMs: number[] = [];
  #sequence = randomInt(2 ** 16);
  #rtpTs = randomInt(2 ** 32);
  #negotiated: NegotiatedAudio | undefined;
  #playing: Playing | undefined;
  #digits: { payloads: readonly Uint8Array[]; at: number; rtpTs: number }[] = [];
  #stopPacing: (() => void) | undefined;
  #sending = true;
  #last: { packet: RtpPacket; atMs: number; atSample: number } | undefined;
  #packets = 0;
  #lost = 0;
  #firstPacketAtMs: number | undefined;
  #firstSoundAtMs: number | undefined;

  private constructor(socket: Socket, pacer: Pacer, onDigit: (digit: ReceivedDigit) => void) {
    this.#socket = socket;
    this.#pacer = pacer;
    this.#onDigit = onDigit;
    socket.on('message', (bytes) => {
      this.#receive(bytes);
    });
    // A port that is not open yet answers with ICMP; the next packet may get through.
    socket.on('error', () => undefined);
  }

  /** Binds a port of its own. */
  static async open(bind: string, pacer: Pacer, onDigit: (digit: ReceivedDigit) => void): Promise<RtpStream> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, bind, resolve);
    });
    socket.removeAllListeners('error');
    return new RtpStream(socket, pacer, onDigit);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Begins to send; again when the far end moves. */
  connect(negotiated: NegotiatedAudio): void {
    this.#negotiated = negotiated;
    this.#stopPacing ??= this.#pacer.add(() => {
      this.#sendFrame();
    });
  }

  /** Plays samples; resolves at their end, or when something else is played. Silence is sent in between. */
  play(pcm: Int16Array, loop = false): Promise<void> {
    this.#playing?.onDone();
    return new Promise((resolve) => {
      this.#playing = { pcm, loop, at: 0, onDone: resolve };
    });
  }

  stopPlaying(): void {
    this.#playing?.onDone();
    this.#playing = undefined;
  }

  /** `false` sends nothing at all any more, as a phone that died. */
  setSending(sending: boolean): void {
    this.#sending = sending;
  }

  sendDigit(digit: string, lengthMs = 120): void {
    const event = eventOfDigit(digit);
    if (event === undefined) throw new Error(`"${digit}" is not a digit of a telephone`);
    this.#digits.push({ payloads: digitPayloads(event, lengthMs), at: 0, rtpTs: 0 });
  }

  /** What was heard in the last milliseconds, by time of arrival, without silence for what was lost. */
  heardLast(lengthMs: number): Int16Array {
    const sinceMs = performance.now() - lengthMs;
    const from = this.#heard.findIndex((h) => h.atMs >= sinceMs);
    return join(from < 0 ? [] : this.#heard.slice(from).map((h) => h.pcm));
  }

  /** Everything heard, placed in time. */
  heard(): Int16Array {
    const last = this.#heard.at(-1);
    const pcm = new Int16Array(Math.min(last === undefined ? 0 : last.atSample + last.pcm.length, MAX_HEARD_SAMPLES));
    for (const part of this.#heard) {
      if (part.atSample + part.pcm.length <= pcm.length) pcm.set(part.pcm, part.atSample);
    }
    return pcm;
  }

  stats(): ArrivalStats {
    return {
      packets: this.#packets,
      gapsMs: [...this.#gapsMs],
      firstPacketAtMs: this.#firstPacketAtMs,
      firstSoundAtMs: this.#firstSoundAtMs,
      lostPackets: this.#lost,
    };
  }

  async close(): Promise<void> {
    this.#stopPacing?.();
    this.stopPlaying();
    await new Promise<void>((resolve) => {
      this.#socket.close(resolve);
    });
  }

  #sendFrame(): void {
    this.#rtpTs = (this.#rtpTs + FRAME_SAMPLES) >>> 0;
    const { remote, farMayReceive = false, codec } = this.#negotiated ?? {};
    if (remote === undefined || codec === undefined || !farMayReceive || !this.#sending) return;
    const frame = this.#nextDigitFrame() ?? {
      payloadType: codec.payloadType,
      marker: false,
      rtpTs: this.#rtpTs,
      payload: this.#nextAudio(codec.law),
    };
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#socket.send(
      serializeRtp({ ...frame, sequence: this.#sequence, ssrc: this.#ssrc }),
      remote.port,
      remote.address,
    );
  }

  #nextAudio(law: Law): Uint8Array {
    const playing = this.#playing;
    const frame = new Int16Array(FRAME_SAMPLES);
    if (playing === undefined) return new Uint8Array(FRAME_SAMPLES).fill(silenceOctet[law]);
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      if (playing.at >= playing.pcm.length && playing.loop) playing.at = 0;
      frame[i] = playing.pcm[playing.at] ?? 0;
      playing.at += 1;
    }
    if (playing.at >= playing.pcm.length && !playing.loop) this.stopPlaying();
    return encodeG711(law, frame);
  }

  #nextDigitFrame(): { payloadType: number; marker: boolean; rtpTs: number; payload: Uint8Array } | undefined {
    const digit = this.#digits[0];
    const payloadType = this.#negotiated?.eventPayloadType;
    if (digit === undefined || payloadType === undefined) return undefined;
    const first = digit.at === 0;
    if (first) digit.rtpTs = this.#rtpTs;
    const payload = digit.payloads[digit.at] ?? new Uint8Array(4);
    digit.at += 1;
    if (digit.at >= digit.payloads.length) this.#digits.shift();
    return { payloadType, marker: first, rtpTs: digit.rtpTs, payload };
  }

  #receive(bytes: Uint8Array): void {
    const packet = parseRtp(bytes);
    const atMs = performance.now();
    const { codec, eventPayloadType } = this.#negotiated ?? {};
    if (packet === undefined) return;
    if (packet.payloadType === eventPayloadType) {
      for (const digit of this.#digitReceiver.push(packet, atMs)) this.#onDigit(digit);
    } else if (packet.payloadType === (codec?.payloadType ?? 8)) this.#receiveAudio(packet, atMs, codec?.law ?? 'pcma');
  }

  #receiveAudio(packet: RtpPacket, atMs: number, law: Law): void {
    const last = this.#last;
    const pcm = decodeG711(law, packet.payload);
    this.#packets += 1;
    this.#firstPacketAtMs ??= atMs;
    if (this.#firstSoundAtMs === undefined && pcm.some((s) => Math.abs(s) > 64)) this.#firstSoundAtMs = atMs;
    if (last !== undefined) this.#gapsMs.push(atMs - last.atMs);
    if (this.#gapsMs.length > 100_000) this.#gapsMs.shift();
    const follows = last?.packet.ssrc === packet.ssrc;
    if (follows) this.#lost += Math.max(0, ((packet.sequence - last.packet.sequence - 1) << 16) >> 16);
    const byArrival = Math.round(((atMs - (last?.atMs ?? atMs)) * RATE_HZ) / 1_000);
    const byTs = follows ? rtpTsDistance(packet.rtpTs, last.packet.rtpTs) : byArrival;
    // FreeSWITCH begins a new time base, under the same SSRC, with each source that it plays or joins.
    const advance = Math.abs(byTs - byArrival) > MAX_JUMP_SAMPLES ? byArrival : byTs;
    const atSample = last === undefined ? 0 : last.atSample + advance;
    if (atSample < 0 || atSample > MAX_HEARD_SAMPLES) return;
    this.#heard.push({ atMs, atSample, pcm });
    if (last === undefined || advance > 0) this.#last = { packet, atMs, atSample };
  }
}

function join(parts: readonly Int16Array[]): Int16Array {
  const pcm = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    pcm.set(part, at);
    at += part.length;
  }
  return pcm;
}
