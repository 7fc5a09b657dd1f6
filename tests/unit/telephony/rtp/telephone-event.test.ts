import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DigitReceiver,
  digitPayloads,
  eventOfDigit,
  parseTelephoneEvent,
} from '../../../../telephony/rtp/telephone-event.ts';

describe('telephone events', () => {
  test('what we send is one digit to the receiver, with its length', () => {
    const receiver = new DigitReceiver();
    const digits = digitPayloads(eventOfDigit('#') ?? 0, 100).flatMap((payload, i) =>
      receiver.push({ rtpTs: 4000, payload }, i * 20),
    );
    expect(digits).toEqual([{ digit: '#', durationMs: 100 }]);
    expect(receiver.advance(10_000)).toEqual([]);
  });

  test('every packet lost but one still gives the digit, once', () => {
    const receiver = new DigitReceiver();
    const update = digitPayloads(5, 160)[3] ?? new Uint8Array();
    expect(receiver.push({ rtpTs: 1, payload: update }, 0)).toEqual([]);
    expect(receiver.advance(100)).toEqual([]);
    expect(receiver.advance(250)).toEqual([{ digit: '5', durationMs: 80 }]);
    expect(receiver.push({ rtpTs: 1, payload: update }, 260)).toEqual([]);
  });

  test('the same digit twice has two timestamps', () => {
    const receiver = new DigitReceiver();
    const all = [100, 2000].flatMap((rtpTs) =>
      digitPayloads(1, 60).flatMap((payload) => receiver.push({ rtpTs, payload }, 0)),
    );
    expect(all.map((one) => one.digit)).toEqual(['1', '1']);
  });

  test('a new digit closes one whose end was lost', () => {
    const receiver = new DigitReceiver();
    receiver.push({ rtpTs: 1, payload: Uint8Array.of(2, 10, 0, 160) }, 0);
    expect(receiver.push({ rtpTs: 900, payload: Uint8Array.of(3, 10, 0, 160) }, 50)).toEqual([
      { digit: '2', durationMs: 20 },
    ]);
  });

  test('packets in any order and number give each digit at most once', () => {
    const stream = [10, 20, 30].flatMap((rtpTs, event) =>
      digitPayloads(event, 80).map((payload) => ({ rtpTs, payload })),
    );
    fc.assert(
      fc.property(fc.subarray(stream), (heard) => {
        const receiver = new DigitReceiver();
        const digits = [...heard.flatMap((packet, i) => receiver.push(packet, i * 20)), ...receiver.advance(60_000)];
        expect(digits.map((one) => one.digit)).toEqual([...new Set(heard.map((one) => String(one.payload[0])))]);
      }),
    );
  });

  test('garbage is no digit', () => {
    expect(parseTelephoneEvent(Uint8Array.of(1, 2, 3))).toBeUndefined();
    expect(new DigitReceiver().push({ rtpTs: 1, payload: Uint8Array.of(77, 0x80, 0, 1) }, 0)).toEqual([]);
    expect(eventOfDigit('x')).toBeUndefined();
    expect(eventOfDigit('')).toBeUndefined();
  });
});
