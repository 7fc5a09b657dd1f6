import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import { freePort } from '../support/free-port.ts';
import { surgeStoreContract } from './surge-store.contract.ts';

surgeStoreContract('embedded PostgreSQL', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hotline-surge-store-'));
  const store = await openStore({ dataDir, embeddedPort: await freePort(), logger: pino({ level: 'silent' }) });
  const dispose = async (): Promise<void> => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { store, dispose };
});
