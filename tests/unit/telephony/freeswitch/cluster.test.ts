/** Two nodes as one switch, on two FreeSWITCHes of words. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { FreeswitchCluster } from '../../../../telephony/freeswitch/freeswitch-cluster.ts';
import { FreeswitchSwitch } from '../../../../telephony/freeswitch/freeswitch-switch.ts';
import type { OriginateRequest, SwitchEvent } from '../../../../telephony/ports/switch.ts';
import { FakeFreeswitch } from '../../../support/fake-freeswitch.ts';
import { SipAnswerer } from '../../../../telephony/freeswitch/taps/sip-answerer.ts';

const HOST = '127.0.0.1';
const logger = pino({ enabled: false });
let fakes: FakeFreeswitch[];
let sips: SipAnswerer[];
let cluster: FreeswitchCluster;
let events: SwitchEvent[];

beforeEach(async () => {
  fakes = [new FakeFreeswitch(), new FakeFreeswitch()];
  // Something that answers OPTIONS, as a node's trunk profile does.
  sips = fakes.map(() => new SipAnswerer({ bind: HOST, advertisedAddress: HOST, port: 0 }));
  await Promise.all([...fakes.map((fake) => fake.start()), ...sips.map((sip) => sip.start())]);
  cluster = new FreeswitchCluster({
    nodes: fakes.map((fake, i) => ({
      switch: node(fake, i),
      sip: { address: HOST, port: sips[i]?.port ?? 0 },
      maxLegs: 10,
    })),
    ...{ optionsEveryMs: 60_000, logger, newId: randomUUID },
  });
  events = [];
  cluster.subscribe((event) => events.push(event));
  await cluster.start();
});
afterEach(async () => {
  await cluster.close();
  await Promise.all(fakes.map((fake) => fake.stop()));
  for (const sip of sips) sip.close();
});

function node(fake: FakeFreeswitch, i: number): FreeswitchSwitch {
  return new FreeswitchSwitch({
    name: `fs${i + 1}`,
    eventSocket: { host: HOST, port: fake.port, password: fake.password },
    domain: 'd',
    profiles: { trunk: 'trunk', endpoints: 'internal' },
    outboundProxy: 'edge:5060',
    directHosts: [HOST],
    directory: {
      find: (username) => ({
        ...{ username, endpointId: `agent:${username}`, role: 'agent', ha1Md5: '', ha1Sha256: '', expiresAtMs: 0 },
      }),
    },
    tap: { mode: 'fork', bind: HOST, advertisedAddress: HOST, wsPort: 0, sipPort: 0 },
    ...{ logger, newId: randomUUID, backoffMs: { min: 20, max: 50 } },
  });
}

const fakeOf = (i: number): FakeFreeswitch => {
  const fake = fakes[i];
  if (fake === undefined) throw new Error('no such node');
  return fake;
};
const until = async (isSo: () => boolean): Promise<void> => {
  for (let i = 0; i < 2_000_000 && !isSo(); i++) await new Promise((resolve) => setImmediate(resolve));
  expect(isSo()).toBe(true);
};
const request = (more: Partial<OriginateRequest> = {}): OriginateRequest => ({
  legId: randomUUID(),
  target: { type: 'uri', uri: 'sip:5000@carrier:5060' },
  from: { user: '12345' },
  ringMs: 5_000,
  mediaTimeoutMs: 0,
  ...more,
});
const dialled = (i: number): boolean => fakeOf(i).commands.some((c) => c.startsWith('bgapi originate'));

describe('FreeswitchCluster', () => {
  it('keeps all legs of a call on the node where it came in', async () => {
    const channel = fakeOf(1).incoming();
    await until(() => events.some((e) => e.type === 'leg.incoming'));
    await cluster.answer(channel.uuid);
    const dial = request({ nearLegId: channel.uuid });
    await cluster.originate(dial);
    await until(() => events.some((e) => e.type === 'leg.answered' && e.legId === dial.legId));
    expect([dialled(0), dialled(1)]).toEqual([false, true]);
    await cluster.bridge(channel.uuid, dial.legId);
    expect((await cluster.list()).map((l) => l.state)).toEqual(['bridged', 'bridged']);
    const marked = request({ marks: { near_leg: channel.uuid } });
    await cluster.originate(marked);
    await until(() => fakeOf(1).channels.has(marked.legId));
    expect(dialled(0)).toBe(false);
  });

  it('refuses to join legs of two nodes', async () => {
    const a = fakeOf(0).incoming();
    const b = fakeOf(1).incoming();
    await until(() => events.filter((e) => e.type === 'leg.incoming').length === 2);
    await Promise.all([cluster.answer(a.uuid), cluster.answer(b.uuid)]);
    await expect(cluster.bridge(a.uuid, b.uuid)).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('gives a refused call the same answer on the next node, and tells nobody twice', async () => {
    const refusals = (i: number): string[] => fakeOf(i).commands.filter((c) => c.startsWith('api uuid_kill'));
    const first = fakeOf(0).incoming('13800138000', { sip_call_id: 'call-1@carrier' });
    await until(() => events.some((e) => e.type === 'leg.incoming'));
    await cluster.hangup(first.uuid, 'busy');
    const second = fakeOf(1).incoming('13800138000', { sip_call_id: 'call-1@carrier' });
    await until(() => refusals(1).length === 1);
    expect(refusals(1)).toEqual([`api uuid_kill ${second.uuid} USER_BUSY`]);
    const other = fakeOf(1).incoming('13800138000', { sip_call_id: 'call-2@carrier' });
    await until(() => events.filter((e) => e.type === 'leg.incoming').length === 2);
    expect(events.some((e) => 'legId' in e && e.legId === second.uuid)).toBe(false);
    // A switch that cannot take a call is no refusal, and neither is the end of an answered call.
    await cluster.hangup(other.uuid, 'congestion');
    fakeOf(0).incoming('13800138000', { sip_call_id: 'call-2@carrier' });
    await until(() => events.filter((e) => e.type === 'leg.incoming').length === 3);
    const answered = fakeOf(0).incoming('13800138000', { sip_call_id: 'call-3@carrier' });
    await until(() => events.filter((e) => e.type === 'leg.incoming').length === 4);
    await cluster.answer(answered.uuid);
    await cluster.hangup(answered.uuid, 'normal');
    fakeOf(1).incoming('13800138000', { sip_call_id: 'call-3@carrier' });
    await until(() => events.filter((e) => e.type === 'leg.incoming').length === 5);
  });

  it('prefers the node with room, and none that drains or is gone', async () => {
    const first = fakeOf(0).incoming();
    await until(() => events.some((e) => e.type === 'leg.incoming'));
    expect(cluster.nodeForEndpoint()).toBe('fs2');
    cluster.drain('fs2', true);
    expect(cluster.nodeForEndpoint()).toBe('fs1');
    expect(cluster.states()).toEqual([
      { name: 'fs1', state: 'up', calls: 1 },
      { name: 'fs2', state: 'draining', calls: 0 },
    ]);
    await fakeOf(0).stop();
    await until(() => cluster.states()[0]?.state === 'down');
    expect(cluster.nodeForEndpoint()).toBeUndefined();
    await expect(cluster.setMarks(first.uuid, { a: '1' })).rejects.toMatchObject({ code: 'closed' });
  });

  it('reaches an agent who is registered on another node', async () => {
    fakeOf(0).registered('u1', 'sofia::register', 'call-1');
    await until(() => cluster.isRegistered('agent:u1'));
    const caller = fakeOf(1).incoming();
    await until(() => events.some((e) => e.type === 'leg.incoming'));
    await cluster.answer(caller.uuid);
    fakeOf(1).farEnd = 'ring';
    const dial = request({ target: { type: 'endpoint', endpointId: 'agent:u1' }, nearLegId: caller.uuid });
    await cluster.originate(dial);
    await until(() => dialled(1));
    const command = fakeOf(1).commands.find((c) => c.startsWith('bgapi originate')) ?? '';
    const name = /sofia\/trunk\/(relay-[0-9a-f-]+)@127\.0\.0\.1:\d+ &park/.exec(command)?.[1] ?? '';
    expect(name).not.toBe('');
    // The other node gets that call, and rings the agent for it.
    const relayed = fakeOf(0).incoming('12345', {}, name);
    await until(() => relayed.peer !== undefined);
    expect(fakeOf(0).commands.some((c) => c.includes('sofia/internal/u1%d &park()'))).toBe(true);
    const out = relayed.peer === undefined ? undefined : fakeOf(0).channels.get(relayed.peer);
    expect(out?.answer).toBe('answered');
    // Nobody is told of it: to the rest of the house there is one leg, on the caller's node.
    expect(events.filter((e) => e.type === 'leg.incoming')).toHaveLength(1);
    expect((await cluster.list()).map((l) => l.legId).sort()).toEqual([caller.uuid, dial.legId].sort());
    if (out !== undefined) fakeOf(0).hangup(out);
    await until(() => !fakeOf(0).channels.has(relayed.uuid));
  });

  it('answers nobody who guesses the name of a relay', async () => {
    const guess = fakeOf(0).incoming('1', {}, 'relay-00000000-0000');
    await until(() => !fakeOf(0).channels.has(guess.uuid));
    expect(events.some((e) => e.type === 'leg.incoming')).toBe(false);
  });
});
