/** The program's end of one stream: gathers audio, limits what may wait, marks what was lost. */
import type { AudioFrame, RecognizerStream, RecognizerStreamOptions } from '../../ports.ts';
import type { SentenceUpdate, ToChild } from './child-protocol.ts';

/** Sent at once: a third of the model's chunk, so that gathering never delays a chunk. */
const PACKET_SAMPLES = 800;
const SAMPLES_PER_MS = 8;
/** More than this is not kept waiting for a slow child. */
const MAX_WAITING_SAMPLES = 2000 * SAMPLES_PER_MS;
const MAX_FRAME_SAMPLES = 1000 * SAMPLES_PER_MS;
const CLOCK_SLACK_MS = 30;
const END_LIMIT_MS = 2000;
/** No audio for this long ends the sentence: nobody hears silence that is not sent. */
const IDLE_MS = 1000;

export interface OutgoingStreamOptions extends RecognizerStreamOptions {
  readonly id: number;
  readonly engine: string;
  /** False when the child is gone. */
  readonly send: (message: ToChild) => boolean;
  readonly onClosed: () => void;
}

export class OutgoingStream implements RecognizerStream {
  readonly #options: OutgoingStreamOptions;
  #gathered: Int16Array[] = [];
  #gatheredSamples = 0;
  #startMs = 0;
  #gapMs = 0;
  #waitingSamples = 0;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #sentenceOpen = false;
  #idle: NodeJS.Timeout | undefined;
  #ending: Promise<void> | undefined;
  #ended: () => void = () => undefined;

  constructor(options: OutgoingStreamOptions) {
    this.#options = options;
  }

  get id(): number {
    return this.#options.id;
  }

  /** Audio sent and not yet worked through. */
  get waitingSamples(): number {
    return this.#waitingSamples;
  }

  push(frame: AudioFrame): void {
    if (this.#state !== 'open') return;
    const expectedMs = this.#startMs + this.#gatheredSamples / SAMPLES_PER_MS;
    const jumps = frame.gapBeforeMs > 0 || Math.abs(expectedMs - frame.atMs) > CLOCK_SLACK_MS;
    if (this.#gatheredSamples > 0 && jumps) this.#flush();
    const pcm = frame.pcm.subarray(0, MAX_FRAME_SAMPLES);
    if (this.#waitingSamples + this.#gatheredSamples + pcm.length > MAX_WAITING_SAMPLES) {
      this.#gapMs += frame.gapBeforeMs + pcm.length / SAMPLES_PER_MS;
      return;
    }
    if (this.#gatheredSamples === 0) this.#startMs = frame.atMs;
    this.#gapMs += frame.gapBeforeMs;
    // A copy: the media engine may use its buffer again.
    this.#gathered.push(pcm.slice());
    this.#gatheredSamples += pcm.length;
    if (this.#gatheredSamples >= PACKET_SAMPLES) this.#flush();
    this.#watchIdle();
  }

  end(): Promise<void> {
    this.#ending ??= this.#finish();
    return this.#ending;
  }

  /** The child worked through this much. */
  acknowledge(samples: number): void {
    this.#waitingSamples = Math.max(0, this.#waitingSamples - samples);
  }

  update(sentence: SentenceUpdate): void {
    if (this.#state === 'closed') return;
    const { streamId, side, engine, onUpdate } = this.#options;
    this.#sentenceOpen = !sentence.final;
    const { sentence: index, ...rest } = sentence;
    onUpdate({ ...rest, segmentId: `${streamId}-${index}`, side, engine });
  }

  /** No more will come: the last word was said, or the child is gone. */
  close(reason: 'ended' | 'failed'): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#idle);
    this.#gathered = [];
    this.#options.onClosed();
    this.#options.onEnd(reason);
    this.#ended();
  }

  async #finish(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#flush();
    this.#state = 'ending';
    const done = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    const sent = this.#options.send({ type: 'end', id: this.id });
    const timer = setTimeout(
      () => {
        this.close('failed');
      },
      sent ? END_LIMIT_MS : 0,
    );
    await done;
    clearTimeout(timer);
  }

  #flush(): void {
    if (this.#gatheredSamples === 0) return;
    const pcm = join(this.#gathered, this.#gatheredSamples);
    const gapBeforeMs = Math.round(this.#gapMs);
    this.#gathered = [];
    this.#gatheredSamples = 0;
    if (!this.#options.send({ type: 'audio', id: this.id, atMs: this.#startMs, gapBeforeMs, pcm })) return;
    this.#gapMs = 0;
    this.#waitingSamples += pcm.length;
  }

  #watchIdle(): void {
    if (this.#idle === undefined) {
      this.#idle = setTimeout(() => {
        this.#pause();
      }, IDLE_MS);
      this.#idle.unref();
    } else {
      this.#idle.refresh();
    }
  }

  #pause(): void {
    if (this.#state !== 'open') return;
    this.#flush();
    if (this.#sentenceOpen) this.#options.send({ type: 'pause', id: this.id });
  }
}

function join(parts: readonly Int16Array[], length: number): Int16Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Int16Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
