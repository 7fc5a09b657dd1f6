/** RFC 3263 with Node's resolver and real answers. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Answer } from 'dns-packet';
import { pino } from 'pino';
import { locate } from '../../../../../telephony/embedded/trunks/locate.ts';
import { nodeDns } from '../../../../../telephony/embedded/trunks/node-dns.ts';
import { TrunkKeeper } from '../../../../../telephony/embedded/trunks/trunk-keeper.ts';
import { DnsServer } from '../../../../support/dns-server.ts';

const HOST = 'ims.example.cn';
const WANTED = { host: HOST, port: undefined, transport: undefined };

const naptr = (order: number, preference: number, service: string, replacement: string, flags = 's'): Answer => ({
  ...{ type: 'NAPTR', name: HOST, ttl: 60 },
  data: { order, preference, flags, services: service, regexp: '', replacement },
});
const srv = (name: string, priority: number, weight: number, [target, port]: [string, number]): Answer => ({
  ...{ type: 'SRV', name, ttl: 60 },
  data: { priority, weight, port, target },
});
const a = (name: string, address: string): Answer => ({ type: 'A', name, ttl: 60, data: address });

const hosts = [a('a.example.cn', '10.0.0.1'), a('b.example.cn', '10.0.0.2'), a('c.example.cn', '10.0.0.3')];
const udp = [
  srv(`_sip._udp.${HOST}`, 20, 0, ['c.example.cn', 5080]),
  srv(`_sip._udp.${HOST}`, 10, 30, ['a.example.cn', 5060]),
  srv(`_sip._udp.${HOST}`, 10, 10, ['b.example.cn', 5070]),
];

let server: DnsServer;
beforeEach(async () => {
  server = await DnsServer.start();
});
afterEach(() => server.close());

async function found(random = 0): Promise<string[]> {
  const places = await locate(nodeDns([server.address]), WANTED, () => random);
  return places.map(({ transport, address, port }) => `${transport} ${address}:${String(port)}`);
}

describe('a name at a real name server', () => {
  it('is asked for by NAPTR, SRV and A; the order is theirs', async () => {
    server.records = [
      naptr(50, 50, 'SIP+D2U', `_sip._udp.${HOST}`),
      naptr(10, 50, 'E2U+sip', 'elsewhere.example.cn', 'u'),
      naptr(20, 90, 'SIPS+D2T', `_sips._tcp.${HOST}`),
      naptr(20, 10, 'SIP+D2T', `_sip._tcp.${HOST}`),
      srv(`_sip._tcp.${HOST}`, 1, 1, ['b.example.cn', 5090]),
      srv(`_sips._tcp.${HOST}`, 1, 1, ['a.example.cn', 5061]),
      ...udp,
      ...hosts,
    ];
    expect(await found()).toEqual(['TCP 10.0.0.2:5090']);
    expect(server.asked).toEqual([`NAPTR ${HOST}`, `SRV _sip._tcp.${HOST}`, 'A b.example.cn']);
  });

  it('without NAPTR goes by SRV: priority first, then by lot with weights', async () => {
    server.records = [...udp, ...hosts];
    expect(await found(0)).toEqual(['UDP 10.0.0.1:5060', 'UDP 10.0.0.2:5070', 'UDP 10.0.0.3:5080']);
    // 30 of 40 lots are a's.
    expect((await found(0.74))[0]).toBe('UDP 10.0.0.1:5060');
    expect(await found(0.76)).toEqual(['UDP 10.0.0.2:5070', 'UDP 10.0.0.1:5060', 'UDP 10.0.0.3:5080']);
  });

  it('without either is taken as it is, and one that does not exist leads nowhere', async () => {
    server.records = [a(HOST, '10.0.0.9')];
    expect(await found()).toEqual(['UDP 10.0.0.9:5060']);
    server.records = [];
    expect(await found()).toEqual([]);
  });

  it('a server of the service whose address is not known leaves the others', async () => {
    server.records = [...udp, a('c.example.cn', '10.0.0.3')];
    expect(await found()).toEqual(['UDP 10.0.0.3:5080']);
    server.failing.add('a.example.cn');
    expect(await found()).toEqual(['UDP 10.0.0.3:5080']);
    server.failing.add('c.example.cn');
    await expect(found()).rejects.toThrow(/ESERVFAIL/);
  });

  it.each(['fails', 'refuses'] as const)('is a failure, not an answer, when the name server %s', async (mood) => {
    server.mood = mood;
    await expect(found()).rejects.toThrow(/ESERVFAIL|EREFUSED/);
  });
});

describe('a trunk by name', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A minute goes by; then until the name server's word has arrived. */
  async function later(isSo: () => boolean): Promise<void> {
    jest.advanceTimersByTime(60_000);
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  it('keeps its places while DNS fails, and takes up new ones when it answers again', async () => {
    server.records = [...udp, ...hosts];
    const warned: unknown[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void warned.push(line) });
    const targets: string[][] = [];
    const keeper = new TrunkKeeper({
      trunks: [
        {
          ...{ name: 'ims', addresses: [], account: undefined, register: undefined },
          outbound: {
            ...{ host: HOST, port: undefined, transport: undefined, priority: 1, weight: 1, answerWithinMs: 500 },
            ...{ domain: undefined, callerNumber: undefined, tls: { verify: true, ca: undefined } },
            health: { everyMs: 0, timeoutMs: 500, downAfter: 2, upAfter: 2 },
          },
        },
      ],
      ...{ dns: nodeDns([server.address]), command: () => undefined, nowMs: () => 0, random: () => 0 },
      ...{ domain: 'hotline.test', logger },
      onTargets: (map) => void targets.push([...map.keys()]),
    });
    await keeper.start();
    const ways = (): string[] => keeper.ways(undefined).map(({ flow }) => flow.address);
    expect(ways()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    server.mood = 'fails';
    await later(() => warned.length > 0);
    expect(ways()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(keeper.states()).toMatchObject([{ state: 'up', places: 3 }]);
    server.mood = 'answers';
    server.records = [srv(`_sip._udp.${HOST}`, 1, 1, ['b.example.cn', 5070]), ...hosts];
    await later(() => targets.length > 1);
    expect(ways()).toEqual(['10.0.0.2']);
    expect(targets.at(-1)).toEqual(['10.0.0.2']);
    keeper.close();
  });
});
