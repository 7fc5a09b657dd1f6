/**
 * Consultation, transfer and three-way call. Pure. The rule for everything that goes wrong: the caller ends up with
 * somebody who is there: the agent who asked, the one who was asked, or the front of the line.
 */
import type { HangupCause } from '../../../telephony/ports/switch.ts';
import type { EpochMs, PartyEndReason } from '../../timeline/events.ts';
import { agentDone, agentHangsUp, agentHas, talkingEffects, toFront, usualQueue, withMusic } from './call-front.ts';
import { partyOver, releaseParty, supervisorsFollow } from './call-others.ts';
import { PHONE_EXTRA_MS } from './call-phone.ts';
import type { CallEffect, CallInput, CallState, CallStep, Party, Phase } from './call-types.ts';
import { emit, endCall, goTo, stay } from './call-util.ts';
import { reasonOf } from './ring-outcome.ts';
import { rulesOf } from './wait-rules.ts';

type Input<T extends CallInput['type']> = Extract<CallInput, { type: T }>;
type Of<N extends Phase['name']> = Extract<Phase, { name: N }>;

const stopTimer: CallEffect = { type: 'stop-timer', timer: 'party' };

function ring(state: CallState, party: Party): readonly CallEffect[] {
  const { target, partyId } = party;
  const { callId } = state.facts;
  const seat: CallEffect[] =
    target.kind === 'agent'
      ? [{ type: 'seat', agentId: target.agentId, news: { type: 'ringing', callId, offerId: partyId } }]
      : [];
  const extraMs = party.byPhone === true ? PHONE_EXTRA_MS : 0;
  const delayMs = rulesOf(state.settings, usualQueue(state)).ringMs + extraMs;
  return [...seat, { type: 'ring-party', party }, { type: 'start-timer', timer: 'party', delayMs }];
}

function told({ partyId, legId, target }: Party): {
  readonly partyId: string;
  readonly legId: string;
  readonly toAgentId: string | null;
  readonly toNumber: string;
} {
  return target.kind === 'agent'
    ? { partyId, legId, toAgentId: target.agentId, toNumber: '' }
    : { partyId, legId, toAgentId: null, toNumber: target.number };
}

/** The agent's own caller, talked to or held; undefined when the agent has none. */
function withCaller(phase: Phase, agentId: string): Of<'talking' | 'held'> | undefined {
  return (phase.name === 'talking' || phase.name === 'held') && phase.agent.agentId === agentId ? phase : undefined;
}

/** The caller is on music already when held; else the bridge is undone first. */
function asideWithMusic(state: CallState, from: Of<'talking' | 'held'>, effects: readonly CallEffect[]): CallStep {
  if (from.name === 'held') return stay(state, effects);
  return withMusic(state, [{ type: 'listen', on: false }, { type: 'park' }, ...effects]);
}

function resumed(from: Of<'talking' | 'held'>, atMs: EpochMs): readonly CallEffect[] {
  if (from.name !== 'held') return [];
  return [emit({ type: 'call.resumed', agentId: from.agent.agentId, heldMs: atMs - from.heldAtMs })];
}

export function onConsult(state: CallState, input: Input<'consult'>): CallStep {
  const from = withCaller(state.phase, input.agentId);
  if (from === undefined) return stay(state);
  const { party, atMs, ownLegId } = input;
  const { agent, returning } = from;
  const ownLeg = ownLegId === undefined ? null : { legId: ownLegId, isUp: false };
  const next = goTo(state, { name: 'consulting', agent, returning, party, answered: false, sinceMs: atMs, ownLeg });
  const started = emit({ type: 'consult.started', agentId: agent.agentId, ...told(party) });
  const { agentId } = agent;
  const ringsBack: CallEffect[] = ownLeg === null ? [] : [{ type: 'ring-own', legId: ownLeg.legId, agentId }];
  return asideWithMusic(next, from, [...resumed(from, atMs), ...ringsBack, ...ring(state, party), started]);
}

/** Why those who were in the consultation are hung up; null: their leg is gone already. */
interface LetGo {
  readonly party: HangupCause | null;
  readonly own: HangupCause | null;
}

/** Back to the caller. */
function consultOver(
  state: CallState,
  phase: Of<'consulting'>,
  reason: PartyEndReason,
  { party: partyCause, own: ownCause }: LetGo,
): CallStep {
  const { agent, returning, party, ownLeg } = phase;
  return {
    state: goTo(state, { name: 'talking', agent, returning }),
    effects: [
      stopTimer,
      { type: 'bridge', legId: agent.legId },
      ...(ownLeg?.isUp === true ? supervisorsFollow(state, agent.legId) : []),
      ...(partyCause === null ? [] : [{ type: 'hangup', legId: party.legId, cause: partyCause } as const]),
      ...(ownCause === null || ownLeg === null
        ? []
        : [{ type: 'hangup', legId: ownLeg.legId, cause: ownCause } as const]),
      ...releaseParty(state.facts.callId, party),
      { type: 'listen', on: true },
      ...partyOver(state, reason),
    ],
  };
}

/** The agent goes back to the caller: by a button, or by hanging up what the telephone dialled. */
export function backToCaller(state: CallState, phase: Of<'consulting'>, own: HangupCause | null = 'normal'): CallStep {
  return consultOver(state, phase, 'ended', { party: phase.answered ? 'normal' : 'cancelled', own });
}

export function onConsultEnd(state: CallState, input: Input<'consult-end'>): CallStep {
  const { phase } = state;
  if (phase.name !== 'consulting' || phase.agent.agentId !== input.agentId) return stay(state);
  return backToCaller(state, phase);
}

/** The one who was brought in has the caller now. */
function partyTakes(
  state: CallState,
  party: Party,
  { sinceMs, atMs }: { readonly sinceMs: EpochMs; readonly atMs: EpochMs },
  before: readonly CallEffect[],
): CallStep {
  const { target, legId } = party;
  const first: CallEffect[] = [{ type: 'bridge', legId }, stopTimer, ...before];
  if (target.kind === 'number') return stay(goTo(state, { name: 'forwarded', party, sinceMs: atMs }), first);
  const agent = { agentId: target.agentId, legId };
  return { state: agentHas(state, agent, atMs), effects: [...first, ...talkingEffects(state, agent, atMs - sinceMs)] };
}

/** The agent leaves; caller and party go on, or the party is still rung while the caller hears music. */
export function agentLeaves(state: CallState, phase: Of<'consulting' | 'conference'>, atMs: EpochMs): CallStep {
  const { agent, party } = phase;
  const kind = phase.name === 'consulting' && !phase.answered ? 'blind' : 'attended';
  const gone: CallEffect[] = [
    ...agentHangsUp(phase),
    ...(phase.name === 'consulting'
      ? partyOver(state, 'transferred')
      : [emit({ type: 'conference.ended', leftBy: 'agent' })]),
    emit({ type: 'call.transferred', agentId: agent.agentId, kind, ...told(party) }),
    ...agentDone(state, agent.agentId),
  ];
  if (kind === 'attended') return partyTakes(state, party, { sinceMs: atMs, atMs }, gone);
  return stay(goTo(state, { name: 'transferring', party, byAgentId: agent.agentId, sinceMs: atMs }), gone);
}

export function onComplete(state: CallState, input: Input<'complete'>): CallStep {
  const { phase } = state;
  if (phase.name !== 'consulting' && phase.name !== 'conference') return stay(state);
  return phase.agent.agentId === input.agentId ? agentLeaves(state, phase, input.atMs) : stay(state);
}

export function onConference(state: CallState, input: Input<'conference'>): CallStep {
  const { phase, facts } = state;
  if (phase.name !== 'consulting' || !phase.answered || phase.agent.agentId !== input.agentId) return stay(state);
  const { returning, party, ownLeg } = phase;
  // A telephone talks on the leg that it dialled; the one that it holds has done its work.
  if (ownLeg?.isUp === false) return stay(state);
  const { agentId } = phase.agent;
  const agent = { agentId, legId: ownLeg?.legId ?? phase.agent.legId };
  return {
    state: goTo(state, { name: 'conference', agent, returning, party }),
    effects: [
      { type: 'conference', legIds: [agent.legId, party.legId] },
      ...(ownLeg === null ? [] : [{ type: 'hangup', legId: phase.agent.legId, cause: 'normal' } as const]),
      { type: 'listen', on: true },
      ...helps(facts.callId, party, 'conference'),
      ...partyOver(state, 'conferenced'),
      emit({ type: 'conference.started', agentId, partyId: party.partyId }),
    ],
  };
}

function helps(callId: string, { target }: Party, as: 'consulted' | 'conference'): readonly CallEffect[] {
  if (target.kind !== 'agent') return [];
  return [{ type: 'seat', agentId: target.agentId, news: { type: 'helping', callId, as } }];
}

export function onTransfer(state: CallState, input: Input<'transfer'>): CallStep {
  const from = withCaller(state.phase, input.agentId);
  if (from === undefined) return stay(state);
  const { party, atMs, agentId } = input;
  const next = goTo(state, { name: 'transferring', party, byAgentId: agentId, sinceMs: atMs });
  return asideWithMusic(next, from, [
    ...agentHangsUp(from),
    ...resumed(from, atMs),
    emit({ type: 'call.transferred', agentId, kind: 'blind', ...told(party) }),
    ...agentDone(state, agentId),
    ...ring(state, party),
  ]);
}

/** A caller who is sent on has waited already: the front of the other line. */
export function onTransferQueue(state: CallState, input: Input<'transfer-queue'>): CallStep {
  const from = withCaller(state.phase, input.agentId);
  if (from === undefined) return stay(state);
  const { queue, agentId, atMs } = input;
  return toFront(state, queue, atMs, [
    { type: 'listen', on: false },
    { type: 'park' },
    ...agentHangsUp(from),
    ...resumed(from, atMs),
    emit({ type: 'call.requeued', agentId, queue }),
    ...agentDone(state, agentId),
  ]);
}

export function partyLegAnswered(state: CallState, atMs: EpochMs): CallStep {
  const { phase, facts } = state;
  if (phase.name === 'transferring') {
    const { party, sinceMs } = phase;
    return partyTakes(state, party, { sinceMs, atMs }, [emit({ type: 'transfer.answered', partyId: party.partyId })]);
  }
  if (phase.name !== 'consulting' || phase.answered) return stay(state);
  const { agent, party, ownLeg } = phase;
  return {
    state: goTo(state, { ...phase, answered: true }),
    effects: [
      stopTimer,
      // A telephone that has dialled is joined when its own leg is up.
      ownLeg === null
        ? { type: 'bridge-others', a: agent.legId, b: party.legId }
        : { type: 'answer-own', legId: ownLeg.legId },
      ...helps(facts.callId, party, 'consulted'),
      emit({ type: 'consult.answered', agentId: agent.agentId, partyId: party.partyId }),
    ],
  };
}

export function partyLegEnded(state: CallState, input: Input<'leg-ended'>): CallStep {
  return partyGone(state, reasonOf[input.cause], { party: null, own: input.cause }, input.atMs);
}

export function partyTimedOut(state: CallState, atMs: EpochMs): CallStep {
  const { phase } = state;
  const rings = phase.name === 'transferring' || (phase.name === 'consulting' && !phase.answered);
  return rings ? partyGone(state, 'no-answer', { party: 'no-answer', own: 'no-answer' }, atMs) : stay(state);
}

/** A colleague says no by the button. */
export function partyDeclined(state: CallState, input: Input<'declined'>): CallStep {
  const { phase } = state;
  const rings = phase.name === 'transferring' || (phase.name === 'consulting' && !phase.answered);
  if (!rings || phase.party.partyId !== input.offerId || !isOf(phase.party, input.agentId)) return stay(state);
  return partyGone(state, 'declined', { party: 'cancelled', own: 'busy' }, input.atMs);
}

function isOf({ target }: Party, agentId: string): boolean {
  return target.kind === 'agent' && target.agentId === agentId;
}

/** Whoever was brought in is gone, or is let go. */
function partyGone(state: CallState, reason: PartyEndReason, letGo: LetGo, atMs: EpochMs): CallStep {
  const { phase } = state;
  if (phase.name === 'consulting') return consultOver(state, phase, phase.answered ? 'party-hung-up' : reason, letGo);
  if (phase.name === 'forwarded') return endCall(state, 'party-hung-up', atMs);
  if (phase.name !== 'conference' && phase.name !== 'transferring') return stay(state);
  const { party } = phase;
  const over: CallEffect[] = [
    stopTimer,
    ...(letGo.party === null ? [] : [{ type: 'hangup', legId: party.legId, cause: letGo.party } as const]),
    ...releaseParty(state.facts.callId, party),
    ...partyOver(state, reason),
  ];
  if (phase.name === 'transferring') return toFront(state, usualQueue(state), atMs, over);
  const { agent, returning } = phase;
  return stay(goTo(state, { name: 'talking', agent, returning }), [{ type: 'bridge', legId: agent.legId }, ...over]);
}

/** The red button: nobody is cut off by it as long as somebody else is there. */
export function hangUpAmongMore(state: CallState, input: Input<'hang-up'>): CallStep {
  const { phase } = state;
  if (phase.name !== 'consulting' && phase.name !== 'conference') return stay(state);
  if (isOf(phase.party, input.agentId))
    return partyGone(state, 'party-hung-up', { party: 'normal', own: 'normal' }, input.atMs);
  if (phase.agent.agentId !== input.agentId) return stay(state);
  return phase.name === 'conference' ? agentLeaves(state, phase, input.atMs) : backToCaller(state, phase);
}
