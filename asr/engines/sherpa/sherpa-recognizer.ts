/** sherpa-onnx behind the recogniser port: a pool of low-priority child processes. */
import type { Logger } from 'pino';
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
import { findModel } from './find-model.ts';
import { writeHotWords } from './hot-words-file.ts';
import type { ModelPlan } from './model-plan.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { Pool } from './pool.ts';

export interface SherpaOptions {
  /** Name in updates and reports; `sherpa` if not given. */
  readonly name?: string;
  /** What it understands; the model's own word if not given. */
  readonly languages?: readonly string[];
  readonly modelDir: string;
  /** Child processes. */
  readonly processes: number;
  /** Streams at once, over all children. */
  readonly maxStreams: number;
  /** A child that uses more is replaced between two sentences. */
  readonly childMemoryMb?: number;
  /** Names and words to be expected; used by models that can. */
  readonly hotWords?: readonly string[];
  /** Another module in place of sherpa-onnx-node. */
  readonly nativeModule?: string;
  readonly logger: Logger;
}

const DEFAULT_MEMORY_MB = 2000;

export class SherpaRecognizer implements Recognizer {
  readonly name: string;
  readonly #options: SherpaOptions;
  readonly #state = new StateHolder();
  readonly #count: EngineCount;
  #plan: ModelPlan | undefined;
  #pool: Pool | undefined;
  #closed = false;

  constructor(options: SherpaOptions) {
    this.#options = options;
    this.name = options.name ?? 'sherpa';
    this.#count = new EngineCount(this.name);
  }

  get description(): string {
    return this.#plan?.description ?? '语音识别（sherpa-onnx）';
  }

  get capabilities(): RecognizerCapabilities {
    return {
      partials: true,
      tokenTimes: true,
      syllables: this.#plan?.wording !== null,
      revisedFinals: false,
      confidence: false,
      hotWords: this.#plan?.hotWordsFile !== undefined,
      sampleRateHz: this.#plan?.sampleRateHz ?? 8000,
      languages: this.#options.languages ?? this.#plan?.languages ?? ['zh-CN'],
    };
  }

  get state(): RecognizerState {
    return this.#state.value;
  }

  /** Process numbers of the children that run, for health reports. */
  get childPids(): readonly number[] {
    return this.#pool?.pids ?? [];
  }

  /** Children that hear, for health reports. */
  get readyChildren(): number {
    return this.#pool?.ready ?? 0;
  }

  onState(listener: (state: RecognizerState) => void): () => void {
    return this.#state.listen(listener);
  }

  /** Resolves when it is known whether there will be text; never rejects. */
  async start(): Promise<void> {
    const {
      modelDir,
      processes,
      childMemoryMb = DEFAULT_MEMORY_MB,
      hotWords = [],
      nativeModule,
      logger,
    } = this.#options;
    const found = await findModel(modelDir);
    if (this.#closed) return;
    if (!found.ok) {
      logger.warn({ modelDir }, 'recognition model not usable');
      this.#state.set({ type: 'off', reason: found.reason });
      return;
    }
    const hints = await writeHotWords(found.plan, hotWords);
    this.#plan = { ...found.plan, ...hints, ...(nativeModule === undefined ? {} : { nativeModule }) };
    const settled = this.#state.settled();
    this.#pool = new Pool({
      plan: this.#plan,
      processes: Math.max(1, processes),
      maxRssBytes: childMemoryMb * 1_048_576,
      logger,
      onState: (state) => {
        if (!this.#closed) this.#state.set(state);
      },
      onFailed: (streams) => {
        this.#count.failedStreams += streams;
      },
    });
    this.#pool.start();
    await settled;
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    const pool = this.#pool;
    const worker = pool?.leastLoaded();
    if (this.#closed || pool === undefined || worker === undefined || pool.open >= this.#options.maxStreams) {
      this.#options.logger.warn({ open: pool?.open ?? 0, state: this.state.type }, 'call goes on without text');
      return closedStream(options, 'failed');
    }
    const stream: OutgoingStream = new OutgoingStream({
      ...options,
      id: pool.newId(),
      engine: this.name,
      carrier: worker,
      onClosed: () => {
        pool.forget(stream);
      },
    });
    pool.add(worker, stream);
    return this.#count.counted(stream);
  }

  report(): readonly EngineReport[] {
    const capacity = Math.min(this.#options.maxStreams, this.#pool?.capacity ?? this.#options.maxStreams);
    return [this.#count.report(this.state, this.#pool?.open ?? 0, capacity)];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool?.close();
    this.#state.set({ type: 'off', reason: '语音识别已停止。' });
  }
}
