/** A recogniser that needs no model: gives the sentences of a script for audio that is not silent. For tests and screenshots. */
import type {
  EngineReport,
  Recognizer,
  RecognizerCapabilities,
  RecognizerState,
  RecognizerStream,
  RecognizerStreamOptions,
} from '../../ports.ts';
import { closedStream } from '../closed-stream.ts';
import { EngineCount } from '../engine-count.ts';
import { StateHolder } from '../state-holder.ts';
import { defaultScript, type Script } from './script.ts';
import { ScriptedStream } from './scripted-stream.ts';

export interface ScriptedOptions {
  /** `scripted` if not given. */
  readonly name?: string;
  readonly languages?: readonly string[];
  readonly script?: Script;
  readonly maxStreams: number;
}

export class ScriptedRecognizer implements Recognizer {
  readonly name: string;
  readonly description = '脚本识别：只为测试，不听声音';
  readonly capabilities: RecognizerCapabilities;
  readonly #script: Script;
  readonly #maxStreams: number;
  readonly #state = new StateHolder();
  readonly #streams = new Set<ScriptedStream>();
  readonly #count: EngineCount;

  constructor({ name = 'scripted', languages = ['zh-CN'], script = defaultScript, maxStreams }: ScriptedOptions) {
    this.name = name;
    this.capabilities = {
      partials: true,
      tokenTimes: true,
      syllables: true,
      revisedFinals: false,
      confidence: false,
      hotWords: false,
      sampleRateHz: 8000,
      languages,
    };
    this.#script = script;
    this.#maxStreams = maxStreams;
    this.#count = new EngineCount(this.name);
  }

  get state(): RecognizerState {
    return this.#state.value;
  }

  onState(listener: (state: RecognizerState) => void): () => void {
    return this.#state.listen(listener);
  }

  async start(): Promise<void> {
    this.#state.set({ type: 'ready' });
    await Promise.resolve();
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    if (this.state.type !== 'ready' || this.#streams.size >= this.#maxStreams) return closedStream(options, 'failed');
    const stream: ScriptedStream = new ScriptedStream({
      ...options,
      engine: this.name,
      sentences: this.#script[options.side],
      onClosed: () => this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    return this.#count.counted(stream);
  }

  report(): readonly EngineReport[] {
    return [this.#count.report(this.state, this.#streams.size, this.#maxStreams)];
  }

  /** As if the engine died: every stream ends `failed`, the next one works. */
  failStreams(): void {
    for (const stream of [...this.#streams]) {
      this.#count.failedStreams++;
      stream.close('failed');
    }
  }

  async close(): Promise<void> {
    for (const stream of [...this.#streams]) await stream.end();
    this.#state.set({ type: 'off', reason: '语音识别已停止。' });
  }
}
