/** Messages that must reach another server: kept in the database, tried again with growing pauses, for a day. */
import type { Logger } from 'pino';
import type { OutboxRow, SurgeStore } from '../store/surge-ports.ts';
import type { Clock } from './ports.ts';
import { sign } from './signature.ts';

export interface Address {
  readonly url: string;
  readonly secret: string;
}

export interface OutboxOptions extends Clock {
  readonly store: SurgeStore;
  readonly logger: Logger;
  /** Our name towards others. */
  readonly sender: string;
  readonly addressOf: (row: Pick<OutboxRow, 'kind' | 'target'>) => Address | null;
  readonly post?: typeof fetch;
}

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 600_000;
const MOST_TRIES = 150;
const ANSWER_LIMIT_MS = 8_000;
const AT_ONCE = 20;
const FAR_FUTURE_MS = 8_640_000_000_000_000;

export function pauseMs(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, tries));
}

export class Outbox {
  readonly #options: OutboxOptions;
  #working: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  async put(kind: OutboxRow['kind'], target: string, body: unknown): Promise<void> {
    const { store, newId, nowMs } = this.#options;
    const payload = JSON.stringify(body);
    await store.putOutbox({ id: newId(), kind, target, payload, tries: 0, nextAtMs: nowMs(), lastError: '' });
    void this.work();
  }

  /** Sends what is due; one round at a time. */
  async work(): Promise<void> {
    this.#working ??= this.#round().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #round(): Promise<void> {
    const { store, logger, nowMs } = this.#options;
    try {
      const due = await store.dueOutbox(nowMs(), AT_ONCE);
      await Promise.all(due.map((row) => this.#send(row)));
    } catch (error) {
      logger.warn({ err: error }, 'messages to other servers could not be read or written');
    }
  }

  async #send(row: OutboxRow): Promise<void> {
    const { store, logger, nowMs } = this.#options;
    const failed = await this.#post(row);
    if (failed === null) {
      await store.doneOutbox(row.id, nowMs());
      return;
    }
    const tries = row.tries + 1;
    logger.warn({ kind: row.kind, target: row.target, tries, why: failed }, 'message to another server not delivered');
    // Kept for people to see, but not tried for ever.
    const nextAtMs = tries >= MOST_TRIES ? FAR_FUTURE_MS : nowMs() + pauseMs(tries);
    await store.putOutbox({ ...row, tries, nextAtMs, lastError: failed });
  }

  async #post(row: OutboxRow): Promise<string | null> {
    const { addressOf, sender, nowMs } = this.#options;
    const address = addressOf(row);
    if (address === null) return 'no address';
    try {
      const response = await (this.#options.post ?? fetch)(address.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-hotline-partner': sender,
          'x-hotline-signature': sign(address.secret, sender, row.payload, nowMs()),
        },
        body: JSON.stringify({ payload: row.payload }),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      await response.body?.cancel();
      return response.ok ? null : `HTTP ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.name : 'failed';
    }
  }
}
