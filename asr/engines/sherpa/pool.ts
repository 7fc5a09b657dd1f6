/**
 * The children of one model: keeps them alive and lean, spreads streams over them, and decides who gets live text when there
 * are more streams than they can follow.
 */
import type { Logger } from 'pino';
import type { RecognizerState } from '../../ports.ts';
import type { ModelPlan } from './model-plan.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import { degradedWords, finalOnly, liveLimit, streamsFor, type LoadedStream } from './overload.ts';
import { Worker } from './worker.ts';

export interface PoolOptions {
  readonly plan: ModelPlan;
  readonly processes: number;
  readonly maxRssBytes: number;
  readonly logger: Logger;
  readonly onState: (state: RecognizerState) => void;
  /** Streams that a child took with it. */
  readonly onFailed: (streams: number) => void;
}

/** Dead this often before it ever ran well: the model is at fault, not chance. */
const GIVE_UP_DEATHS = 3;
/** A child that works nothing off for this long hangs. */
const HANG_MS = 15_000;
const WATCH_MS = 1000;
/** A child that is replaced waits this long for its streams to be between two sentences. */
const PATIENCE_MS = 30_000;
const KEEPS_DYING =
  '语音识别进程一启动就退出，通话不受影响但没有文字。请检查模型文件是否完整、内存是否足够（日志里有原因），或换回演示模型 asr/models/demo-zh-8k。系统会继续定时重试。';

interface Replacement {
  readonly old: Worker;
  readonly next: Worker;
  /** Since when the next one can take streams; loading takes its time. */
  sinceMs: number | undefined;
}

export class Pool {
  readonly #options: PoolOptions;
  #workers: readonly Worker[] = [];
  #replacements: Replacement[] = [];
  readonly #openedAtMs = new Map<OutgoingStream, number>();
  readonly #limits = new Map<Worker, number>();
  #degraded: string | undefined;
  #nextId = 1;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get pids(): readonly number[] {
    return this.#workers.flatMap(({ link }) => (link.pid === undefined ? [] : [link.pid]));
  }

  /** Children that hear. */
  get ready(): number {
    return this.#workers.filter(({ link }) => link.state === 'ready').length;
  }

  get open(): number {
    return this.#openedAtMs.size;
  }

  /** Streams that can be followed live, as measured; finite only once a child is ready. */
  get capacity(): number {
    const factors = this.#workers.flatMap(({ load }) => (load === undefined ? [] : [load.realTimeFactor]));
    return factors.length === 0 ? Infinity : factors.reduce((sum, factor) => sum + streamsFor(factor), 0);
  }

  start(): void {
    this.#workers = Array.from({ length: this.#options.processes }, () => this.#hire());
    for (const { link } of this.#workers) link.start();
    this.#watch = setInterval(() => {
      this.#look(performance.now());
    }, WATCH_MS);
    this.#watch.unref();
  }

  newId(): number {
    return this.#nextId++;
  }

  leastLoaded(): Worker | undefined {
    const alive = this.#workers.filter(({ link }) => link.state !== 'down');
    const rank = ({ link, streams, retiring }: Worker): number =>
      streams.size + (link.state === 'ready' ? 0 : 10_000) + (retiring ? 5000 : 0);
    return [...alive].sort((a, b) => rank(a) - rank(b))[0];
  }

  add(worker: Worker, stream: OutgoingStream): void {
    worker.streams.set(stream.id, stream);
    this.#openedAtMs.set(stream, performance.now());
    worker.send({ type: 'open', id: stream.id });
  }

  forget(stream: OutgoingStream): void {
    this.#openedAtMs.delete(stream);
    for (const { streams } of this.#workers) streams.delete(stream.id);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const stream of [...this.#openedAtMs.keys()]) stream.close('ended');
    await Promise.all([...this.#workers, ...this.#replacements.map(({ next }) => next)].map((w) => w.close()));
  }

  #hire(): Worker {
    const { plan, logger } = this.#options;
    return new Worker({
      plan,
      logger,
      onState: (worker, state) => {
        if (state === 'down') this.#fail(worker);
        this.#review();
      },
    });
  }

  #fail(worker: Worker): void {
    const streams = [...worker.streams.values()];
    if (!this.#closed) this.#options.onFailed(streams.length);
    for (const stream of streams) stream.close('failed');
  }

  #review(): void {
    if (this.#closed) return;
    const { onState } = this.#options;
    const links = this.#workers.map(({ link }) => link);
    if (links.some((link) => link.state === 'ready')) {
      onState(this.#degraded === undefined ? { type: 'ready' } : { type: 'ready', degraded: this.#degraded });
    } else if (links.some((link) => link.deaths < GIVE_UP_DEATHS)) onState({ type: 'starting' });
    else onState({ type: 'off', reason: KEEPS_DYING });
  }

  #look(nowMs: number): void {
    this.#killHanging(nowMs);
    this.#degrade();
    this.#recycle(nowMs);
    this.#review();
  }

  #killHanging(nowMs: number): void {
    for (const worker of this.#workers) {
      if (!worker.waits || worker.link.state !== 'ready') worker.progressMs = nowMs;
      else if (nowMs - worker.progressMs > HANG_MS) worker.link.kill();
    }
  }

  /** Live text for as many as each child can follow. */
  #degrade(): void {
    const all: LoadedStream[] = [];
    const degraded = new Set<number>();
    for (const worker of this.#workers) {
      if (worker.link.state !== 'ready') continue;
      const streams = [...worker.streams.values()].map((stream) => this.#loaded(stream));
      const measured = worker.load === undefined ? Infinity : streamsFor(worker.load.realTimeFactor);
      const before = this.#limits.get(worker) ?? Infinity;
      const quiet = finalOnly(streams, before);
      const live = streams.length - quiet.size;
      const limit = liveLimit(before, measured, { open: streams.length, live, lagMs: worker.lagMs(quiet) });
      this.#limits.set(worker, limit);
      const chosen = finalOnly(streams, limit);
      for (const [id, stream] of worker.streams) stream.setFinalOnly(chosen.has(id));
      for (const id of chosen) degraded.add(id);
      all.push(...streams);
    }
    this.#degraded = degradedWords(all, degraded);
  }

  #loaded(stream: OutgoingStream): LoadedStream {
    return { id: stream.id, side: stream.side, openedAtMs: this.#openedAtMs.get(stream) ?? 0 };
  }

  /** A child that has grown too large is replaced: streams move between two sentences, so that no word is lost. */
  #recycle(nowMs: number): void {
    for (const old of this.#workers) {
      const isLarge = (old.load?.rssBytes ?? 0) > this.#options.maxRssBytes;
      if (!isLarge || old.retiring || old.link.state !== 'ready' || this.#replacements.length > 0) continue;
      this.#options.logger.info({ rssBytes: old.load?.rssBytes }, 'recogniser child is replaced: memory');
      old.retiring = true;
      const next = this.#hire();
      next.link.start();
      this.#replacements.push({ old, next, sinceMs: undefined });
    }
    for (const replacement of [...this.#replacements]) this.#replace(replacement, nowMs);
  }

  #replace(replacement: Replacement, nowMs: number): void {
    const { old, next } = replacement;
    if (next.link.state !== 'ready') return;
    const sinceMs = (replacement.sinceMs ??= nowMs);
    if (!this.#workers.includes(next)) this.#workers = [...this.#workers, next];
    for (const stream of [...old.streams.values()]) {
      if (!stream.movable() && nowMs - sinceMs < PATIENCE_MS) continue;
      old.leave(stream);
      stream.move(this.newId(), next);
      next.streams.set(stream.id, stream);
    }
    if (old.streams.size > 0 || nowMs - sinceMs < 2 * WATCH_MS) return;
    this.#workers = this.#workers.filter((worker) => worker !== old);
    this.#limits.delete(old);
    this.#replacements = this.#replacements.filter((r) => r !== replacement);
    // What it still has to say of the streams that left comes within this time.
    setTimeout(() => void old.close(), 2 * WATCH_MS).unref();
  }
}
