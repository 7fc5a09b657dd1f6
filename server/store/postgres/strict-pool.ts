import type { PostgresPool } from 'kysely';
import pg from 'pg';

type Client = Awaited<ReturnType<PostgresPool['connect']>>;

/**
 * The pool as Kysely wants it, but a connection on which a query failed without an answer from the server (cut off, or
 * silent for too long) is closed instead of kept: the next query on it would wait behind the one never answered.
 */
export function strictPool(pool: pg.Pool): PostgresPool {
  const connect = async (): Promise<Client> => {
    const client = await pool.connect();
    let fault: Error | undefined;
    const query = async (text: string, values: unknown[]): Promise<unknown> => {
      try {
        return await client.query(text, values);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) fault = error instanceof Error ? error : new Error('query failed');
        throw error;
      }
    };
    const release = (): void => {
      client.release(fault);
    };
    return { query, release } as Client;
  };
  return { connect, end: () => pool.end() };
}
