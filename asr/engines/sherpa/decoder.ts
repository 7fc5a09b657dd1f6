/** One stream of sherpa-onnx, with the differences between the model kinds hidden. */
import type { NativeRecognizer, NativeStream } from './native.ts';

export const SAMPLE_RATE_HZ = 8000;

export interface Heard {
  readonly text: string;
  readonly tokens: readonly string[];
  /** Milliseconds of fed audio (from the stream's first sample) at which each token was heard. */
  readonly timesMs: readonly number[];
  /** True at the end of a sentence. */
  readonly complete: boolean;
}

export interface Decoder {
  /** Samples taken, silence of `flush` included. */
  readonly fedSamples: number;
  /** True when there is enough audio for one step. */
  readonly ready: boolean;
  /** The stream to be decoded when it is ready; `decoded` must be told. */
  readonly native: NativeStream;
  decoded(): void;
  /** Silence to be fed first, so that a step becomes due `ticks` ticks from now; 0 in mid-audio. */
  padding(samples: number, ticks: number): number;
  /** Takes audio (-1 to 1). */
  accept(samples: Float32Array): void;
  /** Decodes one step when there is enough audio; false when there is not. */
  step(): boolean;
  heard(): Heard;
  /** Begins the next sentence. */
  reset(): void;
  /** Feeds silence until the last sound is decoded. */
  flush(): void;
}

const CHUNK_SAMPLES = 2400; // T-one's 300 ms are fixed in sherpa-onnx.
const CHUNK_MS = 300;
const FRAME_MS = 30;
const SENTENCE_SILENCE_MS = 660;
/** A sentence this long is cut at the next short pause, */
const LONG_SENTENCE_MS = 12_000;
const SHORT_PAUSE_MS = 240;
/** and this long one wherever it stands. */
const LONGEST_SENTENCE_MS = 20_000;
/** Without a word for this long the state starts afresh: it then is what the model knows from training. */
const FRESH_START_MS = 10_000;

/** Streams of one child become due together: decoding many at once is a third cheaper than one by one. */
export const TICK_MS = 100;
export const TICKS_PER_CHUNK = 3;
const TICK_SAMPLES = 800;
/** Audio comes in packets of up to 60 ms: a chunk is complete this long before its tick, not after it. */
const SLACK_SAMPLES = 480;

/** A stream and how much it was fed. */
abstract class Stream {
  protected readonly recognizer: NativeRecognizer;
  protected readonly stream: NativeStream;
  #fedSamples = 0;

  abstract readonly ready: boolean;
  abstract decoded(): void;

  constructor(recognizer: NativeRecognizer) {
    this.recognizer = recognizer;
    this.stream = recognizer.createStream();
  }

  get fedSamples(): number {
    return this.#fedSamples;
  }

  get native(): NativeStream {
    return this.stream;
  }

  step(): boolean {
    if (!this.ready) return false;
    this.recognizer.decode(this.stream);
    this.decoded();
    return true;
  }

  accept(samples: Float32Array): void {
    this.stream.acceptWaveform({ sampleRate: SAMPLE_RATE_HZ, samples });
    this.#fedSamples += samples.length;
  }
}

/**
 * T-one models. `isReady()` wants one chunk more than is needed (300 ms later), and `decode()` without a whole chunk ends the
 * process, so chunks are counted here. `isEndpoint()` mixes up chunks and frames, so blanks are counted here too.
 */
export class ToneDecoder extends Stream implements Decoder {
  #chunks = 0;
  /** Nothing was said since the beginning, or since silence was fed. */
  #isFresh = true;
  #sentenceChunk = 0;

  get ready(): boolean {
    return (this.#chunks + 1) * CHUNK_SAMPLES <= this.fedSamples;
  }

  decoded(): void {
    this.#chunks++;
  }

  override accept(samples: Float32Array): void {
    super.accept(samples);
    this.#isFresh = false;
  }

  padding(samples: number, ticks: number): number {
    // Never in mid-audio: silence there would tear a word.
    if (!this.#isFresh) return 0;
    const byThen = samples + ticks * TICK_SAMPLES - SLACK_SAMPLES;
    return (((CHUNK_SAMPLES - byThen) % CHUNK_SAMPLES) + CHUNK_SAMPLES) % CHUNK_SAMPLES;
  }

  heard(): Heard {
    const result = this.recognizer.getResult(this.stream);
    const startMs = this.#sentenceChunk * CHUNK_MS;
    const lengthMs = (this.#chunks - this.#sentenceChunk) * CHUNK_MS;
    const silenceMs = (result.num_trailing_blanks ?? 0) * FRAME_MS;
    const spoken = result.tokens.length > 0;
    const complete = spoken
      ? silenceMs >= SENTENCE_SILENCE_MS ||
        (lengthMs >= LONG_SENTENCE_MS && silenceMs >= SHORT_PAUSE_MS) ||
        lengthMs >= LONGEST_SENTENCE_MS
      : lengthMs >= FRESH_START_MS;
    return {
      text: result.text,
      tokens: result.tokens,
      timesMs: result.timestamps.map((s) => startMs + s * 1000),
      complete,
    };
  }

  reset(): void {
    this.recognizer.reset(this.stream);
    this.#sentenceChunk = this.#chunks;
  }

  flush(): void {
    // To the end of the chunk and one more: labels come up to 200 ms after their sound.
    const missing = (CHUNK_SAMPLES - (this.fedSamples % CHUNK_SAMPLES)) % CHUNK_SAMPLES;
    this.accept(new Float32Array(missing + CHUNK_SAMPLES));
    this.#isFresh = true;
  }
}

const FLUSH_SAMPLES = 8000;

/** Every other streaming model: sherpa-onnx's own readiness and end-of-sentence rules. */
export class PlainDecoder extends Stream implements Decoder {
  #sentenceMs = 0;

  get ready(): boolean {
    return this.recognizer.isReady(this.stream);
  }

  decoded(): void {
    // sherpa-onnx counts for itself.
  }

  padding(): number {
    return 0;
  }

  heard(): Heard {
    const { text, tokens, timestamps } = this.recognizer.getResult(this.stream);
    const endMs = (this.fedSamples / SAMPLE_RATE_HZ) * 1000;
    const complete = this.recognizer.isEndpoint(this.stream);
    const timesMs = tokens.map((_token, i) => this.#sentenceMs + (timestamps[i] ?? 0) * 1000);
    return { text, tokens, timesMs: timestamps.length === 0 ? tokens.map(() => endMs) : timesMs, complete };
  }

  reset(): void {
    this.recognizer.reset(this.stream);
    this.#sentenceMs = (this.fedSamples / SAMPLE_RATE_HZ) * 1000;
  }

  flush(): void {
    this.accept(new Float32Array(FLUSH_SAMPLES));
  }
}
