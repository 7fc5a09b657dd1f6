/** Agents on a telephone outside: whoever picks up takes the call by 1 or on the page; a mailbox never gets a citizen. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LegSnapshot } from '../../../../telephony/ports/switch.ts';
import { AgentPhones } from '../../../../server/calls/agent-phones.ts';
import { step } from '../../../../server/calls/core/call-machine.ts';
import { askPhones, askToTake, PHONE_EXTRA_MS, phoneOfOffer } from '../../../../server/calls/core/call-phone.ts';
import type { CallEffect, Party } from '../../../../server/calls/core/call-types.ts';
import { HOLD_MARGIN_MS } from '../../../../server/acd/core/line.ts';
import { agentRequest } from '../../../../server/calls/party-commands.ts';
import type { Switch } from '../../../../telephony/ports/switch.ts';
import { facts, play, settings, waiting, type Bare } from './call-script.ts';

const offer = { offerId: 'o1', agentId: 'a1', legId: 'mobile', byPhone: true as const };
const colleague: Party = {
  partyId: 'p1',
  legId: 'mobile2',
  target: { kind: 'agent', agentId: 'a2' },
  byPhone: true,
};

const press = (digit: string, legId = 'mobile'): Bare => ({ type: 'digit', legId, digit, durationMs: 100 });
const up = (legId: string): Bare => ({ type: 'leg-answered', legId });
const down = (legId: string, cause: 'normal' | 'busy' | 'not-found' | 'media-lost' = 'normal'): Bare => ({
  type: 'leg-ended',
  legId,
  cause,
  by: 'remote',
});
const accept: Bare = { type: 'accept-by-phone', agentId: 'a1', offerId: 'o1' };
const rung: readonly Bare[] = [...waiting, { type: 'offered', offer }];
const asked: readonly Bare[] = [...rung, up('mobile')];
const talking: readonly Bare[] = [...asked, press('1')];
const lost: readonly Bare[] = [...talking, down('mobile', 'media-lost')];
const back: readonly Bare[] = [...lost, { type: 'return', agentId: 'a1', legId: 'again', byPhone: true }];
const consulted: readonly Bare[] = [...talking, { type: 'consult', agentId: 'a1', party: colleague }, up('mobile2')];

const bridged = (effects: readonly CallEffect[]): readonly string[] =>
  effects.flatMap((e) => (e.type === 'bridge' ? [e.legId] : e.type === 'bridge-others' ? [e.a, e.b] : []));
const over = (effects: readonly CallEffect[]): readonly string[] =>
  effects.flatMap((e) => (e.type === 'emit' && e.event.type === 'offer.ended' ? [e.event.reason] : []));

describe('an agent on a telephone outside', () => {
  it.each([
    ['is asked when it picks up', asked, 'waiting', []],
    ['has the call with 1', talking, 'talking', ['mobile']],
    ['has the call from the page', [...asked, accept], 'talking', ['mobile']],
    ['has it once, pressing twice', [...talking, press('1')], 'talking', []],
    ['does not have it with another key', [...asked, press('2')], 'waiting', []],
    ['does not have it before it has picked up', [...rung, press('1')], 'waiting', []],
    ['does not have it from the page before it has picked up', [...rung, accept], 'waiting', []],
    ['does not have it with the 1 of the caller', [...asked, press('1', 'caller')], 'waiting', []],
    ['does not have it by the page of another', [...asked, { ...accept, agentId: 'a2' }], 'waiting', []],
    ['is asked again when it comes back', [...back, up('again')], 'agent-lost', []],
    ['is back with 1', [...back, up('again'), press('1', 'again')], 'talking', ['again']],
    ['is asked when a colleague wants advice', consulted, 'consulting', []],
    ['helps with 1', [...consulted, press('1', 'mobile2')], 'consulting', ['mobile', 'mobile2']],
    [
      'helps from the page',
      [...consulted, { type: 'accept-by-phone', agentId: 'a2', offerId: 'p1' }],
      'consulting',
      ['mobile', 'mobile2'],
    ],
    ['hangs up after the talk', [...talking, down('mobile')], 'ended', []],
  ] as [string, Bare[], string, string[]][])('%s', (_name, inputs, phase, joined) => {
    const { state, last } = play(inputs);
    expect([state.phase.name, bridged(last)]).toEqual([phase, joined]);
  });

  it.each([
    ['a mailbox that hangs up', down('mobile'), 'no-answer'],
    ['a busy telephone', down('mobile', 'busy'), 'declined'],
    ['a wrong number', down('mobile', 'not-found'), 'unreachable'],
    ['nobody who presses 1 in time', { type: 'timer', timer: 'offer', announcement: null }, 'no-answer'],
    ['a no on the page', { type: 'declined', agentId: 'a1', offerId: 'o1' }, 'declined'],
  ] as [string, Bare, string][])('%s gives the offer back', (_name, input, reason) => {
    const { state, last } = play([...asked, input]);
    expect(over(last)).toEqual([reason]);
    expect([state.phase.name, state.phones]).toEqual(['waiting', {}]);
  });

  it('hears what to press until somebody does', () => {
    expect(play(asked).last).toEqual([askToTake('mobile')]);
  });

  it('has longer than at the page, and not longer than the line holds the offer', () => {
    const delays = play(rung).last.flatMap((e) => (e.type === 'start-timer' && e.timer === 'offer' ? [e.delayMs] : []));
    expect(delays).toEqual([settings.ringMs + PHONE_EXTRA_MS]);
    expect(PHONE_EXTRA_MS).toBeLessThan(HOLD_MARGIN_MS);
  });

  it('is told on the page what the telephone does', () => {
    const told = (inputs: readonly Bare[]): unknown => phoneOfOffer(play(inputs).state, 'a1', 'o1');
    expect([told(rung.slice(0, 4)), told(rung), told(asked), told(talking)]).toEqual([
      null,
      'ringing',
      'picked-up',
      null,
    ]);
    expect(phoneOfOffer(play(consulted).state, 'a2', 'p1')).toBe('picked-up');
  });

  it('hears no question any more when it is back to a caller who is on hold', () => {
    const hold: Bare = { type: 'hold', agentId: 'a1' };
    const again: Bare = { type: 'return', agentId: 'a1', legId: 'again', byPhone: true };
    const { last, state } = play([...talking, hold, again, up('again'), press('1', 'again')]);
    expect(last[0]).toEqual({ type: 'hush-agent', legId: 'again' });
    expect(state.phase.name).toBe('held');
  });

  it('is let go with the caller', () => {
    const { last, state } = play([...asked, down('caller')]);
    expect(last).toContainEqual({ type: 'hangup', legId: 'mobile', cause: 'normal' });
    expect([state.phase.name, over(last)]).toEqual(['ended', ['caller-gone']]);
  });

  it('is never joined to a caller without a 1 or a click, whatever happens', () => {
    const any = fc.constantFrom<Bare>(
      up('mobile'),
      down('mobile'),
      press('2'),
      press('1', 'caller'),
      { type: 'offered', offer },
      { type: 'declined', agentId: 'a1', offerId: 'o1' },
      { type: 'return', agentId: 'a1', legId: 'mobile', byPhone: true },
      { type: 'hold', agentId: 'a1' },
      { type: 'timer', timer: 'offer', announcement: null },
      { type: 'play-finished', playId: 'c1:1', reason: 'completed' },
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (inputs) => {
        expect(bridged(play([...rung, ...inputs]).effects)).toEqual([]);
      }),
    );
  });
});

describe('the ring of a telephone outside', () => {
  const host = {
    switch: {} as Switch,
    endpointOf: (id: string) => `agent:${id}`,
    phoneUri: (id: string) => (id === 'a1' ? 'sip:13900139000@trunk' : undefined),
  };
  const ring = (agentId: string): ReturnType<typeof agentRequest> =>
    agentRequest(host, play(rung).state, { type: 'ring-agent', offer: { ...offer, agentId }, returning: false });

  it('goes out by the trunk, from the hotline, and tells nobody which citizen calls', () => {
    const request = ring('a1');
    expect(request.target).toEqual({ type: 'uri', uri: 'sip:13900139000@trunk' });
    expect(request.from).toEqual({ user: '12345' });
    expect(request.headers).toBeUndefined();
    expect(JSON.stringify(request)).not.toContain(facts.from);
    expect(request.marks).toMatchObject({ role: 'agent', agent_id: 'a1', offer_id: 'o1', by_phone: '1' });
    expect(request.ringMs).toBeGreaterThan(settings.ringMs + PHONE_EXTRA_MS);
  });

  it('is refused when the number has been forgotten', () => {
    expect(() => ring('a2')).toThrow('not known any more');
  });
});

describe('after a restart', () => {
  const leg = (legId: string, state: LegSnapshot['state']): LegSnapshot => ({
    legId,
    state,
    direction: 'outbound',
    peerLegId: undefined,
    marks: { call_id: 'c1', role: 'agent', agent_id: 'a1', offer_id: 'o1', by_phone: '1' },
  });
  const { state } = play(rung);
  it('a telephone that is up is asked once more and not taken for the agent', () => {
    const plan = { state, effects: [], inputs: [{ type: 'leg-answered', legId: 'mobile', atMs: 9 } as const] };
    const { state: after, effects, inputs } = askPhones([leg('mobile', 'parked')], plan);
    expect([after.phones, effects, inputs]).toEqual([{ mobile: 'asked' }, [askToTake('mobile')], []]);
    expect(bridged(step(after, { ...press('1'), atMs: 10 }).effects)).toEqual(['mobile']);
  });
  it('one that rings is waited for, and one that talks is left alone', () => {
    const none = { state: { ...state, phones: {} }, effects: [], inputs: [] };
    expect(askPhones([leg('mobile', 'ringing')], none).state.phones).toEqual({ mobile: 'ringing' });
    expect(askPhones([leg('mobile', 'bridged')], none)).toEqual(none);
  });
});

describe('the numbers of agents', () => {
  const make = (isAllowed: boolean): AgentPhones =>
    new AgentPhones({
      isAllowed,
      mayBeCalled: (number) => number.startsWith('1'),
      dialUri: (number) => `sip:${number}@trunk`,
    });
  it('are kept until they are forgotten', () => {
    const phones = make(true);
    expect(phones.set('a1', '13900139000')).toBe(true);
    expect([phones.mark('a1'), phones.uriOf('a1')]).toEqual([{ byPhone: true }, 'sip:13900139000@trunk']);
    phones.forget('a1');
    expect([phones.mark('a1'), phones.uriOf('a1')]).toEqual([{}, undefined]);
  });
  it('are not taken when the city does not allow it, or the number may not be called', () => {
    expect([make(false).set('a1', '13900139000'), make(true).set('a1', '009')]).toEqual([false, false]);
  });
});
