/** What comes back for an INVITE of ours: forks, refusals with advice, challenges within the dialog. */
import { describe, expect, it } from '@jest/globals';
import type { SipCore } from '../../../../telephony/sip/core/sip-core.ts';
import type { CoreEffect, DialRequest } from '../../../../telephony/sip/core/types.ts';
import { header, headerLines } from '../../../../telephony/sip/message/headers.ts';
import type { ReceivedMessage } from '../../../../telephony/sip/message/types.ts';
import { ANSWER, bytesOf, eventsOf, makeCore, PEER, sentOf } from './core-bench.ts';
import { dialTo } from './calls-bench.ts';

/** A core that has dialled, and answers to what it sent last. */
class Dialled {
  readonly core: SipCore = makeCore();
  readonly invite: ReceivedMessage;
  constructor(more: Partial<DialRequest> = {}) {
    const [invite] = sentOf(this.core.dial(dialTo({ flow: PEER, ...more }), 0));
    if (invite === undefined) throw new Error('nothing was sent');
    this.invite = invite;
  }
  /** An answer to a request of the core, the INVITE unless told otherwise. */
  get(status: number, tag: string, more: readonly string[] = [], to: ReceivedMessage = this.invite): CoreEffect[] {
    const lines = ['via', 'from', 'call-id', 'cseq'].map((name) => `${name}: ${headerLines(to, name)[0] ?? ''}`);
    const body = more.includes('Content-Type: application/sdp') ? ANSWER : '';
    const toTag = to.essentials.toTag === '' ? `;tag=${tag}` : '';
    const text = [
      `SIP/2.0 ${status} Whatever`,
      ...lines,
      `To: ${header(to, 'to') ?? ''}${toTag}`,
      `Contact: <sip:${tag}@192.0.2.1:5060>`,
      ...more,
      '',
      body,
    ].join('\n');
    return this.core.receive(bytesOf(text), PEER, 0);
  }
}

const SDP = 'Content-Type: application/sdp';
const said = (effects: readonly CoreEffect[]): string[] =>
  sentOf(effects).map((m) => (m.kind === 'request' ? `${m.method} ${m.uri} ${m.essentials.toTag}` : String(m.status)));

describe('a fork', () => {
  it('gives the call to the first 2xx; the others get ACK and BYE, and repeated ones their ACK again', () => {
    const dial = new Dialled();
    dial.get(180, 'one');
    dial.get(183, 'two', [SDP]);
    const first = dial.get(200, 'two', [SDP]);
    expect(said(first)).toEqual(['ACK sip:two@192.0.2.1:5060 two']);
    expect(eventsOf(first)).toMatchObject([{ type: 'accepted', answer: ANSWER }]);
    const second = dial.get(200, 'one', [SDP]);
    expect(said(second)).toEqual(['ACK sip:one@192.0.2.1:5060 one', 'BYE sip:one@192.0.2.1:5060 one']);
    expect(eventsOf(second)).toEqual([]);
    expect(said(dial.get(200, 'one', [SDP]))).toEqual(['ACK sip:one@192.0.2.1:5060 one']);
    expect(said(dial.get(200, 'two', [SDP]))).toEqual(['ACK sip:two@192.0.2.1:5060 two']);
    // The call is the one of the first.
    const bye = dial.core.hangUp('a1', { rejectStatus: 486, reason: '' }, 0);
    expect(said(bye)).toEqual(['BYE sip:two@192.0.2.1:5060 two']);
  });

  it('acknowledges reliable provisional answers of each branch in its own dialog', () => {
    const dial = new Dialled();
    const reliable = (rseq: number): string[] => ['Require: 100rel', `RSeq: ${rseq}`];
    expect(said(dial.get(183, 'one', reliable(7)))).toEqual(['PRACK sip:one@192.0.2.1:5060 one']);
    expect(said(dial.get(183, 'two', reliable(900)))).toEqual(['PRACK sip:two@192.0.2.1:5060 two']);
    // Repeated, and one too far: not looked at (RFC 3262 section 4).
    expect(dial.get(183, 'one', reliable(7)).filter((e) => e.type !== 'count')).toEqual([
      expect.objectContaining({ type: 'start-timer' }),
    ]);
    expect(said(dial.get(180, 'one', reliable(9)))).toEqual([]);
    expect(said(dial.get(180, 'one', reliable(8)))).toEqual(['PRACK sip:one@192.0.2.1:5060 one']);
  });

  it('is followed to 16 branches only', () => {
    const dial = new Dialled();
    for (let i = 0; i < 200; i++) dial.get(183, `t${i}`, ['Require: 100rel', 'RSeq: 1']);
    for (let i = 0; i < 200; i++) dial.get(200, `t${i}`);
    // 16 PRACKs, 15 BYEs and the INVITE.
    expect(dial.core.sizes().transactions).toBe(32);
  });
});

describe('a refusal', () => {
  const endOf = (effects: readonly CoreEffect[]): unknown => eventsOf(effects).find((e) => e.type === 'ended');

  it('says where else to try', () => {
    const dial = new Dialled();
    const more = ['Contact: <sip:b@192.0.2.8>;q=0.3, "x" <sip:c@192.0.2.7>;q=0.9, <mailto:x@y>'];
    expect(endOf(dial.get(302, 'x', more))).toMatchObject({
      ...{ why: 'rejected', status: 302 },
      retry: {
        retryAfterS: undefined,
        redirects: ['sip:x@192.0.2.1:5060', 'sip:c@192.0.2.7', 'sip:b@192.0.2.8'],
      },
    });
  });

  it('says when to try again', () => {
    const busy = endOf(new Dialled().get(503, 'x', ['Retry-After: 120 (maintenance);duration=3600']));
    expect(busy).toMatchObject({ status: 503, retry: { retryAfterS: 120, redirects: [] } });
    const never = endOf(new Dialled().get(503, 'x', ['Retry-After: soon']));
    expect(never).toMatchObject({ retry: { retryAfterS: undefined } });
  });
});

describe('a challenge within the dialog', () => {
  it('is answered, and the ACK carries the credentials of the INVITE', () => {
    const dial = new Dialled({ credentials: { username: 'u', password: 'p' } });
    const challenge = 'Digest realm="carrier", nonce="n1", qop="auth", algorithm=SHA-256';
    const [, again] = sentOf(dial.get(407, 'x', [`Proxy-Authenticate: ${challenge}`]));
    if (again === undefined) throw new Error('no second INVITE');
    const [ack] = sentOf(dial.get(200, 'two', [SDP], again));
    expect(header(ack as never, 'proxy-authorization')).toContain('algorithm=SHA-256');
    const [bye] = sentOf(dial.core.hangUp('a1', { rejectStatus: 486, reason: '' }, 0));
    const [retry] = sentOf(dial.get(407, '', [`Proxy-Authenticate: ${challenge}`], bye as never)).filter(
      (m) => m.kind === 'request',
    );
    expect(header(retry as never, 'proxy-authorization')).toContain('nonce="n1"');
    expect(retry?.essentials.cseq.number).toBe((bye?.essentials.cseq.number ?? 0) + 1);
  });
});

describe('registrations of ours', () => {
  it('are kept apart by id, and take the interval of a 423', () => {
    const core = makeCore();
    const wanted = (id: string) => ({
      ...{ id, uri: 'sip:carrier', aor: `sip:${id}@carrier`, flow: PEER, instance: '' },
      ...{ credentials: { username: id, password: 'p' }, expiresS: 60 },
    });
    const [one] = sentOf(core.register(wanted('t1'), 0));
    const [two] = sentOf(core.register(wanted('t2'), 0));
    if (one === undefined || two === undefined) throw new Error('not sent');
    expect(one.essentials.callId).not.toBe(two.essentials.callId);
    const answer = (to: ReceivedMessage, status: number, more: readonly string[]): CoreEffect[] => {
      const copied = ['via', 'from', 'to', 'call-id', 'cseq'].map((n) => `${n}: ${header(to, n) ?? ''}`);
      return core.receive(bytesOf([`SIP/2.0 ${status} x`, ...copied, ...more, '', ''].join('\n')), PEER, 0);
    };
    const [longer] = sentOf(answer(one, 423, ['Min-Expires: 600']));
    expect(header(longer as never, 'expires')).toBe('600');
    const contacts = ['Contact: <sip:other@x>;expires=30, <sip:hotline@192.0.2.9:5060>;expires=580'];
    const done = answer(longer as never, 200, contacts);
    expect(eventsOf(done)).toEqual([{ type: 'registration', id: 't1', status: 200, expiresS: 580 }]);
    expect(done).toContainEqual({ type: 'start-timer', id: 'register-refresh|t1', delayMs: 290_000 });
    expect(eventsOf(answer(two, 503, []))).toEqual([{ type: 'registration', id: 't2', status: 503, expiresS: 0 }]);
  });
});
