/** A real FreeSWITCH for a bench, or the reason why there is none. */
import { Skipped } from '../bench.ts';
import { RealBench } from '../../support/freeswitch/real-bench.ts';
import { whyNoFreeswitch } from '../../support/freeswitch/server.ts';

/** Runs with FreeSWITCH and takes it down again. */
export async function withFreeswitch<T>(use: (real: RealBench) => Promise<T>): Promise<T> {
  const why = whyNoFreeswitch();
  if (why !== '') throw new Skipped(why);
  const real = await RealBench.start();
  try {
    return await use(real);
  } finally {
    await real.close();
  }
}
