/**
 * One stream that outlives its engine: when an engine fails, the next one hears the running sentence again from its beginning
 * and goes on with the same segment, so that nothing is lost and nothing is said twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AudioFrame, RecognizerStream, RecognizerStreamOptions, TranscriptUpdate } from '../../ports.ts';
import { KeptAudio } from './kept-audio.ts';

export interface EngineStream {
  readonly engine: string;
  readonly stream: RecognizerStream;
}

export interface FailoverStreamOptions extends RecognizerStreamOptions {
  /**
   * Opens a stream at an engine that has not been tried for the running sentence; nothing when there is none.
   * `wait`: none now, but one may come up.
   */
  readonly openNext: (
    tried: ReadonlySet<string>,
    handlers: Pick<RecognizerStreamOptions, 'onUpdate' | 'onEnd'>,
    takeOver: boolean,
  ) => EngineStream | 'wait' | undefined;
  readonly onFailed: (engine: string) => void;
  readonly onWorked: (engine: string) => void;
  readonly onClosed: () => void;
}

interface Segment {
  readonly id: string;
  readonly revOffset: number;
}

/** Audio is sent to the next engine this much at once, this often: four times as fast as it was spoken. */
const REPLAY_MS = 200;
const REPLAY_EVERY_MS = 50;
/** How long a stream waits for an engine that is starting. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** At the end of a call a replay that is under way may take this much longer. */
const CATCH_UP_MS = 1500;

export class FailoverStream implements RecognizerStream {
  readonly #options: FailoverStreamOptions;
  readonly #kept = new KeptAudio();
  #tried = new Set<string>();
  #engine: EngineStream | undefined;
  #generation = 0;
  #segments = new Map<string, Segment>();
  #sentences = 0;
  /** The sentence that was shown and is not final. */
  #open: TranscriptUpdate | undefined;
  #queue: AudioFrame[] = [];
  #timer: NodeJS.Timeout | undefined;
  #waitedMs = 0;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #ending: Promise<void> | undefined;

  constructor(options: FailoverStreamOptions) {
    this.#options = options;
    this.#next(false);
  }

  push(frame: AudioFrame): void {
    if (this.#state !== 'open') return;
    const copy = { ...frame, pcm: frame.pcm.slice() };
    this.#kept.add(copy, this.#open !== undefined);
    if (this.#timer === undefined) this.#engine?.stream.push(copy);
    else this.#queue.push(copy);
  }

  end(): Promise<void> {
    this.#ending ??= this.#finish();
    return this.#ending;
  }

  close(reason: 'ended' | 'failed'): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#timer);
    const open = this.#open;
    if (open !== undefined) this.#options.onUpdate({ ...open, rev: open.rev + 1, final: true });
    this.#options.onClosed();
    this.#options.onEnd(reason);
  }

  async #finish(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'ending';
    for (let waitedMs = 0; this.#queue.length > 0 && waitedMs < CATCH_UP_MS; waitedMs += REPLAY_EVERY_MS) {
      await delay(REPLAY_EVERY_MS);
    }
    clearTimeout(this.#timer);
    const generation = this.#generation;
    await this.#engine?.stream.end();
    if (generation === this.#generation) this.close('ended');
  }

  #next(takeOver: boolean): void {
    const generation = ++this.#generation;
    this.#segments = new Map();
    const opened = this.#options.openNext(
      this.#tried,
      {
        onUpdate: (update) => {
          if (generation === this.#generation) this.#hear(update);
        },
        onEnd: (reason) => {
          if (generation === this.#generation) this.#lost(reason);
        },
      },
      takeOver,
    );
    this.#engine = typeof opened === 'object' ? opened : undefined;
    if (opened === undefined) this.#giveUp();
    else if (opened === 'wait') this.#waitFor();
    else if (takeOver) this.#replay();
  }

  #hear(update: TranscriptUpdate): void {
    if (this.#state === 'closed') return;
    if (this.#engine !== undefined) this.#options.onWorked(this.#engine.engine);
    this.#tried.clear();
    const { id, revOffset } = this.#segmentOf(update.segmentId);
    const told = { ...update, segmentId: id, rev: update.rev + revOffset };
    this.#open = update.final ? undefined : told;
    if (update.final) this.#kept.forgetUntil(update.endMs);
    this.#options.onUpdate(told);
  }

  /** The first sentence of an engine that took over is the one that its predecessor left open. */
  #segmentOf(innerId: string): Segment {
    const known = this.#segments.get(innerId);
    if (known !== undefined) return known;
    const left = this.#segments.size === 0 ? this.#open : undefined;
    const segment =
      left === undefined
        ? { id: `${this.#options.streamId}-${this.#sentences++}`, revOffset: 0 }
        : { id: left.segmentId, revOffset: left.rev };
    this.#segments.set(innerId, segment);
    return segment;
  }

  #lost(reason: 'ended' | 'failed'): void {
    if (this.#state === 'closed') return;
    if (reason === 'ended') {
      this.close('ended');
      return;
    }
    const engine = this.#engine?.engine;
    if (engine !== undefined) {
      this.#tried.add(engine);
      this.#options.onFailed(engine);
    }
    if (this.#state === 'ending') this.close('failed');
    else this.#next(true);
  }

  #giveUp(): void {
    // After the caller has the stream in hand.
    queueMicrotask(() => {
      this.close('failed');
    });
  }

  #waitFor(): void {
    clearTimeout(this.#timer);
    this.#waitedMs += LOOK_EVERY_MS;
    if (this.#waitedMs > PATIENCE_MS) {
      this.#giveUp();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next(true);
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  #replay(): void {
    this.#waitedMs = 0;
    this.#queue = [...this.#kept.frames];
    this.#feed();
  }

  #feed(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const untilMs = (this.#queue[0]?.atMs ?? 0) + REPLAY_MS;
    const later = this.#queue.findIndex((frame) => frame.atMs >= untilMs);
    const due = this.#queue.splice(0, later < 0 ? this.#queue.length : later);
    for (const frame of due) this.#engine?.stream.push(frame);
    if (this.#queue.length === 0 || this.#state === 'closed') return;
    this.#timer = setTimeout(() => {
      this.#feed();
    }, REPLAY_EVERY_MS);
    this.#timer.unref();
  }
}
