/** Those beside the caller and the agent: what it means for them when the call ends or goes elsewhere. Pure. */
import type { EpochMs, PartyEndReason } from '../../timeline/events.ts';
import type { CallEffect, CallState, Party, Supervision } from './call-types.ts';

/** Legs of people who were brought in, up or being rung. */
export function othersLegs({ phase, supervisors }: CallState): readonly string[] {
  return [...('party' in phase ? [phase.party.legId] : []), ...supervisors.map((s) => s.legId)];
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
