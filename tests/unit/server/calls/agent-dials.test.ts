import { describe, expect, it } from '@jest/globals';
import { agentDials, type Dialled } from '../../../../server/calls/agent-dials.ts';
import { newSeat, type SeatWork } from '../../../../server/calls/core/seat.ts';

const from = (endpointId: string): Dialled => ({
  ...{ type: 'leg.incoming', legId: 'own', from: '8001', fromDisplayName: '', to: '8002' },
  ...{ origin: { type: 'endpoint', endpointId }, callerIdentity: 'claimed', diversions: [], headers: {} },
});

function dial(event: Dialled, work: SeatWork, refusal?: 'busy'): unknown {
  const done: unknown[] = [];
  const isTaken = agentDials(event, {
    seats: { get: (agentId) => ({ ...newSeat(agentId, 0), work }) },
    switch: {
      hangup: (...args) => {
        done.push(args);
        return Promise.resolve();
      },
    },
    desk: {
      dialled: (agentId, { to }) => {
        done.push([agentId, to]);
        return refusal;
      },
    },
  });
  return { isTaken, done };
}

describe('an INVITE', () => {
  const talking = { type: 'talking', callId: 'c1' } as const;

  it('of an agent on a call is the desk’s to decide, and refused with what it says', () => {
    expect(dial(from('agent:a1'), talking)).toEqual({ isTaken: true, done: [['a1', '8002']] });
    const done = [
      ['a1', '8002'],
      ['own', 'busy'],
    ];
    expect(dial(from('agent:a1'), talking, 'busy')).toEqual({ isTaken: true, done });
  });

  it('of anybody else is a caller of the line', () => {
    const caller = { isTaken: false, done: [] };
    expect(dial(from('phone:1'), talking)).toEqual(caller);
    expect(dial({ ...from(''), origin: { type: 'trunk', trunk: 'agent:a1' } }, talking)).toEqual(caller);
    expect(dial(from('agent:a1'), { type: 'none' })).toEqual(caller);
    expect(dial(from('agent:a1'), { ...talking, type: 'wrap-up', startedAtMs: 0, endsAtMs: 1 })).toEqual(caller);
  });
});
