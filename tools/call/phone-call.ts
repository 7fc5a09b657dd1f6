/** One call of a `SipPhone`. */
import { randomInt } from 'node:crypto';
import type { SipRunner } from '../../telephony/embedded/sip-runner.ts';
import type { CallEndReason } from '../../telephony/sip/core/types.ts';
import { acceptAnswer, answerOffer, makeOffer, type LocalAudio } from '../../telephony/sdp/offer-answer.ts';
import type { Pacer } from './pacer.ts';
import { RtpStream, type ArrivalStats } from './rtp-stream.ts';

export interface CallTimings {
  /** Milliseconds since `performance.timeOrigin`. */
  readonly beganAtMs: number;
  readonly answeredAtMs: number | undefined;
}

export interface CallOutcome {
  readonly status: number;
  readonly by: 'remote' | 'local';
  readonly why: CallEndReason;
}

export interface PhoneCallParts {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly address: string;
  readonly pacer: Pacer;
  readonly runner: SipRunner;
  readonly onDigit: (call: PhoneCall, digit: string) => void;
}

export class PhoneCall {
  readonly id: string;
  readonly direction: 'in' | 'out';
  /** Resolves when the call is over. */
  readonly ended: Promise<CallOutcome>;
  readonly #parts: PhoneCallParts;
  readonly #rtp: RtpStream;
  readonly #beganAtMs = performance.now();
  readonly #sessionId = randomInt(2 ** 31);
  #version = 0;
  #answeredAtMs: number | undefined;
  #remoteOffer: string | undefined;
  #outcome: CallOutcome | undefined;
  #resolveEnded: (outcome: CallOutcome) => void = () => undefined;
  #resolveAnswered: (answered: boolean) => void = () => undefined;
  /** Resolves true when answered, false when the call ended before. */
  readonly answered: Promise<boolean>;

  private constructor(parts: PhoneCallParts, rtp: RtpStream) {
    this.id = parts.id;
    this.direction = parts.direction;
    this.#parts = parts;
    this.#rtp = rtp;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.answered = new Promise((resolve) => {
      this.#resolveAnswered = resolve;
    });
  }

  /** Makes the call with its RTP socket. */
  static async open(parts: PhoneCallParts): Promise<PhoneCall> {
    const holder: { call: PhoneCall | undefined } = { call: undefined };
    const rtp = await RtpStream.open(parts.address, parts.pacer, ({ digit }) => {
      if (holder.call !== undefined) parts.onDigit(holder.call, digit);
    });
    holder.call = new PhoneCall(parts, rtp);
    return holder.call;
  }

  get timings(): CallTimings {
    return { beganAtMs: this.#beganAtMs, answeredAtMs: this.#answeredAtMs };
  }

  get outcome(): CallOutcome | undefined {
    return this.#outcome;
  }

  #local(): LocalAudio {
    this.#version += 1;
    const { port } = this.#rtp;
    return {
      address: this.#parts.address,
      port,
      rtcpPort: port + 1,
      sessionId: this.#sessionId,
      version: this.#version,
    };
  }

  /** Our SDP offer. */
  offer(): string {
    return makeOffer(this.#local());
  }

  setRemoteOffer(offer: string | undefined): void {
    this.#remoteOffer = offer;
  }

  /** Takes the far end's answer; false when it cannot be used. */
  acceptAnswer(sdp: string): boolean {
    const result = acceptAnswer(sdp);
    if (!result.ok) return false;
    this.#connected();
    this.#rtp.connect(result.negotiated);
    return true;
  }

  /** Listens to what the far end sends before its answer. */
  openEarly(sdp: string): void {
    const result = acceptAnswer(sdp);
    if (result.ok) this.#rtp.connect(result.negotiated);
  }

  #connected(): void {
    this.#answeredAtMs ??= performance.now();
    this.#resolveAnswered(true);
  }

  ring(): void {
    this.#parts.runner.command((core, nowMs) => core.ring(this.id, nowMs));
  }

  /** Answers a call that came in; false when it is over or its offer cannot be used. */
  answer(): boolean {
    if (this.#outcome !== undefined || this.#remoteOffer === undefined) return false;
    const result = answerOffer(this.#remoteOffer, this.#local());
    if (!result.ok) {
      this.reject(488);
      return false;
    }
    this.#rtp.connect(result.negotiated);
    this.#parts.runner.command((core, nowMs) => core.answer(this.id, result.sdp, nowMs));
    this.#connected();
    return true;
  }

  reject(status: number): void {
    this.#parts.runner.command((core, nowMs) => core.hangUp(this.id, { rejectStatus: status, reason: '' }, nowMs));
  }

  hangUp(): void {
    this.reject(486);
  }

  onReoffer(token: string, offer: string | undefined): void {
    const result = offer === undefined ? undefined : answerOffer(offer, this.#local());
    this.#parts.runner.command((core, nowMs) =>
      result?.ok === true
        ? core.answerReoffer(this.id, token, result.sdp, nowMs)
        : core.rejectReoffer(this.id, token, 488, nowMs),
    );
    if (result?.ok === true) this.#rtp.connect(result.negotiated);
  }

  onEnded(status: number, by: 'remote' | 'local', why: CallEndReason): void {
    this.#outcome = { status, by, why };
    this.#resolveAnswered(false);
    void this.#rtp.close();
    this.#resolveEnded(this.#outcome);
  }

  /** Plays 8 kHz samples; resolves at their end. */
  play(pcm: Int16Array, loop = false): Promise<void> {
    return this.#rtp.play(pcm, loop);
  }

  stopPlaying(): void {
    this.#rtp.stopPlaying();
  }

  /** `false`: sends no RTP any more, without a word. */
  setSending(sending: boolean): void {
    this.#rtp.setSending(sending);
  }

  sendDigit(digit: string): void {
    this.#rtp.sendDigit(digit);
  }

  /** Samples that came in during the last milliseconds. */
  heardLast(lengthMs: number): Int16Array {
    return this.#rtp.heardLast(lengthMs);
  }

  /** All that was heard, placed in time. */
  heard(): Int16Array {
    return this.#rtp.heard();
  }

  stats(): ArrivalStats {
    return this.#rtp.stats();
  }
}
