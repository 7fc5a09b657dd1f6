/** One child of the pool: its process, its streams, what they say to it and how hard it works. */
import type { Logger } from 'pino';
import { joinSamples } from '../remote/samples.ts';
import { ChildLink, type LinkState } from './child-link.ts';
import type { AudioPart, ChildLoad, FromChild, ToChild } from './child-protocol.ts';
import { TICK_MS } from './decoder.ts';
import type { ModelPlan } from './model-plan.ts';
import type { Carrier, OutgoingStream } from './outgoing-stream.ts';

const childEntry = new URL('./child.mjs', import.meta.url);

export interface WorkerOptions {
  readonly plan: ModelPlan;
  readonly logger: Logger;
  readonly onState: (worker: Worker, state: LinkState) => void;
}

export class Worker implements Carrier {
  readonly link: ChildLink<ToChild, FromChild>;
  readonly streams = new Map<number, OutgoingStream>();
  /** Streams that went on with another child: this one still tells what it had heard of them. */
  readonly #left = new Map<number, OutgoingStream>();
  /** When audio last was acknowledged while some was waiting, by the monotonic clock. */
  progressMs = performance.now();
  load: ChildLoad | undefined;
  /** To be replaced: no new streams. */
  retiring = false;
  #parts: AudioPart[] = [];
  #pcm: Int16Array[] = [];
  #samples = 0;
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ plan, logger, onState }: WorkerOptions) {
    this.link = new ChildLink<ToChild, FromChild>({
      entry: childEntry,
      hello: { type: 'load', plan },
      logger,
      onMessage: (message) => {
        this.#hear(message);
      },
      onState: (state) => {
        if (state === 'down') this.#drop();
        onState(this, state);
      },
    });
  }

  readonly send = (message: ToChild): boolean => {
    if (message.type === 'open') this.#run();
    return this.link.send(message);
  };

  readonly gather = (part: AudioPart, pcm: Int16Array): void => {
    this.#parts.push(part);
    this.#pcm.push(pcm);
    this.#samples += pcm.length;
  };

  readonly flush = (): void => {
    if (this.#parts.length === 0) return;
    const message: ToChild = {
      type: 'audio',
      tick: this.#tick,
      parts: this.#parts,
      pcm: joinSamples(this.#pcm, this.#samples),
    };
    this.#parts = [];
    this.#pcm = [];
    this.#samples = 0;
    this.link.send(message);
  };

  /** The longest that audio of a live stream waits here. */
  lagMs(finalOnly: ReadonlySet<number>): number {
    let most = 0;
    for (const [id, stream] of this.streams) if (!finalOnly.has(id)) most = Math.max(most, stream.waitingSamples);
    return most / 8;
  }

  get waits(): boolean {
    return [...this.streams.values()].some((stream) => stream.waitingSamples > 0);
  }

  /** The stream goes on at another child. */
  leave(stream: OutgoingStream): void {
    this.streams.delete(stream.id);
    this.#left.set(stream.id, stream);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.link.close();
  }

  /** Ticks while there is anybody to hear. */
  #run(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      this.#tick++;
      for (const stream of this.streams.values()) stream.tick();
      this.flush();
      if (this.streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    }, TICK_MS);
    this.#timer.unref();
  }

  #drop(): void {
    this.#parts = [];
    this.#pcm = [];
    this.#samples = 0;
    this.#left.clear();
  }

  #hear(message: FromChild): void {
    this.progressMs = performance.now();
    switch (message.type) {
      case 'ready':
      case 'load':
        this.load = message.load;
        return;
      case 'heard':
        for (const { id, samples } of message.taken) this.streams.get(id)?.acknowledge(samples);
        for (const { id, update } of message.updates) (this.streams.get(id) ?? this.#left.get(id))?.update(update, id);
        return;
      case 'ended':
        this.#left.delete(message.id);
        this.streams.get(message.id)?.close('ended');
    }
  }
}
