import { describe, expect, test } from '@jest/globals';
import { advertiseCandidates, readBrowserSdp } from '../../../../telephony/webrtc/browser-sdp.ts';

/** Shortened from what Chromium offers. */
const chromium = [
  'v=0',
  'o=- 7614219274584779017 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 53587 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 192.0.2.10',
  'a=candidate:1 1 udp 2122260223 192.0.2.10 53587 typ host generation 0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  'a=ssrc:1 cname:x',
  '',
].join('\r\n');

describe("a browser's description", () => {
  test('is cut down to PCMA and the event at 8 kHz', () => {
    const read = readBrowserSdp(chromium);
    expect(read).toMatchObject({
      ok: true,
      setup: 'actpass',
      negotiated: { codec: { law: 'pcma', payloadType: 8 }, eventPayloadType: 126, farMaySend: true },
    });
    const sdp = read.ok ? read.sdp : '';
    expect(sdp).toContain('m=audio 53587 UDP/TLS/RTP/SAVPF 8 126\r\n');
    expect(sdp).not.toMatch(/opus|48000|transport-cc|minptime/);
    expect(sdp).toContain('a=candidate:1');
  });

  test('a hold is seen although the address means nothing', () => {
    const held = readBrowserSdp(
      chromium.replace('a=sendrecv', 'a=sendonly').replace('192.0.2.10\r\na=can', '0.0.0.0\r\na=can'),
    );
    expect(held).toMatchObject({ ok: true, negotiated: { farMaySend: true, farMayReceive: false } });
  });

  test('what cannot be used is refused in plain words', () => {
    expect(readBrowserSdp(chromium.replace(/a=fingerprint.*\r\n/, '')).ok).toBe(false);
    expect(readBrowserSdp(`${chromium}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n`).ok).toBe(false);
    expect(readBrowserSdp('hello').ok).toBe(false);
  });
});

describe('our candidates', () => {
  const ours = [
    ...['v=0', 'o=- 1 0 IN IP4 0.0.0.0', 's=-', 't=0 0', 'm=audio 9 UDP/TLS/RTP/SAVPF 8'],
    'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host',
    'a=candidate:2 1 udp 2130706431 10.1.2.3 40002 typ host',
    'a=candidate:3 1 udp 1694498815 203.0.113.5 40002 typ srflx raddr 10.1.2.3 rport 40002',
    'a=end-of-candidates',
    '',
  ].join('\r\n');

  const loopbackOnly = ours.replace(/a=candidate:[23].*\r\n/g, '');

  function shown(advertisedAddress: string, sdp = ours): string[] {
    const text = advertiseCandidates(sdp, { advertisedAddress });
    return [...text.matchAll(/candidate:\S+ 1 udp \d+ (\S+) /g)].map((match) => match[1] ?? '');
  }

  test('an address the host has is shown alone of its own addresses', () => {
    expect(shown('10.1.2.3')).toEqual(['10.1.2.3', '203.0.113.5']);
  });

  test('an address behind a one-to-one NAT is added with the port of the own one', () => {
    expect(shown('198.51.100.1')).toEqual(['10.1.2.3', '203.0.113.5', '198.51.100.1']);
    expect(advertiseCandidates(ours, { advertisedAddress: '198.51.100.1' })).toContain('198.51.100.1 40002 typ host');
  });

  test('loopback is shown only where there is nothing else', () => {
    expect(shown('127.0.0.1')).toEqual(['10.1.2.3', '203.0.113.5']);
    expect(shown('127.0.0.1', loopbackOnly)).toEqual(['127.0.0.1']);
  });

  test('what is not SDP is handed back as it is', () => {
    expect(advertiseCandidates('rubbish', { advertisedAddress: '10.1.2.3' })).toBe('rubbish');
  });
});
