/** Starts the media engine in a thread of its own, so that HTTP, database and speech work never delay a packet. */
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { MediaError } from './media-error.ts';
import type { LegQuality } from './leg-reports.ts';
import type { Hearing, MediaEngine, MediaEngineOptions, MediaEvent, MediaLegOptions } from './media-engine.ts';
import type { RemoteArguments, RemoteMethod, RemoteResult, WorkerMessage, WorkerOptions } from './worker-messages.ts';

/** The engine with what the port does not ask for. */
export interface RunningMediaEngine extends MediaEngine {
  /** Loss, jitter and round trip of a leg so far. */
  quality(legId: string): Promise<LegQuality>;
}

/** Resolves when the thread takes calls. Rejects when it cannot start. */
export async function createMediaEngine(
  options: MediaEngineOptions,
  logger: Logger = pino({ enabled: false }),
): Promise<RunningMediaEngine> {
  const engine = new WorkerMediaEngine(options, logger);
  await engine.start();
  return engine;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const restartDelayMs = 250;
const maxRestartDelayMs = 10_000;

class WorkerMediaEngine implements RunningMediaEngine {
  readonly #options: MediaEngineOptions;
  readonly #logger: Logger;
  readonly #listeners = new Set<(event: MediaEvent) => void>();
  readonly #pending = new Map<number, Pending>();
  readonly #legs = new Set<string>();
  /** Recordings in progress, so that they can be reported if the thread dies. */
  readonly #recordings = new Map<string, string>();
  #worker: Worker | undefined;
  #started: Promise<void> = Promise.resolve();
  #nextId = 1;
  #isClosed = false;
  #wasReady = false;
  #deaths = 0;

  constructor(options: MediaEngineOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  start(): Promise<void> {
    this.#started = new Promise((resolve, reject) => {
      const data: WorkerOptions = { engine: this.#options, logLevel: this.#logger.level };
      const url = new URL('./media-worker-bootstrap.mjs', import.meta.url);
      // The parent's own loaders (tsx, Jest) are not for the worker: its bootstrap registers what it needs.
      const worker = new Worker(url, { name: 'media', workerData: data, execArgv: [] });
      this.#worker = worker;
      worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'ready') {
          this.#wasReady = true;
          resolve();
        } else this.#onMessage(message);
      });
      worker.on('error', (error) => {
        this.#logger.error({ err: error }, 'media: thread failed');
      });
      worker.on('exit', (exitCode) => {
        reject(new Error('the media thread ended before it was ready'));
        this.#onExit(worker, exitCode);
      });
    });
    return this.#started;
  }

  subscribe(listener: (event: MediaEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  createOffer(options: MediaLegOptions): Promise<string> {
    this.#legs.add(options.legId);
    return this.#call('createOffer', options);
  }

  acceptAnswer(legId: string, sdp: string): Promise<void> {
    return this.#call('acceptAnswer', legId, sdp);
  }

  answerOffer(options: MediaLegOptions, sdp: string): Promise<string> {
    this.#legs.add(options.legId);
    return this.#call('answerOffer', options, sdp);
  }

  async closeLeg(legId: string): Promise<void> {
    this.#legs.delete(legId);
    if (!this.#isClosed) await this.#call('closeLeg', legId);
  }

  connect(hearings: readonly Hearing[]): Promise<void> {
    return this.#call('connect', hearings);
  }

  play(legId: string, request: RemoteArguments<'play'>[1]): Promise<void> {
    return this.#call('play', legId, request);
  }

  stopPlay(legId: string): Promise<void> {
    return this.#call('stopPlay', legId);
  }

  startRecording(legId: string, path: string): Promise<void> {
    return this.#call('startRecording', legId, path);
  }

  stopRecording(legId: string): Promise<void> {
    return this.#call('stopRecording', legId);
  }

  maskRecording(legId: string, masked: boolean): Promise<void> {
    return this.#call('maskRecording', legId, masked);
  }

  startTap(legId: string): Promise<void> {
    return this.#call('startTap', legId);
  }

  stopTap(legId: string): Promise<void> {
    return this.#call('stopTap', legId);
  }

  sendDigit(legId: string, digit: string): Promise<void> {
    return this.#call('sendDigit', legId, digit);
  }

  quality(legId: string): Promise<LegQuality> {
    return this.#call('quality', legId);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    // A thread that cannot say goodbye is ended all the same.
    await this.#call('close').catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'media: thread did not close in order');
    });
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #call<M extends RemoteMethod>(method: M, ...args: RemoteArguments<M>): Promise<RemoteResult<M>> {
    if (this.#isClosed) throw new MediaError('unavailable', 'the media engine is closed');
    await this.#started;
    const id = this.#nextId;
    this.#nextId += 1;
    const value = await new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker?.postMessage({ id, method, args });
    });
    return value as RemoteResult<M>;
  }

  #onMessage(message: Exclude<WorkerMessage, { type: 'ready' }>): void {
    switch (message.type) {
      case 'event':
        this.#emit(message.event);
        return;
      case 'log':
        this.#log(message.line);
        return;
      case 'result':
        this.#take(message.id)?.resolve(message.value);
        return;
      case 'failure':
        this.#take(message.id)?.reject(new MediaError(message.code, message.message));
        return;
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #emit(event: MediaEvent): void {
    if (event.type === 'recording-started') this.#recordings.set(event.legId, event.path);
    if (event.type === 'recording-finished') this.#recordings.delete(event.legId);
    for (const listener of this.#listeners) listener(event);
  }

  #log(line: string): void {
    const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg: string } & Record<string, unknown>;
    if (level >= 50) this.#logger.error(fields, msg);
    else if (level >= 40) this.#logger.warn(fields, msg);
    else if (level >= 30) this.#logger.info(fields, msg);
    else this.#logger.debug(fields, msg);
  }

  #onExit(worker: Worker, exitCode: number): void {
    // A first start that fails is the caller's to deal with.
    if (this.#isClosed || !this.#wasReady || worker !== this.#worker) return;
    this.#worker = undefined;
    this.#deaths += 1;
    this.#logger.error({ exitCode, legs: this.#legs.size }, 'media: thread died, all its legs are lost');
    for (const pending of this.#pending.values())
      pending.reject(new MediaError('unavailable', 'the media thread died'));
    this.#pending.clear();
    const restarted = this.#restart();
    this.#started = restarted;
    // Calls made meanwhile wait for it; nobody else need.
    restarted.catch(() => undefined);
    void this.#reportLosses();
  }

  async #restart(): Promise<void> {
    await pause(Math.min(maxRestartDelayMs, restartDelayMs * 2 ** Math.min(10, this.#deaths - 1)));
    if (!this.#isClosed) await this.start();
    this.#deaths = 0;
  }

  async #reportLosses(): Promise<void> {
    const recordings = [...this.#recordings];
    this.#recordings.clear();
    const legs = [...this.#legs];
    this.#legs.clear();
    for (const [legId, path] of recordings) {
      const sizeBytes = await stat(path).then(
        (file) => file.size,
        () => 0,
      );
      const lengthMs = Math.max(0, Math.floor((sizeBytes - 44) / 32));
      this.#emit({ type: 'recording-finished', legId, path, lengthMs, sizeBytes });
    }
    for (const legId of legs) this.#emit({ type: 'media-lost', legId, silentMs: 0 });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
