/** Two real FreeSWITCH nodes as one switch. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { FreeswitchCluster } from '../../telephony/freeswitch/freeswitch-cluster.ts';
import { FreeswitchSwitch } from '../../telephony/freeswitch/freeswitch-switch.ts';
import { tone } from '../../tools/call/audio.ts';
import { RealBench } from '../support/freeswitch/real-bench.ts';
import { whyNoFreeswitch } from '../support/freeswitch/server.ts';
import { Bench, expectHears, sleep, TONES_HZ, until } from './switch-harness.ts';

jest.setTimeout(120_000);

const HOST = '127.0.0.1';
const why = whyNoFreeswitch();
const maybe = why === '' ? describe : describe.skip;

maybe(`two FreeSWITCH nodes${why === '' ? '' : ` (left out: ${why})`}`, () => {
  let reals: RealBench[];
  let cluster: FreeswitchCluster;
  /** One bench for callers and agents of each node; the switch behind both is the cluster. */
  let benches: Bench[];
  let servers: { readonly trunkPort: number; readonly endpointPort: number }[];

  beforeAll(async () => {
    reals = await Promise.all([RealBench.start(), RealBench.start()]);
    servers = reals.map(({ server }) => server.configuration);
    const nodes = reals.map((real, i) => ({
      switch: new FreeswitchSwitch(real.options({ name: `fs${i + 1}`, directHosts: [HOST] })),
      sip: { address: HOST, port: servers[i]?.trunkPort ?? 0 },
      maxLegs: 10,
    }));
    cluster = new FreeswitchCluster({
      nodes,
      ...{ optionsEveryMs: 300, logger: pino({ enabled: false }), newId: randomUUID },
    });
    await cluster.start();
    benches = reals.map(
      (real, i) =>
        new Bench({
          switch: cluster,
          sip: { host: HOST, port: servers[i]?.endpointPort ?? 0, domain: 'hotline.test' },
          trunk: { host: HOST, port: servers[i]?.trunkPort ?? 0 },
          addEndpoint: (endpointId) => real.directory.add(endpointId),
          dispose: () => Promise.resolve(),
        }),
    );
  });
  afterAll(async () => {
    await Promise.all(benches.map((bench) => bench.dispose()));
    await cluster.close();
    await Promise.all(reals.map((real) => real.close()));
  });

  const at = (i: number): Bench => {
    const bench = benches[i];
    if (bench === undefined) throw new Error('no such node');
    return bench;
  };
  const stateOf = (name: string): string => cluster.states().find((node) => node.name === name)?.state ?? '';
  const callsOf = (name: string): number => cluster.states().find((node) => node.name === name)?.calls ?? 0;
  const uuidsOn = async (i: number): Promise<string> => (await reals[i]?.command('show channels as json')) ?? '';

  const listed = async (i: number, legId: string): Promise<void> => {
    const endMs = performance.now() + 3_000;
    while (!(await uuidsOn(i)).includes(legId)) {
      if (performance.now() > endMs) throw new Error(`node ${i} does not list the leg`);
      await sleep(50);
    }
  };

  it('keeps the legs of a call on the node it came in at, whatever the other has room for', async () => {
    const caller = await at(0).caller('138', tone(TONES_HZ.caller, 1_000));
    const phone = await at(0).phone({ user: '5000', onIncoming: 'answer' });
    const dial = at(0).dialRequest(
      { type: 'uri', uri: `sip:5000@${HOST}:${phone.sipPort}` },
      { nearLegId: caller.legId },
    );
    await cluster.originate(dial);
    await at(0).event('leg.answered', dial.legId);
    await cluster.bridge(caller.legId, dial.legId);
    await until(
      () => callsOf('fs1') === 2,
      3_000,
      () => JSON.stringify(cluster.states()),
    );
    // FreeSWITCH writes its list of channels a moment after the events.
    await listed(0, dial.legId);
    expect(await uuidsOn(1)).not.toContain(dial.legId);
    // A new call without a neighbour goes where there is room.
    expect(cluster.nodeForEndpoint()).toBe('fs2');
    await cluster.hangup(caller.legId, 'normal');
    await cluster.hangup(dial.legId, 'normal');
  });

  it('reaches an agent who is registered on the other node', async () => {
    const agent = await at(1).agent('agent:far', { onIncoming: 'answer' });
    await until(
      () => cluster.isRegistered('agent:far'),
      5_000,
      () => 'the agent is not registered',
    );
    const caller = await at(0).caller('139', tone(TONES_HZ.caller, 1_000));
    const incoming = agent.next('incoming');
    const dial = at(0).dialRequest({ type: 'endpoint', endpointId: 'agent:far' }, { nearLegId: caller.legId });
    await cluster.originate(dial);
    const { call } = await incoming;
    await at(0).event('leg.answered', dial.legId);
    void call.play(tone(TONES_HZ.agent, 1_000), true);
    await cluster.bridge(caller.legId, dial.legId);
    await expectHears(caller.call, ['agent']);
    await expectHears(call, ['caller']);
    // To everybody above it is two legs on one node.
    expect((await cluster.list()).map((leg) => leg.legId).sort()).toEqual([caller.legId, dial.legId].sort());
    await cluster.hangup(dial.legId, 'normal');
    expect(await call.ended).toMatchObject({ by: 'remote' });
    await cluster.hangup(caller.legId, 'normal');
  });

  it('gives a draining node no new calls of its own, and keeps the old ones', async () => {
    const caller = await at(1).caller('137');
    cluster.drain('fs2', true);
    expect(stateOf('fs2')).toBe('draining');
    expect(cluster.nodeForEndpoint()).toBe('fs1');
    expect((await cluster.list()).find((leg) => leg.legId === caller.legId)?.state).toBe('parked');
    cluster.drain('fs2', false);
    await cluster.hangup(caller.legId, 'normal');
  });

  it('goes on with one node when the other dies, and has its calls back when it is', async () => {
    const dying = await at(1).caller('136', tone(TONES_HZ.caller, 1_000));
    const other = await at(0).caller('135');
    await cluster.setMarks(dying.legId, { call_id: 'c1' });
    // A call that FreeSWITCH has not written down yet is lost with it.
    await listed(1, dying.legId);
    await reals[1]?.server.kill();
    await until(
      () => stateOf('fs2') === 'down',
      10_000,
      () => 'the death was not seen',
    );
    expect(cluster.nodeForEndpoint()).toBe('fs1');
    await cluster.setMarks(other.legId, { call_id: 'c2' });
    await expect(cluster.setMarks(dying.legId, { a: '1' })).rejects.toMatchObject({ code: 'closed' });
    await reals[1]?.server.up();
    await until(
      () => stateOf('fs2') === 'up',
      40_000,
      () => 'it did not come back',
    );
    const back = (await cluster.list()).find((leg) => leg.legId === dying.legId);
    expect(back).toMatchObject({ state: 'parked', marks: { call_id: 'c1' } });
    await Promise.all([cluster.hangup(dying.legId, 'normal'), cluster.hangup(other.legId, 'normal')]);
    expect(await dying.call.ended).toMatchObject({ by: 'remote' });
  });
});
