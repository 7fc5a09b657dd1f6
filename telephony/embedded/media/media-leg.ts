/** One leg: its transport, what it sends and hears, its digits, play, tap and recording. Lives in the media thread. */
import { randomInt } from 'node:crypto';
import { noiseLevelOf } from '../../rtp/comfort-noise.ts';
import { decodeG711, encodeG711, translateG711 } from '../../rtp/g711.ts';
import type { Law } from '../../rtp/g711.ts';
import { frameSamples } from '../../rtp/jitter-buffer.ts';
import { InbandDigits } from '../../rtp/inband-digits.ts';
import { mixed } from '../../rtp/mix.ts';
import { OutgoingStream } from '../../rtp/outgoing-stream.ts';
import type { SourcePacket } from '../../rtp/outgoing-stream.ts';
import type { RtpPacket } from '../../rtp/rtp-packet.ts';
import { DigitReceiver, eventOfDigit } from '../../rtp/telephone-event.ts';
import type { ReceivedDigit } from '../../rtp/telephone-event.ts';
import { offeredEventPayloadType } from '../../sdp/offer-answer.ts';
import type { NegotiatedAudio } from '../../sdp/offer-answer.ts';
import type { MediaTransport, TransportSink } from '../../webrtc/media-transport.ts';
import { DigitSender } from './digit-sender.ts';
import { audioContent, eventContent, LegAudio, noiseContent } from './leg-audio.ts';
import type { PacketContent } from './leg-audio.ts';
import { LegReports } from './leg-reports.ts';
import type { LegQuality } from './leg-reports.ts';
import type { MediaEvent, MediaLegOptions } from './media-engine.ts';
import { NoiseFiller } from './noise-filler.ts';
import type { PlayFrame, Player } from './player.ts';
import { Voice } from './voice.ts';

export interface MediaLegContext {
  readonly emit: (event: MediaEvent) => void;
  /** A steady clock in milliseconds. */
  readonly now: () => number;
  readonly makeTransport: (sink: TransportSink) => MediaTransport;
}

/** What a leg hears at once besides its own prompts. */
export interface MixInputs {
  readonly parties: readonly MediaLeg[];
  /** Legs whose prompts and music are heard, too. */
  readonly playsOf: readonly MediaLeg[];
}

const samplesPerMs = 8;
/** Of comfort noise without a level, in -dBov. */
const quietestLevel = 127;

export class MediaLeg {
  readonly options: MediaLegOptions;
  readonly transport: MediaTransport;
  readonly audio = new LegAudio();
  readonly #context: MediaLegContext;
  readonly #bornMs: number;
  readonly #out = new OutgoingStream({ sequence: randomInt(0x8000), rtpTs: randomInt(0x7fff_ffff) });
  readonly #reports: LegReports;
  readonly #digits = new DigitReceiver();
  readonly #inbandDigits: InbandDigits | undefined;
  readonly #digitSender = new DigitSender();
  #negotiated: NegotiatedAudio | undefined;
  #player: Player | undefined;
  #isUp = false;
  #isLost = false;
  #lastHeardMs: number;
  #source = { ssrc: -1, name: '' };
  #unwantedPackets = 0;
  /** In place of the other party while it sends comfort noise. */
  readonly #filler = new NoiseFiller(randomInt(1, 0x7fff_ffff));
  #relayTo: readonly MediaLeg[] = [];
  #mixedBy: readonly MediaLeg[] = [];
  /** Kept while somebody mixes what this leg's party says. */
  #voice: Voice | undefined;
  #mix: MixInputs | undefined;
  #mixFrames = 0;
  #mixSerial = 0;
  #played: { tick: number; frame: PlayFrame | undefined } = { tick: -1, frame: undefined };

  constructor(options: MediaLegOptions, context: MediaLegContext) {
    this.options = options;
    this.#context = context;
    this.#inbandDigits = options.inbandDigits === true ? new InbandDigits() : undefined;
    this.#bornMs = context.now();
    this.#lastHeardMs = this.#bornMs;
    this.transport = context.makeTransport({
      onRtp: (packet) => {
        this.#onRtp(packet);
      },
      onRtcp: (bytes) => {
        this.#lastHeardMs = context.now();
        this.#isLost = false;
        this.#reports.received(bytes, context.now());
      },
    });
    this.#reports = new LegReports({ ssrc: this.transport.ssrc, cname: `leg-${this.transport.ssrc}` }, this.#bornMs);
  }

  /** The leg's media clock, in samples. */
  nowSample(nowMs = this.#context.now()): number {
    return (nowMs - this.#bornMs) * samplesPerMs;
  }

  get player(): Player | undefined {
    return this.#player;
  }

  /** Takes the result of an offer and answer, the first one or a later one. */
  negotiated(audio: NegotiatedAudio): void {
    // Silence counts from when the far end may send.
    if (this.#negotiated?.farMaySend !== true) this.#lastHeardMs = this.#context.now();
    this.#negotiated = audio;
  }

  startPlay(player: Player): void {
    this.stopPlay('stopped');
    this.#player = player;
  }

  stopPlay(reason: 'completed' | 'stopped' | 'failed'): void {
    const player = this.#player;
    if (player === undefined) return;
    this.#player = undefined;
    this.#context.emit({ type: 'play-finished', legId: this.options.legId, playId: player.playId, reason });
  }

  /** False when the far end takes no events, or too many digits wait. */
  sendDigit(event: number): boolean {
    return this.#negotiated?.eventPayloadType !== undefined && this.#digitSender.add(event);
  }

  /** Who gets this leg's packets as they come, and who mixes them. */
  setListeners(relayTo: readonly MediaLeg[], mixedBy: readonly MediaLeg[]): void {
    this.#relayTo = relayTo;
    this.#mixedBy = mixedBy;
    if (mixedBy.length === 0) this.#voice = undefined;
    else this.#voice ??= new Voice();
  }

  /** It hears others from now on: whoever was silent may not be among them. */
  rewired(): void {
    this.#filler.end();
  }

  /** What this leg hears as a mix; `undefined` when it hears one party or nobody. */
  setMix(mix: MixInputs | undefined): void {
    // A mix that begins is a new source of the outgoing stream.
    if (this.#mix === undefined && mix !== undefined) this.#mixSerial += 1;
    this.#mix = mix;
  }

  /** What the leg's party says in a beat. */
  voiceFrame(tick: number): Int16Array | undefined {
    return this.#voice?.frame(tick, this.nowSample());
  }

  /** What is played to the leg in a beat; asked for by the leg itself and by whoever listens in. */
  playFrame(tick: number): PlayFrame | undefined {
    if (this.#played.tick !== tick) this.#played = { tick, frame: this.#nextPlayFrame(tick) };
    return this.#played.frame;
  }

  /** One beat of 20 ms. */
  tick(tick: number): void {
    if (this.#digitSender.isActive) this.#sendDigitFrame();
    if (this.#mix !== undefined) this.#sendMix(this.#mix, tick);
    else if (this.#player !== undefined) this.#sendPlay(this.#player, tick);
    else this.#sendNoise(tick);
    if (this.#digits.isOpen) this.#announce(this.#digits.advance(this.#context.now()));
    if (this.audio.isOpen) this.audio.advance(this.nowSample());
  }

  /** A few times a second: reports, silence. */
  housekeeping(): void {
    const nowMs = this.#context.now();
    if (this.transport.isReady) {
      const report = this.#reports.due(nowMs, { out: this.#out, nowSample: this.nowSample() });
      if (report !== undefined) {
        this.transport.sendRtcp(report);
        this.#tellQuality(false);
      }
    }
    const silentMs = nowMs - this.#lastHeardMs;
    const { mediaTimeoutMs, legId } = this.options;
    if (mediaTimeoutMs === 0 || this.#isLost || this.#negotiated?.farMaySend !== true) return;
    if (silentMs < mediaTimeoutMs) return;
    this.#isLost = true;
    this.#context.emit({ type: 'media-lost', legId, silentMs: Math.round(silentMs) });
  }

  /** Figures of the whole leg, unless it never had media. */
  tellFinalQuality(): void {
    if (this.#isUp || this.transport.isReady) this.#tellQuality(true);
  }

  #tellQuality(isFinal: boolean): void {
    const figures = isFinal ? this.#reports.total() : this.#reports.latest();
    this.#context.emit({ type: 'quality', legId: this.options.legId, isFinal, ...figures });
  }

  quality(): LegQuality {
    return this.#reports.quality(this.transport.ignoredPackets + this.#unwantedPackets);
  }

  /** Audio or an event of the other party, on arrival. */
  relay(packet: RtpPacket, from: { source: string; content: PacketContent; nowMs: number }): void {
    // A prompt or a digit is a source of its own; the relay starts a new run of numbers after it.
    if (this.#player !== undefined || this.#digitSender.isActive) return;
    const { sequence, rtpTs, marker } = packet;
    const numbers: SourcePacket = { source: from.source, sequence, rtpTs, marker };
    if (!this.#maySend()) {
      // What a far end on hold is not sent is not lost: without this its reports would count it.
      this.#out.omit(numbers);
      return;
    }
    const { content } = from;
    if (content.type === 'noise') this.#filler.begin(noiseLevelOf(packet.payload) ?? quietestLevel);
    else this.#filler.end();
    if (content.type === 'audio') {
      this.#send(numbers, translateG711(content.law, this.#law(), packet.payload), content.type, from.nowMs);
    } else if (content.type === 'event' && this.#negotiated?.eventPayloadType !== undefined) {
      this.#send(numbers, packet.payload, content.type, from.nowMs);
    } else this.#out.omit(numbers);
  }

  #onRtp(packet: RtpPacket): void {
    const content = this.#contentOf(packet.payloadType);
    if (content === undefined) {
      this.#unwantedPackets += 1;
      return;
    }
    const nowMs = this.#context.now();
    this.#lastHeardMs = nowMs;
    this.#isLost = false;
    this.#reports.stats.push(packet, nowMs);
    // A page on hold may go on sending its microphone; what it may not send nobody hears.
    if (this.#negotiated?.farMaySend === false) {
      this.#unwantedPackets += 1;
      return;
    }
    if (content.type === 'audio') this.#noteUp();
    if (content.type === 'event') this.#announce(this.#digits.push(packet, nowMs));
    else this.#listenForDigits(packet, content);
    if (this.audio.isOpen) this.audio.take('said', packet, { content, nowSample: this.nowSample(nowMs) });
    this.#passOn(packet, content, nowMs);
  }

  #passOn(packet: RtpPacket, content: PacketContent, nowMs: number): void {
    for (const listener of this.#relayTo) {
      listener.relay(packet, { source: this.#sourceName(packet.ssrc), content, nowMs });
    }
    if (this.#voice === undefined) return;
    const pcm = content.type === 'audio' ? decodeG711(content.law, packet.payload) : undefined;
    const { ssrc, sequence, rtpTs } = packet;
    this.#voice.take({ ssrc, sequence, rtpTs, pcm }, this.nowSample(nowMs));
  }

  /** A far end that agreed on telephone events would have each digit counted twice. */
  #listenForDigits(packet: RtpPacket, content: PacketContent): void {
    if (this.#inbandDigits === undefined || content.type !== 'audio') return;
    if (this.#negotiated?.eventPayloadType !== undefined) return;
    // Who hears this party hears the tones themselves: they are told upwards only.
    for (const { digit, durationMs } of this.#inbandDigits.push(decodeG711(content.law, packet.payload))) {
      this.#context.emit({ type: 'digit', legId: this.options.legId, digit, durationMs });
    }
  }

  #noteUp(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#context.emit({ type: 'media-up', legId: this.options.legId });
  }

  #announce(digits: readonly ReceivedDigit[]): void {
    for (const { digit, durationMs } of digits) {
      this.#context.emit({ type: 'digit', legId: this.options.legId, digit, durationMs });
      // In a mix there are no packets to pass on; who hears this party gets the digit anew.
      const event = eventOfDigit(digit);
      if (event !== undefined) for (const listener of this.#mixedBy) listener.sendDigit(event);
    }
  }

  #contentOf(payloadType: number): PacketContent | undefined {
    const agreed = this.#negotiated;
    if (payloadType === agreed?.eventPayloadType || payloadType === offeredEventPayloadType) return eventContent;
    if (payloadType === agreed?.codec.payloadType) return audioContent[agreed.codec.law];
    if (payloadType === 8) return audioContent.pcma;
    if (payloadType === 0) return audioContent.pcmu;
    // RFC 3551 section 6: comfort noise is payload type 13.
    return payloadType === 13 ? noiseContent : undefined;
  }

  #sourceName(ssrc: number): string {
    if (this.#source.ssrc !== ssrc) this.#source = { ssrc, name: `${this.options.legId}:${ssrc}` };
    return this.#source.name;
  }

  #nextPlayFrame(tick: number): PlayFrame | undefined {
    const player = this.#player;
    // The caller is to hear the beginning, so nothing is used up before there is a way to send.
    if (player === undefined || (!player.hasStarted && !this.transport.isReady)) return undefined;
    const first = !player.hasStarted;
    const frame = player.next(tick);
    if (frame === undefined) this.stopPlay('completed');
    else if (first) {
      this.#context.emit({ type: 'play-started', legId: this.options.legId, playId: player.playId });
    }
    return frame;
  }

  #sendPlay(player: Player, tick: number): void {
    const frame = this.playFrame(tick);
    if (frame === undefined || this.#digitSender.isActive || !this.#maySend()) return;
    this.#send({ ...frame, source: player.source, marker: false }, encodeG711(this.#law(), frame.pcm), 'audio');
  }

  #sendNoise(tick: number): void {
    const frame = this.#filler.next(tick);
    if (frame === undefined || this.#digitSender.isActive || !this.#maySend()) return;
    this.#send(frame, encodeG711(this.#law(), frame.pcm), 'audio');
  }

  #sendMix(mix: MixInputs, tick: number): void {
    const frames = [
      this.playFrame(tick)?.pcm,
      ...mix.parties.map((party) => party.voiceFrame(tick)),
      ...mix.playsOf.map((leg) => leg.playFrame(tick)?.pcm),
    ].filter((frame) => frame !== undefined);
    if (this.#digitSender.isActive || !this.#maySend()) return;
    this.#mixFrames += 1;
    const numbers = { sequence: this.#mixFrames & 0xffff, rtpTs: (tick * frameSamples) >>> 0, marker: false };
    const payload = encodeG711(this.#law(), mixed(frames, frameSamples));
    this.#send({ ...numbers, source: `mix:${this.#mixSerial}` }, payload, 'audio');
  }

  #sendDigitFrame(): void {
    const frame = this.#digitSender.next();
    if (frame === undefined || !this.#maySend()) return;
    this.#send({ ...frame, rtpTs: 0 }, frame.payload, 'event');
  }

  #maySend(): boolean {
    return this.transport.isReady && this.#negotiated?.farMayReceive === true;
  }

  #law(): Law {
    return this.#negotiated?.codec.law ?? 'pcma';
  }

  #send(from: SourcePacket, payload: Uint8Array, type: 'audio' | 'event', nowMs = this.#context.now()): void {
    const agreed = this.#negotiated;
    const payloadType = type === 'audio' ? agreed?.codec.payloadType : agreed?.eventPayloadType;
    const nowSample = this.nowSample(nowMs);
    const numbers = this.#out.next(from, nowSample);
    if (numbers === undefined || payloadType === undefined) return;
    const { sequence, rtpTs, marker } = numbers;
    const packet: RtpPacket = { payloadType, marker, sequence, rtpTs, ssrc: this.transport.ssrc, payload };
    this.transport.sendRtp(packet);
    this.#reports.sent(packet);
    if (!this.audio.isOpen) return;
    const content = type === 'audio' ? audioContent[this.#law()] : eventContent;
    this.audio.take('heard', packet, { content, nowSample });
  }
}
