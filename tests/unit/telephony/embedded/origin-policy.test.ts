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

  it('serves strangers a few times a second', () => {
    const policy = new OriginPolicy(OPTIONS);
    const stranger = udpFlow('8.8.8.8', 5060);
    const ask = (nowMs: number): string => policy.admit(requestOf('phone'), stranger, nowMs).type;
    expect(Array.from({ length: 8 }, () => ask(0)).filter((t) => t === 'serve')).toHaveLength(5);
    expect(ask(100)).toBe('drop');
    expect(ask(400)).toBe('serve');
    expect(Array.from({ length: 8 }, () => ask(10_000)).filter((t) => t === 'serve')).toHaveLength(5);
    expect(policy.admit(requestOf('phone'), WS, 10_000)).toEqual({ type: 'serve', trusted: undefined });
    expect(policy.admit(requestOf('phone'), udpFlow('203.0.113.7', 1), 10_000)).toEqual({
      type: 'serve',
      trusted: 'carrier',
    });
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
