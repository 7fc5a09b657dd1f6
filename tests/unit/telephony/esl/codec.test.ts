import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeCommand, subscribeCommand } from '../../../../telephony/esl/codec/command.ts';
import { parseEvent, peekEventName } from '../../../../telephony/esl/codec/event.ts';
import { FrameReader } from '../../../../telephony/esl/codec/frame-reader.ts';

const frame = (body: string, extra = ''): Buffer =>
  Buffer.from(`Content-Type: text/event-json\n${extra}Content-Length: ${Buffer.byteLength(body)}\n\n${body}`);

describe('FrameReader', () => {
  it('reads frames with and without a body, and values that hold a colon', () => {
    const reader = new FrameReader();
    const [first, second, ...rest] = reader.push(
      Buffer.from(
        'Content-Type: command/reply\nReply-Text: -ERR a: b: c\n\nContent-Type: api/response\nContent-Length: 4\n\n+OK\n',
      ),
    );
    expect(first?.headers.get('reply-text')).toBe('-ERR a: b: c');
    expect(second?.body.toString()).toBe('+OK\n');
    expect(rest).toEqual([]);
  });

  it('takes 100,000 frames in one piece', () => {
    const one = frame('{"Event-Name":"DTMF"}');
    const reader = new FrameReader();
    const frames = reader.push(Buffer.concat(Array.from({ length: 100_000 }, () => one)));
    expect(frames).toHaveLength(100_000);
    expect(reader.fault).toBeUndefined();
  });

  it.each([
    ['header-too-long', Buffer.from('x'.repeat(200))],
    ['header-too-long', Buffer.from(`A: ${'x'.repeat(200)}\n\n`)],
    ['body-too-long', Buffer.from('Content-Length: 5000\n\n')],
    ['bad-length', Buffer.from('Content-Length: -1\n\n')],
    ['bad-length', Buffer.from('Content-Length: 99999999999999999999\n\n')],
  ])('stops with %s', (fault, bytes) => {
    const reader = new FrameReader({ headerBytes: 100, bodyBytes: 1_000 });
    expect(reader.push(bytes)).toEqual([]);
    expect(reader.fault).toBe(fault);
    expect(reader.push(frame('{}'))).toEqual([]);
  });

  it('never throws on garbage', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (pieces) => {
        const reader = new FrameReader({ headerBytes: 500, bodyBytes: 500 });
        for (const piece of pieces) for (const f of reader.push(Buffer.from(piece))) parseEvent(f.body);
        expect(reader).toBeDefined();
      }),
    );
  });
});

describe('events', () => {
  it('names CUSTOM events by subclass and joins lists', () => {
    const body = '{"Event-Name":"CUSTOM","Event-Subclass":"sofia::register","variable_DP_MATCH":["a","b"],"n":1}';
    const event = parseEvent(body);
    expect(event).toMatchObject({ name: 'sofia::register', fields: { variable_DP_MATCH: 'ARRAY::a|:b' } });
    expect(event?.fields['n']).toBeUndefined();
    expect(peekEventName(Buffer.from(body))).toBe('sofia::register');
  });

  it.each(['', '{', '[]', 'null', '{"a":1}', '"x"'])('does not take %j for an event', (body) => {
    expect(parseEvent(body)).toBeUndefined();
  });

  it('does not let a field name reach the prototype', () => {
    const event = parseEvent('{"Event-Name":"X","__proto__":"y"}');
    expect(event?.fields['Event-Name']).toBe('X');
    expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  });
});

describe('commands', () => {
  it('ends a command with an empty line', () => {
    expect(encodeCommand({ line: 'api status' })).toBe('api status\n\n');
    expect(encodeCommand({ line: 'sendmsg x', headers: [['call-command', 'execute']] })).toBe(
      'sendmsg x\ncall-command: execute\n\n',
    );
  });

  it('refuses a line break, which would begin another command', () => {
    expect(encodeCommand({ line: 'api uuid_kill x\n\napi shutdown' })).toBeUndefined();
    expect(encodeCommand({ line: 'sendmsg x', headers: [['a', 'b\r\nc: d']] })).toBeUndefined();
  });

  it('puts subclasses behind CUSTOM', () => {
    expect(subscribeCommand(['DTMF', 'sofia::register', 'CHANNEL_PARK', 'sofia::expire'])).toBe(
      'event json DTMF CHANNEL_PARK CUSTOM sofia::register sofia::expire',
    );
  });
});
