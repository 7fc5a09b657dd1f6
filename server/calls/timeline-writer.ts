/**
 * Numbers the events of each call and writes them in order, in batches, without ever holding up a call.
 * While the database is away events wait in memory (bounded) and are written when it is back.
 */
import type { Logger } from 'pino';
import { StoreError, type CallStore } from '../store/ports.ts';
import type { CallEvent, CallEventBody } from '../timeline/events.ts';

const MAX_WAITING = 200_000;
const RETRY_MS = 500;
const BATCH = 200;
/** After a write what comes is gathered for a moment, so that a busy hour costs a few large writes and not many small. */
const GATHER_MS = 20;
const TRIES_TOGETHER = 20;

export interface TimelineWriterOptions {
  readonly store: Pick<CallStore, 'append' | 'timeline'>;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** Called for each event at once, before it is durable. */
  readonly onEvent: (event: CallEvent) => void;
}

export class TimelineWriter {
  readonly #options: TimelineWriterOptions;
  readonly #seq = new Map<string, number>();
  #waiting: CallEvent[] = [];
  #writing: Promise<void> | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #closed = false;
  /** Events given up because the database was away for too long. */
  dropped = 0;
  /** Failed tries in a row; after some the events go one by one. */
  #tries = 0;

  constructor(options: TimelineWriterOptions) {
    this.#options = options;
  }

  get backlog(): number {
    return this.#waiting.length;
  }

  emit(callId: string, body: CallEventBody): CallEvent {
    const seq = (this.#seq.get(callId) ?? 0) + 1;
    this.#seq.set(callId, seq);
    const event: CallEvent = { ...body, callId, seq, atMs: this.#options.nowMs() };
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
    else this.dropped++;
    this.#options.onEvent(event);
    if (this.#gathering === undefined || this.#waiting.length >= BATCH) this.#begin();
    return event;
  }

  /** Goes on with the numbering of a call from before a restart. */
  async resume(callId: string): Promise<void> {
    if (this.#seq.has(callId)) return;
    // The last ones may not be in the database yet.
    const waiting = this.#waiting.findLast((event) => event.callId === callId);
    const last = waiting ?? (await this.#options.store.timeline(callId)).at(-1);
    this.goOnAfter(callId, last?.seq ?? 0);
  }

  /** The same, for a caller who has read the timeline already. */
  goOnAfter(callId: string, seq: number): void {
    if (!this.#seq.has(callId)) this.#seq.set(callId, seq);
  }

  forget(callId: string): void {
    this.#seq.delete(callId);
  }

  #begin(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#writing ??= this.#write();
  }

  #gather(): void {
    this.#gathering = setTimeout(() => {
      this.#gathering = undefined;
      if (this.#waiting.length > 0) this.#begin();
    }, GATHER_MS);
    this.#gathering.unref();
  }

  async #write(): Promise<void> {
    // One turn later, so that the effects of one step travel together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      // A batch that fails again and again may hold one event that is refused for good: then they go one by one.
      const batch = this.#waiting.slice(0, this.#tries < TRIES_TOGETHER ? BATCH : 1);
      try {
        await this.#options.store.append(batch);
        this.#waiting = this.#waiting.slice(batch.length);
      } catch (error) {
        if (this.#setAside(error, batch)) continue;
        this.#options.logger.error(
          { err: error, backlog: this.#waiting.length },
          'timeline not written; will try again',
        );
        if (this.#closed) break;
        this.#tries++;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#tries = 0;
    this.#writing = undefined;
    if (!this.#closed) this.#gather();
  }

  /** One event that the database will never take must not hold up all others. */
  #setAside(error: unknown, batch: readonly CallEvent[]): boolean {
    if (!(error instanceof StoreError) || error.code !== 'sequence-conflict') return false;
    // The store may say which event it is; a batch of one says it as well.
    const refused = batch.find((e) => e.callId === error.callId && e.seq === error.seq) ?? batch[0];
    if (refused === undefined) return false;
    if (batch.length > 1 && error.seq === undefined) {
      this.#tries = TRIES_TOGETHER;
      return true;
    }
    this.dropped++;
    this.#waiting = this.#waiting.filter((event) => event !== refused);
    const { callId, seq, type } = refused;
    this.#options.logger.error({ err: error, callId, seq, type }, 'timeline event refused by the database; set aside');
    return true;
  }

  /** Resolves when everything emitted so far is durable, or could not be written at the last try. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#waiting.length > 0) this.#begin();
    await this.#writing;
  }
}
