import { describe, expect, test } from '@jest/globals';
import type { Buckets } from '../../../../telephony/edge/core/admission.ts';
import { newHealthTable, stepHealth, type HealthInput } from '../../../../telephony/edge/core/health.ts';
import {
  countPartnerCall,
  planCall,
  type EdgeView,
  type Invite,
  type Plan,
  type PlanSettings,
  type TrunkLimits,
} from '../../../../telephony/edge/core/plan.ts';
import { parseSpillHeader } from '../../../../telephony/edge/core/spill.ts';

const settings: PlanSettings = {
  failuresToDead: 1,
  deadHoldMs: 5_000,
  busyHoldMs: 2_000,
  stateMaxAgeMs: 15_000,
  total: { perSecond: 100, burst: 100 },
  retryAfterS: 10,
  maxAttempts: 2,
  spillWaitingAbove: 50,
  spillOnFailure: true,
  area: '420100',
  partners: new Map([['jiangbei', { number: '12345', rate: { perSecond: 1, burst: 1 } }]]),
};
const trunk: TrunkLimits = { name: 'telecom', rate: { perSecond: 1, burst: 2 }, area: '420106', isPartner: false };
const invite: Invite = { trunk, calledUser: '12345', headerNames: ['Via', 'From', 'To'] };

const nodeEnds = ['fs1', 'fs2', 'fs3'].map((name, i) => ({
  ...{ name, address: `10.0.0.${i + 1}`, port: 5080, maxCalls: 100 },
  weight: 3 - i,
}));
const partnerEnds = [{ name: 'jiangbei', address: '10.9.0.1', port: 5060, weight: 1, maxCalls: 1_000 }];
const answered = (name: string): HealthInput => ({ type: 'options-answered', name, status: 200, atMs: 0 });
const silent = (name: string): HealthInput => ({ type: 'options-unanswered', name, atMs: 0 });

function view(nodeInputs: readonly HealthInput[], partnerIsUp: boolean, more: Partial<EdgeView> = {}): EdgeView {
  const after = (ends: typeof nodeEnds, inputs: readonly HealthInput[]) =>
    inputs.reduce((state, input) => stepHealth(state, input, settings).state, newHealthTable(ends));
  return {
    nodes: after(nodeEnds, nodeInputs),
    partners: after(partnerEnds, [partnerIsUp ? answered('jiangbei') : silent('jiangbei')]),
    buckets: new Map(),
    waiting: undefined,
    ...more,
  };
}
const allUp = nodeEnds.map(({ name }) => answered(name));
const allDead = nodeEnds.map(({ name }) => silent(name));
const draws = { nodes: [0.5, 0.5, 0.5], partners: [0.5] };
const plan = (given: Invite, seen: EdgeView, nowMs = 0, with_: PlanSettings = settings): Plan =>
  planCall(given, seen, draws, { nowMs, settings: with_ }).plan;
const targets = (made: Plan): string =>
  made.type === 'proxy' ? made.destinations.map(({ name }) => name).join(' ') : `${made.status} ${made.why}`;

describe('what is done with an INVITE', () => {
  test.each<[string, Invite, EdgeView, string]>([
    ['a stranger', { ...invite, trunk: undefined }, view(allUp, true), '403 stranger'],
    ['no usable number', { ...invite, calledUser: undefined }, view(allUp, true), '404 no-number'],
    [
      'a trunk with a header of ours',
      { ...invite, headerNames: ['X-HOTLINE-trunk'] },
      view(allUp, true),
      '400 reserved-header',
    ],
    [
      'a trunk that pretends to spill',
      { ...invite, headerNames: ['x-hotline-spill'] },
      view(allUp, true),
      '400 reserved-header',
    ],
    ['all well, no partner: two switches', invite, view(allUp, false), 'fs1 fs2'],
    ['all well: the partner stands last', invite, view(allUp, true), 'fs1 fs2 jiangbei'],
    ['one dead', invite, view([silent('fs1'), answered('fs2'), answered('fs3')], false), 'fs2 fs3'],
    ['all dead: a partner', invite, view(allDead, true), 'jiangbei'],
    ['all dead, no partner', invite, view(allDead, false), '503 no-switch'],
    ['too many wait: the partner first', invite, view(allUp, true, { waiting: 51 }), 'jiangbei fs1 fs2'],
    ['not too many yet', invite, view(allUp, true, { waiting: 50 }), 'fs1 fs2 jiangbei'],
  ])('%s', (_what, given, seen, expected) => {
    expect(targets(plan(given, seen))).toBe(expected);
  });

  test('a partner stands last only where that is wanted', () => {
    const withoutIt = { ...settings, spillOnFailure: false };
    const made = plan(invite, view(allUp, true), 0, withoutIt);
    expect(targets(made)).toBe('fs1 fs2');
    expect(made.type === 'proxy' && made.headers).toEqual({ 'X-Hotline-Trunk': 'telecom' });
    expect(targets(plan(invite, view(allDead, true), 0, withoutIt))).toBe('jiangbei');
    expect(targets(plan(invite, view(allUp, true, { waiting: 51 }), 0, withoutIt))).toBe('jiangbei fs1 fs2');
  });

  test('every proxied call says which trunk it came on; the number dialled stays, a partner has its own', () => {
    const made = plan({ ...invite, calledUser: '0271234' }, view(allUp, true));
    if (made.type !== 'proxy') throw new Error('it was not proxied');
    expect(made.headers['X-Hotline-Trunk']).toBe('telecom');
    expect(made.destinations.map(({ user }) => user)).toEqual(['0271234', '0271234', '12345']);
    expect(made.spill).toBeUndefined();
  });

  test('the spill header carries the reason and the place of the caller', () => {
    const made = plan(invite, view(allUp, true, { waiting: 60 }));
    if (made.type !== 'proxy') throw new Error('it was not proxied');
    const header = made.headers['X-Hotline-Spill'] ?? '';
    expect(header).toBe('reason=waiting;place=61;area=420106;from=420100;to=jiangbei');
    expect(parseSpillHeader(header)).toEqual({
      reason: 'waiting',
      place: 61,
      area: '420106',
      fromArea: '420100',
      to: 'jiangbei',
    });
    expect(made.spill).toBe('waiting');
  });

  test('a call that was spilled to us goes to no further partner', () => {
    const partner = { ...invite, trunk: { ...trunk, isPartner: true }, headerNames: ['X-Hotline-Spill'] };
    expect(targets(plan(partner, view(allUp, true, { waiting: 99 })))).toBe('fs1 fs2');
    expect(targets(plan(partner, view(allDead, true)))).toBe('503 no-switch');
  });

  test('a trunk over its rate is refused with Retry-After; others are not', () => {
    let buckets: Buckets = new Map();
    const next = (given: Invite, nowMs: number): Plan => {
      const made = planCall(given, view(allUp, true, { buckets }), draws, { nowMs, settings });
      ({ buckets } = made);
      return made.plan;
    };
    expect([next(invite, 0).type, next(invite, 0).type]).toEqual(['proxy', 'proxy']);
    expect(next(invite, 0)).toEqual({ type: 'refuse', status: 503, why: 'trunk-rate', retryAfterS: 10 });
    expect(next({ ...invite, trunk: { ...trunk, name: 'unicom', rate: undefined } }, 0).type).toBe('proxy');
    expect(next(invite, 1_000).type).toBe('proxy');
  });

  test('all together over the rate: a partner while it takes some, then 503', () => {
    const tight = { ...settings, total: { perSecond: 0.01, burst: 1 } };
    const free = { ...invite, trunk: { ...trunk, rate: undefined } };
    let buckets: Buckets = new Map();
    const next = (): Plan => {
      const made = planCall(free, view(allUp, true, { buckets }), draws, { nowMs: 0, settings: tight });
      ({ buckets } = made);
      return made.plan;
    };
    expect(targets(next())).toBe('fs1 fs2 jiangbei');
    const spilled = next();
    expect(targets(spilled)).toBe('jiangbei');
    expect(spilled.type === 'proxy' && spilled.spill).toBe('rate');
    buckets = countPartnerCall(buckets, 'jiangbei', tight, 0);
    expect(next()).toEqual({ type: 'refuse', status: 503, why: 'total-rate', retryAfterS: 100 });
  });
});
