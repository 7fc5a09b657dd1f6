/** FreeSWITCH, a real one, against the contract of `Switch`. */
import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { RealBench, type RealHarness } from '../support/freeswitch/real-bench.ts';
import { whyNoFreeswitch } from '../support/freeswitch/server.ts';
import { switchPartyContract } from './switch-party.contract.ts';
import { switchContract } from './switch.contract.ts';

jest.setTimeout(60_000);

const why = whyNoFreeswitch();
if (why === '') {
  let bench: RealBench | undefined;
  beforeAll(async () => {
    bench = await RealBench.start();
  });
  afterAll(async () => {
    await bench?.close();
  });
  const makeHarness = (): Promise<RealHarness> => {
    if (bench === undefined) throw new Error('FreeSWITCH did not start');
    return bench.harness();
  };
  switchContract('freeswitch', makeHarness);
  switchPartyContract('freeswitch', makeHarness);
} else {
  describe(`Switch contract: freeswitch (left out: ${why})`, () => {
    it.skip(why, () => undefined);
  });
}
