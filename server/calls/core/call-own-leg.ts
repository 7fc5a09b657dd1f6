/** A consultation that the agent's own telephone has dialled: what becomes of its two legs. Pure. */
import type { EpochMs } from '../../timeline/events.ts';
import { agentLost } from './call-front.ts';
import { partyOver, releaseParty, supervisorsFollow } from './call-others.ts';
import type { CallEffect, CallState, CallStep, Phase } from './call-types.ts';
import { goTo, stay } from './call-util.ts';

type Consulting = Extract<Phase, { name: 'consulting' }>;

/** The consultation that the agent's telephone has dialled on this leg. */
export function dialledOn(phase: Phase, legId: string): Consulting | undefined {
  return phase.name === 'consulting' && phase.ownLeg?.legId === legId ? phase : undefined;
}

export function ownLegAnswered(state: CallState, phase: Consulting): CallStep {
  const { ownLeg, party } = phase;
  if (ownLeg === null || ownLeg.isUp) return stay(state);
  return stay(goTo(state, { ...phase, ownLeg: { ...ownLeg, isUp: true } }), [
    { type: 'bridge-others', a: ownLeg.legId, b: party.legId },
    ...supervisorsFollow(state, ownLeg.legId),
  ]);
}

/**
 * The telephone has let go of the leg that it held, by hand or by a fault. As with the red button the consultation is
 * over and the agent has the caller again, on the leg that is left: nobody is handed over by a slip of the hand.
 */
export function ownLegStays(state: CallState, phase: Consulting, atMs: EpochMs): CallStep {
  const { agent, returning, party, ownLeg, answered } = phase;
  if (ownLeg === null) return stay(state);
  const { legId } = ownLeg;
  const over: CallEffect[] = [
    { type: 'stop-timer', timer: 'party' },
    ...(returning === null ? [] : [{ type: 'hangup', legId: returning, cause: 'cancelled' } as const]),
    { type: 'hangup', legId: party.legId, cause: answered ? 'normal' : 'cancelled' },
    ...releaseParty(state.facts.callId, party),
    ...partyOver(state, 'ended'),
  ];
  if (ownLeg.isUp) {
    return stay(goTo(state, { name: 'talking', agent: { ...agent, legId }, returning: null }), [
      { type: 'bridge', legId },
      ...over,
      { type: 'listen', on: true },
    ]);
  }
  // It is answered first: the agent comes back as one whose line was gone for a moment.
  const lost = agentLost(state, { ...phase, returning: legId }, atMs);
  return { state: lost.state, effects: [...over, ...lost.effects, { type: 'answer-own', legId }] };
}
