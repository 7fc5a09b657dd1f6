/** Calls between two cores over a network that loses what the test wants: races, retransmissions, ends. */
import { describe, expect, it } from '@jest/globals';
import { udpFlow, type DialRequest, type Flow, type SipEvent } from '../../../../telephony/sip/core/types.ts';
import { ANSWER, Network, OFFER } from './core-bench.ts';

const A = udpFlow('192.0.2.1', 5060);
const B = udpFlow('192.0.2.2', 5060);
const NORMAL = { rejectStatus: 486, reason: '' };

function dialTo(flow: Flow, more: Partial<DialRequest> = {}): DialRequest {
  return {
    call: 'a1',
    uri: `sip:12345@${flow.address}:${flow.port}`,
    flow,
    endpointId: undefined,
    from: { user: '13800138000', displayName: '' },
    headers: [],
    offer: OFFER,
    ringMs: 60_000,
    credentials: undefined,
    ...more,
  };
}

/** A dials B; B's handle of the call. */
function ringing(net = new Network(), more: Partial<DialRequest> = {}): { net: Network; b: string } {
  net.add('a', A);
  net.add('b', B);
  net.do('a', (core, now) => core.dial(dialTo(B, more), now));
  const [incoming] = net.events('b', 'incoming');
  return { net, b: incoming?.type === 'incoming' ? incoming.call : '' };
}

function talking(net = new Network()): { net: Network; b: string } {
  const call = ringing(net);
  call.net.do('b', (core, now) => core.answer(call.b, ANSWER, now));
  return call;
}

const endOf = (net: Network, name: string): SipEvent | undefined => net.events(name, 'ended')[0];

describe('a call', () => {
  it('rings, is answered, acknowledged and ended', () => {
    const { net, b } = ringing();
    expect(net.events('b', 'incoming')).toMatchObject([{ fromUser: '13800138000', toUser: '12345', offer: OFFER }]);
    net.do('b', (core, now) => core.ring(b, now));
    expect(net.events('a', 'progress')).toEqual([{ type: 'progress', call: 'a1', status: 180 }]);
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    expect(net.events('a', 'accepted')).toMatchObject([{ call: 'a1', status: 200, answer: ANSWER }]);
    expect(net.events('b', 'acknowledged')).toMatchObject([{ call: b, answer: undefined }]);
    net.do('a', (core, now) => core.hangUp('a1', { ...NORMAL, reason: 'Q.850;cause=16' }, now));
    expect(endOf(net, 'b')).toMatchObject({ by: 'remote', why: 'bye' });
    expect(endOf(net, 'a')).toMatchObject({ by: 'local', why: 'hung-up' });
    expect(net.log()).toEqual(['INVITE', '100', '180', '200', 'ACK', 'BYE', '200']);
  });

  it('leaves nothing behind', () => {
    const { net, b } = talking();
    net.do('b', (core, now) => core.hangUp(b, NORMAL, now));
    net.advance(70_000);
    for (const name of ['a', 'b']) {
      net.do(name, (core) => {
        expect(core.sizes()).toEqual({ transactions: 0, calls: 0, bindings: 0, timers: 0 });
        return [];
      });
    }
  });

  it.each([486, 603, 404, 488])('is refused with %i', (status) => {
    const { net, b } = ringing();
    net.do('b', (core, now) => core.hangUp(b, { rejectStatus: status, reason: '' }, now));
    expect(endOf(net, 'a')).toMatchObject({ by: 'remote', why: 'rejected', status });
    expect(endOf(net, 'b')).toMatchObject({ by: 'local', why: 'hung-up', status });
    expect(net.log('a')).toEqual(['INVITE', 'ACK']);
  });

  it('rings no longer than asked', () => {
    const { net } = ringing(new Network(), { ringMs: 5_000 });
    net.advance(5_000);
    expect(endOf(net, 'a')).toMatchObject({ by: 'local', why: 'no-answer' });
    expect(endOf(net, 'b')).toMatchObject({ by: 'remote', why: 'cancelled' });
    expect(net.log()).toEqual(['INVITE', '100', 'CANCEL', '200', '487', 'ACK']);
  });

  it('is given up when nobody answers at all', () => {
    const net = new Network();
    net.add('a', A);
    net.do('a', (core, now) => core.dial(dialTo(B), now));
    net.advance(40_000);
    expect(endOf(net, 'a')).toMatchObject({ why: 'unreachable', status: 408 });
    // 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s.
    expect(net.traffic.map((t) => t.atMs)).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
  });
});

describe('lost messages', () => {
  it('repeats the 200 until the ACK comes, and every 200 gets an ACK', () => {
    const net = new Network();
    let lost = 0;
    net.filter = (m, from) => !(from === 'a' && m.kind === 'request' && m.method === 'ACK' && lost++ < 3);
    const { b } = talking(net);
    net.advance(10_000);
    expect(
      net.traffic.filter((t) => t.message.kind === 'response' && t.message.status === 200).map((t) => t.atMs),
    ).toEqual([0, 500, 1_500, 3_500]);
    expect(net.log('a').filter((m) => m === 'ACK')).toHaveLength(4);
    expect(net.events('b', 'acknowledged')).toHaveLength(1);
    expect(net.events('a', 'accepted')).toHaveLength(1);
    expect(endOf(net, 'b')).toBeUndefined();
    expect(b).not.toBe('');
  });

  it('repeats a lost 200 at most every 4 s and ends the call with BYE after 32 s without ACK', () => {
    const net = new Network();
    net.filter = (m) => !(m.kind === 'request' && m.method === 'ACK');
    const { b } = talking(net);
    net.advance(32_000);
    expect(endOf(net, 'b')).toMatchObject({ call: b, why: 'no-ack' });
    expect(endOf(net, 'a')).toMatchObject({ why: 'bye' });
    const gaps = net.traffic.filter((t) => t.from === 'b' && t.message.kind === 'response').map((t) => t.atMs);
    expect(Math.max(...gaps.slice(1).map((at, i) => at - (gaps[i] ?? 0)))).toBe(4_000);
  });

  it('repeats the INVITE, which is one call all the same', () => {
    const net = new Network();
    let lost = 0;
    net.filter = (m, from) => !(from === 'b' && lost++ < 2);
    ringing(net);
    net.advance(5_000);
    expect(net.log('a').filter((m) => m === 'INVITE').length).toBeGreaterThan(1);
    expect(net.events('b', 'incoming')).toHaveLength(1);
  });

  it('repeats a BYE', () => {
    const net = new Network();
    const { b } = talking(net);
    let lost = 0;
    net.filter = (m) => !(m.kind === 'request' && m.method === 'BYE' && lost++ < 2);
    net.do('b', (core, now) => core.hangUp(b, NORMAL, now));
    net.advance(4_000);
    expect(endOf(net, 'a')).toMatchObject({ why: 'bye' });
  });

  it('repeats a refusal until its ACK', () => {
    const net = new Network();
    let lost = 0;
    net.filter = (m) => !(m.kind === 'request' && m.method === 'ACK' && lost++ < 2);
    const { b } = ringing(net);
    net.do('b', (core, now) => core.hangUp(b, NORMAL, now));
    net.advance(10_000);
    expect(net.log('b')).toEqual(['100', '486', '486', '486']);
  });
});

describe('CANCEL', () => {
  it('waits for the first provisional answer', () => {
    const net = new Network();
    let hold = true;
    net.filter = (_m, from) => !(from === 'b' && hold);
    ringing(net);
    net.do('a', (core, now) => core.hangUp('a1', NORMAL, now));
    expect(net.log('a')).toEqual(['INVITE']);
    expect(endOf(net, 'a')).toMatchObject({ why: 'hung-up' });
    hold = false;
    net.advance(500);
    expect(net.log('a')).toEqual(['INVITE', 'INVITE', 'CANCEL', 'ACK']);
    expect(endOf(net, 'b')).toMatchObject({ why: 'cancelled' });
  });

  it('crosses a 200: ACK, then BYE', () => {
    const net = new Network();
    const { b } = ringing(net);
    // The CANCEL is lost on the way and the other side answers meanwhile.
    net.filter = (m) => !(m.kind === 'request' && m.method === 'CANCEL');
    net.do('a', (core, now) => core.hangUp('a1', NORMAL, now));
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    expect(net.log('a').slice(-2)).toEqual(['ACK', 'BYE']);
    expect(endOf(net, 'b')).toMatchObject({ why: 'bye' });
    expect(net.events('a', 'accepted')).toEqual([]);
    // When it comes late after all it has no effect.
    net.filter = () => true;
    net.advance(1_000);
    expect(net.events('b', 'ended')).toHaveLength(1);
  });

  it('gives up 32 s after CANCEL when the INVITE is never answered', () => {
    const net = new Network();
    const { b } = ringing(net);
    net.filter = (m) => !(m.kind === 'response' && m.status === 487);
    net.do('a', (core, now) => core.hangUp('a1', NORMAL, now));
    net.advance(40_000);
    net.do('a', (core) => {
      expect(core.sizes().calls).toBe(0);
      return [];
    });
    expect(b).not.toBe('');
  });
});

describe('hanging up between 200 and ACK', () => {
  it('sends the BYE after the ACK', () => {
    const net = new Network();
    let hold = true;
    net.filter = (m) => !(hold && m.kind === 'request' && m.method === 'ACK');
    const { b } = talking(net);
    net.do('b', (core, now) => core.hangUp(b, NORMAL, now));
    expect(net.log('b')).not.toContain('BYE');
    hold = false;
    net.advance(600);
    expect(net.log('b')).toContain('BYE');
    expect(endOf(net, 'a')).toMatchObject({ why: 'bye' });
  });
});

describe('a challenge', () => {
  it('is answered with CSeq + 1 and a new branch', () => {
    const net = new Network();
    const account = { username: 'u', endpointId: 'e', ha1Md5: '', ha1Sha256: '', expiresAtMs: 1e9 };
    net.add('a', A);
    net.add('b', B, { admit: () => ({ type: 'serve', trusted: undefined }), findAccount: () => account });
    net.do('a', (core, now) => core.dial(dialTo(B, { credentials: { username: 'u', password: 'p' } }), now));
    const invites = net.traffic.flatMap(({ message }) =>
      message.kind === 'request' && message.method === 'INVITE' ? [message.essentials] : [],
    );
    expect(invites.map((e) => e.cseq.number)).toEqual([1, 2]);
    expect(new Set(invites.map((e) => e.via.branch)).size).toBe(2);
    expect(new Set(invites.map((e) => e.callId)).size).toBe(1);
    // The password is wrong here: 403, no third try.
    expect(endOf(net, 'a')).toMatchObject({ why: 'rejected', status: 403 });
  });

  it('lets an endpoint call that proves itself', async () => {
    const { ha1 } = await import('../../../../telephony/sip/auth/digest.ts');
    const user = { username: 'u', realm: 'hotline.local', password: 'p' };
    const account = {
      username: 'u',
      endpointId: 'agent-1',
      ha1Md5: ha1('MD5', user),
      ha1Sha256: ha1('SHA-256', user),
      expiresAtMs: 1e9,
    };
    const net = new Network();
    net.add('a', A);
    net.add('b', B, { admit: () => ({ type: 'serve', trusted: undefined }), findAccount: () => account });
    net.do('a', (core, now) => core.dial(dialTo(B, { credentials: user }), now));
    expect(net.events('b', 'incoming')).toMatchObject([{ origin: { type: 'endpoint', endpointId: 'agent-1' } }]);
  });
});
