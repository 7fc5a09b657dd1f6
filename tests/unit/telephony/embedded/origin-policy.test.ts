import { describe, expect, it } from '@jest/globals';
import { inRanges, ipv4ToNumber, parseRange } from '../../../../telephony/embedded/cidr.ts';
import { OriginPolicy, PRIVATE_TRUNK } from '../../../../telephony/embedded/origin-policy.ts';
import { udpFlow, type Flow } from '../../../../telephony/sip/core/types.ts';
import { parseMessage } from '../../../../telephony/sip/message/parse.ts';
import type { ReceivedRequest } from '../../../../telephony/sip/message/types.ts';

const OPTIONS = {
  trunks: [{ name: 'carrier', addresses: ['198.51.100.0/24', '203.0.113.7'] }],
  allowPrivateNetworks: true,
  strangerRequestsPerSecond: 5,
};
const WS: Flow = { id: 'ws:1', transport: 'WS', address: '127.0.0.1', port: 1 };

function requestOf(userAgent: string): ReceivedRequest {
  const text = `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nUser-Agent: ${userAgent}\r\n\r\n`;
  const result = parseMessage(new TextEncoder().encode(text));
  if (!result.ok || result.message.kind !== 'request') throw new Error('bad test message');
  return result.message;
}

describe('address ranges', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.168.7.9', '192.168.7.9', true],
    ['192.168.7.9', '192.168.7.8', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['203.0.113.128/25', '203.0.113.127', false],
    ['203.0.113.128/25', '::ffff:203.0.113.200', true],
  ])('%s and %s: %s', (range, address, inside) => {
    const parsed = parseRange(range);
    expect(parsed !== undefined && inRanges(address, [parsed])).toBe(inside);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', '300.1.1.1', 'host', '1.2.3.4/8/8', ''])('refuses %s', (text) => {
    expect(parseRange(text)).toBeUndefined();
    expect(ipv4ToNumber('1.2.3')).toBeUndefined();
  });
});

describe('origin policy', () => {
  it('trusts trunks and, when allowed, private networks; never a WebSocket', () => {
    const policy = new OriginPolicy(OPTIONS);
    expect(policy.trustedName(udpFlow('198.51.100.9', 5060))).toBe('carrier');
    expect(policy.trustedName(udpFlow('203.0.113.7', 5060))).toBe('carrier');
    expect(policy.trustedName(udpFlow('127.0.0.1', 5060))).toBe(PRIVATE_TRUNK);
    expect(policy.trustedName(udpFlow('172.31.0.1', 5060))).toBe(PRIVATE_TRUNK);
    expect(policy.trustedName(udpFlow('8.8.8.8', 5060))).toBeUndefined();
    expect(policy.trustedName(WS)).toBeUndefined();
    const strict = new OriginPolicy({ ...OPTIONS, allowPrivateNetworks: false });
    expect(strict.trustedName(udpFlow('127.0.0.1', 5060))).toBeUndefined();
  });

  it('serves strangers a few times a second, one address less than all', () => {
    const policy = new OriginPolicy(OPTIONS);
    const ask = (nowMs: number, address: string): string =>
      policy.admit(requestOf('phone'), udpFlow(address, 5060), nowMs).type;
    const served = (nowMs: number, addresses: readonly string[]): number =>
      addresses.filter((address) => ask(nowMs, address) === 'serve').length;
    expect(
      served(
        0,
        Array.from({ length: 8 }, () => '8.8.8.8'),
      ),
    ).toBe(2);
    expect(
      served(
        0,
        Array.from({ length: 8 }, (_, i) => `9.9.9.${i}`),
      ),
    ).toBe(3);
    expect(ask(100, '8.8.8.8')).toBe('drop');
    expect(ask(600, '8.8.8.8')).toBe('serve');
    expect(policy.admit(requestOf('phone'), WS, 10_000)).toEqual({ type: 'serve', trusted: undefined });
    expect(policy.admit(requestOf('phone'), udpFlow('203.0.113.7', 1), 10_000)).toEqual({
      type: 'serve',
      trusted: 'carrier',
    });
  });

  it('does not listen to an address that floods, unless it is known; never stops listening to a trunk', () => {
    const policy = new OriginPolicy(OPTIONS);
    const bytes = new TextEncoder().encode('REGISTER sip:x SIP/2.0\r\nUser-Agent: phone\r\n\r\n');
    const at = (nowMs: number, known = false): { nowMs: number; isKnown: () => boolean } => ({
      nowMs,
      isKnown: () => known,
    });
    const flood = udpFlow('8.8.8.8', 5060);
    expect(policy.passes(bytes, flood, at(0))).toBe(true);
    for (let i = 0; i < 300; i += 1) policy.admit(requestOf('phone'), flood, i);
    expect(policy.passes(bytes, flood, at(300))).toBe(false);
    expect(policy.passes(bytes, flood, at(300, true))).toBe(true);
    expect(policy.passes(bytes, udpFlow('8.8.8.9', 5060), at(300))).toBe(true);
    expect(policy.passes(bytes, flood, at(120_000))).toBe(true);
    const trunk = udpFlow('203.0.113.7', 5060);
    for (let i = 0; i < 300; i += 1) policy.admit(requestOf('phone'), trunk, i);
    expect(policy.passes(bytes, trunk, at(300))).toBe(true);
    expect(policy.counters()).toMatchObject({ 'dropped-banned': 1, 'banned-addresses': 0 });
  });

  it('knows scanners by their raw bytes, and keeps its tables small', () => {
    const policy = new OriginPolicy({ ...OPTIONS, strangerRequestsPerSecond: 10_000 });
    const encode = (agent: string): Uint8Array =>
      new TextEncoder().encode(`OPTIONS sip:100@x SIP/2.0\r\nVia: a\r\nUser-Agent: ${agent}\r\n\r\n`);
    const at = { nowMs: 0, isKnown: (): boolean => false };
    for (const [i, agent] of ['friendly-scanner', 'sipvicious', 'pplsip', 'VaxSIPUserAgent/3.1'].entries())
      expect(policy.passes(encode(agent), udpFlow(`8.8.4.${i}`, 5060), at)).toBe(false);
    expect(policy.passes(encode('Yealink SIP-T46S'), udpFlow('8.8.4.9', 5060), at)).toBe(true);
    expect(policy.passes(encode('harmless'), udpFlow('8.8.4.0', 5060), at)).toBe(false);
    for (let i = 0; i < 20_000; i += 1)
      policy.admit(requestOf('phone'), udpFlow(`11.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 1), i);
    expect(policy.counters()['stranger-addresses']).toBeLessThanOrEqual(4_096);
  });

  it('is silent to scanners, unless they come from a trusted address', () => {
    const policy = new OriginPolicy(OPTIONS);
    const scan = requestOf('friendly-scanner');
    expect(policy.admit(scan, udpFlow('8.8.8.8', 5060), 0)).toEqual({ type: 'drop', why: 'scanner' });
    expect(policy.admit(scan, udpFlow('127.0.0.1', 5060), 0)).toMatchObject({ type: 'serve' });
  });

  it('names a wrong trunk address', () => {
    const make = (): OriginPolicy =>
      new OriginPolicy({ ...OPTIONS, trunks: [{ name: 'x', addresses: ['10.1.2/24'] }] });
    expect(make).toThrow('"10.1.2/24" is neither an IPv4 address nor a range');
  });
});
