/** The media engine itself, on the thread it is made on. The switch uses it through a worker (`createMediaEngine`). */
import type { Logger } from 'pino';
import { eventOfDigit } from '../../rtp/telephone-event.ts';
import type { NegotiatedAudio } from '../../sdp/offer-answer.ts';
import type { MediaTransport, TransportSink } from '../../webrtc/media-transport.ts';
import type { LegQuality } from './leg-reports.ts';
import type { Hearing, MediaEngine, MediaEngineOptions, MediaEvent, MediaLegOptions } from './media-engine.ts';
import { MediaLeg } from './media-leg.ts';
import { Player } from './player.ts';
import { PortAllocator } from './port-allocator.ts';
import { PromptStore } from './prompt-store.ts';
import { Recording } from './recording.ts';
import { Ticker } from './ticker.ts';
import { UdpTransport } from './udp-transport.ts';
import { Wiring } from './wiring.ts';

export interface PlayRequest {
  readonly playId: string;
  readonly files: readonly string[];
  readonly repeat: 'once' | 'forever';
}

const housekeepingTicks = 10;
const recordingFlushTicks = 25;

export class LocalMediaEngine implements MediaEngine {
  readonly #options: MediaEngineOptions;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #legs = new Map<string, MediaLeg>();
  /** Legs whose sockets are being made. */
  readonly #opening = new Set<string>();
  readonly #listeners = new Set<(event: MediaEvent) => void>();
  readonly #ports: PortAllocator;
  readonly #prompts = new PromptStore();
  readonly #wiring = new Wiring();
  readonly #ticker: Ticker;
  #playSerial = 0;

  constructor(options: MediaEngineOptions, logger: Logger, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#logger = logger;
    this.#now = now;
    this.#ports = new PortAllocator(options.bindAddress, { min: options.rtpPortMin, max: options.rtpPortMax });
    this.#ticker = new Ticker((tick) => {
      this.#onTick(tick);
    }, now);
  }

  subscribe(listener: (event: MediaEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async createOffer(options: MediaLegOptions): Promise<string> {
    return this.#negotiate(options, (leg) => leg.transport.createOffer());
  }

  async acceptAnswer(legId: string, sdp: string): Promise<void> {
    const leg = this.#leg(legId);
    leg.negotiated(await leg.transport.acceptAnswer(sdp));
  }

  async answerOffer(options: MediaLegOptions, sdp: string): Promise<string> {
    return this.#negotiate(options, async (leg) => {
      const answer: { sdp: string; negotiated: NegotiatedAudio } = await leg.transport.answerOffer(sdp);
      leg.negotiated(answer.negotiated);
      return answer.sdp;
    });
  }

  /** Closing a leg that is gone is harmless. */
  async closeLeg(legId: string): Promise<void> {
    const leg = this.#legs.get(legId);
    if (leg === undefined) return;
    this.#legs.delete(legId);
    if (this.#legs.size === 0) this.#ticker.stop();
    if (this.#wiring.remove(leg)) this.#wiring.apply(this.#legs.values());
    leg.stopPlay('stopped');
    leg.audio.stopTap(leg.nowSample());
    leg.tellFinalQuality();
    await this.#finishRecording(leg);
    await leg.transport.close();
  }

  async connect(hearings: readonly Hearing[]): Promise<void> {
    const wanted = hearings.map((one) => ({
      leg: this.#leg(one.legId),
      endsPlay: one.endsPlay,
      parties: one.hears.map((legId) => this.#leg(legId)),
      playsOf: one.hearsPlaysOf.map((legId) => this.#leg(legId)),
    }));
    if (wanted.some(({ leg, parties }) => parties.includes(leg))) throw new Error('a leg cannot hear itself');
    for (const { leg, parties, playsOf, endsPlay } of wanted) {
      if (endsPlay) leg.stopPlay('stopped');
      this.#wiring.set(leg, parties, playsOf);
    }
    this.#wiring.apply(this.#legs.values());
    return Promise.resolve();
  }

  async play(legId: string, request: PlayRequest): Promise<void> {
    const leg = this.#leg(legId);
    leg.stopPlay('stopped');
    try {
      const pieces = await Promise.all(request.files.map((file) => this.#prompts.load(file)));
      if (pieces.every((piece) => piece.length === 0)) throw new Error('there is nothing to play');
      this.#playSerial += 1;
      const forever = request.repeat === 'forever';
      // The leg may have ended while the files were read.
      this.#leg(legId).startPlay(new Player({ playId: request.playId, pieces, forever, serial: this.#playSerial }));
    } catch (error) {
      this.#logger.warn({ err: error, legId, playId: request.playId }, 'media: play failed');
      this.#emit({ type: 'play-finished', legId, playId: request.playId, reason: 'failed' });
    }
  }

  async stopPlay(legId: string): Promise<void> {
    this.#leg(legId).stopPlay('stopped');
    return Promise.resolve();
  }

  async startRecording(legId: string, path: string): Promise<void> {
    const leg = this.#leg(legId);
    if (leg.audio.recording !== undefined) throw new Error('the leg is being recorded already');
    const recording = await Recording.create({
      path,
      nowSample: () => leg.nowSample(),
      onFailure: (error) => {
        this.#logger.error({ err: error, legId }, 'media: recording ended by a disk error');
        void this.#finishRecording(leg);
      },
    });
    if (this.#legs.get(legId) !== leg || !leg.audio.startRecording(recording)) {
      await recording.finish(recording.fromSample);
      throw new Error('the leg ended before its recording began');
    }
    this.#emit({ type: 'recording-started', legId, path: recording.path, atMs: recording.fromSample / 8 });
  }

  async stopRecording(legId: string): Promise<void> {
    await this.#finishRecording(this.#leg(legId));
  }

  async maskRecording(legId: string, masked: boolean): Promise<void> {
    const leg = this.#leg(legId);
    leg.audio.recording?.setMasked(masked, leg.nowSample());
    return Promise.resolve();
  }

  async startTap(legId: string): Promise<void> {
    this.#leg(legId).audio.startTap((frame) => {
      this.#emit({ type: 'tap', legId, frame });
    });
    return Promise.resolve();
  }

  async stopTap(legId: string): Promise<void> {
    const leg = this.#leg(legId);
    leg.audio.stopTap(leg.nowSample());
    return Promise.resolve();
  }

  async sendDigit(legId: string, digit: string): Promise<void> {
    const event = eventOfDigit(digit);
    if (event === undefined) throw new Error('not a digit');
    if (!this.#leg(legId).sendDigit(event)) throw new Error('the far end takes no telephone events');
    return Promise.resolve();
  }

  async quality(legId: string): Promise<LegQuality> {
    return Promise.resolve(this.#leg(legId).quality());
  }

  async close(): Promise<void> {
    this.#ticker.stop();
    await Promise.all([...this.#legs.keys()].map((legId) => this.closeLeg(legId)));
  }

  async #negotiate(options: MediaLegOptions, step: (leg: MediaLeg) => Promise<string>): Promise<string> {
    const known = this.#legs.get(options.legId);
    if (known !== undefined) return step(known);
    const leg = await this.#open(options);
    try {
      return await step(leg);
    } catch (error) {
      await this.closeLeg(options.legId);
      throw error;
    }
  }

  async #open(options: MediaLegOptions): Promise<MediaLeg> {
    if (this.#opening.has(options.legId)) throw new Error('the leg is being made already');
    this.#opening.add(options.legId);
    try {
      const makeTransport = await this.#transportMaker(options);
      const emit = (event: MediaEvent): void => {
        this.#emit(event);
      };
      const leg = new MediaLeg(options, { emit, now: this.#now, makeTransport });
      this.#legs.set(options.legId, leg);
      this.#ticker.start();
      return leg;
    } finally {
      this.#opening.delete(options.legId);
    }
  }

  async #transportMaker({ kind, codecs, srtp }: MediaLegOptions): Promise<(sink: TransportSink) => MediaTransport> {
    if (kind === 'webrtc') return this.#weriftMaker();
    const ports = await this.#ports.takePair();
    return (sink) =>
      new UdpTransport(
        ports,
        { advertisedAddress: this.#options.advertisedAddress, codecs, srtp: srtp ?? false },
        sink,
      );
  }

  async #weriftMaker(): Promise<(sink: TransportSink) => MediaTransport> {
    // Loaded when it is first needed: werift takes most of a second, and a switch with plain trunks only starts without.
    const { WeriftTransport } = await import('../../webrtc/werift-transport.ts');
    const { advertisedAddress, iceServers } = this.#options;
    const portRange = this.#ports.browserRange();
    const withPorts = <T>(step: () => Promise<T>): Promise<T> => this.#ports.exclusive(step);
    return (sink) => new WeriftTransport({ advertisedAddress, iceServers, portRange, withPorts }, sink);
  }

  async #finishRecording(leg: MediaLeg): Promise<void> {
    const recording = leg.audio.takeRecording(leg.nowSample());
    if (recording === undefined) return;
    const finished = await recording.finish(leg.nowSample());
    if (!finished.isComplete) {
      const { lengthMs, sizeBytes } = finished;
      this.#logger.error({ legId: leg.options.legId, lengthMs, sizeBytes }, 'media: a recording is incomplete');
    }
    this.#emit({ type: 'recording-finished', legId: leg.options.legId, path: recording.path, ...finished });
  }

  #leg(legId: string): MediaLeg {
    const leg = this.#legs.get(legId);
    if (leg === undefined) throw new Error('there is no such leg');
    return leg;
  }

  #onTick(tick: number): void {
    for (const leg of this.#legs.values()) {
      leg.tick(tick);
      if (tick % recordingFlushTicks === 0) leg.audio.recording?.flush(leg.nowSample());
      if (tick % housekeepingTicks === 0) leg.housekeeping();
    }
  }

  #emit(event: MediaEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
