/** Offline models of sherpa-onnx as the second pass: child processes of a priority below that of live text. */
import type { Logger } from 'pino';
import type { RecognizerState } from '../../ports.ts';
import type { HeardSentence } from '../../transcript/sentence-tracker.ts';
import type { SentenceRefiner } from '../second-pass/refiner.ts';
import { StateHolder } from '../state-holder.ts';
import { ChildLink } from './child-link.ts';
import { findOfflineModel } from './find-offline-model.ts';
import type { OfflinePlan } from './offline-plan.ts';
import type { FromRefiner, ToRefiner } from './refiner-protocol.ts';

export interface SherpaRefinerOptions {
  readonly modelDir: string;
  readonly processes: number;
  /** A sentence that is not ready by then keeps its first text. */
  readonly maxWaitMs: number;
  readonly logger: Logger;
}

interface Worker {
  readonly link: ChildLink<ToRefiner, FromRefiner>;
  readonly waiting: Map<number, (sentence: HeardSentence | undefined) => void>;
}

/** Sentences that may wait at one child; more would come too late. */
const MAX_WAITING = 8;
const GIVE_UP_DEATHS = 3;

export class SherpaRefiner implements SentenceRefiner {
  readonly #options: SherpaRefinerOptions;
  readonly #state = new StateHolder();
  #workers: readonly Worker[] = [];
  #plan: OfflinePlan | undefined;
  #nextId = 1;
  #closed = false;

  constructor(options: SherpaRefinerOptions) {
    this.#options = options;
  }

  get name(): string {
    if (this.#plan === undefined) return 'second-pass';
    return this.#plan.kind === 'offline' ? this.#plan.files.type : this.#plan.name;
  }

  get description(): string {
    return this.#plan?.description ?? '第二遍识别';
  }

  get state(): RecognizerState {
    return this.#state.value;
  }

  get childPids(): readonly number[] {
    return this.#workers.flatMap(({ link }) => (link.pid === undefined ? [] : [link.pid]));
  }

  async start(): Promise<void> {
    const found = await findOfflineModel(this.#options.modelDir);
    if (this.#closed) return;
    if (!found.ok) {
      this.#options.logger.warn({ modelDir: this.#options.modelDir }, 'second-pass model not usable');
      this.#state.set({ type: 'off', reason: found.reason });
      return;
    }
    this.#plan = found.plan;
    const settled = this.#state.settled();
    this.#workers = Array.from({ length: this.#options.processes }, () => this.#hire(found.plan));
    for (const { link } of this.#workers) link.start();
    await settled;
  }

  refine(pcm: Int16Array): Promise<HeardSentence | undefined> {
    const ready = this.#workers.filter(({ link, waiting }) => link.state === 'ready' && waiting.size < MAX_WAITING);
    const [worker] = ready.sort((a, b) => a.waiting.size - b.waiting.size);
    if (worker === undefined) return Promise.resolve(undefined);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        done(undefined);
      }, this.#options.maxWaitMs);
      const done = (sentence: HeardSentence | undefined): void => {
        clearTimeout(timer);
        worker.waiting.delete(id);
        resolve(sentence);
      };
      worker.waiting.set(id, done);
      if (!worker.link.send({ type: 'refine', id, pcm })) done(undefined);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { waiting } of this.#workers) for (const done of [...waiting.values()]) done(undefined);
    await Promise.all(this.#workers.map(({ link }) => link.close()));
    this.#state.set({ type: 'off', reason: '第二遍识别已停止。' });
  }

  #hire(plan: OfflinePlan): Worker {
    const waiting: Worker['waiting'] = new Map();
    const link = new ChildLink<ToRefiner, FromRefiner>({
      entry: new URL('./refiner.mjs', import.meta.url),
      hello: { type: 'load', plan },
      logger: this.#options.logger,
      onMessage: (message) => {
        if (message.type === 'refined') waiting.get(message.id)?.(message);
      },
      onState: (state) => {
        if (state === 'down') for (const done of [...waiting.values()]) done(undefined);
        this.#review();
      },
    });
    return { link, waiting };
  }

  #review(): void {
    if (this.#closed) return;
    const links = this.#workers.map(({ link }) => link);
    if (links.some((link) => link.state === 'ready')) this.#state.set({ type: 'ready' });
    else if (links.some((link) => link.deaths < GIVE_UP_DEATHS)) this.#state.set({ type: 'starting' });
    else
      this.#state.set({
        type: 'off',
        reason: '第二遍识别的进程一启动就退出，文字只有第一遍的。请检查模型文件和内存。',
      });
  }
}
