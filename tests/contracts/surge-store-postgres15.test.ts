import { describe, it } from '@jest/globals';
import { debianPostgresMissing, openDebianStore } from '../support/debian-postgres.ts';
import { surgeStoreContract } from './surge-store.contract.ts';

const missing = debianPostgresMissing();
if (missing === undefined) surgeStoreContract('PostgreSQL 15 of Debian', openDebianStore);
else
  describe('surge store contract: PostgreSQL 15 of Debian', () => {
    it.skip(`skipped: ${missing}`, () => undefined);
  });
