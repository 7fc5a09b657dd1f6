import { describe, expect, it } from '@jest/globals';
import { play, types, hungUp, talking, dialling, reached, dialled, inputs, type Bare } from './party-script.ts';

describe('a consultation that the agent’s telephone has dialled', () => {
  const on: readonly Bare[] = [...talking, inputs.supervise, { type: 'leg-answered', legId: 'super1' }];
  const onDialled = [...on, ...dialled.slice(talking.length)];

  it('rings at the telephone while the colleague is rung, and joins the two when both are up', () => {
    expect(play(dialling).last).toContainEqual({ type: 'ring-own', legId: 'own1', agentId: 'a1' });
    expect(play(reached).last).toContainEqual({ type: 'answer-own', legId: 'own1' });
    expect(types(play(reached).last)).not.toContain('bridge-others');
    expect(play(dialled).last).toEqual([{ type: 'bridge-others', a: 'own1', b: 'party1' }]);
  });

  it.each([
    ['is busy', { type: 'leg-ended', legId: 'party1', cause: 'busy', by: 'remote' }, 'busy'],
    ['is not there', { type: 'leg-ended', legId: 'party1', cause: 'unavailable', by: 'local' }, 'unavailable'],
    ['has no such number', { type: 'leg-ended', legId: 'party1', cause: 'not-found', by: 'remote' }, 'not-found'],
    ['does not answer', inputs['party timer'], 'no-answer'],
    ['says no by the button', inputs['party declines'], 'busy'],
  ] as const)('tells the telephone why when the colleague %s, and the caller is back', (_name, input, cause) => {
    const { last } = play([...dialling, input]);
    expect(last).toContainEqual({ type: 'hangup', legId: 'own1', cause });
    expect(last).toContainEqual({ type: 'bridge', legId: 'agent1' });
  });

  it('is over when the telephone hangs up what it dialled', () => {
    const { last } = play([...dialled, inputs['own leg is hung up']]);
    expect(last).toContainEqual({ type: 'bridge', legId: 'agent1' });
    expect(hungUp(last)).toEqual(['party1']);
    expect(last).toContainEqual({ type: 'seat', agentId: 'a2', news: { type: 'released', callId: 'c1' } });
  });

  it('is over when the telephone hangs up what it held: the caller is back on the leg that is left', () => {
    const { last, state } = play([...dialled, inputs['agent hangs up']]);
    expect(last[0]).toEqual({ type: 'bridge', legId: 'own1' });
    expect(hungUp(last)).toEqual(['party1']);
    expect(state.phase).toEqual({ name: 'talking', agent: { agentId: 'a1', legId: 'own1' }, returning: null });
    const early = play([...dialling, inputs['agent hangs up'], { type: 'leg-answered', legId: 'own1' }]);
    expect(early.effects).toContainEqual({ type: 'answer-own', legId: 'own1' });
    expect(early.last).toContainEqual({ type: 'bridge', legId: 'own1' });
    expect(early.state.phase).toMatchObject({ name: 'talking', agent: { legId: 'own1' } });
  });

  it.each([
    ['attended', dialled],
    ['blind', dialling],
  ] as const)('becomes a transfer (%s) with both legs of the agent ended', (kind, before) => {
    const { last } = play([...before, inputs.complete]);
    expect(hungUp(last)).toEqual(['agent1', 'own1']);
    expect(last).toContainEqual({
      type: 'emit',
      event: expect.objectContaining({ type: 'call.transferred', kind, toAgentId: 'a2' }),
    });
  });

  it('becomes a conference on the leg that the telephone talks on', () => {
    const { last, state } = play([...dialled, inputs.conference]);
    expect(last).toContainEqual({ type: 'conference', legIds: ['own1', 'party1'] });
    expect(hungUp(last)).toEqual(['agent1']);
    expect(state.phase).toMatchObject({ name: 'conference', agent: { legId: 'own1' } });
  });

  it('takes supervisors along, and back', () => {
    const along = { type: 'supervise', legId: 'super1', targetLegId: 'own1', mode: 'listen' };
    expect(play(onDialled).last).toContainEqual(along);
    const back = play([...onDialled, inputs['consult-end']]).last;
    expect(back).toContainEqual({ ...along, targetLegId: 'agent1' });
    const three3 = play([...onDialled, inputs.conference]).last;
    expect(three3.filter((e) => e.type === 'supervise')).toEqual([]);
  });

  it('of an agent whose page rings anew goes on with the page alone', () => {
    const { last } = play([...dialled, inputs['agent returns'], { type: 'leg-answered', legId: 'agent2' }]);
    expect(last).toContainEqual({ type: 'bridge-others', a: 'agent2', b: 'party1' });
    expect(hungUp(last)).toEqual(['agent1', 'own1']);
  });
});
