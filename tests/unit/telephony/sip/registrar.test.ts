/** The registrar: digest, flows, replacement, expiry. */
import { describe, expect, it } from '@jest/globals';
import { ha1 } from '../../../../telephony/sip/auth/digest.ts';
import { answerChallenge } from '../../../../telephony/sip/auth/digest-client.ts';
import { header } from '../../../../telephony/sip/message/headers.ts';
import type { SipResponse } from '../../../../telephony/sip/message/types.ts';
import type { CoreEffect, Flow, SipEvent } from '../../../../telephony/sip/core/types.ts';
import { bytesOf, eventsOf, makeCore, OFFER, sentOf, statusesOf } from './core-bench.ts';

const USER = { username: 'alice', realm: 'hotline.local', password: 'pw' };
const ACCOUNT = {
  username: 'alice',
  endpointId: 'agent-1',
  ha1Md5: ha1('MD5', USER),
  ha1Sha256: ha1('SHA-256', USER),
  expiresAtMs: 1e12,
};
const ws = (n: number): Flow => ({ id: `ws:${n}`, transport: 'WS', address: '192.0.2.1', port: n });

class Page {
  readonly core;
  nowMs = 0;
  seq = 0;
  #branch = 0;
  readonly events: SipEvent[] = [];

  /** `trusted`: the trunk whose addresses all of these are. */
  constructor(trusted?: string) {
    this.core = makeCore({
      admit: () => ({ type: 'serve', trusted }),
      findAccount: (name) => (name === 'alice' ? ACCOUNT : undefined),
    });
  }

  invite(flow: Flow, callId: string, headers: readonly string[] = []): CoreEffect[] {
    return this.send(flow, ['Contact: <sip:x1@abc.invalid>', ...headers], callId, 'INVITE');
  }

  provedInvite(flow: Flow, callId: string): CoreEffect[] {
    const challenge = sentOf(this.invite(flow, callId))[0];
    if (challenge?.kind !== 'response') throw new Error('no challenge');
    const answer = answerChallenge(
      challenge,
      { method: 'INVITE', uri: 'sip:hotline.local' },
      { credentials: USER, cnonce: `c${this.seq}`, triedBefore: false },
    );
    return this.invite(flow, callId, [`Proxy-Authorization: ${answer?.value ?? ''}`]);
  }

  send(flow: Flow, headers: readonly string[], callId = 'r1', method = 'REGISTER'): CoreEffect[] {
    this.seq += 1;
    const lines = [
      `${method} sip:hotline.local SIP/2.0`,
      `Via: SIP/2.0/WS abc.invalid;branch=z9hG4bKr${this.#branch++}`,
      'From: <sip:alice@hotline.local>;tag=f',
      'To: <sip:alice@hotline.local>',
      `Call-ID: ${callId}`,
      `CSeq: ${this.seq} ${method}`,
      ...headers,
      'Content-Length: 0',
      '',
      '',
    ];
    const effects = this.core.receive(bytesOf(lines.join('\n')), flow, this.nowMs);
    this.events.push(...eventsOf(effects));
    return effects;
  }

  /** Challenge and answer; the final response. */
  register(flow: Flow, headers: readonly string[], callId = 'r1'): SipResponse {
    const challenge = sentOf(this.send(flow, headers, callId))[0];
    if (challenge?.kind !== 'response') throw new Error('no challenge');
    const request = { method: 'REGISTER', uri: 'sip:hotline.local' };
    const answer = answerChallenge(challenge, request, {
      credentials: USER,
      cnonce: `c${this.seq}`,
      triedBefore: false,
    });
    const final = sentOf(this.send(flow, [...headers, `Authorization: ${answer?.value ?? ''}`], callId))[0];
    if (final?.kind !== 'response') throw new Error('no answer');
    return final;
  }
}

const CONTACT = 'Contact: <sip:x1@abc.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";expires=300';

describe('registrar', () => {
  it('binds an endpoint to the socket it registered on', () => {
    const page = new Page();
    const ok = page.register(ws(1), [CONTACT]);
    expect(ok.status).toBe(200);
    expect(header(ok, 'contact')).toBe('<sip:x1@abc.invalid;transport=ws>;expires=300;+sip.instance="<urn:uuid:1>"');
    expect(page.events).toEqual([{ type: 'registered', endpointId: 'agent-1' }]);
    expect(page.core.reach('agent-1')).toEqual({ uri: 'sip:x1@abc.invalid;transport=ws', flow: ws(1) });
    page.register(ws(1), [CONTACT]);
    expect(page.events).toHaveLength(1);
  });

  it('lets the last registration win, and an old page not take it away', () => {
    const page = new Page();
    page.register(ws(1), [CONTACT]);
    page.register(ws(2), ['Contact: <sip:x2@def.invalid;transport=ws>;expires=300'], 'r2');
    expect(page.core.reach('agent-1')?.flow).toEqual(ws(2));
    page.register(ws(1), ['Contact: <sip:x1@abc.invalid;transport=ws>;expires=0']);
    page.core.flowClosed(ws(1), 0);
    expect(page.core.isRegistered('agent-1')).toBe(true);
    const closed = eventsOf(page.core.flowClosed(ws(2), 0));
    expect(closed).toEqual([{ type: 'unregistered', endpointId: 'agent-1' }]);
    expect(page.core.isRegistered('agent-1')).toBe(false);
  });

  it('unregisters one contact and all', () => {
    const page = new Page();
    page.register(ws(1), [CONTACT]);
    page.register(ws(1), ['Contact: <sip:x1@abc.invalid;transport=ws>', 'Expires: 0']);
    expect(page.core.isRegistered('agent-1')).toBe(false);
    page.register(ws(1), [CONTACT]);
    expect(page.register(ws(1), ['Contact: *', 'Expires: 0']).status).toBe(200);
    expect(page.core.isRegistered('agent-1')).toBe(false);
    expect(page.register(ws(1), ['Contact: *', 'Expires: 60']).status).toBe(400);
  });

  it('lets a registration run out', () => {
    const page = new Page();
    const challenge = sentOf(page.send(ws(1), [CONTACT]))[0] as SipResponse;
    const request = { method: 'REGISTER', uri: 'sip:hotline.local' };
    const answer = answerChallenge(challenge, request, { credentials: USER, cnonce: 'c', triedBefore: false });
    const effects = page.send(ws(1), [CONTACT, `Authorization: ${answer?.value ?? ''}`]);
    const timer = effects.find((e) => e.type === 'start-timer' && e.id.startsWith('binding'));
    expect(timer).toMatchObject({ delayMs: 300_000 });
    const fired = page.core.timerFired(timer?.type === 'start-timer' ? timer.id : '', 300_000);
    expect(eventsOf(fired)).toEqual([{ type: 'unregistered', endpointId: 'agent-1' }]);
  });

  it('refuses too short a time, tells what is registered, refuses old requests', () => {
    const page = new Page();
    const brief = page.register(ws(1), ['Contact: <sip:x@y.invalid>;expires=5']);
    expect([brief.status, header(brief, 'min-expires')]).toEqual([423, '60']);
    page.register(ws(1), [CONTACT]);
    expect(header(page.register(ws(1), []), 'contact')).toContain('sip:x1@abc.invalid');
    page.seq -= 4;
    expect(page.register(ws(1), [CONTACT]).status).toBe(500);
    const odd = page.register(ws(1), ['Contact: nonsense'], 'r3');
    expect(odd.status).toBe(400);
  });

  it('is reached over its socket, whatever its Contact says', () => {
    const page = new Page();
    page.register(ws(1), [CONTACT]);
    const reach = page.core.reach('agent-1');
    if (reach === undefined) throw new Error('not registered');
    const effects = page.core.dial(
      {
        call: 'c',
        ...reach,
        endpointId: 'agent-1',
        from: { user: '12345', displayName: '' },
        headers: [['X-Call', 'abc']],
        offer: OFFER,
        ringMs: 1_000,
        credentials: undefined,
      },
      0,
    );
    const [sent] = effects.filter((e) => e.type === 'send');
    expect(sent?.type === 'send' && sent.flow).toEqual(ws(1));
    const [invite] = sentOf(effects);
    expect(invite?.kind === 'request' && invite.uri).toBe('sip:x1@abc.invalid;transport=ws');
    expect(header(invite as never, 'x-call')).toBe('abc');
    expect(invite?.essentials.via.transport).toBe('WS');
    // No retransmission over a socket; the socket's end is the call's failure.
    expect(effects.some((e) => e.type === 'start-timer' && e.id.endsWith('|A'))).toBe(false);
    expect(eventsOf(page.core.flowClosed(ws(1), 0))).toContainEqual(
      expect.objectContaining({ type: 'ended', call: 'c', why: 'unreachable' }),
    );
  });

  it('needs a password again from an endpoint that calls from a trusted address', () => {
    const page = new Page('lan');
    expect(statusesOf(page.invite(ws(1), 'i1'))).toEqual([100]);
    page.register(ws(1), [CONTACT]);
    expect(statusesOf(page.invite(ws(1), 'i2'))).toEqual([407]);
    expect(statusesOf(page.invite(ws(2), 'i3'))).toEqual([100]);
  });

  it('has four calls of its own at once, then 486 until one is over', () => {
    const page = new Page();
    page.register(ws(1), [CONTACT]);
    const dial = (callId: string): number[] => statusesOf(page.provedInvite(ws(1), callId));
    expect(['i1', 'i2', 'i3', 'i4', 'i5'].map(dial)).toEqual([[100], [100], [100], [100], [486]]);
    const [incoming] = page.events.filter((e) => e.type === 'incoming');
    page.core.hangUp(incoming?.call ?? '', { rejectStatus: 480, reason: '' }, 0);
    expect([dial('i6'), dial('i7')]).toEqual([[100], [486]]);
  });
});
