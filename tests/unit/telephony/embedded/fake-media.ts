/** A media engine that writes down what is asked of it. */
import { MediaError, type MediaErrorCode } from '../../../../telephony/embedded/media/media-error.ts';
import type {
  Hearing,
  MediaEngine,
  MediaEvent,
  MediaLegOptions,
} from '../../../../telephony/embedded/media/media-engine.ts';

export class FakeMedia implements MediaEngine {
  readonly calls: string[] = [];
  readonly kinds = new Map<string, string>();
  /** Why the methods in `broken` fail. */
  fault: MediaErrorCode = 'bad-sdp';
  /** Methods that fail. */
  readonly broken = new Set<string>();
  /** Set to hold `answerOffer` back. */
  gate: Promise<void> | undefined;
  /** Set to hold `closeLeg` back. */
  closing: Promise<void> | undefined;
  #listener: (event: MediaEvent) => void = () => undefined;

  async #do<T>(name: string, legId: string, value: T): Promise<T> {
    this.calls.push(`${name} ${legId}`);
    await Promise.resolve();
    if (this.broken.has(name)) throw new MediaError(this.fault, `${name} is broken`);
    return value;
  }

  emit(event: MediaEvent): void {
    this.#listener(event);
  }

  createOffer(o: MediaLegOptions): Promise<string> {
    this.kinds.set(o.legId, o.kind);
    return this.#do('createOffer', o.legId, 'v=0 our offer\r\n');
  }
  acceptAnswer(legId: string): Promise<void> {
    return this.#do('acceptAnswer', legId, undefined);
  }
  async answerOffer(o: MediaLegOptions, sdp: string): Promise<string> {
    this.kinds.set(o.legId, o.kind);
    await this.gate;
    return this.#do('answerOffer', o.legId, `v=0 answer to ${sdp.trim()}\r\n`);
  }
  async closeLeg(legId: string): Promise<void> {
    await this.closing;
    return this.#do('closeLeg', legId, undefined);
  }
  connect(hearings: readonly Hearing[]): Promise<void> {
    const text = hearings.map(({ legId, hears }) => `${legId}<${hears.join('+')}`).join(' ');
    return this.#do('connect', text, undefined);
  }
  play(legId: string): Promise<void> {
    return this.#do('play', legId, undefined);
  }
  stopPlay(legId: string): Promise<void> {
    return this.#do('stopPlay', legId, undefined);
  }
  startRecording(legId: string): Promise<void> {
    return this.#do('startRecording', legId, undefined);
  }
  stopRecording(legId: string): Promise<void> {
    return this.#do('stopRecording', legId, undefined);
  }
  maskRecording(legId: string): Promise<void> {
    return this.#do('maskRecording', legId, undefined);
  }
  startTap(legId: string): Promise<void> {
    return this.#do('startTap', legId, undefined);
  }
  stopTap(legId: string): Promise<void> {
    return this.#do('stopTap', legId, undefined);
  }
  sendDigit(legId: string, digit: string): Promise<void> {
    return this.#do(`sendDigit ${digit}`, legId, undefined);
  }
  subscribe(listener: (event: MediaEvent) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => undefined;
    };
  }
  close(): Promise<void> {
    return this.#do('close', '', undefined);
  }
}
