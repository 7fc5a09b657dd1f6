/**
 * Place names learned from tickets: noted when a ticket is confirmed, used by the drafts once two tickets or a supervisor have
 * said the same, taken back by a supervisor at any time. The drafts are told at once.
 */
import type { Logger } from 'pino';
import type { DraftEngine } from '../drafts/engine.ts';
import { secondDraftOf } from '../drafts/types.ts';
import type { DraftStore, LearnedPlaceRow, LearnedPlaceStore } from '../store/ports.ts';

export interface LearnedPlacesOptions {
  readonly city: string;
  readonly store: LearnedPlaceStore;
  readonly drafts: Pick<DraftStore, 'load'>;
  readonly engine: Pick<DraftEngine, 'nameToLearn' | 'learnNames'>;
  readonly logger: Logger;
}

/** What is needed of an event of a call. */
interface TicketCreated {
  readonly callId: string;
  readonly agentId: string;
  readonly number: string;
  readonly matter?: number;
}

export class LearnedPlaces {
  readonly #options: LearnedPlacesOptions;

  constructor(options: LearnedPlacesOptions) {
    this.#options = options;
  }

  /** Reads what was learned before; a database that is away is no reason not to start. */
  async open(): Promise<void> {
    await this.#tell().catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'learned place names were not read');
    });
  }

  async ticketCreated({ callId, agentId, number, matter }: TicketCreated): Promise<void> {
    const { city, store, drafts, engine, logger } = this.#options;
    try {
      const draft = await drafts.load(matter === undefined ? callId : secondDraftOf(callId));
      const name = draft === undefined ? null : engine.nameToLearn(draft);
      if (name === null) return;
      const row = await store.note({ city, ...name, agentId, ticketNumber: number });
      logger.info({ learnedId: row.id, state: row.state, tickets: row.tickets }, 'a place name was noted');
      if (row.state === 'used') await this.#tell();
    } catch (error) {
      logger.warn({ err: error, callId }, 'nothing was learned from a ticket');
    }
  }

  list(): Promise<readonly LearnedPlaceRow[]> {
    return this.#options.store.list(this.#options.city);
  }

  /** `used`: from now on; `undone`: not any more, however many tickets say so. */
  async set(id: string, state: 'used' | 'undone'): Promise<LearnedPlaceRow | undefined> {
    const row = await this.#options.store.set(id, state);
    await this.#tell();
    return row;
  }

  async #tell(): Promise<void> {
    const rows = await this.list();
    this.#options.engine.learnNames(rows.filter(({ state }) => state === 'used'));
  }
}
