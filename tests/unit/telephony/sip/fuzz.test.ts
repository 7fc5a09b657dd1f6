/** Mutated messages: no exception, no growth, typed faults only. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessage } from '../../../../telephony/sip/message/parse.ts';
import { parseNameAddr } from '../../../../telephony/sip/message/name-addr.ts';
import { parseUri } from '../../../../telephony/sip/message/uri.ts';
import { parseVia } from '../../../../telephony/sip/message/via.ts';
import { splitOutside } from '../../../../telephony/sip/message/tokens.ts';
import type { SipCore } from '../../../../telephony/sip/core/sip-core.ts';
import type { CoreEffect } from '../../../../telephony/sip/core/types.ts';
import { StreamFramer } from '../../../../telephony/sip/message/stream-framer.ts';
import { ANSWER, bytesOf, makeCore, OFFER, PEER, sentOf } from './core-bench.ts';

const DIR = join(import.meta.dirname, '../../../golden/sip');
const SEEDS = readdirSync(DIR).map((f) => new Uint8Array(readFileSync(join(DIR, f))));
const RUNS = process.env['HOTLINE_TEST_LONG'] === '1' ? 1_000_000 : 20_000;

type Cut = readonly [kind: 'flip' | 'delete' | 'insert' | 'copy', at: number, length: number, byte: number];
const cut = fc.tuple(
  fc.constantFrom('flip' as const, 'delete' as const, 'insert' as const, 'copy' as const),
  fc.nat(2_000),
  fc.integer({ min: 1, max: 40 }),
  fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('\r\n\0";,<>:@ =%()'))),
);

function mutate(seed: Uint8Array, cuts: readonly Cut[]): Uint8Array {
  let bytes = [...seed];
  for (const [kind, place, length, byte] of cuts) {
    const at = bytes.length === 0 ? 0 : place % bytes.length;
    if (kind === 'flip') bytes[at] = byte;
    else if (kind === 'delete') bytes.splice(at, length);
    else if (kind === 'insert') bytes.splice(at, 0, ...new Array<number>(length).fill(byte));
    else bytes = [...bytes.slice(0, at), ...bytes.slice(Math.max(0, at - length * 8))];
  }
  return Uint8Array.from(bytes);
}

/** A core that takes what comes, with calls in every state, on a clock that never stops. */
class Victim {
  readonly core: SipCore = makeCore({ registration: { minExpiresS: 60, defaultExpiresS: 300, maxExpiresS: 3_600 } });
  nowMs = 0;
  largest = 0;
  /** Events that were told: how deep the messages got. */
  readonly seen = new Set<string>();
  readonly #timers = new Map<string, number>();
  #calls = 0;
  /** Calls that stand, oldest first. */
  readonly #open: { readonly call: string; readonly callId: string; readonly tag: string }[] = [];
  #callId = '';

  /** Performs effects; new calls are refused, rung, opened early or answered by turns. */
  take(effects: readonly CoreEffect[], callId: string): void {
    for (const effect of effects) {
      if (effect.type === 'event') this.seen.add(effect.event.type);
      if (effect.type === 'start-timer') this.#timers.set(effect.id, this.nowMs + effect.delayMs);
      else if (effect.type === 'stop-timer') this.#timers.delete(effect.id);
      else if (effect.type === 'event' && effect.event.type === 'incoming') this.#incoming(effect.event.call, callId);
      else if (effect.type === 'event' && effect.event.type === 'reoffer') {
        const { call, token } = effect.event;
        this.take(this.core.answerReoffer(call, token, ANSWER, this.nowMs), callId);
      }
    }
  }

  #incoming(call: string, callId: string): void {
    const turn = this.#calls++ % 4;
    if (turn === 0) {
      this.take(this.core.hangUp(call, { rejectStatus: 486, reason: '' }, this.nowMs), callId);
      return;
    }
    const effects =
      turn === 1
        ? this.core.ring(call, this.nowMs)
        : turn === 2
          ? this.core.progress(call, ANSWER, this.nowMs)
          : this.core.answer(call, ANSWER, this.nowMs);
    const tag = sentOf(effects)[0]?.essentials.toTag ?? '';
    this.take(effects, callId);
    this.#open.push({ call, callId, tag });
    const oldest = this.#open.length > 20 ? this.#open.shift() : undefined;
    if (oldest !== undefined) this.hangUp(oldest.call);
  }

  hangUp(call: string): void {
    this.take(this.core.hangUp(call, { rejectStatus: 486, reason: '' }, this.nowMs), this.#callId);
  }

  /** A request within one of the calls, or a new INVITE, by turns. */
  message(n: number): Uint8Array {
    const at = this.#open[n % Math.max(1, this.#open.length)];
    const method = METHODS[n % METHODS.length] ?? 'INVITE';
    const isNew = at === undefined || method === 'new';
    this.#callId = isNew ? `fuzz${n}` : at.callId;
    return bytesOf(
      [
        `${isNew ? 'INVITE' : method} sip:12345@hotline.local SIP/2.0`,
        `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKf${n};rport`,
        'From: "Li" <sip:1@192.0.2.1>;tag=far',
        `To: <sip:12345@hotline.local>${isNew ? '' : `;tag=${at.tag}`}`,
        `Call-ID: ${this.#callId}`,
        `CSeq: ${isNew ? 1 : method === 'ACK' ? 1 : n + 2} ${isNew ? 'INVITE' : method}`,
        'Contact: <sip:1@192.0.2.1:5060>',
        'Supported: 100rel, timer, replaces',
        'Session-Expires: 90;refresher=uas',
        'RAck: 1 1 INVITE',
        `Refer-To: <sip:8002@x${n % 24 < 12 ? '' : '?Replaces=fuzz1%3Bto-tag%3Da%3Bfrom-tag%3Db'}>`,
        'Content-Type: application/sdp',
        `Content-Length: ${OFFER.length}`,
        '',
        OFFER,
      ].join('\n'),
    );
  }

  feed(bytes: Uint8Array): void {
    this.take(this.core.receive(bytes, PEER, this.nowMs), this.#callId);
    this.largest = Math.max(this.largest, this.core.sizes().transactions);
  }

  /** Lets time pass; timers fire in order. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      let next: readonly [string, number] | undefined;
      for (const timer of this.#timers) if (next === undefined || timer[1] < next[1]) next = timer;
      if (next === undefined || next[1] > endMs) break;
      this.nowMs = Math.max(this.nowMs, next[1]);
      this.#timers.delete(next[0]);
      this.take(this.core.timerFired(next[0], this.nowMs), this.#callId);
    }
    this.nowMs = endMs;
  }

  end(): void {
    for (const { call } of this.#open.splice(0)) this.hangUp(call);
    this.advance(400_000);
  }
}

const METHODS = ['new', 'ACK', 'PRACK', 'UPDATE', 'INFO', 'REFER', 'INVITE', 'new', 'ACK', 'OPTIONS', 'BYE', 'CANCEL'];

describe('mutated messages', () => {
  it(`does not throw or grow in ${RUNS} messages, and leaves nothing behind`, () => {
    const victim = new Victim();
    let n = 0;
    fc.assert(
      fc.property(
        fc.option(fc.constantFrom(...SEEDS)),
        fc.array(cut, { minLength: 0, maxLength: 6 }),
        (golden, cuts) => {
          n += 1;
          victim.feed(mutate(golden ?? victim.message(n), cuts));
          if (n % 10 === 0) victim.advance(200);
        },
      ),
      { numRuns: RUNS, seed: 12_345 },
    );
    // 50 messages a second, kept 64*T1 at most.
    expect(victim.largest).toBeLessThan(2_500);
    expect([...victim.seen].sort()).toEqual(['acknowledged', 'ended', 'incoming', 'refer', 'reoffer']);
    victim.end();
    expect(victim.core.sizes()).toEqual({ transactions: 0, calls: 0, bindings: 0, timers: 0 });
  });

  it(`cuts ${RUNS / 10} mutated streams without harm, the same in pieces`, () => {
    const cuts = fc.array(cut, { maxLength: 4 });
    const pieces = fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...SEEDS), { minLength: 1, maxLength: 4 }),
        cuts,
        pieces,
        (seeds, c, sizes) => {
          const bytes = mutate(Uint8Array.from(seeds.flatMap((seed) => [...seed])), c);
          const whole = new StreamFramer().push(bytes);
          const framer = new StreamFramer();
          const messages: Uint8Array[] = [];
          let at = 0;
          for (const size of [...sizes, bytes.length]) {
            messages.push(...framer.push(bytes.subarray(at, Math.min(at + size, bytes.length))).messages);
            at = Math.min(at + size, bytes.length);
          }
          expect(messages.map((m) => Buffer.from(m).toString('latin1'))).toEqual(
            whole.messages.map((m) => Buffer.from(m).toString('latin1')),
          );
          expect(framer.push(new Uint8Array()).broken).toBe(whole.broken);
        },
      ),
      { numRuns: RUNS / 10, seed: 54_321 },
    );
  });

  it('reads any text as header values without harm', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
        parseNameAddr(text);
        parseUri(text);
        parseVia(text);
        expect(splitOutside(text, ',').join('').length).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads long hostile values in linear time', () => {
    const evil = [
      `"${'\\'.repeat(60_000)}`,
      '<'.repeat(60_000),
      `Via: SIP/2.0/UDP ${' '.repeat(8_000)}x`,
      `${'a'.repeat(60_000)}@`,
      ';'.repeat(60_000),
    ];
    const startMs = performance.now();
    for (const text of evil) {
      parseNameAddr(text);
      parseVia(text);
      parseUri(`sip:${text}`);
      parseMessage(new TextEncoder().encode(`INVITE sip:a@b SIP/2.0\r\nFrom: ${text}\r\n\r\n`));
    }
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});
