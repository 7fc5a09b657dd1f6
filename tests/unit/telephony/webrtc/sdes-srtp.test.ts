import { describe, expect, it } from '@jest/globals';
import { parseRtp, type RtpPacket } from '../../../../telephony/rtp/rtp-packet.ts';
import { acceptAnswer, answerOffer, makeOffer } from '../../../../telephony/sdp/offer-answer.ts';
import { SdesSrtp } from '../../../../telephony/webrtc/sdes-srtp.ts';

const [OURS, THEIRS] = ['A'.repeat(40), 'B'.repeat(40)];
const LOCAL = { address: '127.0.0.1', port: 4_000, rtcpPort: 4_001, sessionId: 1, version: 1, srtpKey: OURS };
const PACKET: RtpPacket = {
  ...{ payloadType: 8, marker: false, sequence: 7, rtpTs: 160, ssrc: 99 },
  payload: new Uint8Array(160).fill(0xd5),
};

function offerOf(protocol: string, ...crypto: string[]): string {
  const lines = ['v=0', 'o=- 1 1 IN IP4 10.0.0.1', 's=-', 'c=IN IP4 10.0.0.1', 't=0 0', `m=audio 5000 ${protocol} 8`];
  return [...lines, ...crypto.map((value) => `a=crypto:${value}`), ''].join('\r\n');
}

describe('SRTP with keys in SDP', () => {
  it('what one side protects the other reads; anybody else does not', () => {
    const [we, they] = [new SdesSrtp({ ours: OURS, theirs: THEIRS }), new SdesSrtp({ ours: THEIRS, theirs: OURS })];
    const wire = Buffer.from(we.protectRtp(PACKET));
    expect(wire.includes(Buffer.from(PACKET.payload.subarray(0, 16)))).toBe(false);
    const plain = they.unprotectRtp(Buffer.from(wire));
    expect(plain === undefined ? undefined : parseRtp(plain)).toMatchObject({ sequence: 7, rtpTs: 160, ssrc: 99 });
    const stranger = new SdesSrtp({ ours: OURS, theirs: 'C'.repeat(40) });
    expect(stranger.unprotectRtp(Buffer.from(wire))).toBeUndefined();
    expect(they.unprotectRtp(Buffer.from('not a packet'))).toBeUndefined();
  });

  it.each<[string, string, readonly string[], string | undefined]>([
    ['our suite', 'RTP/SAVP', [`1 AES_CM_128_HMAC_SHA1_80 inline:${THEIRS}`], '1'],
    ['with lifetime and MKI', 'RTP/SAVP', [`2 AES_CM_128_HMAC_SHA1_80 inline:${THEIRS}|2^20|1:4`], '2'],
    [
      'the second line',
      'RTP/SAVPF',
      ['1 AEAD_AES_256_GCM inline:x', `3 AES_CM_128_HMAC_SHA1_80 inline:${THEIRS}`],
      '3',
    ],
    ['a key too short', 'RTP/SAVP', ['1 AES_CM_128_HMAC_SHA1_80 inline:AAAA'], undefined],
    [
      'a wish to leave it plain',
      'RTP/SAVP',
      [`1 AES_CM_128_HMAC_SHA1_80 inline:${THEIRS} UNENCRYPTED_SRTP`],
      undefined,
    ],
    ['no key at all', 'RTP/SAVP', [], undefined],
  ])('answers %s', (_what, protocol, crypto, tag) => {
    const result = answerOffer(offerOf(protocol, ...crypto), LOCAL);
    expect(result.ok).toBe(tag !== undefined);
    if (!result.ok) return;
    expect(result.sdp).toContain(`a=crypto:${tag ?? ''} AES_CM_128_HMAC_SHA1_80 inline:${OURS}`);
    expect(result.negotiated.crypto?.inlineKey).toBe(THEIRS);
  });

  it('offers it where the trunk wants it, and takes no plain answer then', () => {
    const secure = { ...LOCAL, offersSrtp: true };
    expect(makeOffer(secure)).toContain('RTP/SAVP 8 0 101');
    expect(makeOffer(LOCAL)).not.toContain('crypto');
    const answer = offerOf('RTP/SAVP', `1 AES_CM_128_HMAC_SHA1_80 inline:${THEIRS}`);
    expect(acceptAnswer(answer, secure)).toMatchObject({ ok: true, negotiated: { crypto: { inlineKey: THEIRS } } });
    expect(acceptAnswer(offerOf('RTP/AVP'), secure).ok).toBe(false);
    expect(acceptAnswer(answer).ok).toBe(false);
    expect(answerOffer(offerOf('RTP/AVP'), LOCAL)).toMatchObject({ ok: true });
  });
});
