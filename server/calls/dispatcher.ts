/** Brings waiting callers and free agents together, at the moment something changes, and watches that it happens. */
import type { Logger } from 'pino';
import type { LineStore, Reservation } from '../acd/line-store.ts';

export interface DispatcherOptions {
  readonly line: LineStore;
  readonly logger: Logger;
  /** A reservation outlives the ringing by a little; the call's own deadline comes first. */
  readonly holdMs: number;
  /** Returns false when there is no such call any more. */
  readonly onReserved: (reservation: Reservation) => boolean;
}

const RECONCILE_MS = 1_000;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #watch: NodeJS.Timeout;
  #running = false;
  #again = false;
  /** Offers made by the reconciler and not at once by an event: an exclusion that ran out, or something missed. */
  lateOffers = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#watch = setInterval(() => {
      this.kick(true);
    }, RECONCILE_MS);
  }

  kick(reconciling = false): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    void this.#run(reconciling);
  }

  async #run(reconciling: boolean): Promise<void> {
    do {
      this.#again = false;
      try {
        const reservations = await this.#options.line.match(this.#options.holdMs);
        if (reconciling && reservations.length > 0) this.#late(reservations.length);
        for (const r of reservations) if (!this.#options.onReserved(r)) await this.#options.line.leave(r.callId);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'matching failed');
      }
      // `kick` sets it while a round is under way.
    } while (this.#wanted());
    // In the same turn as the last look at `#again`: no kick can fall in between.
    this.#running = false;
  }

  #wanted(): boolean {
    return this.#again;
  }

  #late(offers: number): void {
    this.lateOffers += offers;
    this.#options.logger.info({ offers }, 'offers made by the reconciler');
  }

  close(): void {
    clearInterval(this.#watch);
  }
}
