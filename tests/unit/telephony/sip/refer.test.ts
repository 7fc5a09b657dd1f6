/** REFER from a phone (RFC 3515, RFC 3891, RFC 4488) and INVITE with Replaces, message by message. */
import { describe, expect, it } from '@jest/globals';
import type { SipCore } from '../../../../telephony/sip/core/sip-core.ts';
import type { CoreEffect } from '../../../../telephony/sip/core/types.ts';
import { header } from '../../../../telephony/sip/message/headers.ts';
import { bodyText } from '../../../../telephony/sip/message/types.ts';
import { ANSWER, bytesOf, eventsOf, makeCore, OFFER, PEER, sentOf, statusesOf } from './core-bench.ts';

let branches = 0;

interface Line {
  readonly method: string;
  readonly callId?: string;
  readonly seq?: number;
  readonly toTag?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

function request({ method, callId = 'c1', seq = 1, toTag, headers = [], body = '' }: Line): Uint8Array {
  return bytesOf(
    [
      `${method} sip:12345@hotline.local SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKr${branches++}`,
      'From: <sip:agent@192.0.2.1>;tag=phone',
      `To: <sip:12345@hotline.local>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${seq} ${method}`,
      'Contact: <sip:agent@192.0.2.1:5060>',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ...headers,
      '',
      body,
    ].join('\n'),
  );
}

class Bench {
  readonly core: SipCore = makeCore();
  get(line: Line): CoreEffect[] {
    return this.core.receive(request(line), PEER, 0);
  }
  called(callId = 'c1'): { call: string; tag: string } {
    const [incoming] = eventsOf(this.get({ method: 'INVITE', callId, body: OFFER }));
    const call = incoming?.type === 'incoming' ? incoming.call : '';
    const tag = sentOf(this.core.answer(call, ANSWER, 0))[0]?.essentials.toTag ?? '';
    this.get({ method: 'ACK', callId, toTag: tag });
    return { call, tag };
  }
}

/** `REFER`'s NOTIFYs: state and what the fragment says. */
const notified = (effects: readonly CoreEffect[]): string[] =>
  sentOf(effects).flatMap((m) =>
    m.kind === 'request' && m.method === 'NOTIFY'
      ? [`${header(m, 'event') ?? ''} ${header(m, 'subscription-state')?.split(';')[0] ?? ''} ${bodyText(m).trim()}`]
      : [],
  );

describe('REFER within a call', () => {
  it('is accepted, told, and its outcome notified', () => {
    const bench = new Bench();
    const { call, tag } = bench.called();
    const effects = bench.get({ method: 'REFER', seq: 2, toTag: tag, headers: ['Refer-To: <sip:8002@hotline.local>'] });
    expect(statusesOf(effects)).toEqual([202]);
    expect(notified(effects)).toEqual(['refer;id=2 active SIP/2.0 100 Trying']);
    expect(eventsOf(effects)).toEqual([
      { type: 'refer', call, uri: 'sip:8002@hotline.local', toUser: '8002', replaces: undefined },
    ]);
    expect(notified(bench.core.referOutcome(call, 486, 0))).toEqual(['refer;id=2 terminated SIP/2.0 486 Busy Here']);
    expect(bench.core.referOutcome(call, 200, 0)).toEqual([]);
  });

  it('succeeds when we hang the call up: NOTIFY 200, then BYE', () => {
    const bench = new Bench();
    const { call, tag } = bench.called();
    bench.get({ method: 'REFER', seq: 2, toTag: tag, headers: ['r: tel:12319'] });
    const effects = bench.core.hangUp(call, { rejectStatus: 486, reason: '' }, 0);
    expect(notified(effects)).toEqual(['refer;id=2 terminated SIP/2.0 200 OK']);
    expect(sentOf(effects).map((m) => (m.kind === 'request' ? m.method : m.status))).toEqual(['NOTIFY', 'BYE']);
  });

  it('may be followed by another once its outcome is told', () => {
    const bench = new Bench();
    const { call, tag } = bench.called();
    bench.get({ method: 'REFER', seq: 2, toTag: tag, headers: ['Refer-To: <sip:8002@x>'] });
    expect(notified(bench.core.referOutcome(call, 180, 0))).toEqual(['refer;id=2 active SIP/2.0 180 Ringing']);
    expect(notified(bench.core.referOutcome(call, 200, 0))).toEqual(['refer;id=2 terminated SIP/2.0 200 OK']);
    expect(statusesOf(bench.get({ method: 'REFER', seq: 3, toTag: tag, headers: ['Refer-To: <sip:1@x>'] }))).toEqual([
      202,
    ]);
  });

  it('fails by itself when nobody does anything about it', () => {
    const bench = new Bench();
    const { call, tag } = bench.called();
    bench.get({ method: 'REFER', seq: 2, toTag: tag, headers: ['Refer-To: <sip:8002@x>'] });
    expect(notified(bench.core.timerFired(`call|${call}|refer`, 10_000))).toEqual([
      'refer;id=2 terminated SIP/2.0 603 Decline',
    ]);
  });

  it.each([
    ['no target', [], 400],
    ['two targets', ['Refer-To: <sip:1@x>', 'Refer-To: <sip:2@x>'], 400],
    ['a target that cannot be called', ['Refer-To: <http://x/>'], 400],
    ['a target of another method', ['Refer-To: <sip:1@x;method=BYE>'], 400],
    ['a broken Replaces', ['Refer-To: <sip:1@x?Replaces=%E0%A4%A>'], 400],
    ['a Replaces without tags', ['Refer-To: <sip:1@x?Replaces=abc>'], 400],
  ])('with %s is refused', (_name, headers, status) => {
    const bench = new Bench();
    const { tag } = bench.called();
    const effects = bench.get({ method: 'REFER', seq: 2, toTag: tag, headers });
    expect([statusesOf(effects), eventsOf(effects)]).toEqual([[status], []]);
  });

  it('is refused outside a call, before the answer, and while one is open', () => {
    const bench = new Bench();
    const headers = ['Refer-To: <sip:1@x>'];
    expect(statusesOf(bench.get({ method: 'REFER', callId: 'none', headers }))).toEqual([403]);
    const [incoming] = eventsOf(bench.get({ method: 'INVITE', callId: 'early', body: OFFER }));
    const early = incoming?.type === 'incoming' ? incoming.call : '';
    const toTag = sentOf(bench.core.ring(early, 0))[0]?.essentials.toTag ?? '';
    expect(statusesOf(bench.get({ method: 'REFER', callId: 'early', seq: 2, toTag, headers }))).toEqual([481]);
    const { tag } = bench.called();
    expect(statusesOf(bench.get({ method: 'REFER', seq: 2, toTag: tag, headers }))).toEqual([202]);
    expect(statusesOf(bench.get({ method: 'REFER', seq: 3, toTag: tag, headers }))).toEqual([491]);
  });

  it('sends no NOTIFY to whom wants none (RFC 4488)', () => {
    const bench = new Bench();
    const { tag } = bench.called();
    const headers = ['Refer-To: <sip:1@x>', 'Refer-Sub: false'];
    const effects = bench.get({ method: 'REFER', seq: 2, toTag: tag, headers });
    expect(notified(effects)).toEqual([]);
    expect(header(sentOf(effects)[0] as never, 'refer-sub')).toBe('false');
  });

  it.each([
    ['as the RFC says', (tag: string) => `c2%3Bto-tag%3D${tag}%3Bfrom-tag%3Dphone`],
    ['the wrong way round', (tag: string) => `c2%3Bfrom-tag%3D${tag}%3Bto-tag%3Dphone`],
  ])('with Replaces names our other call, tags %s', (_name, replaces) => {
    const bench = new Bench();
    const { call, tag } = bench.called();
    const other = bench.called('c2');
    const headers = [`Refer-To: <sip:8002@x?Replaces=${replaces(other.tag)}>`];
    const effects = bench.get({ method: 'REFER', seq: 2, toTag: tag, headers });
    expect(eventsOf(effects)).toEqual([
      { type: 'refer', call, uri: 'sip:8002@x', toUser: '8002', replaces: other.call },
    ]);
  });

  it('with Replaces of a call that is not ours fails with 481', () => {
    const bench = new Bench();
    const { tag } = bench.called();
    const headers = ['Refer-To: <sip:8002@x?Replaces=zz%3Bto-tag%3Da%3Bfrom-tag%3Db>'];
    const effects = bench.get({ method: 'REFER', seq: 2, toTag: tag, headers });
    expect(eventsOf(effects)).toEqual([]);
    expect(notified(effects).at(-1)).toBe('refer;id=2 terminated SIP/2.0 481 Call/Transaction Does Not Exist');
  });
});

describe('INVITE with Replaces', () => {
  const invite = (bench: Bench, headers: readonly string[]): CoreEffect[] =>
    bench.get({ method: 'INVITE', callId: 'new', body: OFFER, headers });

  it('tells which call it replaces', () => {
    const bench = new Bench();
    const { call, tag } = bench.called();
    const effects = invite(bench, ['Require: replaces', `Replaces: c1;to-tag=${tag};from-tag=phone`]);
    expect(eventsOf(effects)).toMatchObject([{ type: 'incoming', replaces: call }]);
  });

  it('is refused as RFC 3891 section 3 says', () => {
    const bench = new Bench();
    const { call, tag } = bench.called();
    const known = `Replaces: c1;to-tag=${tag};from-tag=phone`;
    expect(statusesOf(invite(bench, ['Replaces: c9;to-tag=a;from-tag=b']))).toEqual([481]);
    expect(statusesOf(invite(bench, [`${known};early-only`]))).toEqual([486]);
    expect(statusesOf(invite(bench, [known, known]))).toEqual([400]);
    expect(statusesOf(invite(bench, ['Replaces: c1']))).toEqual([400]);
    bench.core.hangUp(call, { rejectStatus: 486, reason: '' }, 0);
    expect(statusesOf(invite(bench, [known]))).toEqual([481]);
  });
});
