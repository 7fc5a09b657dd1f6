/** 300 live calls, kill -9 of the process that drives them; how long the next one takes to have all in hand. */
import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FreeswitchSwitch } from '../../../telephony/freeswitch/freeswitch-switch.ts';
import type { Bench, Metrics } from '../bench.ts';
import { until } from '../limits.ts';
import { rounded } from '../stats.ts';
import { Load } from './load.ts';
import { withFreeswitch } from './real.ts';

const CALLS = 300;

function run(say: (line: string) => void): Promise<Metrics> {
  return withFreeswitch(async (real) => {
    const { eventPort, password, trunkPort } = real.server.configuration;
    const file = join(dirname(fileURLToPath(import.meta.url)), 'adopt-child.ts');
    const first = fork(file, [String(eventPort), password], { execArgv: ['--import', 'tsx'] });
    const load = await Load.start();
    try {
      await new Promise<void>((resolve) => {
        first.once('message', () => {
          resolve();
        });
      });
      load.order({ type: 'call', port: trunkPort, calls: CALLS, perS: 60 });
      let marked = 0;
      first.on('message', () => {
        marked += 1;
      });
      await until('all calls to be up', 40_000, () => (marked >= CALLS ? true : undefined));
      say(`${marked} calls are up`);
      const killedMs = performance.now();
      first.kill('SIGKILL');
      const next = new FreeswitchSwitch(real.options());
      await next.start();
      const legs = await next.list();
      const known = legs.filter((leg) => leg.marks['call_id'] !== undefined && leg.state === 'parked');
      await Promise.all(legs.map((leg) => next.setMarks(leg.legId, { adopted: 'yes' })));
      const adoptMs = performance.now() - killedMs;
      say(`${known.length} adopted with marks and state in ${rounded(adoptMs, 0)} ms`);
      for (const leg of legs)
        if (!known.includes(leg)) say(`not in hand: ${leg.state}, marks ${Object.keys(leg.marks).join(' ')}`);
      if (known.length !== CALLS) throw new Error(`only ${known.length} of ${CALLS} calls were adopted`);
      await next.close();
      return { adoptMs: rounded(adoptMs, 0) };
    } finally {
      first.kill('SIGKILL');
      load.close();
    }
  });
}

export const fsAdopt: Bench = {
  name: 'fs-adopt',
  about: '300 live calls on FreeSWITCH after kill -9 of our process: time to full control',
  limitMs: 120_000,
  run,
};
