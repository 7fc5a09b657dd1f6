/** Brings waiting callers and free agents together, at the moment something changes, and watches that it happens. */
import type { Logger } from 'pino';
import type { LineStore, Reservation } from '../acd/line-store.ts';

export interface DispatcherOptions {
  readonly line: LineStore;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Returns false when there is no such call any more. */
  readonly onReserved: (reservation: Reservation) => boolean;
  /** Its time ran out or its agent is gone; the call has its place again. */
  readonly onOfferLost: (reservation: Reservation) => void;
  /** The store has forgotten this server: everything must be told again. */
  readonly onLineLost: () => void;
  /** The alarm has begun or ended. */
  readonly onAlarm: (alarm: DispatchAlarm | null) => void;
}

/** Somebody waits, somebody is free who may take the call, and nothing is offered. */
export interface DispatchAlarm {
  readonly sinceMs: number;
  readonly queues: readonly string[];
}

const RECONCILE_MS = 1_000;
/** So long nothing may be offered although it could be. */
const ALARM_AFTER_MS = 2_000;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #watch: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #running = false;
  #again = false;
  #stalledSinceMs: number | null = null;
  #alarm: DispatchAlarm | null = null;
  /** Offers made by the reconciler and not at once by an event: an exclusion that ran out, or something missed. */
  lateOffers = 0;
  alarms = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#watch = setInterval(() => {
      this.kick(true);
      void this.#lookForStall();
    }, RECONCILE_MS);
    this.#unsubscribe = options.line.subscribe((event) => {
      switch (event.type) {
        case 'offered':
          void this.#hand(event.reservation);
          return;
        case 'offer-lost':
          options.onOfferLost(event.reservation);
          this.kick();
          return;
        case 'line-lost':
          options.onLineLost();
          return;
        case 'waited-too-long':
          // Each call keeps its own time, whatever becomes of the store.
          return;
      }
    });
  }

  get alarm(): DispatchAlarm | null {
    return this.#alarm;
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
        const reservations = await this.#options.line.match();
        if (reconciling && reservations.length > 0) this.#late(reservations.length);
        for (const r of reservations) await this.#hand(r);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'matching failed');
      }
      // `kick` sets it while a round is under way.
    } while (this.#wanted());
    // In the same turn as the last look at `#again`: no kick can fall in between.
    this.#running = false;
  }

  async #hand(reservation: Reservation): Promise<void> {
    if (this.#options.onReserved(reservation)) return;
    await this.#options.line.leave(reservation.callId).catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'a call that is over still stands in the line');
    });
  }

  #wanted(): boolean {
    return this.#again;
  }

  #late(offers: number): void {
    this.lateOffers += offers;
    this.#options.logger.info({ offers }, 'offers made by the reconciler');
  }

  /** In the same moment somebody waits unoffered and somebody free may take it, again and again: then it is a stall. */
  async #lookForStall(): Promise<void> {
    const { line, nowMs } = this.#options;
    try {
      const queues = await stalledQueues(line, nowMs());
      if (queues.length === 0) this.#stalledSinceMs = null;
      else this.#stalledSinceMs ??= nowMs();
      this.#judge(queues);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the line could not be looked at');
    }
  }

  #judge(queues: readonly string[]): void {
    const { logger, nowMs, onAlarm } = this.#options;
    const sinceMs = this.#stalledSinceMs;
    const isStalled = sinceMs !== null && nowMs() - sinceMs >= ALARM_AFTER_MS;
    if (isStalled === (this.#alarm !== null)) return;
    this.#alarm = isStalled ? { sinceMs, queues } : null;
    if (isStalled) {
      this.alarms += 1;
      logger.error({ queues, sinceMs }, 'somebody waits, somebody is free, and nothing is offered');
    } else logger.info('offers are made again');
    onAlarm(this.#alarm);
  }

  close(): void {
    clearInterval(this.#watch);
    this.#unsubscribe();
  }
}

/** Queues in which a call and an agent could be brought together by what is on record, and are not. */
export async function stalledQueues(line: LineStore, atMs: number): Promise<readonly string[]> {
  const states = await line.queues();
  if (!states.some((q) => q.waiting + q.callbacks > 0 && q.free > 0)) return [];
  const [waiting, agents, held] = await Promise.all([line.waiting(), line.agents(), line.reservations()]);
  const offered = new Set(held.map((r) => r.callId));
  const taken = new Set(held.map((r) => r.agentId));
  const free = agents.filter((a) => a.intent === 'available' && a.phone === 'idle' && !taken.has(a.agentId));
  const stuck = waiting.filter(
    (w) =>
      !offered.has(w.callId) &&
      w.notBeforeMs <= atMs &&
      // Needs, sticky agents and dialects may rightly hold a call back for a while; plain ones have no excuse.
      w.needs.length === 0 &&
      w.dialect === null &&
      w.stickyAgentId === null &&
      free.some((a) => a.queues.includes(w.queue) && (w.excluded[a.agentId] ?? 0) <= atMs && a.seatLevel === 'on-site'),
  );
  return [...new Set(stuck.map((w) => w.queue))];
}
