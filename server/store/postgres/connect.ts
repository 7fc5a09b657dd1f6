import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import { errorCode, StoreError } from '../errors.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { strictPool } from './strict-pool.ts';

export interface Connection {
  readonly pool: pg.Pool;
  readonly db: Kysely<Database>;
}

const int8Oid = 20;
/** 15.0 as `server_version_num` writes it. */
const oldestVersion = 150_000;
const startingLimitMs = 60_000;
const startingPollMs = 250;
const limits = {
  connectionTimeoutMillis: 5_000,
  // The server ends a statement first, so that its connection can be kept; it must not hold a call's events for ever.
  statement_timeout: 8_000,
  // A database that is cut off without a word (no RST) says nothing: then we do.
  query_timeout: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const satisfies pg.PoolConfig;
/** Building an index over years of calls takes as long as it takes. */
const patient = { max: 1, statement_timeout: 0, query_timeout: 0 } as const satisfies pg.PoolConfig;

/** Our bigints are milliseconds and counts, all far below 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(int8Oid, Number);

function connectFault(error: unknown): unknown {
  const code = errorCode(error);
  if (['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ENOENT'].includes(code))
    return new StoreError(
      'cannot-connect',
      `PostgreSQL does not answer (${code}). Check that it runs and that DATABASE_URL names its host and port.`,
      { cause: error },
    );
  // 28P01 invalid password, 28000 no pg_hba entry or unknown role, 3D000 no such database.
  if (code === '28P01' || code === '28000' || code === '3D000')
    return new StoreError(
      'wrong-password',
      `PostgreSQL refused the log-in (${code}). Check user, password and database name in DATABASE_URL.`,
      { cause: error },
    );
  return error;
}

/** A database that is starting up (57P03), as after a power cut, is waited for; anything else is for people. */
async function firstClient(pool: pg.Pool, logger: Logger): Promise<pg.PoolClient> {
  const untilMs = performance.now() + startingLimitMs;
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      if (errorCode(error) !== '57P03' || performance.now() > untilMs) throw connectFault(error);
      logger.info('the database is still starting, waiting for it');
      await sleep(startingPollMs);
    }
  }
}

async function prepare(pool: pg.Pool, logger: Logger): Promise<void> {
  const client = await firstClient(pool, logger);
  try {
    const found = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    if ((found.rows[0]?.version ?? 0) < oldestVersion)
      throw new StoreError('version-too-old', 'This PostgreSQL is older than 15. Use version 15 or newer.');
    const steps = await migrate(client, migrations);
    if (steps.length > 0) logger.info({ steps }, 'database schema brought up to date');
  } finally {
    client.release();
  }
}

function openPool(config: pg.PoolConfig, logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    max: 10,
    ...limits,
    idleTimeoutMillis: 60_000,
    application_name: 'hotline12345',
    types,
    ...config,
  });
  // A connection that dies is replaced by the pool. Without listeners its error would end the process: the pool's own
  // covers idle ones only, not one that was taken but has no query running yet.
  const lost = (error: unknown): void => {
    logger.warn({ code: errorCode(error) }, 'database connection lost');
  };
  pool.on('error', lost);
  pool.on('connect', (client) => {
    client.on('error', lost);
  });
  return pool;
}

/** Brings the schema up to date and opens a pool. */
export async function connect(config: pg.PoolConfig, logger: Logger): Promise<Connection> {
  const first = openPool({ ...config, ...patient }, logger);
  try {
    await prepare(first, logger);
  } finally {
    await first.end();
  }
  const pool = openPool(config, logger);
  return { pool, db: new Kysely<Database>({ dialect: new PostgresDialect({ pool: strictPool(pool) }) }) };
}
