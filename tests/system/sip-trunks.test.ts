/** Trunks: calls out with failover and redirects, health, registration, TLS with a new certificate, strangers. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { generate } from 'selfsigned';
import type { TrunkOptions, TrunkOutbound } from '../../telephony/embedded/trunks/types.ts';
import type { Dns } from '../../telephony/embedded/trunks/locate.ts';
import { PCMA_OFFER, SipPeer } from '../support/sip-peer.ts';
import { Sipp, type SippOptions, type SippResult } from '../support/sipp.ts';
import { freeTcpPort, freeUdpPort } from '../support/free-ports.ts';
import { HOST, scenario, SipRig } from './sip-rig.ts';

jest.setTimeout(40_000);

const HEALTH = { everyMs: 0, timeoutMs: 500, downAfter: 2, upAfter: 2 };

function trunk(name: string, outbound: Partial<TrunkOutbound>, more: Partial<TrunkOptions> = {}): TrunkOptions {
  return {
    ...{ name, addresses: [], account: undefined, register: undefined },
    outbound: {
      ...{ host: HOST, port: 5060, transport: 'UDP', priority: 10, weight: 10, answerWithinMs: 600 },
      ...{ domain: undefined, callerNumber: undefined, tls: { verify: true, ca: undefined }, health: HEALTH },
      ...outbound,
    },
    ...more,
  };
}

const DNS_OF_NOTHING: Dns = {
  naptr: () => Promise.resolve([]),
  srv: () => Promise.resolve([]),
  addresses: () => Promise.resolve([]),
};

const NUMBER = 'sip:13900000001@trunk.invalid';

describe('trunks', () => {
  const open: SipRig[] = [];
  const sipps: Sipp[] = [];
  let nextPort = 48_000;

  afterEach(async () => {
    for (const sipp of sipps.splice(0)) sipp.stop();
    await Promise.all(open.splice(0).map((rig) => rig.close()));
  });

  async function start(
    trunks: readonly TrunkOptions[],
    more: Parameters<typeof SipRig.start>[0] = {},
  ): Promise<SipRig> {
    const rig = await SipRig.start({ trunks, dns: DNS_OF_NOTHING, hasMedia: false, ...more }, (nextPort += 400));
    open.push(rig);
    return rig;
  }

  async function far(name: string, options: Partial<SippOptions> = {}): Promise<Sipp> {
    const sipp = await Sipp.start({ scenario: scenario(name), to: `${HOST}:9`, limitMs: 20_000, ...options });
    sipps.push(sipp);
    // It says nothing when it is ready.
    await new Promise((resolve) => setTimeout(resolve, 250));
    return sipp;
  }

  const served = (result: SippResult): void => {
    expect([result.failed, result.successful > 0, result.failed > 0 ? result.errors : '']).toEqual([0, true, '']);
  };

  it('a call goes on to the next trunk after 503, which rests then', async () => {
    const [full, good] = await Promise.all([far('uas-503'), far('uas', { calls: 2 })]);
    const rig = await start([
      trunk('full', { port: full.port, priority: 1 }),
      trunk('good', { port: good.port, priority: 2 }),
    ]);
    for (let call = 0; call < 2; call += 1) {
      const { legId, first } = await rig.dial(NUMBER);
      expect(first.type).toBe('leg.answered');
      await rig.switch.hangup(legId, 'normal');
    }
    // The first one was asked once only.
    served(await full.result());
    served(await good.result());
    await rig.idle();
  });

  it('a call goes on when nobody is there, and at once when that is known', async () => {
    const good = await far('uas', { calls: 2 });
    const rig = await start([
      trunk('dead', { port: await freeUdpPort(), priority: 1 }),
      trunk('good', { port: good.port, priority: 2 }),
    ]);
    const times: number[] = [];
    for (let call = 0; call < 2; call += 1) {
      const startedMs = performance.now();
      const { legId, first } = await rig.dial(NUMBER);
      times.push(performance.now() - startedMs);
      expect(first.type).toBe('leg.answered');
      await rig.switch.hangup(legId, 'normal');
    }
    served(await good.result());
    expect(times[0]).toBeGreaterThan(550);
    expect(times[1]).toBeLessThan(500);
  });

  it('a refused TCP connection is no way either', async () => {
    const good = await far('uas', { transport: 'tcp' });
    const rig = await start([
      trunk('dead', { port: await freeTcpPort(), transport: 'TCP', priority: 1, answerWithinMs: 5_000 }),
      trunk('good', { port: good.port, transport: 'TCP', priority: 2 }),
    ]);
    const startedMs = performance.now();
    const { legId, first } = await rig.dial(NUMBER);
    expect(first.type).toBe('leg.answered');
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    await rig.switch.hangup(legId, 'normal');
    served(await good.result());
  });

  it('a 302 is followed within the trunk, never away from it', async () => {
    const [here, away] = await Promise.all([far('uas-302', { calls: 4 }), far('uas-302-away')]);
    const rig = await start([trunk('here', { port: here.port })]);
    const other = await start([trunk('away', { port: away.port })]);
    // Three redirects after the first try, each to the trunk itself; then it is enough.
    const { first } = await rig.dial(NUMBER);
    expect(first).toMatchObject({ type: 'leg.ended', sipStatus: 302 });
    const { first: refused } = await other.dial(NUMBER);
    expect(refused).toMatchObject({ type: 'leg.ended', sipStatus: 302 });
    served(await away.result());
    expect((await here.result()).successful).toBe(4);
  });

  it('an answer that crosses the CANCEL is acknowledged and hung up', async () => {
    const peer = await far('uas-answers-cancelled');
    const rig = await start([trunk('slow', { port: peer.port })]);
    const { first } = await rig.dial(NUMBER, 2_000);
    expect(first).toMatchObject({ type: 'leg.ended', cause: 'no-answer' });
    served(await peer.result());
    await rig.idle();
  });

  it('OPTIONS tell that a trunk is gone; SRV finds its servers', async () => {
    const health = { everyMs: 150, timeoutMs: 100, downAfter: 2, upAfter: 2 };
    const dead = await freeUdpPort();
    const good = await far('uas');
    const dns: Dns = {
      ...DNS_OF_NOTHING,
      srv: (name) =>
        Promise.resolve(
          name === '_sip._udp.ims.example'
            ? [
                { priority: 1, weight: 1, port: dead, name: 'a.ims.example' },
                { priority: 2, weight: 1, port: good.port, name: 'b.ims.example' },
              ]
            : [],
        ),
      addresses: (name) => Promise.resolve(name.endsWith('.ims.example') ? [HOST] : []),
    };
    const rig = await start(
      [
        trunk('ims', { host: 'ims.example', port: undefined, transport: undefined, health: HEALTH }),
        trunk('gone', { port: await freeUdpPort(), health, priority: 20 }),
      ],
      { dns },
    );
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(rig.switch.trunkStates()).toMatchObject([
      { name: 'ims', state: 'up', places: 2 },
      { name: 'gone', state: 'down' },
    ]);
    expect(rig.switch.counters()).toMatchObject({ 'trunk-up ims': 1, 'trunk-up gone': 0 });
    const { legId, first } = await rig.dial(NUMBER);
    expect(first.type).toBe('leg.answered');
    await rig.switch.hangup(legId, 'normal');
    served(await good.result());
  });

  it('TLS: a call stands while the certificate is renewed; new connections get the new one', async () => {
    const make = async (): Promise<{ key: string; cert: string }> => {
      const made = await generate([{ name: 'commonName', value: 'localhost' }], {
        keyType: 'ec',
        curve: 'P-256',
        algorithm: 'sha256',
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
      });
      return { key: made.private, cert: made.cert };
    };
    const [before, after] = await Promise.all([make(), make()]);
    let current = before;
    const rig = await start([], { tls: { port: 0, certificate: () => Promise.resolve(current), recheckMs: 50 } });
    const at = { host: HOST, port: rig.switch.sipPorts.tls };
    const peer = await SipPeer.open({ ...at, tls: { ca: before.cert } });
    peer.request('INVITE', { id: 'a', seq: 1, via: 'TLS', body: PCMA_OFFER });
    const ok = await peer.receive(/^SIP\/2\.0 200/);
    expect(ok).toMatch(new RegExp(`Contact: <sip:hotline@127.0.0.1:${at.port};transport=tls>`));
    const to = /\r\nTo: ([^\r]+)/.exec(ok)?.[1] ?? '';
    peer.request('ACK', { id: 'a', seq: 1, to, via: 'TLS' });
    current = after;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(SipPeer.open({ ...at, tls: { ca: before.cert } })).rejects.toThrow();
    const second = await SipPeer.open({ ...at, tls: { ca: after.cert } });
    second.send('\r\n\r\n');
    peer.request('BYE', { id: 'a', seq: 2, to, via: 'TLS' });
    expect(await peer.receive(/CSeq: 2 BYE/)).toMatch(/^SIP\/2\.0 200/);
    await rig.idle();
    peer.close();
    second.close();
  });

  it('TCP: what is not SIP is cut off, and a stranger has a moment and a few connections only', async () => {
    const limits = {
      ...{ connections: 50, perStranger: 3, firstMessageMs: 300, idleMs: 2_000, messagesPerSecond: 20 },
      ...{ connectMs: 1_000, pendingBytes: 100_000, pingEveryMs: 60_000, pongMs: 1_000 },
    };
    const rig = await start([], { allowPrivateNetworks: false, streamLimits: limits });
    const at = { host: HOST, port: rig.switch.sipPorts.tcp };
    const web = await SipPeer.open(at);
    web.send('POST / HTTP/1.1\r\nHost: x\r\n\r\n');
    const silent = await Promise.all([SipPeer.open(at), SipPeer.open(at), SipPeer.open(at), SipPeer.open(at)]);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([web, ...silent].map((peer) => peer.isClosed)).toEqual([true, true, true, true, true]);
    expect(rig.switch.counters()).toMatchObject({ 'tcp-connections': 0, 'refused-connections': 5 });
  });

  it('2,000 REGISTERs of strangers do not disturb 20 live calls', async () => {
    const rig = await start([{ ...trunk('carrier', {}), addresses: ['127.0.0.1/32'], outbound: undefined }], {
      bind: '0.0.0.0',
      allowPrivateNetworks: false,
      hasMedia: true,
    });
    const calls = rig.run('uac-long', { calls: 20, callsPerSecond: 20 });
    await new Promise((resolve) => setTimeout(resolve, 800));
    const flood = await rig.run('register-flood', {
      calls: 2_000,
      callsPerSecond: 2_000,
      from: '127.0.0.2',
      limitMs: 10_000,
    });
    expect(flood.successful).toBe(2_000);
    const result = await calls;
    expect([result.successful, result.failed]).toEqual([20, 0]);
    await rig.idle();
    const counters = rig.switch.counters();
    expect(counters['challenged']).toBeLessThan(60);
    expect((counters['dropped-banned'] ?? 0) + (counters['dropped-strangers'] ?? 0)).toBeGreaterThan(1_900);
    expect(counters).toMatchObject({ 'banned-addresses': 1, legs: 0 });
  });
});
