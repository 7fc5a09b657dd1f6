/** The program's end of one stream: gathers audio, limits what may wait, marks what was lost. */
import type { AudioFrame, RecognizerStream, RecognizerStreamOptions } from '../../ports.ts';
import type { AudioPart, SentenceUpdate, ToChild } from './child-protocol.ts';

const SAMPLES_PER_MS = 8;
/** More than this is not kept waiting for a slow child; of a stream without live text more may wait. */
const MAX_WAITING_SAMPLES = 2000 * SAMPLES_PER_MS;
const MAX_WAITING_FINAL_ONLY = 15_000 * SAMPLES_PER_MS;
const MAX_FRAME_SAMPLES = 1000 * SAMPLES_PER_MS;
const CLOCK_SLACK_MS = 30;
const END_LIMIT_MS = 2000;
/** No audio for this long ends the sentence: nobody hears silence that is not sent. */
const IDLE_TICKS = 10;
/** What comes between two ticks, usually; more makes more room. */
const USUAL_SAMPLES = 1600;

/** A child, as a stream sees it. */
export interface Carrier {
  /** False when the child is gone. */
  readonly send: (message: ToChild) => boolean;
  /** Audio that goes with the next tick, of all streams together. */
  readonly gather: (part: AudioPart, pcm: Int16Array) => void;
  /** Everything gathered goes now. */
  readonly flush: () => void;
}

export interface OutgoingStreamOptions extends RecognizerStreamOptions {
  readonly id: number;
  readonly engine: string;
  readonly carrier: Carrier;
  readonly onClosed: () => void;
}

/** Louder than this may be speech (about -35 dB). */
const LOUD = 600;
const QUIET_SAMPLES = 400 * SAMPLES_PER_MS;
const isQuiet = (pcm: Int16Array): boolean => !pcm.some((sample) => Math.abs(sample) > LOUD);

export class OutgoingStream implements RecognizerStream {
  readonly #options: OutgoingStreamOptions;
  #id: number;
  #carrier: Carrier;
  #gathered = new Int16Array(USUAL_SAMPLES);
  #gatheredSamples = 0;
  #startMs = 0;
  #gapMs = 0;
  #waitingSamples = 0;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #sentenceOpen = false;
  /** Number of the first sentence of each child's stream, by its id. */
  readonly #bases: Map<number, number>;
  #sentences = 0;
  #finalOnly = false;
  /** Silence until now; undefined while nobody wants to know. */
  #quietSamples: number | undefined;
  /** Audio came since the last tick. */
  #isFresh = false;
  #idleTicks = 0;
  #ending: Promise<void> | undefined;
  #ended: () => void = () => undefined;

  constructor(options: OutgoingStreamOptions) {
    this.#options = options;
    this.#id = options.id;
    this.#bases = new Map([[options.id, 0]]);
    this.#carrier = options.carrier;
  }

  get id(): number {
    return this.#id;
  }

  get side(): RecognizerStreamOptions['side'] {
    return this.#options.side;
  }

  /** Audio sent and not yet worked through. */
  get waitingSamples(): number {
    return this.#waitingSamples;
  }

  /**
   * Between two sentences: nothing is lost when the child changes. From the first question on it is listened for silence: a
   * word that is being said is not yet text.
   */
  movable(): boolean {
    this.#quietSamples ??= 0;
    return this.#state === 'open' && !this.#sentenceOpen && this.#quietSamples >= QUIET_SAMPLES;
  }

  push(frame: AudioFrame): void {
    if (this.#state !== 'open') return;
    const expectedMs = this.#startMs + this.#gatheredSamples / SAMPLES_PER_MS;
    const jumps = frame.gapBeforeMs > 0 || Math.abs(expectedMs - frame.atMs) > CLOCK_SLACK_MS;
    if (this.#gatheredSamples > 0 && jumps) this.collect();
    const pcm = frame.pcm.subarray(0, MAX_FRAME_SAMPLES);
    const limit = this.#finalOnly ? MAX_WAITING_FINAL_ONLY : MAX_WAITING_SAMPLES;
    if (this.#waitingSamples + this.#gatheredSamples + pcm.length > limit) {
      this.#gapMs += frame.gapBeforeMs + pcm.length / SAMPLES_PER_MS;
      return;
    }
    if (this.#gatheredSamples === 0) this.#startMs = frame.atMs;
    this.#gapMs += frame.gapBeforeMs;
    this.#room(pcm.length).set(pcm, this.#gatheredSamples);
    this.#gatheredSamples += pcm.length;
    this.#isFresh = true;
    if (this.#quietSamples !== undefined) this.#quietSamples = isQuiet(pcm) ? this.#quietSamples + pcm.length : 0;
  }

  /** Every tenth of a second: hands on what was gathered, and ends the sentence when nothing comes any more. */
  tick(): void {
    this.collect();
    this.#idleTicks = this.#isFresh ? 0 : this.#idleTicks + 1;
    this.#isFresh = false;
    if (this.#idleTicks === IDLE_TICKS) this.#pause();
  }

  /** Hands what was gathered to the child's next message. */
  collect(): void {
    if (this.#gatheredSamples === 0) return;
    const pcm = this.#gathered.slice(0, this.#gatheredSamples);
    const gapBeforeMs = Math.round(this.#gapMs);
    this.#gatheredSamples = 0;
    this.#gapMs = 0;
    this.#waitingSamples += pcm.length;
    this.#carrier.gather({ id: this.#id, atMs: this.#startMs, gapBeforeMs, samples: pcm.length }, pcm);
  }

  setFinalOnly(on: boolean): void {
    if (this.#finalOnly === on) return;
    this.#finalOnly = on;
    this.#carrier.send({ type: 'final-only', id: this.#id, on });
  }

  /** Goes on with another child. The old one still tells what it has heard, under the old id. */
  move(id: number, carrier: Carrier): void {
    this.collect();
    this.#carrier.flush();
    this.#carrier.send({ type: 'end', id: this.#id });
    this.#id = id;
    this.#carrier = carrier;
    // One number is left for what the old child may still have to say.
    this.#bases.set(id, this.#sentences + 1);
    this.#waitingSamples = 0;
    this.#quietSamples = undefined;
    carrier.send({ type: 'open', id });
    if (this.#finalOnly) carrier.send({ type: 'final-only', id, on: true });
  }

  end(): Promise<void> {
    this.#ending ??= this.#finish();
    return this.#ending;
  }

  /** The child worked through this much. */
  acknowledge(samples: number): void {
    this.#waitingSamples = Math.max(0, this.#waitingSamples - samples);
  }

  /** @param id - which child's stream said it: the present one's, or the one's before. */
  update(sentence: SentenceUpdate, id = this.#id): void {
    if (this.#state === 'closed') return;
    const { streamId, side, engine, onUpdate } = this.#options;
    const { sentence: index, ...rest } = sentence;
    const number = (this.#bases.get(id) ?? 0) + index;
    this.#sentences = Math.max(this.#sentences, number + 1);
    if (id === this.#id) this.#sentenceOpen = !sentence.final;
    onUpdate({ ...rest, segmentId: `${streamId}-${number}`, side, engine });
  }

  /** No more will come: the last word was said, or the child is gone. */
  close(reason: 'ended' | 'failed'): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#gatheredSamples = 0;
    this.#options.onClosed();
    this.#options.onEnd(reason);
    this.#ended();
  }

  async #finish(): Promise<void> {
    if (this.#state === 'closed') return;
    this.collect();
    this.#carrier.flush();
    this.#state = 'ending';
    const done = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    const sent = this.#carrier.send({ type: 'end', id: this.#id });
    const timer = setTimeout(
      () => {
        this.close('failed');
      },
      sent ? END_LIMIT_MS : 0,
    );
    await done;
    clearTimeout(timer);
  }

  /** A copy is kept: the media engine may use its buffer again. */
  #room(samples: number): Int16Array {
    const needed = this.#gatheredSamples + samples;
    if (needed <= this.#gathered.length) return this.#gathered;
    const larger = new Int16Array(Math.max(needed, 2 * this.#gathered.length));
    larger.set(this.#gathered);
    this.#gathered = larger;
    return larger;
  }

  #pause(): void {
    if (this.#state !== 'open') return;
    this.#carrier.flush();
    // What waits may begin a sentence that is not known here yet.
    const mayBeOpen = this.#sentenceOpen || this.#finalOnly || this.#waitingSamples > 0;
    if (mayBeOpen) this.#carrier.send({ type: 'pause', id: this.#id });
  }
}
