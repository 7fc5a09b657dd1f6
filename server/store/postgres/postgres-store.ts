import { sql, type Kysely } from 'kysely';
import type { Store } from '../ports.ts';
import { PostgresCallbackStore } from './callback-store.ts';
import { PostgresCallStore } from './call-store.ts';
import type { Database } from './database.ts';
import { PostgresDraftStore } from './draft-store.ts';
import { PostgresLearnedPlaceStore } from './learned-place-store.ts';
import { PostgresProfileStore } from './profile-store.ts';
import { PostgresSessionStore } from './session-store.ts';
import { PostgresSurgeStore } from './surge-store.ts';
import { PostgresTicketStore, type TicketNumbering } from './ticket-store.ts';
import { PostgresUserStore } from './user-store.ts';

export interface PostgresStoreOptions {
  readonly db: Kysely<Database>;
  readonly numbering?: TicketNumbering;
  /** Runs once, after the last query: closes the pool, stops an embedded server. */
  readonly onClose: () => Promise<void>;
}

/** The store over one connection pool. */
export class PostgresStore implements Store {
  readonly callbacks: PostgresCallbackStore;
  readonly learnedPlaces: PostgresLearnedPlaceStore;
  readonly profiles: PostgresProfileStore;
  readonly calls: PostgresCallStore;
  readonly drafts: PostgresDraftStore;
  readonly tickets: PostgresTicketStore;
  readonly users: PostgresUserStore;
  readonly sessions: PostgresSessionStore;
  readonly surge: PostgresSurgeStore;
  readonly #options: PostgresStoreOptions;
  #closing: Promise<void> | undefined;

  constructor(options: PostgresStoreOptions) {
    this.#options = options;
    this.callbacks = new PostgresCallbackStore(options.db);
    this.learnedPlaces = new PostgresLearnedPlaceStore(options.db);
    this.profiles = new PostgresProfileStore(options.db);
    this.calls = new PostgresCallStore(options.db);
    this.drafts = new PostgresDraftStore(options.db);
    this.tickets = new PostgresTicketStore(options.db, options.numbering);
    this.users = new PostgresUserStore(options.db);
    this.sessions = new PostgresSessionStore(options.db);
    this.surge = new PostgresSurgeStore(options.db);
  }

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#options.db);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#options.onClose();
    await this.#closing;
  }
}
