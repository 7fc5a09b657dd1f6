/** One row per timer of RFC 3261 table 4 and RFC 6026: what it waits over UDP and over TCP, and how it goes on. */
import { describe, expect, it } from '@jest/globals';
import { startInviteClient, stepInviteClient } from '../../../../telephony/sip/transactions/invite-client.ts';
import { startInviteServer, stepInviteServer } from '../../../../telephony/sip/transactions/invite-server.ts';
import { startNonInviteClient, stepNonInviteClient } from '../../../../telephony/sip/transactions/non-invite-client.ts';
import { startNonInviteServer, stepNonInviteServer } from '../../../../telephony/sip/transactions/non-invite-server.ts';
import { timerNames, type TimerName } from '../../../../telephony/sip/transactions/timers.ts';
import type { Step } from '../../../../telephony/sip/transactions/types.ts';

const B = Uint8Array.of(1);

/** A machine of any kind, fed by name. */
interface Machine {
  feed(input: object): void;
  readonly state: string;
  /** Delays with which the timer was started so far. */
  delays(timer: TimerName): number[];
}

function machine<S extends { readonly name: string }>(
  first: Step<S>,
  step: (state: S, input: never, reliable: boolean) => Step<S>,
  reliable: boolean,
): Machine {
  let { state } = first;
  const effects = [...first.effects];
  return {
    feed: (input) => {
      const next = step(state, input as never, reliable);
      state = next.state;
      effects.push(...next.effects);
    },
    get state() {
      return state.name;
    },
    delays: (timer) => effects.flatMap((e) => (e.type === 'start-timer' && e.timer === timer ? [e.delayMs] : [])),
  };
}

const kinds = {
  'INVITE client': (r: boolean) => machine(startInviteClient(B, r), stepInviteClient, r),
  'INVITE server': (r: boolean) => machine(startInviteServer(), stepInviteServer, r),
  'non-INVITE client': (r: boolean) => machine(startNonInviteClient(B, r), stepNonInviteClient, r),
  'non-INVITE server': (r: boolean) => machine(startNonInviteServer(), stepNonInviteServer, r),
};
const response = (status: number): object => ({ type: 'response', status, ack: B });
const respond = (status: number): object => ({ type: 'respond', status, bytes: B });

interface Row {
  readonly kind: keyof typeof kinds;
  /** What brings the machine to where the timer runs. */
  readonly before: readonly object[];
  readonly udpMs: number | undefined;
  readonly tcpMs: number | undefined;
  /** State once it has fired; `repeats` gives the waits that follow instead. */
  readonly fired?: string;
  readonly repeats?: readonly number[];
}

const ROWS: Readonly<Record<TimerName, Row>> = {
  A: {
    ...{ kind: 'INVITE client', before: [], udpMs: 500, tcpMs: undefined },
    repeats: [1_000, 2_000, 4_000, 8_000, 16_000, 32_000],
  },
  B: { kind: 'INVITE client', before: [], udpMs: 32_000, tcpMs: 32_000, fired: 'terminated' },
  C: { kind: 'INVITE client', before: [response(180)], udpMs: 185_000, tcpMs: 185_000, fired: 'proceeding' },
  D: { kind: 'INVITE client', before: [response(486)], udpMs: 32_000, tcpMs: 0, fired: 'terminated' },
  E: {
    ...{ kind: 'non-INVITE client', before: [], udpMs: 500, tcpMs: undefined },
    repeats: [1_000, 2_000, 4_000, 4_000],
  },
  F: { kind: 'non-INVITE client', before: [], udpMs: 32_000, tcpMs: 32_000, fired: 'terminated' },
  G: {
    ...{ kind: 'INVITE server', before: [respond(486)], udpMs: 500, tcpMs: undefined },
    repeats: [1_000, 2_000, 4_000, 4_000],
  },
  H: { kind: 'INVITE server', before: [respond(486)], udpMs: 32_000, tcpMs: 32_000, fired: 'terminated' },
  I: { kind: 'INVITE server', before: [respond(486), { type: 'ack' }], udpMs: 5_000, tcpMs: 0, fired: 'terminated' },
  J: { kind: 'non-INVITE server', before: [respond(200)], udpMs: 32_000, tcpMs: 0, fired: 'terminated' },
  K: { kind: 'non-INVITE client', before: [response(200)], udpMs: 5_000, tcpMs: 0, fired: 'terminated' },
  L: { kind: 'INVITE server', before: [respond(200)], udpMs: 32_000, tcpMs: 32_000, fired: 'terminated' },
  M: { kind: 'INVITE client', before: [response(200)], udpMs: 32_000, tcpMs: 32_000, fired: 'terminated' },
};

describe('timers', () => {
  it.each(timerNames)('%s', (timer) => {
    const { kind, before, udpMs, tcpMs, fired, repeats } = ROWS[timer];
    for (const [reliable, wantedMs] of [
      [false, udpMs],
      [true, tcpMs],
    ] as const) {
      const one = kinds[kind](reliable);
      for (const input of before) one.feed(input);
      expect(one.delays(timer)).toEqual(wantedMs === undefined ? [] : [wantedMs]);
      if (wantedMs === undefined) continue;
      for (const _ of repeats ?? [0]) one.feed({ type: 'timer-fired', timer });
      if (repeats !== undefined) expect(one.delays(timer).slice(1)).toEqual(repeats);
      else expect(one.state).toBe(fired);
    }
  });

  it('E is T2 at once when a provisional answer has come', () => {
    const one = kinds['non-INVITE client'](false);
    one.feed(response(100));
    one.feed({ type: 'timer-fired', timer: 'E' });
    expect(one.delays('E')).toEqual([500, 4_000]);
  });
});
