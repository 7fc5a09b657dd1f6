import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorCode, StoreError } from '../errors.ts';
import { databaseName, databaseUser, ensureCluster } from './init-cluster.ts';
import { ownerLock } from './owner-lock.ts';
import { isAlive } from './pid-file.ts';
import { findPlaces, type Places } from './places.ts';
import { findPostmaster, startPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts';

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  readonly logger: Logger;
  /** Told what is being done when it takes more than a moment. */
  readonly onProgress?: (step: string) => void;
}

const lockWaitMs = 3_000;
const adoptWaitMs = 10_000;
const watchEveryMs = 1_000;

export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Tries while the postmaster lives, until a limit: a postmaster that was just killed and restarted recovers first (57P03). */
async function connectOwner(settings: ConnectionSettings, pid: number, limitMs = adoptWaitMs): Promise<pg.Client> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const client = new pg.Client({
      ...settings,
      connectionTimeoutMillis: 2_000,
      application_name: 'hotline12345 owner',
    });
    client.on('error', () => undefined); // The watch below notices that it has gone.
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (errorCode(error) === '28P01' || !isAlive(pid) || performance.now() > untilMs) throw error;
      await sleep(100);
    }
  }
}

async function takeOwnership(client: pg.Client, dataDir: string): Promise<void> {
  const untilMs = performance.now() + lockWaitMs;
  for (;;) {
    const got = await client.query<{ ok: boolean }>('select pg_try_advisory_lock($1) as ok', [ownerLock]);
    if (got.rows[0]?.ok === true) return;
    // The connection of a server killed a moment ago takes a moment to go.
    if (performance.now() > untilMs)
      throw new StoreError(
        'already-running',
        `Another hotline server is using ${dataDir}. Stop it first, or set another dataDir and other ports.`,
      );
    await sleep(100);
  }
}

/**
 * A real PostgreSQL in the data folder, as a child process. A postmaster which an earlier process left behind is
 * adopted if it answers with our password, else stopped. One that dies is started again.
 */
export class EmbeddedPostgres {
  readonly #options: EmbeddedOptions;
  readonly #places: Places;
  readonly #password: string;
  #postmaster: Postmaster;
  #owner: pg.Client;
  #watch: NodeJS.Timeout | undefined;
  #restarting = false;
  #closed = false;

  private constructor(
    options: EmbeddedOptions,
    found: { places: Places; password: string; postmaster: Postmaster; owner: pg.Client },
  ) {
    this.#options = options;
    this.#places = found.places;
    this.#password = found.password;
    this.#postmaster = found.postmaster;
    this.#owner = found.owner;
    this.#watch = setInterval(() => {
      void this.#check();
    }, watchEveryMs);
    this.#watch.unref();
  }

  static async start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const onProgress = options.onProgress ?? ((): void => undefined);
    const places = await findPlaces(options.dataDir);
    const password = await ensureCluster(places, onProgress);
    const adopted = await adopt(places, password, options);
    if (adopted !== undefined) return new EmbeddedPostgres(options, { places, password, ...adopted });
    onProgress('starting the database');
    const postmaster = await startPostmaster(places, options.port);
    try {
      const owner = await connectOwner(settingsOf(postmaster.port, password), postmaster.pid);
      await takeOwnership(owner, options.dataDir);
      return new EmbeddedPostgres(options, { places, password, postmaster, owner });
    } catch (error) {
      await stopPostmaster(postmaster.pid);
      throw error;
    }
  }

  get settings(): ConnectionSettings {
    return settingsOf(this.#postmaster.port, this.#password);
  }

  get pid(): number {
    return this.#postmaster.pid;
  }

  /** Stops PostgreSQL cleanly. Close every pool first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#watch);
    await this.#owner.end().catch(() => undefined);
    await stopPostmaster(this.#postmaster.pid);
  }

  async #check(): Promise<void> {
    if (this.#closed || this.#restarting || isAlive(this.#postmaster.pid)) return;
    this.#restarting = true;
    this.#options.logger.error('the built-in database has died, starting it again');
    try {
      // The port stays: pools know no other.
      const postmaster = await startPostmaster(this.#places, this.#postmaster.port);
      this.#postmaster = postmaster;
      await this.#owner.end().catch(() => undefined);
      this.#owner = await connectOwner(this.settings, postmaster.pid);
      await takeOwnership(this.#owner, this.#options.dataDir);
      this.#options.logger.warn('the built-in database is back');
    } catch (error) {
      this.#options.logger.error({ err: error }, 'the built-in database does not start');
    } finally {
      this.#restarting = false;
      // Closed while it was coming up: it must not stay behind.
      if (this.#wasClosed()) await this.#stopLate();
    }
  }

  #wasClosed(): boolean {
    return this.#closed;
  }

  async #stopLate(): Promise<void> {
    await this.#owner.end().catch(() => undefined);
    await stopPostmaster(this.#postmaster.pid);
  }
}

function settingsOf(port: number, password: string): ConnectionSettings {
  return { host: '127.0.0.1', port, user: databaseUser, password, database: databaseName };
}

async function adopt(
  places: Places,
  password: string,
  options: EmbeddedOptions,
): Promise<{ postmaster: Postmaster; owner: pg.Client } | undefined> {
  const postmaster = await findPostmaster(places.clusterDir);
  if (postmaster === undefined) return undefined;
  let owner: pg.Client;
  try {
    owner = await connectOwner(settingsOf(postmaster.port, password), postmaster.pid);
  } catch (error) {
    options.logger.warn({ code: errorCode(error) }, 'a database left behind does not answer, stopping it');
    await stopPostmaster(postmaster.pid);
    return undefined;
  }
  try {
    await takeOwnership(owner, options.dataDir);
  } catch (error) {
    await owner.end();
    throw error;
  }
  options.logger.info('took over the database an earlier process left running');
  return { postmaster, owner };
}
