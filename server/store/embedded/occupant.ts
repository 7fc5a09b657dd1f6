import pg from 'pg';
import { databaseName, databaseUser } from './init-cluster.ts';
import { ownerLock } from './owner-lock.ts';
import { readPassword } from './places.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';

/** Who uses an embedded database: nobody, a PostgreSQL left behind by a killed server, or a running server. */
export type Occupant = 'nobody' | 'orphan' | 'server';

/** A database that runs but does not answer counts as a server's: nothing may be removed under it. */
export async function describeOccupant(clusterDir: string, passwordFile: string): Promise<Occupant> {
  const postmaster = await findPostmaster(clusterDir);
  if (postmaster === undefined) return 'nobody';
  const password = await readPassword(passwordFile);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: postmaster.port,
    user: databaseUser,
    password,
    database: databaseName,
    connectionTimeoutMillis: 3_000,
  });
  try {
    await client.connect();
    const got = await client.query<{ ok: boolean }>('select pg_try_advisory_lock($1) as ok', [ownerLock]);
    return got.rows[0]?.ok === true ? 'orphan' : 'server';
  } catch {
    return 'server';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Stops a PostgreSQL that nobody uses. */
export async function stopOrphan(clusterDir: string): Promise<void> {
  const postmaster = await findPostmaster(clusterDir);
  if (postmaster !== undefined) await stopPostmaster(postmaster.pid);
}
