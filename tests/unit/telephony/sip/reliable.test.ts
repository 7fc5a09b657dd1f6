/** Reliable provisional answers (RFC 3262), both sides. */
import { describe, expect, it } from '@jest/globals';
import { ANSWER, bytesOf, eventsOf, makeCore, OFFER, PEER, sentOf, statusesOf } from './core-bench.ts';
import { header } from '../../../../telephony/sip/message/headers.ts';
import type { CoreEffect } from '../../../../telephony/sip/core/types.ts';
import { endOf, leftBehind, messagesOf, NORMAL, NOTHING, ringing, valuesOf } from './calls-bench.ts';

describe('early media to a caller that understands 100rel', () => {
  it('is acknowledged with PRACK, and the 200 follows', () => {
    const { net, b } = ringing();
    net.do('b', (core, now) => core.progress(b, ANSWER, now));
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    expect(net.log()).toEqual(['INVITE', '100', '183', 'PRACK', '200', '200', 'ACK']);
    const [rseq] = valuesOf(net, 183, 'rseq');
    expect(valuesOf(net, 183, 'require')).toEqual(['100rel']);
    expect(valuesOf(net, 'PRACK', 'rack')).toEqual([`${rseq ?? ''} 1 INVITE`]);
    expect(net.events('a', 'progress')).toEqual([{ type: 'progress', call: 'a1', status: 183, sdp: ANSWER }]);
    expect(net.events('a', 'accepted')).toMatchObject([{ answer: ANSWER }]);
    // The dialog counts on from the PRACK.
    net.do('a', (core, now) => core.hangUp('a1', NORMAL, now));
    expect(valuesOf(net, 'BYE', 'cseq')).toEqual(['3 BYE']);
    expect(endOf(net, 'b')).toMatchObject({ why: 'bye' });
    net.advance(70_000);
    expect(leftBehind(net)).toEqual([NOTHING, NOTHING]);
  });

  it('is repeated until the PRACK comes; each is one progress and one PRACK', () => {
    const { net, b } = ringing();
    let lost = 0;
    net.filter = (m) => !(m.kind === 'response' && m.status === 183 && lost++ < 3);
    net.do('b', (core, now) => core.progress(b, ANSWER, now));
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    // A 2xx would have to wait for the PRACK (section 3).
    expect(net.events('a', 'accepted')).toEqual([]);
    net.advance(10_000);
    expect(messagesOf(net, 183).map((t) => t.atMs)).toEqual([0, 500, 1_500, 3_500]);
    expect(messagesOf(net, 'PRACK')).toHaveLength(1);
    expect(net.events('a', 'accepted')).toMatchObject([{ status: 200 }]);
  });

  it('is not acknowledged twice when the 183 is repeated meanwhile', () => {
    const { net, b } = ringing();
    let lost = 0;
    net.filter = (m) => !(m.kind === 'request' && m.method === 'PRACK' && lost++ < 1);
    net.do('b', (core, now) => core.progress(b, ANSWER, now));
    net.advance(2_000);
    expect(new Set(valuesOf(net, 'PRACK', 'cseq'))).toEqual(new Set(['2 PRACK']));
    expect(net.events('a', 'progress')).toHaveLength(1);
  });

  it('ends the call with 504 when no PRACK ever comes', () => {
    const { net, b } = ringing();
    net.filter = (m) => !(m.kind === 'request' && m.method === 'PRACK');
    net.do('b', (core, now) => core.progress(b, ANSWER, now));
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    net.advance(32_000);
    expect(endOf(net, 'b')).toMatchObject({ by: 'remote', why: 'no-ack', status: 504 });
    expect(endOf(net, 'a')).toMatchObject({ why: 'rejected', status: 504 });
    net.advance(70_000);
    expect(leftBehind(net)).toEqual([NOTHING, NOTHING]);
  });

  it('may be cancelled while the PRACK is awaited', () => {
    const { net, b } = ringing();
    net.filter = (m) => !(m.kind === 'request' && m.method === 'PRACK');
    net.do('b', (core, now) => core.progress(b, ANSWER, now));
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    net.do('a', (core, now) => core.hangUp('a1', NORMAL, now));
    expect(endOf(net, 'b')).toMatchObject({ why: 'cancelled' });
    expect(net.events('a', 'accepted')).toEqual([]);
  });
});

describe('message by message', () => {
  let branches = 0;
  const request = (method: string, seq: number, more: readonly string[], toTag = '', body = ''): Uint8Array =>
    bytesOf(
      [
        `${method} sip:12345@hotline.local SIP/2.0`,
        `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKp${branches++}`,
        'From: <sip:1@192.0.2.1>;tag=far',
        `To: <sip:12345@hotline.local>${toTag === '' ? '' : `;tag=${toTag}`}`,
        'Call-ID: prack',
        `CSeq: ${seq} ${method}`,
        'Contact: <sip:1@192.0.2.1>',
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
        ...more,
        '',
        body,
      ].join('\n'),
    );
  const called = (more: readonly string[]): { core: ReturnType<typeof makeCore>; call: string } => {
    const core = makeCore();
    const [incoming] = eventsOf(core.receive(request('INVITE', 1, more, '', OFFER), PEER, 0));
    return { core, call: incoming?.type === 'incoming' ? incoming.call : '' };
  };
  const rseqOf = (effects: readonly CoreEffect[]): string => header(sentOf(effects)[0] as never, 'rseq') ?? '';
  const tagOf = (effects: readonly CoreEffect[]): string => sentOf(effects)[0]?.essentials.toTag ?? '';

  it.each([
    ['required', ['Require: 100rel'], true, true],
    ['supported', ['Supported: 100rel'], false, true],
    ['unknown to the caller', [], false, false],
  ])('100rel %s', (_name, headers, reliable180, reliable183) => {
    const first = called(headers);
    expect(rseqOf(first.core.ring(first.call, 0)) !== '').toBe(reliable180);
    const second = called(headers);
    expect(rseqOf(second.core.progress(second.call, ANSWER, 0)) !== '').toBe(reliable183);
  });

  it('refuses a PRACK for nothing and one that does not fit with 481', () => {
    const { core, call } = called(['Require: 100rel']);
    const ring = core.ring(call, 0);
    const rseq = rseqOf(ring);
    const prack = (seq: number, rack: string): number[] =>
      statusesOf(core.receive(request('PRACK', seq, [`RAck: ${rack}`], tagOf(ring)), PEER, 0));
    expect(prack(2, `${Number(rseq) + 1} 1 INVITE`)).toEqual([481]);
    expect(prack(3, `${rseq} 2 INVITE`)).toEqual([481]);
    expect(prack(4, 'nonsense')).toEqual([481]);
    expect(prack(5, `${rseq} 1 INVITE`)).toEqual([200]);
    expect(prack(6, `${rseq} 1 INVITE`)).toEqual([481]);
    expect(statusesOf(core.receive(request('PRACK', 7, ['RAck: 1 1 INVITE'], 'unknown'), PEER, 0))).toEqual([481]);
  });

  it('sends one at a time, numbered up', () => {
    const { core, call } = called(['Require: 100rel']);
    const ring = core.ring(call, 0);
    expect(statusesOf(core.progress(call, ANSWER, 0))).toEqual([]);
    const next = core.receive(request('PRACK', 2, [`RAck: ${rseqOf(ring)} 1 INVITE`], tagOf(ring)), PEER, 0);
    expect(statusesOf(next)).toEqual([200, 183]);
    expect(header(sentOf(next)[1] as never, 'rseq')).toBe(String(Number(rseqOf(ring)) + 1));
  });

  it('hands an offer in a PRACK up and answers it in its 200', () => {
    const { core, call } = called(['Require: 100rel']);
    const early = core.progress(call, ANSWER, 0);
    const rack = [`RAck: ${rseqOf(early)} 1 INVITE`];
    const [reoffer] = eventsOf(core.receive(request('PRACK', 2, rack, tagOf(early), OFFER), PEER, 0));
    expect(reoffer).toMatchObject({ type: 'reoffer', call, offer: OFFER });
    const token = reoffer?.type === 'reoffer' ? reoffer.token : '';
    expect(statusesOf(core.answerReoffer(call, token, ANSWER, 0))).toEqual([200]);
    expect(statusesOf(core.answer(call, ANSWER, 0))).toEqual([200]);
  });
});
