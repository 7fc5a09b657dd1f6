import { describe, it } from '@jest/globals';
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import { debianPostgresMissing, startDebianPostgres } from '../support/debian-postgres.ts';
import { surgeStoreContract } from './surge-store.contract.ts';

const missing = debianPostgresMissing();
if (missing === undefined)
  surgeStoreContract('PostgreSQL 15 of Debian', async () => {
    const server = await startDebianPostgres();
    const store = await openStore({ databaseUrl: server.url, logger: pino({ level: 'silent' }) }).catch(
      async (error: unknown) => {
        await server.stop();
        throw error;
      },
    );
    const dispose = async (): Promise<void> => {
      await store.close();
      await server.stop();
    };
    return { store, dispose };
  });
else
  describe('surge store contract: PostgreSQL 15 of Debian', () => {
    it.skip(`skipped: ${missing}`, () => undefined);
  });
