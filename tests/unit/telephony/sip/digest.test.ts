/** Digest, both sides. */
import { describe, expect, it } from '@jest/globals';
import { digestResponse, ha1, parseDigestHeader } from '../../../../telephony/sip/auth/digest.ts';
import { answerChallenge } from '../../../../telephony/sip/auth/digest-client.ts';
import { DigestServer, type DigestAccount } from '../../../../telephony/sip/auth/digest-server.ts';
import { emptyBody, type Header, type SipRequest, type SipResponse } from '../../../../telephony/sip/message/types.ts';

const ACCOUNT = { username: 'alice', realm: 'hotline.local', password: 's e"cret' };
const account: DigestAccount = {
  username: 'alice',
  endpointId: 'agent-1',
  ha1Md5: ha1('MD5', ACCOUNT),
  ha1Sha256: ha1('SHA-256', ACCOUNT),
  expiresAtMs: 1_000_000,
};

function makeServer(algorithms: readonly ('MD5' | 'SHA-256')[] = ['MD5', 'SHA-256']): DigestServer {
  let n = 0;
  return new DigestServer({
    realm: 'hotline.local',
    find: (username) => (username === 'alice' ? account : undefined),
    secret: 'secret',
    newToken: () => `t${n++}`,
    algorithms,
    nonceLifeMs: 60_000,
  });
}

function requestWith(headers: readonly Header[], uri = 'sip:hotline.local'): SipRequest {
  return { kind: 'request', method: 'REGISTER', uri, headers, body: emptyBody };
}

function answer(server: DigestServer, nowMs: number, password = ACCOUNT.password): Header {
  const response: SipResponse = {
    kind: 'response',
    status: 401,
    reason: '',
    headers: server.challenge(401, false, nowMs),
    body: emptyBody,
  };
  const header = answerChallenge(
    response,
    { method: 'REGISTER', uri: 'sip:hotline.local' },
    {
      credentials: { username: 'alice', password },
      cnonce: 'c',
      triedBefore: false,
    },
  );
  if (header === undefined) throw new Error('no answer');
  return header;
}

describe('digest', () => {
  it('agrees with the examples of RFC 7616 section 3.9.1', () => {
    const user = { username: 'Mufasa', realm: 'http-auth@example.org', password: 'Circle of Life' };
    const input = {
      method: 'GET',
      uri: '/dir/index.html',
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      qop: { nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
    };
    expect(digestResponse({ ...input, algorithm: 'MD5', ha1: ha1('MD5', user) })).toBe(
      '8ca523f5e9506fed4657c9700eebdbec',
    );
    expect(digestResponse({ ...input, algorithm: 'SHA-256', ha1: ha1('SHA-256', user) })).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    );
  });

  it('agrees with the example of RFC 2617 without qop', () => {
    const user = { username: 'Mufasa', realm: 'testrealm@host.com', password: 'Circle Of Life' };
    const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093';
    const base = { algorithm: 'MD5' as const, ha1: ha1('MD5', user), method: 'GET', uri: '/dir/index.html', nonce };
    expect(digestResponse({ ...base, qop: { nc: '00000001', cnonce: '0a4f113b' } })).toBe(
      '6629fae49393a05397450978507c4ef1',
    );
    expect(digestResponse({ ...base, qop: undefined })).toBe('670fd8c2df070c60b045671b8b24ff02');
  });

  it.each([[['MD5']], [['SHA-256']], [['MD5', 'SHA-256']]] as const)('proves a password with %s', (algorithms) => {
    const server = makeServer([...algorithms]);
    const header = answer(server, 0);
    expect(parseDigestHeader(header.value)?.get('algorithm')).toBe(algorithms.at(-1));
    expect(server.verify(requestWith([header]), 401, 1)).toEqual({ type: 'proved', account });
  });

  it('refuses a wrong password, an unknown user, another method and another URI', () => {
    const server = makeServer();
    expect(server.verify(requestWith([answer(server, 0, 'wrong')]), 401, 1).type).toBe('wrong');
    const right = answer(server, 0);
    const swapped = { ...right, value: right.value.replace('alice', 'bob') };
    expect(server.verify(requestWith([swapped]), 401, 1).type).toBe('wrong');
    expect(server.verify({ ...requestWith([right]), method: 'INVITE' }, 401, 1).type).toBe('wrong');
    expect(server.verify(requestWith([right], 'sip:other.local'), 401, 1).type).toBe('wrong');
    expect(server.verify(requestWith([]), 401, 1).type).toBe('none');
    expect(server.verify(requestWith([right]), 407, 1).type).toBe('none');
  });

  it('lets a nonce count be used once', () => {
    const server = makeServer();
    const header = answer(server, 0);
    expect(server.verify(requestWith([header]), 401, 1).type).toBe('proved');
    expect(server.verify(requestWith([header]), 401, 2).type).toBe('stale');
    expect(server.challenge(401, true, 2)[0]?.value).toContain('stale=true');
  });

  it('calls an old nonce, and one it never made, stale', () => {
    const server = makeServer();
    const header = answer(server, 0);
    expect(server.verify(requestWith([header]), 401, 60_001).type).toBe('stale');
    const other = new DigestServer({
      realm: 'hotline.local',
      find: () => account,
      secret: 'another secret',
      newToken: () => 'x',
      algorithms: ['MD5'],
      nonceLifeMs: 60_000,
    });
    expect(server.verify(requestWith([answer(other, 0)]), 401, 1).type).toBe('stale');
  });

  it('refuses a credential that has run out', () => {
    const server = makeServer();
    const header = answer(server, 999_999);
    expect(server.verify(requestWith([header]), 401, 1_000_001).type).toBe('wrong');
  });

  it('does not try a refused password again, but a stale nonce', () => {
    const server = makeServer();
    const request = { method: 'REGISTER', uri: 'sip:hotline.local' };
    const options = { credentials: { username: 'alice', password: 'x' }, cnonce: 'c', triedBefore: true };
    const response = (stale: boolean): SipResponse => ({
      kind: 'response',
      status: 401,
      reason: '',
      headers: server.challenge(401, stale, 0),
      body: emptyBody,
    });
    expect(answerChallenge(response(false), request, options)).toBeUndefined();
    expect(answerChallenge(response(true), request, options)?.name).toBe('authorization');
  });

  it('leaves challenges it does not understand', () => {
    const response: SipResponse = {
      kind: 'response',
      status: 407,
      reason: '',
      headers: [
        { name: 'proxy-authenticate', value: 'Bearer realm="x"' },
        { name: 'proxy-authenticate', value: 'Digest realm="x", nonce="n", algorithm=SHA-512-256, qop="auth"' },
        { name: 'proxy-authenticate', value: 'Digest realm="x", nonce="n", qop="auth-int"' },
      ],
      body: emptyBody,
    };
    const options = { credentials: ACCOUNT, cnonce: 'c', triedBefore: false };
    expect(answerChallenge(response, { method: 'INVITE', uri: 'sip:a@b' }, options)).toBeUndefined();
  });
});
