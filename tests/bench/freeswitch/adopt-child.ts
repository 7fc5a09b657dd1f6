/** The process that is killed: answers and marks every call, and tells its parent of each. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { FreeswitchSwitch } from '../../../telephony/freeswitch/freeswitch-switch.ts';

const HOST = '127.0.0.1';
const [, , port = '0', password = ''] = process.argv;
const sw = new FreeswitchSwitch({
  name: 'fs1',
  eventSocket: { host: HOST, port: Number(port), password },
  domain: 'hotline.test',
  profiles: { trunk: 'trunk', endpoints: 'internal' },
  outboundProxy: null,
  directory: { find: () => undefined },
  tap: { mode: 'auto', bind: HOST, advertisedAddress: HOST, wsPort: 0, sipPort: 0 },
  logger: pino({ enabled: false }),
  newId: randomUUID,
});
sw.subscribe((event) => {
  if (event.type === 'leg.incoming') void take(event.legId);
});

async function take(legId: string): Promise<void> {
  await sw.answer(legId);
  await sw.setMarks(legId, { call_id: legId, role: 'caller' });
  process.send?.('marked');
}

await sw.start();
process.send?.('ready');
