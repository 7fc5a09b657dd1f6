/** Calls on FreeSWITCH outlive our process: its event socket is let go of, another one takes charge of every call. */
import { describe, it, jest } from '@jest/globals';
import { FreeswitchSwitch } from '../../telephony/freeswitch/freeswitch-switch.ts';
import { adoptionSuite, type AdoptionRig } from '../support/adoption-suite.ts';
import { RealBench } from '../support/freeswitch/real-bench.ts';
import { whyNoFreeswitch } from '../support/freeswitch/server.ts';

jest.setTimeout(180_000);

async function makeRig(): Promise<AdoptionRig> {
  const bench = await RealBench.start();
  const harness = await bench.harness();
  let latest = harness.switch;
  return {
    switch: harness.switch,
    sip: harness.sip,
    trunk: harness.trunk,
    addEndpoint: (endpointId) => harness.addEndpoint(endpointId),
    next: async () => {
      await latest.detach();
      latest = new FreeswitchSwitch(bench.options());
      return latest;
    },
    mediaTimeoutMs: 2_000,
    dispose: async () => {
      await latest.close();
      await bench.close();
    },
  };
}

const why = whyNoFreeswitch();
if (why === '') adoptionSuite('FreeSWITCH', makeRig, true);
else {
  describe(`calls on FreeSWITCH that outlive us (left out: ${why})`, () => {
    it.skip(why, () => undefined);
  });
}
