/**
 * The work of one recogniser child: many streams, decoded together, those that show live text before those that do not.
 * Knows no process and no channel: what it says goes to `tell`, when it works is decided by `schedule`.
 */
import type { WordingModel } from '../../transcript/wording-model.ts';
import { CallStream } from './call-stream.ts';
import type { AudioPart, ChildLoad, FromChild, SentenceUpdate } from './child-protocol.ts';
import { SAMPLE_RATE_HZ, TICKS_PER_CHUNK, type Decoder } from './decoder.ts';
import type { NativeRecognizer } from './native.ts';

export interface ChildWorkOptions {
  readonly recognizer: NativeRecognizer;
  readonly decoder: () => Decoder;
  readonly wording: WordingModel | null;
  readonly tell: (message: FromChild) => void;
  /** Runs it soon, after what has arrived meanwhile was taken in. */
  readonly schedule: (run: () => void) => void;
  /** Processor time of the process so far. */
  readonly cpuMs: () => number;
  readonly rssBytes: () => number;
}

interface Waiting extends AudioPart {
  readonly pcm: Int16Array;
  readonly tick: number;
}

interface Served {
  readonly stream: CallStream;
  /** Which tick of three its steps fall on. */
  readonly phase: number;
  queue: (Waiting | 'finish')[];
  /** The call is over: what waits is worked off first, then the stream is gone. */
  ending: boolean;
}

/** Streams decoded in one go; with more, the first would wait for the last. */
const BATCH = 16;
const LOAD_EVERY_SAMPLES = 60 * SAMPLE_RATE_HZ;
/** Share of the newest measurement in the factor that is told. */
const NEWEST = 0.3;

export class ChildWork {
  readonly #options: ChildWorkOptions;
  readonly #streams = new Map<number, Served>();
  #updates: { id: number; update: SentenceUpdate }[] = [];
  #taken: { id: number; samples: number }[] = [];
  #scheduled = false;
  #samples = 0;
  #cpuMs: number;
  #factor: number;

  constructor(options: ChildWorkOptions, factor: number) {
    this.#options = options;
    this.#factor = factor;
    this.#cpuMs = options.cpuMs();
  }

  get load(): ChildLoad {
    return { realTimeFactor: this.#factor, rssBytes: this.#options.rssBytes() };
  }

  open(id: number): void {
    const { decoder, wording } = this.#options;
    const stream = new CallStream(decoder(), wording, (update) => this.#updates.push({ id, update }));
    this.#streams.set(id, {
      stream,
      phase: Math.floor(this.#streams.size / BATCH) % TICKS_PER_CHUNK,
      queue: [],
      ending: false,
    });
  }

  audio(tick: number, parts: readonly AudioPart[], pcm: Int16Array): void {
    let at = 0;
    for (const part of parts) {
      this.#streams.get(part.id)?.queue.push({ ...part, tick, pcm: pcm.subarray(at, at + part.samples) });
      at += part.samples;
    }
    this.#plan();
  }

  finalOnly(id: number, on: boolean): void {
    const served = this.#streams.get(id);
    if (served !== undefined) served.stream.finalOnly = on;
  }

  /** Its sentence is finished after what waits: in turn, for a backlog of many seconds would hold up all the others. */
  pause(id: number): void {
    this.#finishAfterAll(id, false);
  }

  end(id: number): void {
    if (this.#streams.has(id)) this.#finishAfterAll(id, true);
    else this.#options.tell({ type: 'ended', id });
  }

  #finishAfterAll(id: number, ending: boolean): void {
    const served = this.#streams.get(id);
    if (served === undefined) return;
    served.ending ||= ending;
    served.queue.push('finish');
    this.#plan();
  }

  #finish(id: number, served: Served): void {
    served.stream.finish();
    if (!served.ending || served.queue.includes('finish')) return;
    this.#streams.delete(id);
    this.#report();
    this.#options.tell({ type: 'ended', id });
  }

  #plan(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.schedule(() => {
      this.#scheduled = false;
      this.#work();
    });
  }

  #work(): void {
    const live = this.#some(false);
    const batch = live.length > 0 ? live : this.#some(true);
    if (batch.length === 0) {
      this.#report();
      return;
    }
    this.#decode(batch);
    this.#report();
    this.#plan();
  }

  /** Streams with a step to do, live ones or those that may wait, the longest waiting first. */
  #some(finalOnly: boolean): readonly Served[] {
    const found: [number, Served][] = [];
    for (const [id, served] of this.#streams) {
      if (found.length === BATCH) break;
      // Who waits for the end of a sentence waits for its last words.
      const later = served.stream.finalOnly && !served.queue.includes('finish');
      if (later !== finalOnly) continue;
      // No more is fed than the next step needs: a sentence may end with it.
      while (!served.stream.decoder.ready && served.queue.length > 0) {
        const part = served.queue.shift();
        if (part === 'finish') this.#finish(id, served);
        else if (part !== undefined) this.#feed(served, part);
      }
      if (this.#streams.has(id) && served.stream.decoder.ready) found.push([id, served]);
    }
    if (this.#streams.size > BATCH) {
      // Next time it is the others' turn first.
      for (const [id, served] of found) {
        this.#streams.delete(id);
        this.#streams.set(id, served);
      }
    }
    return found.map(([, served]) => served);
  }

  #decode(batch: readonly Served[]): void {
    const { recognizer } = this.#options;
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) recognizer.decode(only.stream.decoder.native);
    else recognizer.decodeStreams(batch.map(({ stream }) => stream.decoder.native));
    for (const { stream } of batch) {
      stream.decoder.decoded();
      stream.look();
    }
  }

  #feed({ stream, phase }: Served, part: Waiting): void {
    const dueInTicks = (((phase - part.tick) % TICKS_PER_CHUNK) + TICKS_PER_CHUNK) % TICKS_PER_CHUNK;
    stream.feed({ atMs: part.atMs, gapBeforeMs: part.gapBeforeMs, pcm: part.pcm, dueInTicks });
    this.#taken.push({ id: part.id, samples: part.samples });
    this.#samples += part.samples;
  }

  #report(): void {
    const { tell } = this.#options;
    if (this.#updates.length > 0 || this.#taken.length > 0) {
      tell({ type: 'heard', updates: this.#updates, taken: this.#taken });
      this.#updates = [];
      this.#taken = [];
    }
    if (this.#samples < LOAD_EVERY_SAMPLES) return;
    this.#measure();
    tell({ type: 'load', load: this.load });
  }

  #measure(): void {
    const cpuMs = this.#options.cpuMs();
    const factor = ((cpuMs - this.#cpuMs) * SAMPLE_RATE_HZ) / 1000 / this.#samples;
    this.#factor += NEWEST * (factor - this.#factor);
    this.#cpuMs = cpuMs;
    this.#samples = 0;
  }
}
