/** Session timers (RFC 4028), UPDATE (RFC 3311) and re-INVITE of our own, glare (RFC 3261 section 14.1). */
import { describe, expect, it } from '@jest/globals';
import { agreeAsServer, expireAfterMs } from '../../../../telephony/sip/core/session-timer.ts';
import type { SipMessage } from '../../../../telephony/sip/message/types.ts';
import { ANSWER, OFFER } from './core-bench.ts';
import {
  endOf,
  leftBehind,
  messagesOf,
  NORMAL,
  NOTHING,
  ringing,
  talking,
  valuesOf,
  type Pair,
} from './calls-bench.ts';

const RULES = { expiresS: 1_800, minSeS: 90 };
const NEW_OFFER = OFFER.replace('4000', '4002');

describe('what an INVITE agrees on', () => {
  const agree = (headers: Readonly<Record<string, string>>): unknown => {
    const message: SipMessage = {
      ...{ kind: 'request', method: 'INVITE', uri: 'sip:a@b', body: new Uint8Array() },
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    };
    const verdict = agreeAsServer(message, RULES);
    if (verdict.type === 'too-small') return `422 ${verdict.minSeS}`;
    const { session, headers: out } = verdict;
    return [
      session === undefined ? 'none' : `${session.intervalS} ${session.refresher}`,
      ...out.map((h) => `${h.name}: ${h.value}`),
    ];
  };

  it.each([
    ['nothing', {}, ['none']],
    ['support only', { supported: 'timer' }, ['1800 us', 'session-expires: 1800;refresher=uas']],
    [
      'a time',
      { supported: 'timer', 'session-expires': '600' },
      ['600 them', 'require: timer', 'session-expires: 600;refresher=uac'],
    ],
    [
      'a time, us to refresh',
      { supported: 'timer', 'session-expires': '600;refresher=uas' },
      ['600 us', 'session-expires: 600;refresher=uas'],
    ],
    [
      'too long',
      { supported: 'timer', 'session-expires': '9000;refresher=uas' },
      ['1800 us', 'session-expires: 1800;refresher=uas'],
    ],
    [
      'too long, but not less than Min-SE',
      { supported: 'timer', 'session-expires': '9000;refresher=uas', 'min-se': '3600' },
      ['3600 us', 'session-expires: 3600;refresher=uas'],
    ],
    ['too short', { supported: 'timer', 'session-expires': '60' }, '422 90'],
    ['a time put in by a proxy', { 'session-expires': '60' }, ['90 us', 'session-expires: 90;refresher=uas']],
    ['nonsense', { 'session-expires': 'soon' }, ['none']],
  ])('%s', (_name, headers, wanted) => {
    expect(agree(headers)).toEqual(wanted);
  });

  it('gives up 32 s before the end, or after two thirds of a short time', () => {
    expect([expireAfterMs(1_800), expireAfterMs(90)]).toEqual([1_768_000, 60_000]);
  });
});

const hour = (pair: Pair): void => {
  pair.net.advance(3_600_000);
};

describe('a session between two that know timers', () => {
  it('is refreshed with UPDATE at half time for as long as it lasts', () => {
    const pair = talking();
    hour(pair);
    const updates = messagesOf(pair.net, 'UPDATE');
    expect(updates.map((t) => [t.from, t.atMs])).toEqual([900, 1_800, 2_700, 3_600].map((s) => ['a', s * 1_000]));
    expect(valuesOf(pair.net, 'UPDATE', 'session-expires')[0]).toBe('1800;refresher=uac');
    expect(endOf(pair.net, 'a')).toBeUndefined();
    pair.net.do('a', (core, now) => core.hangUp('a1', NORMAL, now));
    pair.net.advance(70_000);
    expect(leftBehind(pair.net)).toEqual([NOTHING, NOTHING]);
  });

  it('is refreshed with the same offer again where UPDATE is not allowed', () => {
    const pair = ringing();
    // The far end says that it knows no UPDATE.
    pair.net.rewrite = (text, from) => (from === 'b' ? text.replace('UPDATE, ', '') : text);
    pair.net.do('b', (core, now) => core.answer(pair.b, ANSWER, now));
    pair.net.advance(900_000);
    const [reoffer] = pair.net.events('b', 'reoffer');
    expect(reoffer).toMatchObject({ offer: OFFER });
    const token = reoffer?.type === 'reoffer' ? reoffer.token : '';
    pair.net.do('b', (core, now) => core.answerReoffer(pair.b, token, ANSWER, now));
    expect(pair.net.events('a', 'reanswered')).toEqual([{ type: 'reanswered', call: 'a1', answer: ANSWER }]);
    expect(pair.net.log('a').slice(-2)).toEqual(['INVITE', 'ACK']);
  });

  it.each(['a', 'b'])('ends on both sides with BYE when %s goes silent', (silent) => {
    const { net } = talking();
    net.filter = (_m, from) => from !== silent;
    net.advance(1_900_000);
    const other = silent === 'a' ? 'b' : 'a';
    // The refresher learns it when its UPDATE is not answered, the other one when none comes.
    expect(endOf(net, other)).toMatchObject(other === 'a' ? { why: 'lost', status: 408 } : { why: 'expired' });
    expect(net.log(other)).toContain('BYE');
    net.advance(70_000);
  });

  it('asks again with the interval of a 422, at the start and within', () => {
    const { net, b } = ringing({
      a: { sessionTimers: RULES },
      b: { sessionTimers: { expiresS: 7_200, minSeS: 3_600 } },
    });
    expect(net.log('b').slice(0, 2)).toEqual(['422', '100']);
    expect(valuesOf(net, 'INVITE', 'session-expires')).toEqual(['1800', '3600']);
    expect(valuesOf(net, 'INVITE', 'min-se')).toEqual(['90', '3600']);
    expect(valuesOf(net, 'INVITE', 'cseq')).toEqual(['1 INVITE', '2 INVITE']);
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    net.advance(1_800_000);
    expect(valuesOf(net, 'UPDATE', 'session-expires')).toEqual(['3600;refresher=uac']);
    expect(endOf(net, 'a')).toBeUndefined();
  });

  it('has no timer when the far end says nothing of it', () => {
    const { net, b } = ringing();
    net.rewrite = (text) => text.replace(/Session-Expires:.*\r\n/, '').replace(/Require: timer\r\n/, '');
    net.do('b', (core, now) => core.answer(b, ANSWER, now));
    net.advance(1_700_000);
    expect(net.log('a')).not.toContain('UPDATE');
  });

  it('is over when the far end does not know it any more', () => {
    const lost = talking();
    lost.net.filter = (m, from) => !(from === 'b' && m.kind === 'request'); // The BYE does not arrive.
    lost.net.do('b', (core, now) => core.hangUp(lost.b, NORMAL, now));
    lost.net.advance(900_000);
    expect(endOf(lost.net, 'a')).toMatchObject({ by: 'remote', why: 'lost', status: 481 });
  });
});

describe('a new offer of ours', () => {
  it('is answered, with the number counted on and the target refreshed', () => {
    const { net, b } = talking();
    net.do('a', (core, now) => core.reoffer('a1', NEW_OFFER, now));
    const [reoffer] = net.events('b', 'reoffer');
    expect(reoffer).toMatchObject({ call: b, offer: NEW_OFFER });
    const token = reoffer?.type === 'reoffer' ? reoffer.token : '';
    net.do('b', (core, now) => core.answerReoffer(b, token, ANSWER, now));
    expect(net.events('a', 'reanswered')).toEqual([{ type: 'reanswered', call: 'a1', answer: ANSWER }]);
    expect(valuesOf(net, 'INVITE', 'cseq')).toEqual(['1 INVITE', '2 INVITE']);
    expect(messagesOf(net, 'ACK')).toHaveLength(2);
  });

  it('is refused, and the call goes on', () => {
    const { net, b } = talking();
    net.do('a', (core, now) => core.reoffer('a1', NEW_OFFER, now));
    const [reoffer] = net.events('b', 'reoffer');
    const token = reoffer?.type === 'reoffer' ? reoffer.token : '';
    net.do('b', (core, now) => core.rejectReoffer(b, token, 488, now));
    expect(net.events('a', 'reoffer-refused')).toEqual([{ type: 'reoffer-refused', call: 'a1', status: 488 }]);
    expect(endOf(net, 'a')).toBeUndefined();
  });

  it('that meets one of the other side is refused with 491 both ways and tried again, one after the other', () => {
    const { net, b } = talking();
    // Both are on their way before either arrives.
    net.together(
      ['a', (core, now) => core.reoffer('a1', NEW_OFFER, now)],
      ['b', (core, now) => core.reoffer(b, NEW_OFFER, now)],
    );
    expect(messagesOf(net, 491)).toHaveLength(2);
    expect(net.events('a', 'reoffer').concat(net.events('b', 'reoffer'))).toEqual([]);
    net.advance(2_050);
    // The side that does not own the Call-ID comes first: within 2 s.
    const [atA] = net.events('a', 'reoffer');
    expect(atA?.type).toBe('reoffer');
    net.do('a', (core, now) => core.answerReoffer('a1', atA?.type === 'reoffer' ? atA.token : '', ANSWER, now));
    net.advance(3_000);
    const [atB] = net.events('b', 'reoffer');
    expect(atB?.type).toBe('reoffer');
    const again =
      messagesOf(net, 'INVITE')
        .filter((t) => t.from === 'a')
        .at(-1)?.atMs ?? 0;
    expect(again).toBeGreaterThanOrEqual(2_100);
    expect(again).toBeLessThanOrEqual(4_000);
  });

  it('waits for an offer of the other side that is open', () => {
    const { net, b } = talking();
    net.do('a', (core, now) => core.reoffer('a1', NEW_OFFER, now));
    net.do('b', (core, now) => core.reoffer(b, NEW_OFFER, now));
    expect(messagesOf(net, 491)).toEqual([]);
    const [reoffer] = net.events('b', 'reoffer');
    net.do('b', (core, now) => core.answerReoffer(b, reoffer?.type === 'reoffer' ? reoffer.token : '', ANSWER, now));
    net.advance(1_500);
    expect(net.events('a', 'reoffer')).toHaveLength(1);
  });

  it('ends the call when the far end never answers it', () => {
    const { net } = talking();
    net.filter = (_m, from) => from !== 'b';
    net.do('a', (core, now) => core.reoffer('a1', NEW_OFFER, now));
    net.advance(33_000);
    expect(endOf(net, 'a')).toMatchObject({ by: 'remote', why: 'lost', status: 408 });
  });
});
