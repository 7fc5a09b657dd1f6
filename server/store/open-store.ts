import type { Logger } from 'pino';
import { EmbeddedPostgres } from './embedded/embedded-postgres.ts';
import type { Store } from './ports.ts';
import { connect } from './postgres/connect.ts';
import { PostgresStore } from './postgres/postgres-store.ts';

export type OpenStoreOptions =
  | { readonly databaseUrl: string; readonly logger: Logger }
  | {
      readonly dataDir: string;
      /** TCP port on 127.0.0.1. */
      readonly embeddedPort: number;
      readonly logger: Logger;
      readonly onProgress?: (step: string) => void;
    };

/**
 * Opens the city's PostgreSQL, or starts the embedded one in `dataDir`, and brings the schema up to date.
 *
 * @throws StoreError with a message in plain words when a person has to do something.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { logger } = options;
  if ('databaseUrl' in options) {
    const { pool, db } = await connect({ connectionString: options.databaseUrl }, logger);
    return new PostgresStore({ db, onClose: () => pool.end() });
  }
  const embedded = await EmbeddedPostgres.start({
    dataDir: options.dataDir,
    port: options.embeddedPort,
    logger,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  try {
    const { pool, db } = await connect({ ...embedded.settings }, logger);
    const onClose = async (): Promise<void> => {
      await pool.end();
      await embedded.close();
    };
    return new PostgresStore({ db, onClose });
  } catch (error) {
    await embedded.close();
    throw error;
  }
}
