/** Those beside the caller and the agent: what it means for them when the call ends or goes elsewhere. Pure. */
import type { LegId } from '../../../telephony/ports/switch.ts';
import type { EpochMs, PartyEndReason } from '../../timeline/events.ts';
import type { CallEffect, CallState, OwnLeg, Party, Supervision, Talker } from './call-types.ts';

/** Legs of people who were brought in, up or being rung. */
export function othersLegs({ phase, supervisors }: CallState): readonly string[] {
  return [...('party' in phase ? [phase.party.legId] : []), ...supervisors.map((s) => s.legId)];
}

/** All legs that an agent may have: the one in use, one that rings a reloaded page, one that its telephone dialled. */
export function legsOfAgent(phase: {
  readonly agent: Talker;
  readonly returning: LegId | null;
  readonly ownLeg?: OwnLeg | null;
}): readonly LegId[] {
  const { agent, returning, ownLeg = null } = phase;
  return [agent.legId, returning, ownLeg?.legId ?? null].filter((legId) => legId !== null);
}

/** A colleague who was rung or asked is free again, without wrap-up. */
export function releaseParty(callId: string, { target }: Party): readonly CallEffect[] {
  return target.kind === 'agent' ? [{ type: 'seat', agentId: target.agentId, news: { type: 'released', callId } }] : [];
}

/** What the timeline has to say when somebody who was brought in is so no more. */
export function partyOver({ phase }: CallState, reason: PartyEndReason): readonly CallEffect[] {
  if (phase.name === 'consulting') {
    const { agentId } = phase.agent;
    return [{ type: 'emit', event: { type: 'consult.ended', agentId, partyId: phase.party.partyId, reason } }];
  }
  if (phase.name === 'transferring')
    return [{ type: 'emit', event: { type: 'transfer.failed', partyId: phase.party.partyId, reason } }];
  if (phase.name !== 'conference') return [];
  const leftBy = reason === 'caller-gone' ? 'caller' : reason === 'taken-over' ? 'taken-over' : 'party';
  return [{ type: 'emit', event: { type: 'conference.ended', leftBy } }];
}

/** Supervisors on the line go on hearing the agent, who talks on another leg now. */
export function supervisorsFollow({ supervisors }: CallState, targetLegId: string): readonly CallEffect[] {
  return supervisors
    .filter((s) => s.sinceMs !== null)
    .map(({ legId, mode }) => ({ type: 'supervise', legId, targetLegId, mode }));
}

export function supervisorLeaves(callId: string, s: Supervision, atMs: EpochMs): readonly CallEffect[] {
  const { supervisorId, sinceMs } = s;
  const seat: CallEffect = { type: 'seat', agentId: supervisorId, news: { type: 'released', callId } };
  if (sinceMs === null) return [seat];
  return [seat, { type: 'emit', event: { type: 'supervision.ended', supervisorId, tookMs: atMs - sinceMs } }];
}

/** The call is over for all who were brought in; their legs are hung up elsewhere. */
export function othersLeave(state: CallState, atMs: EpochMs): readonly CallEffect[] {
  const { phase, supervisors, facts } = state;
  return [
    ...('party' in phase ? [...partyOver(state, 'caller-gone'), ...releaseParty(facts.callId, phase.party)] : []),
    ...supervisors.flatMap((s) => supervisorLeaves(facts.callId, s, atMs)),
  ];
}
