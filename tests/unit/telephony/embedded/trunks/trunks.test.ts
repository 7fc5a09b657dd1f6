import { describe, expect, it } from '@jest/globals';
import { inOrder, usableFirst } from '../../../../../telephony/embedded/trunks/choose.ts';
import {
  freshHealth,
  isUsable,
  stepHealth,
  type HealthInput,
} from '../../../../../telephony/embedded/trunks/health.ts';
import { standingOf, type Standing } from '../../../../../telephony/embedded/trunks/standing.ts';
import { locate, type Dns, type NaptrRecord, type SrvRecord } from '../../../../../telephony/embedded/trunks/locate.ts';

const RULES = { downAfter: 2, upAfter: 2 };
const probe = (ok: boolean): HealthInput => ({ type: 'probe', ok });

describe('health of a trunk', () => {
  it.each<[string, readonly HealthInput[], boolean, number]>([
    ['one failure is none', [probe(false)], true, 0],
    ['two are', [probe(false), probe(false)], false, 0],
    ['a success between counts', [probe(false), probe(true), probe(false)], true, 0],
    ['one success is not enough to come back', [probe(false), probe(false), probe(true)], false, 0],
    ['two are enough', [probe(false), probe(false), probe(true), probe(true)], true, 0],
    ['a failure between counts', [probe(false), probe(false), probe(true), probe(false), probe(true)], false, 0],
    ['a dead call rests it', [{ type: 'call-unanswered' }], true, 31_000],
    ['two dead calls put it down', [{ type: 'call-unanswered' }, { type: 'call-unanswered' }], false, 31_000],
    ['a 503 rests it as long as it says', [{ type: 'call-refused', retryAfterS: 20 }], true, 21_000],
    ['but not for ever', [{ type: 'call-refused', retryAfterS: 9_999 }], true, 61_000],
    ['and a little without', [{ type: 'call-refused', retryAfterS: undefined }], true, 3_000],
    [
      'a probe does not end the rest of a full trunk',
      [{ type: 'call-refused', retryAfterS: 20 }, probe(true)],
      true,
      21_000,
    ],
    ['an answered call does', [{ type: 'call-refused', retryAfterS: 20 }, { type: 'call-answered' }], true, 0],
    ['a lost registration puts it down', [{ type: 'registration', ok: false }], false, 0],
    [
      'a won one up',
      [
        { type: 'registration', ok: false },
        { type: 'registration', ok: true },
      ],
      true,
      0,
    ],
  ])('%s', (_what, inputs, isUp, restUntilMs) => {
    const health = inputs.reduce((state, input) => stepHealth(state, input, RULES, 1_000), freshHealth);
    expect([health.isUp, health.restUntilMs]).toEqual([isUp, restUntilMs]);
    if (restUntilMs > 0) expect(isUsable(health, restUntilMs - 1)).toBe(false);
    expect(isUsable(health, restUntilMs)).toBe(isUp);
  });
});

describe('how a trunk stands', () => {
  const down = { ...freshHealth, isUp: false };
  const resting = { ...freshHealth, restUntilMs: 5_000 };
  const since = (state: Standing['state'], sinceMs = 500): Standing => ({ state, sinceMs });

  it.each<[string, Standing, Parameters<typeof standingOf>[1], number, Standing]>([
    ['up by one of its places', since('down'), [down, freshHealth], 1_000, since('up', 1_000)],
    ['down when all are', since('up'), [down, down], 1_000, since('down', 1_000)],
    ['down without a place', since('up'), [], 1_000, since('down', 1_000)],
    ['resting when those that are there rest', since('up'), [down, resting], 1_000, since('resting', 1_000)],
    ['up when one does not rest', since('up'), [resting, freshHealth], 1_000, since('up')],
    ['up from the end of the rest on, whenever one looks', since('resting'), [resting], 9_000, since('up', 5_000)],
    ['up at once when a call was answered', since('resting'), [freshHealth], 1_000, since('up', 1_000)],
    ['as before when nothing has changed', since('down'), [down], 9_000, since('down')],
  ])('%s', (_what, before, places, nowMs, expected) => {
    expect(standingOf(before, places, nowMs)).toEqual(expected);
  });
});

describe('order of trunks', () => {
  const items = [
    { name: 'a', priority: 2, weight: 10 },
    { name: 'b', priority: 1, weight: 30 },
    { name: 'c', priority: 1, weight: 10 },
    { name: 'd', priority: 1, weight: 0 },
  ];
  const names = (list: readonly { name: string }[]): string => list.map(({ name }) => name).join('');

  it('goes by priority, then by lot with weights', () => {
    expect(names(inOrder(items, () => 0))).toBe('bcda');
    expect(names(inOrder(items, () => 0.99))).toBe('cbda');
    let seed = 1;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const first = Array.from({ length: 4_000 }, () => inOrder(items, random)[0]?.name);
    expect(first.filter((name) => name === 'b').length / 4_000).toBeCloseTo(0.75, 1);
    expect(first).not.toContain('a');
  });

  it('puts those that cannot be used last, not away', () => {
    expect(
      names(
        usableFirst(
          items,
          ({ name }) => name === 'a' || name === 'd',
          () => 0,
        ),
      ),
    ).toBe('dabc');
  });
});

describe('RFC 3263', () => {
  function dns(records: {
    naptr?: Record<string, NaptrRecord[]>;
    srv?: Record<string, SrvRecord[]>;
    a?: Record<string, string[]>;
  }): Dns & { asked: string[] } {
    const asked: string[] = [];
    const find = <T>(kind: string, table: Record<string, T[]> | undefined, name: string): Promise<T[]> => {
      asked.push(`${kind} ${name}`);
      return Promise.resolve(table?.[name] ?? []);
    };
    return {
      asked,
      naptr: (name) => find('naptr', records.naptr, name),
      srv: (name) => find('srv', records.srv, name),
      addresses: (name) => find('a', records.a, name),
    };
  }
  const srv = (priority: number, name: string, port = 5060): SrvRecord => ({ priority, weight: 10, port, name });
  const naptr = (order: number, service: string, replacement: string): NaptrRecord => ({
    ...{ order, preference: 0, flags: 's', service, replacement },
  });
  const ask = (d: Dns, host: string, port?: number, transport?: 'UDP' | 'TCP' | 'TLS'): Promise<string> =>
    locate(d, { host, port, transport }, () => 0).then((places) =>
      places.map((p) => `${p.transport} ${p.address}:${p.port}`).join(', '),
    );

  it('an address needs no DNS', async () => {
    const d = dns({});
    expect(await ask(d, '10.0.0.5')).toBe('UDP 10.0.0.5:5060');
    expect(await ask(d, '10.0.0.5', undefined, 'TLS')).toBe('TLS 10.0.0.5:5061');
    expect(d.asked).toEqual([]);
  });

  it('a port asks for addresses only', async () => {
    const d = dns({ a: { 'ims.example': ['10.0.0.1', '10.0.0.2'] } });
    expect(await ask(d, 'ims.example', 5070, 'TCP')).toBe('TCP 10.0.0.1:5070, TCP 10.0.0.2:5070');
    expect(d.asked).toEqual(['a ims.example']);
  });

  it('NAPTR chooses the transport, SRV the servers in order', async () => {
    const d = dns({
      naptr: {
        'ims.example': [naptr(20, 'SIP+D2U', '_sip._udp.ims.example'), naptr(10, 'SIPS+D2T', '_sips._tcp.ims.example')],
      },
      srv: { '_sips._tcp.ims.example': [srv(2, 'b.ims.example', 5071), srv(1, 'a.ims.example', 5070)] },
      a: { 'a.ims.example': ['10.0.0.1'], 'b.ims.example': ['10.0.0.2'] },
    });
    expect(await ask(d, 'ims.example')).toBe('TLS 10.0.0.1:5070, TLS 10.0.0.2:5071');
  });

  it('without NAPTR every transport is asked for by SRV, and a name without any is taken as it is', async () => {
    const tcpOnly = dns({ srv: { '_sip._tcp.x': [srv(1, 'a.x')] }, a: { 'a.x': ['10.0.0.1'] } });
    expect(await ask(tcpOnly, 'x')).toBe('TCP 10.0.0.1:5060');
    const plain = dns({ a: { x: ['10.0.0.9'] } });
    expect(await ask(plain, 'x')).toBe('UDP 10.0.0.9:5060');
    expect(plain.asked).toEqual(['naptr x', 'srv _sip._udp.x', 'srv _sip._tcp.x', 'srv _sips._tcp.x', 'a x']);
    expect(await ask(dns({}), 'x')).toBe('');
  });

  it('ignores what is no address, a service that is denied, and too many records', async () => {
    const many = Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const d = dns({
      srv: { '_sip._udp.x': [srv(1, '.'), srv(2, 'a.x')] },
      a: { 'a.x': ['::1', 'nonsense', ...many] },
    });
    expect((await ask(d, 'x')).split(', ')).toHaveLength(14);
  });
});
