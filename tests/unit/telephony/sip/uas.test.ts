/** The answering side, message by message. */
import { describe, expect, it } from '@jest/globals';
import { header, headerLines } from '../../../../telephony/sip/message/headers.ts';
import { udpFlow, type CoreEffect, type Flow, type SipCoreOptions } from '../../../../telephony/sip/core/types.ts';
import type { SipCore } from '../../../../telephony/sip/core/sip-core.ts';
import { ANSWER, bytesOf, eventsOf, makeCore, OFFER, PEER, sentOf, statusesOf } from './core-bench.ts';

interface Line {
  readonly method: string;
  readonly uri?: string;
  readonly seq?: number;
  readonly branch?: string;
  readonly toTag?: string;
  readonly fromTag?: string;
  readonly callId?: string;
  readonly from?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly type?: string;
}

let branches = 0;

function request(line: Line): Uint8Array {
  const { method, uri = 'sip:12345@hotline.local', seq = 1, toTag, body = '' } = line;
  const type = line.type ?? (body === '' ? undefined : 'application/sdp');
  return bytesOf(
    [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=${line.branch ?? `z9hG4bKb${branches++}`};rport`,
      `From: ${line.from ?? '"Li" <sip:13800138000@192.0.2.1>'};tag=${line.fromTag ?? 'far'}`,
      `To: <sip:12345@hotline.local>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${line.callId ?? 'c1'}`,
      `CSeq: ${seq} ${method}`,
      'Contact: <sip:caller@192.0.2.1:5070>',
      ...(line.headers ?? []),
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${new TextEncoder().encode(body).length}`,
      '',
      body,
    ].join('\n'),
  );
}

const invite = (more: Partial<Line> = {}): Uint8Array => request({ method: 'INVITE', body: OFFER, ...more });

class Bench {
  readonly core: SipCore;
  nowMs = 0;
  constructor(options: Partial<SipCoreOptions> = {}) {
    this.core = makeCore(options);
  }
  get(bytes: Uint8Array, flow: Flow = PEER): CoreEffect[] {
    return this.core.receive(bytes, flow, this.nowMs);
  }
  /** An answered call; its handle and our tag. */
  answered(more: Partial<Line> = {}): { call: string; tag: string } {
    const [incoming] = eventsOf(this.get(invite(more)));
    const call = incoming?.type === 'incoming' ? incoming.call : '';
    const ok = sentOf(this.core.answer(call, ANSWER, this.nowMs))[0];
    const tag = ok?.essentials.toTag ?? '';
    this.get(request({ method: 'ACK', toTag: tag, ...more, body: '' }));
    return { call, tag };
  }
}

describe('screening', () => {
  it.each([
    ['unknown method', request({ method: 'PUBLISH' }), 405],
    ['REFER for nothing', request({ method: 'REFER' }), 403],
    ['foreign scheme', request({ method: 'OPTIONS', uri: 'urn:service:sos' }), 416],
    ['required extension', invite({ headers: ['Require: 100rel, precondition'] }), 420],
    ['a session too short', invite({ headers: ['Supported: timer', 'Session-Expires: 60'] }), 422],
    ['PRACK for nothing', request({ method: 'PRACK', toTag: 'x' }), 481],
    ['body that is not SDP', invite({ type: 'application/pidf+xml' }), 415],
    ['encoded body', invite({ headers: ['Content-Encoding: gzip'] }), 415],
    ['BYE for nothing', request({ method: 'BYE', toTag: 'x' }), 481],
    ['CANCEL for nothing', request({ method: 'CANCEL' }), 481],
    ['re-INVITE for nothing', invite({ toTag: 'x' }), 481],
    ['OPTIONS', request({ method: 'OPTIONS' }), 200],
    ['REGISTER without a password', request({ method: 'REGISTER' }), 401],
  ])('answers %s', (_name, bytes, status) => {
    expect(statusesOf(new Bench().get(bytes))).toEqual([status]);
  });

  it('names what it cannot do', () => {
    const bench = new Bench();
    const headers = ['Require: 100rel, precondition, resource-priority'];
    expect(header(sentOf(bench.get(invite({ headers })))[0] as never, 'unsupported')).toBe(
      'precondition, resource-priority',
    );
    const allow = header(sentOf(bench.get(request({ method: 'PUBLISH' })))[0] as never, 'allow');
    expect(allow).toContain('INVITE');
    expect(allow).not.toContain('PUBLISH');
  });

  it('says nothing to whom it does not admit', () => {
    const bench = new Bench({ admit: () => ({ type: 'drop', why: 'stranger' }) });
    const effects = bench.get(invite());
    expect(effects.filter((e) => e.type === 'send')).toEqual([]);
    expect(effects).toContainEqual({ type: 'count', name: 'dropped-strangers' });
  });

  it('challenges a stranger who calls, and refuses a wrong password', () => {
    const bench = new Bench({ admit: () => ({ type: 'serve', trusted: undefined }) });
    expect(statusesOf(bench.get(invite()))).toEqual([407]);
    const wrong =
      'Proxy-Authorization: Digest username="x", realm="hotline.local", nonce="n", uri="sip:12345@hotline.local", response="0", qop=auth, nc=00000001, cnonce="c"';
    expect(statusesOf(bench.get(invite({ seq: 2, headers: [wrong] })))).toEqual([403]);
  });

  it('answers where RFC 3581 says', () => {
    const bench = new Bench();
    const natted = udpFlow('203.0.113.5', 40_000);
    const [sent] = bench.get(request({ method: 'OPTIONS' }), natted).filter((e) => e.type === 'send');
    expect(sent?.type === 'send' && sent.flow).toEqual(natted);
    const via = headerLines(sentOf([sent as CoreEffect])[0] as never, 'via')[0];
    expect(via).toContain('received=203.0.113.5');
    expect(via).toContain('rport=40000');
    const plain = bytesOf(new TextDecoder().decode(request({ method: 'OPTIONS' })).replace(';rport', ''));
    const [other] = bench.get(plain, natted).filter((e) => e.type === 'send');
    expect(other?.type === 'send' && other.flow).toEqual(udpFlow('203.0.113.5', 5060));
  });

  it('answers a WebSocket ping', () => {
    const ws: Flow = { id: 'ws:1', transport: 'WS', address: '192.0.2.1', port: 1 };
    const [pong] = new Bench().get(bytesOf('\n\n'), ws).filter((e) => e.type === 'send');
    expect(pong?.type === 'send' && [...pong.bytes]).toEqual([13, 10]);
  });

  it('refuses an INVITE that came two ways', () => {
    const bench = new Bench();
    expect(statusesOf(bench.get(invite()))).toEqual([100]);
    expect(statusesOf(bench.get(invite()))).toEqual([482]);
  });

  it('cancels only the INVITE of the same branch', () => {
    const bench = new Bench();
    bench.get(invite({ branch: 'z9hG4bKone' }));
    expect(statusesOf(bench.get(request({ method: 'CANCEL', branch: 'z9hG4bKtwo' })))).toEqual([481]);
    const effects = bench.get(request({ method: 'CANCEL', branch: 'z9hG4bKone' }));
    expect(statusesOf(effects)).toEqual([200, 487]);
    expect(eventsOf(effects)).toMatchObject([{ type: 'ended', by: 'remote', why: 'cancelled', status: 487 }]);
  });

  it('refuses an INVITE without Contact', () => {
    const bytes = bytesOf(new TextDecoder().decode(invite()).replace(/Contact:.*\r\n/, ''));
    expect(statusesOf(new Bench().get(bytes))).toEqual([400]);
  });
});

describe('who calls', () => {
  const callerOf = (more: Partial<Line>, trusted: string | undefined = 'trunk'): unknown => {
    const [event] = eventsOf(new Bench({ admit: () => ({ type: 'serve', trusted }) }).get(invite(more)));
    return event?.type === 'incoming' ? [event.fromUser, event.fromDisplayName] : undefined;
  };
  it('is in From', () => {
    expect(callerOf({})).toEqual(['13800138000', 'Li']);
    expect(callerOf({ from: '<tel:+86-138-0013-8000>' })).toEqual(['+8613800138000', '']);
  });
  it('is what the trunk asserts', () => {
    const headers = ['P-Asserted-Identity: "x" <sip:+8602712345678@carrier.example>, <tel:+8602712345678>'];
    expect(callerOf({ headers })).toEqual(['+8602712345678', 'Li']);
  });
  it('is nobody when withheld', () => {
    expect(callerOf({ from: '"Anonymous" <sip:anonymous@anonymous.invalid>' })).toEqual(['', '']);
    const headers = ['P-Asserted-Identity: <sip:1@x>', 'Privacy: id;critical'];
    expect(callerOf({ headers })).toEqual(['', '']);
  });
});

describe('what comes beside the call', () => {
  it('is told: identity, diversions, X- headers', () => {
    const headers = [
      'Diversion: <sip:12319@c.example>;reason=user-busy',
      'X-Ticket: 7',
      'P-Asserted-Identity: <tel:1>',
    ];
    expect(eventsOf(new Bench().get(invite({ headers })))).toMatchObject([
      {
        callerIdentity: 'asserted',
        diversions: [{ user: '12319', reason: 'user-busy' }],
        headers: { 'x-ticket': '7' },
      },
    ]);
    expect(eventsOf(new Bench().get(invite()))).toMatchObject([
      { callerIdentity: 'claimed', diversions: [], headers: {} },
    ]);
    const withheld = eventsOf(new Bench().get(invite({ from: '<sip:anonymous@anonymous.invalid>' })));
    expect(withheld).toMatchObject([{ callerIdentity: 'withheld' }]);
  });
});

describe('in a dialog', () => {
  it('takes digits from INFO', () => {
    const bench = new Bench();
    const { call, tag } = bench.answered();
    const info = (seq: number, type: string, body: string): CoreEffect[] =>
      bench.get(request({ method: 'INFO', seq, toTag: tag, type, body }));
    const relay = info(2, 'application/dtmf-relay', 'Signal= 5\r\nDuration= 200\r\n');
    expect(statusesOf(relay)).toEqual([200]);
    expect(eventsOf(relay)).toEqual([{ type: 'digit', call, digit: '5', durationMs: 200 }]);
    expect(eventsOf(info(3, 'application/dtmf', '#'))).toMatchObject([{ digit: '#' }]);
    expect(eventsOf(info(4, 'application/dtmf-relay', 'Signal=11'))).toMatchObject([{ digit: '#' }]);
    expect(statusesOf(info(5, 'application/media_control+xml', '<x/>'))).toEqual([415]);
    expect(statusesOf(bench.get(request({ method: 'INFO', seq: 6, toTag: tag })))).toEqual([200]);
  });

  it('hands a new offer up and sends the answer, once per INVITE', () => {
    const bench = new Bench();
    const { call, tag } = bench.answered();
    const hold = OFFER.replace('8\r\n', '8\r\na=sendonly\r\n');
    const first = bench.get(invite({ seq: 2, toTag: tag, body: hold }));
    expect(statusesOf(first)).toEqual([100]);
    const [reoffer] = eventsOf(first);
    expect(reoffer).toMatchObject({ type: 'reoffer', call, offer: hold });
    // Another one meanwhile (section 14.2).
    const second = bench.get(invite({ seq: 3, toTag: tag }));
    expect(statusesOf(second)).toEqual([500]);
    expect(header(sentOf(second)[0] as never, 'retry-after')).toBeDefined();
    const token = reoffer?.type === 'reoffer' ? reoffer.token : '';
    expect(statusesOf(bench.core.answerReoffer(call, token, ANSWER, 0))).toEqual([200]);
    // Until our 200 is acknowledged a further one crosses it.
    expect(statusesOf(bench.get(invite({ seq: 4, toTag: tag })))).toEqual([491]);
    expect(eventsOf(bench.get(request({ method: 'ACK', seq: 2, toTag: tag })))).toMatchObject([
      { type: 'acknowledged' },
    ]);
    expect(statusesOf(bench.get(invite({ seq: 5, toTag: tag })))).toEqual([100]);
  });

  it('refuses a new offer that cannot be used', () => {
    const bench = new Bench();
    const { call, tag } = bench.answered();
    const [reoffer] = eventsOf(bench.get(invite({ seq: 2, toTag: tag })));
    const token = reoffer?.type === 'reoffer' ? reoffer.token : '';
    expect(statusesOf(bench.core.rejectReoffer(call, token, 488, 0))).toEqual([488]);
    expect(statusesOf(bench.get(request({ method: 'OPTIONS', seq: 3, toTag: tag })))).toEqual([200]);
  });

  it('answers UPDATE with and without an offer', () => {
    const bench = new Bench();
    const { call, tag } = bench.answered();
    expect(statusesOf(bench.get(request({ method: 'UPDATE', seq: 2, toTag: tag })))).toEqual([200]);
    const [reoffer] = eventsOf(bench.get(request({ method: 'UPDATE', seq: 3, toTag: tag, body: OFFER })));
    expect(reoffer?.type).toBe('reoffer');
    const token = reoffer?.type === 'reoffer' ? reoffer.token : '';
    expect(statusesOf(bench.core.answerReoffer(call, token, ANSWER, 0))).toEqual([200]);
  });

  it('refuses requests that do not count up', () => {
    const bench = new Bench();
    const { tag } = bench.answered({ seq: 10 });
    expect(statusesOf(bench.get(request({ method: 'INFO', seq: 9, toTag: tag })))).toEqual([500]);
  });

  it('ends with BYE, also before the answer', () => {
    const bench = new Bench();
    const { call, tag } = bench.answered();
    const bye = bench.get(request({ method: 'BYE', seq: 2, toTag: tag }));
    expect(statusesOf(bye)).toEqual([200]);
    expect(eventsOf(bye)).toEqual([{ type: 'ended', call, by: 'remote', why: 'bye', status: 0 }]);
    expect(statusesOf(bench.get(request({ method: 'BYE', seq: 3, toTag: tag })))).toEqual([481]);
    const [incoming] = eventsOf(bench.get(invite({ callId: 'c2' })));
    const early = incoming?.type === 'incoming' ? incoming.call : '';
    const ringing = sentOf(bench.core.ring(early, 0))[0];
    const effects = bench.get(request({ method: 'BYE', seq: 2, callId: 'c2', toTag: ringing?.essentials.toTag ?? '' }));
    expect(statusesOf(effects)).toEqual([200, 487]);
  });

  it('takes an answer in the ACK when the INVITE had no offer', () => {
    const bench = new Bench();
    const [incoming] = eventsOf(bench.get(request({ method: 'INVITE' })));
    expect(incoming).toMatchObject({ type: 'incoming', offer: undefined });
    const call = incoming?.type === 'incoming' ? incoming.call : '';
    const tag = sentOf(bench.core.answer(call, OFFER, 0))[0]?.essentials.toTag ?? '';
    const acked = eventsOf(bench.get(request({ method: 'ACK', toTag: tag, body: ANSWER })));
    expect(acked).toEqual([{ type: 'acknowledged', call, answer: ANSWER }]);
  });

  it('sends its BYE along the route set to the refreshed target', () => {
    const bench = new Bench();
    const routes = ['Record-Route: <sip:192.0.2.50;lr>', 'Record-Route: <sip:192.0.2.51:5080;lr>'];
    const { call } = bench.answered({ headers: routes });
    const [bye] = bench.core
      .hangUp(call, { rejectStatus: 486, reason: 'Q.850;cause=16' }, 0)
      .filter((e) => e.type === 'send');
    expect(bye?.type === 'send' && bye.flow).toEqual(udpFlow('192.0.2.50', 5060));
    const [message] = sentOf([bye as CoreEffect]);
    expect(message?.kind === 'request' && message.uri).toBe('sip:caller@192.0.2.1:5070');
    expect(headerLines(message as never, 'route')).toEqual(['<sip:192.0.2.50;lr>', '<sip:192.0.2.51:5080;lr>']);
    expect(header(message as never, 'reason')).toBe('Q.850;cause=16');
  });

  it('follows a strict router (RFC 2543)', () => {
    const bench = new Bench();
    const { call } = bench.answered({ headers: ['Record-Route: <sip:192.0.2.50>'] });
    const [message] = sentOf(bench.core.hangUp(call, { rejectStatus: 486, reason: '' }, 0));
    expect(message?.kind === 'request' && message.uri).toBe('sip:192.0.2.50');
    expect(headerLines(message as never, 'route')).toEqual(['<sip:caller@192.0.2.1:5070>']);
  });
});
