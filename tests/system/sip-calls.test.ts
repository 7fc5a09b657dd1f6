/** Calls of SIPp, a program that we did not write, with the network and the peers misbehaving. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LossyLink } from '../support/lossy-link.ts';
import type { SippResult } from '../support/sipp.ts';
import { HOST, NUMBERS, SipRig } from './sip-rig.ts';

jest.setTimeout(60_000);

const clean = (result: SippResult, calls: number): void => {
  if (result.failed > 0 || result.exitCode !== 0) throw new Error(`SIPp was not served: ${result.errors}`);
  expect(result.successful).toBe(calls);
};

describe('callers', () => {
  let rig: SipRig;
  /** All run at once: they wait more than they work. */
  const runs = new Map<string, Promise<SippResult>>();
  let lossy: LossyLink;
  let doubling: LossyLink;
  let plainLink: LossyLink;

  beforeAll(async () => {
    rig = await SipRig.start({}, 46_000);
    const port = rig.switch.sipPort;
    lossy = await LossyLink.open({ to: { address: HOST, port }, dropEvery: 5, duplicateEvery: 0 });
    doubling = await LossyLink.open({ to: { address: HOST, port }, dropEvery: 0, duplicateEvery: 1 });
    plainLink = await LossyLink.open({ to: { address: HOST, port }, dropEvery: 0, duplicateEvery: 0 });
    const start = (name: string, run: Promise<SippResult>): void => {
      // Looked at in its own test.
      run.catch(() => undefined);
      runs.set(name, run);
    };
    const plain = { calls: 3, callsPerSecond: 10 };
    start('udp', rig.run('uac', { calls: 20, callsPerSecond: 20 }));
    start('tcp', rig.run('uac', { calls: 20, callsPerSecond: 20, transport: 'tcp' }));
    start('lost', rig.run('uac', { calls: 10, callsPerSecond: 10, to: `${HOST}:${lossy.port}`, limitMs: 40_000 }));
    start('doubled', rig.run('uac', { calls: 10, callsPerSecond: 10, to: `${HOST}:${doubling.port}` }));
    start('late-ack', rig.run('uac-late-ack', { ...plain, to: `${HOST}:${plainLink.port}` }));
    start('cancel', rig.run('uac-cancel', { ...plain, number: NUMBERS.rings }));
    start('cancel-after-200', rig.run('uac-cancel-after-lost-200', plain));
    start('prack', rig.run('uac-prack', { ...plain, number: NUMBERS.plays }));
    start('reinvite', rig.run('uac-reinvite', plain));
    start('refreshes', rig.run('uac-refreshes', plain));
    start('is-refreshed', rig.run('uac-is-refreshed', plain));
    start('forgets', rig.run('uac-forgets-to-refresh', plain));
    start('glare', rig.run('uac-glare', plain));
    start('too-short', rig.run('uac-too-short', plain));
  });
  afterAll(async () => {
    await Promise.allSettled(runs.values());
    lossy.close();
    doubling.close();
    plainLink.close();
    await rig.close();
  });

  const result = async (name: string): Promise<SippResult> => {
    const run = runs.get(name);
    if (run === undefined) throw new Error(`nothing runs under the name ${name}`);
    return run;
  };

  it.each([
    ['plain, over UDP', 'udp', 20],
    ['over TCP', 'tcp', 20],
    ['CANCEL while it rings', 'cancel', 3],
    ['the 200 is lost, then CANCEL', 'cancel-after-200', 3],
    ['PRACK', 'prack', 3],
    ['hold, resume, codec change by re-INVITE', 'reinvite', 3],
    ['session timer refreshed by the caller', 'refreshes', 3],
    ['session timer refreshed by the switch', 'is-refreshed', 3],
    ['session timer that nobody refreshes ends the call', 'forgets', 3],
    ['glare: 491 both ways, and the switch tries again', 'glare', 3],
    ['session timer too short: 422', 'too-short', 3],
  ])('%s', async (_what, name, calls) => {
    clean(await result(name), calls);
  });

  it('ACK late: the 200 is repeated after T1 and 2 T1 until it comes', async () => {
    clean(await result('late-ack'), 3);
    // Three answers, each twice again within the 1.9 s, and the answers to three BYEs.
    expect(plainLink.saidBack.filter((line) => line === 'SIP/2.0 200 OK')).toHaveLength(3 * 3 + 3);
  });

  it('one packet of five lost, both ways', async () => {
    clean(await result('lost'), 10);
    expect(lossy.dropped).toBeGreaterThan(10);
  });

  it('every packet twice, both ways: nothing happens twice', async () => {
    clean(await result('doubled'), 10);
    expect(doubling.duplicated).toBeGreaterThan(50);
  });

  it('nothing is left of any of them', async () => {
    await Promise.allSettled(runs.values());
    await rig.idle();
    const ended = rig.events.filter((e) => e.type === 'leg.ended').length;
    expect(ended).toBe(rig.events.filter((e) => e.type === 'leg.incoming').length);
    expect(rig.events.filter((e) => e.type === 'leg.incoming')).toHaveLength(20 + 20 + 10 + 10 + 9 * 3);
  });
});
