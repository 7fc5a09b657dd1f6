/** An agent's telephone that sends REFER does what the transfer button does. */
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { CallCenter } from '../../../../server/calls/call-center.ts';
import { CallControl } from '../../../../server/calls/call-control.ts';
import type { LiveCall } from '../../../../server/calls/live-call.ts';

interface Asked {
  readonly ownLegId?: string;
  readonly to: string;
  readonly legId?: string;
  readonly replacesLegId?: string;
  readonly phase?: string;
}

interface Rig {
  readonly control: CallControl;
  readonly call: LiveCall;
  readonly inputs: unknown[];
  readonly taken: string[];
}

interface RigParts {
  readonly phase?: string;
  readonly ownLegId?: string | undefined;
  readonly work?: string;
  readonly colleague?: string;
  readonly canDialOut?: boolean;
  /** The call's machine does not understand. */
  readonly isDeaf?: boolean;
}

function makeRig({ phase = 'talking', ownLegId, work, colleague = 'none', canDialOut = true, isDeaf }: RigParts): Rig {
  const inputs: unknown[] = [];
  const taken: string[] = [];
  const ownLeg = ownLegId === undefined ? null : { legId: ownLegId, isUp: true };
  let state: unknown = {
    facts: { to: '12345' },
    phase: { name: phase, agent: { agentId: 'a1', legId: 'agent-leg' }, ownLeg },
  };
  const runner = {
    callId: 'c1',
    get state() {
      return state;
    },
    input: (input: unknown) => {
      inputs.push(input);
      if (isDeaf !== true) state = { phase: { name: 'changed' } };
    },
  };
  const call = { runner } as unknown as LiveCall;
  const workOf = (agentId: string): string => (agentId === 'a1' ? (work ?? 'none') : colleague);
  const center = {
    ...{ get: () => call, newId: () => 'p1', openLeg: () => 'new-leg' },
    seats: { get: (id: string) => ({ registered: true, work: { type: workOf(id), callId: 'c1' } }) },
    takeLeg: (_call: unknown, legId: string) => taken.push(legId),
    phones: { mark: () => ({}) },
  };
  const control = new CallControl({
    center: center as unknown as CallCenter,
    persons: new Map([
      ['a1', { displayName: '甲', agentNumber: '8001', role: 'agent' }],
      ['a2', { displayName: '乙', agentNumber: '8002', role: 'agent' }],
    ]),
    queues: [{ queue: 'english', title: 'English' }],
    canDialOut,
    logger: pino({ level: 'silent' }),
  });
  return { control, call, inputs, taken };
}

/** The input that the call's machine gets; or the refusal. */
function ask({ to, legId = 'agent-leg', replacesLegId, phase, ownLegId }: Asked): unknown {
  const { control, call, inputs } = makeRig({ ...(phase === undefined ? {} : { phase }), ownLegId });
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

describe('a REFER of a telephone that has dialled the consultation', () => {
  const dialled = { to: '8002', phase: 'consulting', ownLegId: 'own-leg' };

  it.each([
    ['the held leg, naming the other', { ...dialled, replacesLegId: 'own-leg' }],
    ['the dialled leg, naming the held one', { ...dialled, legId: 'own-leg', replacesLegId: 'agent-leg' }],
    ['the held leg, naming none', dialled],
  ])('completes it from %s', (_name, asked) => {
    expect(ask(asked)).toEqual([{ type: 'complete', agentId: 'a1' }]);
  });

  it.each([
    ['itself', { ...dialled, replacesLegId: 'agent-leg' }],
    ['somebody else’s call', { ...dialled, replacesLegId: 'x' }],
    ['none, from the dialled leg: that would send the colleague away', { ...dialled, legId: 'own-leg' }],
  ])('is declined when it names %s', (_name, asked) => {
    expect(ask(asked)).toBe('wrong-state');
  });
});

describe('an agent’s telephone that dials while its agent is on a call', () => {
  const dial = (to: string, parts: RigParts = {}): unknown => {
    const { control, inputs, taken } = makeRig({ work: 'talking', ...parts });
    const refusal = control.dialled('a1', { legId: 'own-leg', to });
    if (refusal !== undefined) return refusal;
    expect(taken).toEqual(['own-leg']);
    return inputs;
  };

  it.each([
    ['a colleague', '8002', { kind: 'agent', agentId: 'a2' }],
    ['a number', '02712345', { kind: 'number', number: '02712345' }],
  ])('consults %s', (_name, to, target) => {
    expect(dial(to)).toEqual([{ type: 'consult', agentId: 'a1', party: party(target), ownLegId: 'own-leg' }]);
  });

  it.each([
    ['a name that is nobody’s', 'nowhere', {}, 'not-found'],
    ['a queue', 'english', {}, 'rejected'],
    ['the number that the caller has dialled', '12345', {}, 'rejected'],
    ['a number without a way out', '02712345', { canDialOut: false }, 'rejected'],
    ['a colleague who is on a call', '8002', { colleague: 'talking' }, 'busy'],
    ['oneself', '8001', {}, 'busy'],
    ['while somebody is consulted already', '8002', { isDeaf: true }, 'busy'],
    ['while only helping', '8002', { work: 'helping' }, 'busy'],
  ] as const)('is refused: %s', (_name, to, parts, cause) => {
    expect(dial(to, parts)).toBe(cause);
  });
});
