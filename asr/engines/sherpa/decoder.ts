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

/** A stream and how much it was fed. */
class Stream {
  protected readonly recognizer: NativeRecognizer;
  protected readonly stream: NativeStream;
  #fedSamples = 0;

  constructor(recognizer: NativeRecognizer) {
    this.recognizer = recognizer;
    this.stream = recognizer.createStream();
  }

  get fedSamples(): number {
    return this.#fedSamples;
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
  #sentenceChunk = 0;

  step(): boolean {
    if ((this.#chunks + 1) * CHUNK_SAMPLES > this.fedSamples) return false;
    this.recognizer.decode(this.stream);
    this.#chunks++;
    return true;
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
  }
}

const FLUSH_SAMPLES = 8000;

/** Every other streaming model: sherpa-onnx's own readiness and end-of-sentence rules. */
export class PlainDecoder extends Stream implements Decoder {
  #sentenceMs = 0;

  step(): boolean {
    if (!this.recognizer.isReady(this.stream)) return false;
    this.recognizer.decode(this.stream);
    return true;
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
