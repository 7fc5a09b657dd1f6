import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acceptAnswer, answerOffer, makeOffer } from '../../../../telephony/sdp/offer-answer.ts';
import { parseSdp, serializeSdp } from '../../../../telephony/sdp/session-description.ts';

const local = { address: '192.0.2.1', port: 20_000, rtcpPort: 20_001, sessionId: 5, version: 1 };

function offer(lines: readonly string[], connection = 'c=IN IP4 198.51.100.7'): string {
  return ['v=0', 'o=- 1 1 IN IP4 198.51.100.7', 's=x', connection, 't=0 0', ...lines, ''].join('\r\n');
}

function answered(lines: readonly string[], connection?: string) {
  const result = answerOffer(offer(lines, connection), local);
  if (!result.ok) throw new Error(result.reason);
  return result;
}

describe('answering an offer', () => {
  test('PCMA is taken even when it is offered last, with their number for events', () => {
    const { sdp, negotiated } = answered([
      'm=audio 4000 RTP/AVP 18 0 8 96 97',
      'a=rtpmap:97 telephone-event/8000',
      'a=rtpmap:96 telephone-event/48000',
      'a=ptime:30',
    ]);
    expect(negotiated).toEqual({
      codec: { payloadType: 8, law: 'pcma' },
      eventPayloadType: 97,
      ptimeMs: 30,
      farMaySend: true,
      farMayReceive: true,
      remote: { address: '198.51.100.7', port: 4000 },
      rtcpPort: 4001,
      rtcpMux: false,
    });
    expect(sdp).toContain('m=audio 20000 RTP/AVP 8 97\r\n');
    expect(sdp).toContain('a=sendrecv');
    expect(sdp).not.toContain('rtcp-mux');
  });

  test('PCMU alone will do; mux and a named RTCP port are honoured', () => {
    const { sdp, negotiated } = answered(['m=audio 4000 RTP/AVP 0', 'a=rtcp:4010', 'a=rtcp-mux']);
    expect(negotiated).toMatchObject({
      codec: { law: 'pcmu' },
      eventPayloadType: undefined,
      rtcpMux: true,
      rtcpPort: 4000,
    });
    expect(sdp).toContain('a=rtcp-mux');
    expect(answered(['m=audio 4000 RTP/AVP 0', 'a=rtcp:4010']).negotiated.rtcpPort).toBe(4010);
  });

  test.each([
    ['sendonly', 'recvonly', true, false],
    ['recvonly', 'sendonly', false, true],
    ['inactive', 'inactive', false, false],
    ['sendrecv', 'sendrecv', true, true],
  ])('%s is answered %s', (theirs, ours, farMaySend, farMayReceive) => {
    const { sdp, negotiated } = answered(['m=audio 4000 RTP/AVP 8', `a=${theirs}`]);
    expect(sdp).toContain(`a=${ours}\r\n`);
    expect(negotiated).toMatchObject({ farMaySend, farMayReceive });
  });

  test('an address of zeros is a hold', () => {
    const { negotiated } = answered(['m=audio 4000 RTP/AVP 8'], 'c=IN IP4 0.0.0.0');
    expect(negotiated).toMatchObject({ farMaySend: false, farMayReceive: false, remote: undefined });
  });

  test('other lines are refused with port 0, in their places', () => {
    const { sdp } = answered(['m=video 5000 RTP/AVP 99', 'm=audio 4000 RTP/AVP 8', 'm=audio 4002 RTP/AVP 8']);
    expect(sdp.match(/^m=.*$/gm)).toEqual(['m=video 0 RTP/AVP 99', 'm=audio 20000 RTP/AVP 8', 'm=audio 0 RTP/AVP 8']);
  });

  test.each([
    ['no audio', ['m=video 4000 RTP/AVP 99']],
    ['audio that is switched off', ['m=audio 0 RTP/AVP 8']],
    ['codecs we do not speak', ['m=audio 4000 RTP/AVP 18 9', 'a=rtpmap:9 G722/8000']],
    ['encryption we have no keys for', ['m=audio 4000 RTP/SAVP 8']],
  ])('%s is refused in plain words', (_, lines) => {
    expect(answerOffer(offer(lines), local)).toEqual({ ok: false, reason: 'the offer has no G.711 audio' });
  });

  test('a ptime out of reach is ignored', () => {
    expect(answered(['m=audio 4000 RTP/AVP 8', 'a=ptime:200']).negotiated.ptimeMs).toBe(20);
    expect(answered(['m=audio 4000 RTP/AVP 8', 'a=ptime:60']).negotiated.ptimeMs).toBe(60);
  });
});

describe('our own offer', () => {
  test('is answered by ourselves with PCMA and events', () => {
    const theirs = answerOffer(makeOffer(local), { ...local, address: '192.0.2.9', port: 30_000, rtcpPort: 30_005 });
    const result = theirs.ok ? acceptAnswer(theirs.sdp) : theirs;
    expect(result).toMatchObject({
      ok: true,
      negotiated: {
        codec: { law: 'pcma', payloadType: 8 },
        eventPayloadType: 101,
        remote: { address: '192.0.2.9', port: 30_000 },
        rtcpPort: 30_005,
      },
    });
  });

  test('IPv6 is said as such', () => {
    expect(makeOffer({ ...local, address: '2001:db8::1' })).toContain('c=IN IP6 2001:db8::1');
  });
});

describe('reading SDP', () => {
  test('garbage never throws and is bounded', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(typeof parseSdp(text).ok).toBe('boolean');
        expect(typeof answerOffer(`v=0\r\nm=audio 4000 RTP/AVP 8\r\n${text}`, local).ok).toBe('boolean');
      }),
    );
    expect(parseSdp(`v=0\n${'a=x\n'.repeat(3000)}`).ok).toBe(false);
    expect(parseSdp(`v=0\n${'x'.repeat(70_000)}`).ok).toBe(false);
    expect(parseSdp(`v=0\n${'m=audio 1 RTP/AVP 8\n'.repeat(17)}`).ok).toBe(false);
    expect(parseSdp('v=0\nm=audio 99999 RTP/AVP 8').ok).toBe(false);
  });

  test('what is written is read again', () => {
    const text = makeOffer(local);
    const parsed = parseSdp(text);
    expect(parsed.ok && serializeSdp(parsed.session)).toBe(text);
  });
});
