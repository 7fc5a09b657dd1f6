/** The four transaction machines: every state with every input, over both kinds of transport (RFC 3261 §17, RFC 6026). */
import { describe, expect, it } from '@jest/globals';
import {
  startInviteClient,
  stepInviteClient,
  type InviteClientInput,
  type InviteClientState,
} from '../../../../telephony/sip/transactions/invite-client.ts';
import {
  startInviteServer,
  stepInviteServer,
  type InviteServerInput,
  type InviteServerState,
} from '../../../../telephony/sip/transactions/invite-server.ts';
import {
  startNonInviteClient,
  stepNonInviteClient,
  type NonInviteClientInput,
  type NonInviteClientState,
} from '../../../../telephony/sip/transactions/non-invite-client.ts';
import {
  startNonInviteServer,
  stepNonInviteServer,
  type NonInviteServerInput,
  type NonInviteServerState,
} from '../../../../telephony/sip/transactions/non-invite-server.ts';
import type { Step } from '../../../../telephony/sip/transactions/types.ts';

const bytes = (n: number): Uint8Array => Uint8Array.of(n);
const [REQ, ACK, LAST, NEW] = [bytes(1), bytes(2), bytes(3), bytes(4)];
const NAMES = new Map([
  [REQ, 'request'],
  [ACK, 'ack'],
  [LAST, 'last'],
  [NEW, 'new'],
]);

/** `state | effects` in words, e.g. `completed | send ack, start D 32000, tell message`. */
function words(step: Step<{ readonly name: string }>): string {
  const effects = step.effects.map((e) => {
    switch (e.type) {
      case 'send':
        return `send ${NAMES.get(e.bytes) ?? '?'}`;
      case 'start-timer':
        return `start ${e.timer} ${e.delayMs}`;
      case 'stop-timer':
        return `stop ${e.timer}`;
      case 'inform':
        return `tell ${e.what}`;
    }
  });
  return `${step.state.name} | ${effects.join(', ')}`;
}

type Table = Readonly<Record<string, Readonly<Record<string, string | readonly [udp: string, ws: string]>>>>;

/** Runs a table; a row per state and a column per input must be there. */
function check<S, I>(
  machine: {
    states: Record<string, S>;
    inputs: Record<string, I>;
    step: (s: S, i: I, r: boolean) => Step<S & { readonly name: string }>;
  },
  table: Table,
): void {
  expect(Object.keys(table).sort()).toEqual(Object.keys(machine.states).sort());
  for (const [stateName, state] of Object.entries(machine.states)) {
    const row = table[stateName] ?? {};
    expect([stateName, Object.keys(row).sort()]).toEqual([stateName, Object.keys(machine.inputs).sort()]);
    for (const [inputName, input] of Object.entries(machine.inputs)) {
      const wanted = row[inputName] ?? '';
      const [udp, ws] = typeof wanted === 'string' ? [wanted, wanted] : wanted;
      const at = `${stateName} + ${inputName}`;
      const full = (text: string): string => (text === '-' ? `${stateName.split(' ')[0] ?? ''} | ` : text);
      expect([at, 'udp', words(machine.step(state, input, false))]).toEqual([at, 'udp', full(udp)]);
      expect([at, 'ws', words(machine.step(state, input, true))]).toEqual([at, 'ws', full(ws)]);
    }
  }
}

describe('INVITE client', () => {
  const states: Record<string, InviteClientState> = {
    calling: { name: 'calling', request: REQ, timerAMs: 500 },
    proceeding: { name: 'proceeding' },
    completed: { name: 'completed', ack: ACK },
    accepted: { name: 'accepted' },
    terminated: { name: 'terminated' },
  };
  const timer = (t: 'A' | 'B' | 'C' | 'D' | 'M'): InviteClientInput => ({ type: 'timer-fired', timer: t });
  const inputs: Record<string, InviteClientInput> = {
    '1xx': { type: 'response', status: 180, ack: ACK },
    '2xx': { type: 'response', status: 200, ack: ACK },
    '3xx': { type: 'response', status: 486, ack: ACK },
    A: timer('A'),
    B: timer('B'),
    C: timer('C'),
    D: timer('D'),
    M: timer('M'),
    fail: { type: 'transport-failed' },
  };
  const final = [
    'completed | stop A, stop B, stop C, send ack, start D 32000, tell message',
    'completed | stop A, stop B, stop C, send ack, start D 0, tell message',
  ] as const;

  it('starts timers A and B', () => {
    expect(words(startInviteClient(REQ, false))).toBe('calling | send request, start A 500, start B 32000');
    expect(words(startInviteClient(REQ, true))).toBe('calling | send request, start B 32000');
  });

  it('follows its table', () => {
    check(
      { states, inputs, step: stepInviteClient },
      {
        calling: {
          '1xx': 'proceeding | stop A, stop B, start C 185000, tell message',
          '2xx': 'accepted | stop A, stop B, stop C, start M 32000, tell message',
          '3xx': final,
          A: 'calling | send request, start A 1000',
          B: 'terminated | tell timeout',
          C: '-',
          D: '-',
          M: '-',
          fail: 'terminated | tell transport-failed',
        },
        proceeding: {
          '1xx': 'proceeding | stop A, stop B, start C 185000, tell message',
          '2xx': 'accepted | stop A, stop B, stop C, start M 32000, tell message',
          '3xx': final,
          A: '-',
          B: '-',
          C: 'proceeding | tell ringing-too-long',
          D: '-',
          M: '-',
          fail: 'terminated | tell transport-failed',
        },
        completed: {
          '1xx': '-',
          '2xx': '-',
          '3xx': 'completed | send ack',
          A: '-',
          B: '-',
          C: '-',
          D: 'terminated | ',
          M: '-',
          fail: 'terminated | tell transport-failed',
        },
        accepted: {
          '1xx': '-',
          '2xx': 'accepted | tell message',
          '3xx': '-',
          A: '-',
          B: '-',
          C: '-',
          D: '-',
          M: 'terminated | ',
          fail: '-',
        },
        terminated: { '1xx': '-', '2xx': '-', '3xx': '-', A: '-', B: '-', C: '-', D: '-', M: '-', fail: '-' },
      },
    );
  });

  it('doubles timer A without bound', () => {
    let state = startInviteClient(REQ, false).state;
    const delays: number[] = [];
    for (let i = 0; i < 6; i++) {
      const step = stepInviteClient(state, timer('A'), false);
      state = step.state;
      delays.push(...step.effects.flatMap((e) => (e.type === 'start-timer' ? [e.delayMs] : [])));
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
  });
});

describe('non-INVITE client', () => {
  const states: Record<string, NonInviteClientState> = {
    trying: { name: 'trying', request: REQ, timerEMs: 500 },
    'trying late': { name: 'trying', request: REQ, timerEMs: 4_000 },
    proceeding: { name: 'proceeding', request: REQ, timerEMs: 500 },
    completed: { name: 'completed' },
    terminated: { name: 'terminated' },
  };
  const inputs: Record<string, NonInviteClientInput> = {
    '1xx': { type: 'response', status: 100 },
    final: { type: 'response', status: 404 },
    E: { type: 'timer-fired', timer: 'E' },
    F: { type: 'timer-fired', timer: 'F' },
    K: { type: 'timer-fired', timer: 'K' },
    fail: { type: 'transport-failed' },
  };
  const open = {
    '1xx': 'proceeding | tell message',
    final: [
      'completed | stop E, stop F, start K 5000, tell message',
      'completed | stop E, stop F, start K 0, tell message',
    ],
    F: 'terminated | tell timeout',
    K: '-',
    fail: 'terminated | tell transport-failed',
  } as const;

  it('starts timers E and F', () => {
    expect(words(startNonInviteClient(REQ, false))).toBe('trying | send request, start E 500, start F 32000');
    expect(words(startNonInviteClient(REQ, true))).toBe('trying | send request, start F 32000');
  });

  it('follows its table; E is capped at T2 and is T2 once proceeding', () => {
    check(
      { states, inputs, step: stepNonInviteClient },
      {
        trying: { ...open, E: 'trying | send request, start E 1000' },
        'trying late': { ...open, E: 'trying | send request, start E 4000' },
        proceeding: { ...open, E: 'proceeding | send request, start E 4000' },
        completed: { '1xx': '-', final: '-', E: '-', F: '-', K: 'terminated | ', fail: '-' },
        terminated: { '1xx': '-', final: '-', E: '-', F: '-', K: '-', fail: '-' },
      },
    );
  });
});

describe('INVITE server', () => {
  const states: Record<string, InviteServerState> = {
    'proceeding new': { name: 'proceeding', last: undefined },
    proceeding: { name: 'proceeding', last: LAST },
    completed: { name: 'completed', last: LAST, timerGMs: 500 },
    'completed late': { name: 'completed', last: LAST, timerGMs: 4_000 },
    confirmed: { name: 'confirmed' },
    accepted: { name: 'accepted' },
    terminated: { name: 'terminated' },
  };
  const respond = (status: number): InviteServerInput => ({ type: 'respond', status, bytes: NEW });
  const timer = (t: 'G' | 'H' | 'I' | 'L'): InviteServerInput => ({ type: 'timer-fired', timer: t });
  const inputs: Record<string, InviteServerInput> = {
    again: { type: 'request-retransmit' },
    ack: { type: 'ack' },
    r1xx: respond(180),
    r2xx: respond(200),
    r3xx: respond(486),
    G: timer('G'),
    H: timer('H'),
    I: timer('I'),
    L: timer('L'),
    fail: { type: 'transport-failed' },
  };
  const proceeding = {
    ack: '-',
    r1xx: 'proceeding | send new',
    r2xx: 'accepted | send new, start L 32000',
    r3xx: ['completed | send new, start G 500, start H 32000', 'completed | send new, start H 32000'],
    G: '-',
    H: '-',
    I: '-',
    L: '-',
    fail: 'proceeding | tell transport-failed',
  } as const;
  const completed = {
    again: 'completed | send last',
    ack: ['confirmed | stop G, stop H, start I 5000', 'confirmed | stop G, stop H, start I 0'],
    r1xx: '-',
    r2xx: '-',
    r3xx: '-',
    H: 'terminated | tell timeout',
    I: '-',
    L: '-',
    fail: 'completed | tell transport-failed',
  } as const;
  const nothing = { again: '-', ack: '-', r1xx: '-', r2xx: '-', r3xx: '-', G: '-', H: '-', I: '-', L: '-', fail: '-' };

  it('starts without a timer', () => {
    expect(words(startInviteServer())).toBe('proceeding | ');
  });

  it('follows its table; G is capped at T2', () => {
    check(
      { states, inputs, step: stepInviteServer },
      {
        'proceeding new': { ...proceeding, again: '-' },
        proceeding: { ...proceeding, again: 'proceeding | send last' },
        completed: { ...completed, G: 'completed | send last, start G 1000' },
        'completed late': { ...completed, G: 'completed | send last, start G 4000' },
        confirmed: { ...nothing, I: 'terminated | ' },
        accepted: {
          ...nothing,
          ack: 'accepted | tell message',
          r2xx: 'accepted | send new',
          L: 'terminated | ',
          fail: 'accepted | tell transport-failed',
        },
        terminated: nothing,
      },
    );
  });
});

describe('non-INVITE server', () => {
  const states: Record<string, NonInviteServerState> = {
    trying: { name: 'trying' },
    proceeding: { name: 'proceeding', last: LAST },
    completed: { name: 'completed', last: LAST },
    terminated: { name: 'terminated' },
  };
  const inputs: Record<string, NonInviteServerInput> = {
    again: { type: 'request-retransmit' },
    r1xx: { type: 'respond', status: 100, bytes: NEW },
    final: { type: 'respond', status: 200, bytes: NEW },
    J: { type: 'timer-fired', timer: 'J' },
    fail: { type: 'transport-failed' },
  };
  const open = {
    r1xx: 'proceeding | send new',
    final: ['completed | send new, start J 32000', 'completed | send new, start J 0'],
    J: '-',
    fail: 'terminated | tell transport-failed',
  } as const;

  it('follows its table', () => {
    expect(words(startNonInviteServer())).toBe('trying | ');
    check(
      { states, inputs, step: stepNonInviteServer },
      {
        trying: { ...open, again: '-' },
        proceeding: { ...open, again: 'proceeding | send last' },
        completed: {
          again: 'completed | send last',
          r1xx: '-',
          final: '-',
          J: 'terminated | ',
          fail: 'terminated | tell transport-failed',
        },
        terminated: { again: '-', r1xx: '-', final: '-', J: '-', fail: '-' },
      },
    );
  });
});
