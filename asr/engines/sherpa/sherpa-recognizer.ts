/** sherpa-onnx behind the recogniser port: a pool of low-priority child processes. */
import type { Logger } from 'pino';
import type {
  Recognizer,
  RecognizerCapabilities,
  RecognizerState,
  RecognizerStream,
  RecognizerStreamOptions,
} from '../../ports.ts';
import { closedStream } from '../closed-stream.ts';
import { StateHolder } from '../state-holder.ts';
import type { FromChild } from './child-protocol.ts';
import { ChildLink } from './child-link.ts';
import { findModel } from './find-model.ts';
import type { ModelPlan } from './model-plan.ts';
import { OutgoingStream } from './outgoing-stream.ts';

export interface SherpaOptions {
  readonly modelDir: string;
  /** Child processes. */
  readonly processes: number;
  /** Streams at once, over all children. */
  readonly maxStreams: number;
  readonly logger: Logger;
}

interface Worker {
  readonly link: ChildLink;
  readonly streams: Map<number, OutgoingStream>;
  /** When audio last was acknowledged while some was waiting, by the monotonic clock. */
  progressMs: number;
}

/** Dead this often before it ever ran well: the model is at fault, not chance. */
const GIVE_UP_DEATHS = 3;
/** A child that works nothing off for this long hangs. */
const HANG_MS = 15_000;
const WATCH_MS = 5000;
const KEEPS_DYING =
  '语音识别进程一启动就退出，通话不受影响但没有文字。请检查模型文件是否完整、内存是否足够（日志里有原因），或换回演示模型 asr/models/demo-zh-8k。系统会继续定时重试。';

export class SherpaRecognizer implements Recognizer {
  readonly name = 'sherpa';
  readonly #options: SherpaOptions;
  readonly #state = new StateHolder();
  #workers: readonly Worker[] = [];
  #plan: ModelPlan | undefined;
  #nextId = 1;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SherpaOptions) {
    this.#options = options;
  }

  get description(): string {
    return this.#plan?.description ?? '语音识别（sherpa-onnx）';
  }

  get capabilities(): RecognizerCapabilities {
    return {
      partials: true,
      tokenTimes: true,
      syllables: this.#plan?.wording !== null,
      sampleRateHz: this.#plan?.sampleRateHz ?? 8000,
      languages: this.#plan?.languages ?? ['zh-CN'],
    };
  }

  get state(): RecognizerState {
    return this.#state.value;
  }

  /** Process numbers of the children that run, for health reports. */
  get childPids(): readonly number[] {
    return this.#workers.flatMap(({ link }) => (link.pid === undefined ? [] : [link.pid]));
  }

  onState(listener: (state: RecognizerState) => void): () => void {
    return this.#state.listen(listener);
  }

  /** Resolves when it is known whether there will be text; never rejects. */
  async start(): Promise<void> {
    const found = await findModel(this.#options.modelDir);
    if (this.#closed) return;
    if (!found.ok) {
      this.#options.logger.warn({ modelDir: this.#options.modelDir }, 'recognition model not usable');
      this.#state.set({ type: 'off', reason: found.reason });
      return;
    }
    this.#plan = found.plan;
    const settled = this.#state.settled();
    this.#workers = Array.from({ length: Math.max(1, this.#options.processes) }, () => this.#hire(found.plan));
    for (const { link } of this.#workers) link.start();
    this.#watch = setInterval(() => {
      this.#killHanging();
    }, WATCH_MS);
    this.#watch.unref();
    await settled;
  }

  open(options: RecognizerStreamOptions): RecognizerStream {
    const worker = this.#leastLoaded();
    if (worker === undefined || this.#openStreams() >= this.#options.maxStreams) {
      this.#options.logger.warn({ open: this.#openStreams(), state: this.state.type }, 'call goes on without text');
      return closedStream(options, 'failed');
    }
    const id = this.#nextId++;
    const stream = new OutgoingStream({
      ...options,
      id,
      engine: this.name,
      send: (message) => worker.link.send(message),
      onClosed: () => worker.streams.delete(id),
    });
    worker.streams.set(id, stream);
    worker.link.send({ type: 'open', id });
    return stream;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const { streams } of this.#workers) for (const stream of streams.values()) stream.close('ended');
    await Promise.all(this.#workers.map(({ link }) => link.close()));
    this.#state.set({ type: 'off', reason: '语音识别已停止。' });
  }

  #hire(plan: ModelPlan): Worker {
    const streams = new Map<number, OutgoingStream>();
    const worker: Worker = {
      streams,
      progressMs: performance.now(),
      link: new ChildLink({
        plan,
        logger: this.#options.logger,
        onMessage: (message) => {
          this.#hear(worker, message);
        },
        onState: (state) => {
          if (state === 'down') for (const stream of [...streams.values()]) stream.close('failed');
          this.#review();
        },
      }),
    };
    return worker;
  }

  #hear(worker: Worker, message: FromChild): void {
    worker.progressMs = performance.now();
    switch (message.type) {
      case 'ready':
        return;
      case 'update':
        worker.streams.get(message.id)?.update(message.update);
        return;
      case 'ack':
        worker.streams.get(message.id)?.acknowledge(message.samples);
        return;
      case 'ended':
        worker.streams.get(message.id)?.close('ended');
    }
  }

  #review(): void {
    if (this.#closed) return;
    const links = this.#workers.map(({ link }) => link);
    if (links.some((link) => link.state === 'ready')) this.#state.set({ type: 'ready' });
    else if (links.some((link) => link.deaths < GIVE_UP_DEATHS)) this.#state.set({ type: 'starting' });
    else this.#state.set({ type: 'off', reason: KEEPS_DYING });
  }

  #leastLoaded(): Worker | undefined {
    const alive = this.#workers.filter(({ link }) => link.state !== 'down');
    const rank = ({ link, streams }: Worker): number => streams.size + (link.state === 'ready' ? 0 : 10_000);
    return [...alive].sort((a, b) => rank(a) - rank(b))[0];
  }

  #openStreams(): number {
    return this.#workers.reduce((sum, { streams }) => sum + streams.size, 0);
  }

  #killHanging(): void {
    const nowMs = performance.now();
    for (const worker of this.#workers) {
      const waits = [...worker.streams.values()].some((stream) => stream.waitingSamples > 0);
      if (!waits || worker.link.state !== 'ready') worker.progressMs = nowMs;
      else if (nowMs - worker.progressMs > HANG_MS) worker.link.kill();
    }
  }
}
