/** An agent's telephone that sends REFER does what the transfer button does. */
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { CallCenter } from '../../../../server/calls/call-center.ts';
import { CallControl } from '../../../../server/calls/call-control.ts';
import type { LiveCall } from '../../../../server/calls/live-call.ts';

interface Asked {
  readonly to: string;
  readonly legId?: string;
  readonly replacesLegId?: string;
  readonly phase?: string;
}

/** The input that the call's machine gets; or the refusal. */
function ask({ to, legId = 'agent-leg', replacesLegId, phase = 'talking' }: Asked): unknown {
  const inputs: unknown[] = [];
  let state: unknown = { phase: { name: phase, agent: { agentId: 'a1', legId: 'agent-leg' } } };
  const runner = {
    callId: 'c1',
    get state() {
      return state;
    },
    input: (input: unknown) => {
      inputs.push(input);
      state = { phase: { name: 'changed' } };
    },
  };
  const call = { runner } as unknown as LiveCall;
  const seat = { registered: true, work: { type: 'none' } };
  const center = { get: () => call, seats: { get: () => seat }, newId: () => 'p1', openLeg: () => 'new-leg' };
  const control = new CallControl({
    center: center as unknown as CallCenter,
    persons: new Map([
      ['a1', { displayName: '甲', agentNumber: '8001', role: 'agent' }],
      ['a2', { displayName: '乙', agentNumber: '8002', role: 'agent' }],
    ]),
    queues: [{ queue: 'english', title: 'English' }],
    canDialOut: true,
    logger: pino({ level: 'silent' }),
  });
  const asked = { type: 'leg.transfer-requested', legId, to, replacesLegId } as const;
  const result = control.transferAsked(call, asked);
  return result.ok ? inputs : result.code;
}

const party = (target: object): object => ({ partyId: 'p1', legId: 'new-leg', target });

describe('a REFER of an agent', () => {
  it.each([
    [
      'a colleague',
      { to: '8002' },
      { type: 'transfer', agentId: 'a1', party: party({ kind: 'agent', agentId: 'a2' }) },
    ],
    ['a queue', { to: 'english' }, { type: 'transfer-queue', agentId: 'a1', queue: 'english' }],
    [
      'a number',
      { to: '02712345' },
      { type: 'transfer', agentId: 'a1', party: party({ kind: 'number', number: '02712345' }) },
    ],
    ['the one consulted', { to: '8002', phase: 'consulting' }, { type: 'complete', agentId: 'a1' }],
    ['another call', { to: '8002', replacesLegId: 'x' }, { type: 'complete', agentId: 'a1' }],
  ])('sends the call to %s', (_name, asked, input) => {
    expect(ask(asked)).toEqual([input]);
  });

  it('is declined: nowhere, oneself, and from a leg that is not the agent', () => {
    expect(ask({ to: 'nowhere' })).toBe('not-found');
    expect(ask({ to: '8001' })).toBe('wrong-state');
    expect(ask({ to: '8002', legId: 'caller-leg' })).toBe('wrong-state');
  });
});
