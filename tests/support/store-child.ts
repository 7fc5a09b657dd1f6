/** Opens the store and saves one draft over and over; writes each number once it is durable. Killed by the test. */
import { pino } from 'pino';
import { openStore } from '../../server/store/open-store.ts';
import type { Draft } from '../../server/drafts/types.ts';

const [dataDir = '', port = ''] = process.argv.slice(2);
const store = await openStore({ dataDir, embeddedPort: Number(port), logger: pino({ level: 'silent' }) });
for (let rev = 1; ; rev += 1) {
  const draft: Draft = { callId: 'child', rev, fields: {} as Draft['fields'], confidential: false, note: String(rev) };
  await store.drafts.save(draft, 'agent');
  process.stdout.write(`${rev}\n`);
}
