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
import { makeCore, PEER } from './core-bench.ts';

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

describe('mutated messages', () => {
  it(`does not throw or grow in ${RUNS} messages`, () => {
    const core = makeCore();
    let nowMs = 0;
    let timers: { id: string; atMs: number }[] = [];
    let largest = 0;
    fc.assert(
      fc.property(fc.constantFrom(...SEEDS), fc.array(cut, { minLength: 1, maxLength: 6 }), (seed, cuts) => {
        nowMs += 20;
        const effects = core.receive(mutate(seed, cuts), PEER, nowMs);
        for (const effect of effects) {
          if (effect.type === 'start-timer') timers.push({ id: effect.id, atMs: nowMs + effect.delayMs });
          // Calls that got through are refused, so that only what ought to be forgotten is left.
          if (effect.type === 'event' && effect.event.type === 'incoming') {
            const refused = core.hangUp(effect.event.call, { rejectStatus: 486, reason: '' }, nowMs);
            for (const e of refused) if (e.type === 'start-timer') timers.push({ id: e.id, atMs: nowMs + e.delayMs });
          }
        }
        const due = timers.filter((t) => t.atMs <= nowMs);
        timers = timers.filter((t) => t.atMs > nowMs);
        for (const { id } of due) {
          for (const e of core.timerFired(id, nowMs))
            if (e.type === 'start-timer') timers.push({ id: e.id, atMs: nowMs + e.delayMs });
        }
        largest = Math.max(largest, core.sizes().transactions);
      }),
      { numRuns: RUNS, seed: 12_345 },
    );
    // 50 messages a second, kept 64*T1 at most.
    expect(largest).toBeLessThan(2_000);
    expect(core.sizes().calls).toBe(0);
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
