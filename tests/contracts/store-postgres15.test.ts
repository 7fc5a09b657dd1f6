import { describe, it } from '@jest/globals';
import { debianPostgresMissing, openDebianStore } from '../support/debian-postgres.ts';
import { storeContract } from './store.contract.ts';

const missing = debianPostgresMissing();
if (missing === undefined) storeContract('PostgreSQL 15 of Debian', openDebianStore);
else
  describe('store contract: PostgreSQL 15 of Debian', () => {
    it.skip(`skipped: ${missing}`, () => undefined);
  });
