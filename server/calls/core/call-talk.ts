/** The part of the call machine from the agent's answer on: hold, loss and return of the agent. Pure. */
import type { EpochMs } from '../../timeline/events.ts';
import { agentHangsUp, agentLost, toFront, usualQueue, withMusic } from './call-front.ts';
import { afterTalk } from './call-ivr.ts';
import { partyOver, releaseParty } from './call-others.ts';
import { dialledOn, ownLegStays } from './call-own-leg.ts';
import { agentLeaves, backToCaller, hangUpAmongMore } from './call-party.ts';
import { supervisorGone } from './call-supervise.ts';
import type { CallEffect, CallInput, CallState, CallStep, Phase } from './call-types.ts';
import { emit, goTo, stay } from './call-util.ts';

type Input<T extends CallInput['type']> = Extract<CallInput, { type: T }>;

export function onHold(state: CallState, input: Input<'hold'>): CallStep {
  const { phase } = state;
  if (phase.name !== 'talking' || phase.agent.agentId !== input.agentId) return stay(state);
  const { agent, returning } = phase;
  return withMusic(goTo(state, { name: 'held', agent, returning, heldAtMs: input.atMs }), [
    { type: 'listen', on: false },
    { type: 'park' },
    emit({ type: 'call.held', agentId: agent.agentId }),
  ]);
}

export function onResume(state: CallState, input: Input<'resume'>): CallStep {
  const { phase } = state;
  if (phase.name !== 'held' || phase.agent.agentId !== input.agentId) return stay(state);
  const { agent, returning, heldAtMs } = phase;
  return {
    state: goTo(state, { name: 'talking', agent, returning }),
    effects: [
      { type: 'bridge', legId: agent.legId },
      { type: 'listen', on: true },
      emit({ type: 'call.resumed', agentId: agent.agentId, heldMs: input.atMs - heldAtMs }),
    ],
  };
}

export function onHangUp(state: CallState, input: Input<'hang-up'>): CallStep {
  const { phase } = state;
  const supervision = state.supervisors.find((s) => s.supervisorId === input.agentId);
  if (supervision !== undefined) return supervisorGone(state, supervision, input.atMs, true);
  if (phase.name === 'consulting' || phase.name === 'conference') return hangUpAmongMore(state, input);
  return hasCall(phase, input.agentId) ? afterTalk(state, input.atMs) : stay(state);
}

/** Whether it is this agent's call. */
function hasCall(phase: Phase, agentId: string): boolean {
  if (phase.name === 'agent-lost') return phase.agentId === agentId;
  return 'returning' in phase && phase.agent.agentId === agentId;
}

/** Rings the agent's new page; the old leg, if there still is one, stays until the new one answers. */
export function onReturn(state: CallState, input: Input<'return'>): CallStep {
  const { phase } = state;
  if (!hasCall(phase, input.agentId) || !('returning' in phase)) return stay(state);
  const dropped: CallEffect[] =
    phase.returning === null ? [] : [{ type: 'hangup', legId: phase.returning, cause: 'cancelled' }];
  const { agentId, legId, byPhone } = input;
  const offer = { offerId: '', agentId, legId, ...(byPhone === undefined ? {} : { byPhone }) };
  return {
    state: goTo(state, { ...phase, returning: input.legId }),
    effects: [...dropped, { type: 'ring-agent', offer, returning: true }],
  };
}

export function returnedLegAnswered(state: CallState, legId: string, atMs: EpochMs): CallStep {
  const { phase, facts } = state;
  if (!('returning' in phase)) return stay(state);
  const agentId = phase.name === 'agent-lost' ? phase.agentId : phase.agent.agentId;
  const agent = { agentId, legId };
  // All legs but the one that has come back.
  const old: readonly CallEffect[] = phase.name === 'agent-lost' ? [] : agentHangsUp({ ...phase, returning: null });
  const awayMs = phase.name === 'agent-lost' ? atMs - phase.lostAtMs : 0;
  const back = emit({ type: 'agent.returned', agentId, awayMs });
  const seat: CallEffect = { type: 'seat', agentId, news: { type: 'talking', callId: facts.callId } };
  if (phase.name === 'held') {
    // Held stays held: the caller goes on hearing music until the agent resumes.
    return { state: goTo(state, { ...phase, agent, returning: null }), effects: [...old, seat, back] };
  }
  if (phase.name === 'consulting') {
    const next = goTo(state, { ...phase, agent, returning: null, ownLeg: null });
    return { state: next, effects: [...rejoinOthers(phase, legId), ...old, seat, back] };
  }
  if (phase.name === 'conference') {
    const next = goTo(state, { ...phase, agent, returning: null });
    return { state: next, effects: [...rejoinOthers(phase, legId), ...old, seat, back] };
  }
  return {
    state: goTo(state, { name: 'talking', agent, returning: null }),
    effects: [
      { type: 'stop-timer', timer: 'agent-return' },
      { type: 'bridge', legId },
      ...old,
      { type: 'listen', on: true },
      seat,
      back,
    ],
  };
}

/** The reloaded page takes the agent's place beside the one who was brought in. */
function rejoinOthers(phase: Extract<Phase, { name: 'consulting' | 'conference' }>, legId: string): CallEffect[] {
  const { party } = phase;
  if (phase.name === 'conference') return [{ type: 'conference', legIds: [legId, party.legId] }];
  return phase.answered ? [{ type: 'bridge-others', a: legId, b: party.legId }] : [];
}

export function agentLegEnded(state: CallState, input: Input<'leg-ended'>): CallStep {
  const { phase } = state;
  const dialled = dialledOn(phase, input.legId);
  if (dialled !== undefined) return backToCaller(state, dialled, null);
  if ('returning' in phase && phase.returning === input.legId) return stay(goTo(state, { ...phase, returning: null }));
  if (!('returning' in phase) || phase.name === 'agent-lost' || phase.agent.legId !== input.legId) return stay(state);
  if (phase.name === 'consulting' && phase.ownLeg !== null) return ownLegStays(state, phase, input.atMs);
  const hungUp = input.by === 'remote' && input.cause === 'normal' && phase.returning === null;
  // Whoever hangs up among three leaves two; the one who was asked takes the call, also after a lost line.
  if (phase.name === 'conference' || (phase.name === 'consulting' && hungUp))
    return agentLeaves(state, phase, input.atMs);
  if (phase.name === 'consulting') return lostInConsult(state, phase, input.atMs);
  return hungUp ? afterTalk(state, input.atMs) : agentLost(state, phase, input.atMs);
}

/** The one who was asked is let go; the agent may come back to the caller. */
function lostInConsult(state: CallState, phase: Extract<Phase, { name: 'consulting' }>, atMs: EpochMs): CallStep {
  const { party } = phase;
  const lost = agentLost(state, phase, atMs);
  const letGo: CallEffect[] = [
    { type: 'stop-timer', timer: 'party' },
    { type: 'hangup', legId: party.legId, cause: 'normal' },
    ...releaseParty(state.facts.callId, party),
    ...partyOver(state, 'agent-gone'),
  ];
  return { state: lost.state, effects: [...letGo, ...lost.effects] };
}

/** The agent stayed away: the caller goes to the front of the line, with the first joining time. */
export function returnTimedOut(state: CallState, atMs: EpochMs): CallStep {
  const { phase, facts } = state;
  if (phase.name !== 'agent-lost') return stay(state);
  const dropped: CallEffect[] =
    phase.returning === null ? [] : [{ type: 'hangup', legId: phase.returning, cause: 'cancelled' }];
  return toFront(state, usualQueue(state), atMs, [
    ...dropped,
    { type: 'seat', agentId: phase.agentId, news: { type: 'gave-up', callId: facts.callId } },
  ]);
}
