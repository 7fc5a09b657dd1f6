/**
 * Hears each finished sentence again with a better model and replaces its text, as a new revision. A decorator of the port:
 * works with every engine. A sentence with a masked number keeps its first text: what was hidden must not come back.
 */
import type {
  EngineReport,
  Recognizer,
  RecognizerCapabilities,
  RecognizerState,
  RecognizerStream,
  RecognizerStreamOptions,
  SpeechSide,
} from '../../ports.ts';
import type { SentenceRefiner } from './refiner.ts';
import { SecondPassStream } from './second-pass-stream.ts';

export class SecondPassRecognizer implements Recognizer {
  readonly #inner: Recognizer;
  readonly #refiner: SentenceRefiner;

  constructor(inner: Recognizer, refiner: SentenceRefiner) {
    this.#inner = inner;
    this.#refiner = refiner;
  }

  get name(): string {
    return this.#inner.name;
  }

  get description(): string {
    const { state, description } = this.#refiner;
    const second = state.type === 'off' ? `没有第二遍：${state.reason}` : `第二遍：${description}`;
    return `${this.#inner.description}；${second}`.slice(0, 200);
  }

  get capabilities(): RecognizerCapabilities {
    return { ...this.#inner.capabilities, revisedFinals: true };
  }

  get state(): RecognizerState {
    return this.#inner.state;
  }

  onState(listener: (state: RecognizerState) => void): () => void {
    return this.#inner.onState(listener);
  }

  async start(): Promise<void> {
    // Live text does not wait for the second pass.
    const refiner = this.#refiner.start();
    await this.#inner.start();
    if (this.#inner.state.type !== 'ready') await refiner;
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    return new SecondPassStream(options, this.#refiner, (handlers) => this.#inner.open({ ...options, ...handlers }));
  }

  hearsAlike(a: string | undefined, b: string | undefined, side: SpeechSide): boolean {
    return this.#inner.hearsAlike?.(a, b, side) ?? true;
  }

  report(): readonly EngineReport[] {
    return this.#inner.report();
  }

  async close(): Promise<void> {
    await Promise.all([this.#inner.close(), this.#refiner.close()]);
  }
}
