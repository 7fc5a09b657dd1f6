/** Supervisors on a call: listen, whisper, barge, take over. Pure. Beside the phase: their legs change nothing in it. */
import type { EpochMs } from '../../timeline/events.ts';
import { agentDone, agentHangsUp, agentHas, talkingEffects } from './call-front.ts';
import { partyOver, releaseParty, supervisorLeaves } from './call-others.ts';
import type { CallEffect, CallInput, CallState, CallStep, Phase, Supervision } from './call-types.ts';
import { emit, stay } from './call-util.ts';

type Input<T extends CallInput['type']> = Extract<CallInput, { type: T }>;
type WithAgent = Extract<Phase, { name: 'talking' | 'held' | 'consulting' | 'conference' }>;

/** The phase, if an agent is on the line to be listened to. */
function withAgent(phase: Phase): WithAgent | undefined {
  switch (phase.name) {
    case 'talking':
    case 'held':
    case 'consulting':
    case 'conference':
      return phase;
    case 'arriving':
    case 'flow':
    case 'flow-dialling':
    case 'joining':
    case 'waiting':
    case 'agent-lost':
    case 'transferring':
    case 'forwarded':
    case 'callback-waiting':
    case 'dialling':
    case 'diverting':
    case 'diverted':
    case 'closing':
    case 'ended':
      return undefined;
  }
}

/** The leg that the agent talks on. */
function talkingLeg(phase: WithAgent): string {
  const own = phase.name === 'consulting' ? phase.ownLeg : null;
  return own?.isUp === true ? own.legId : phase.agent.legId;
}

export function onSupervise(state: CallState, input: Input<'supervise'>): CallStep {
  const { supervisorId, legId, mode } = input;
  const target = withAgent(state.phase);
  if (target === undefined || isOnCall(target, supervisorId)) return stay(state);
  const known = state.supervisors.find((s) => s.supervisorId === supervisorId);
  if (known !== undefined) return changeMode(state, known, mode, target);
  const supervision: Supervision = { supervisorId, legId, mode, sinceMs: null };
  const { callId } = state.facts;
  return stay({ ...state, supervisors: [...state.supervisors, supervision] }, [
    { type: 'seat', agentId: supervisorId, news: { type: 'helping', callId, as: 'supervisor' } },
    { type: 'ring-supervisor', supervision },
  ]);
}

function isOnCall(phase: WithAgent, userId: string): boolean {
  if (phase.agent.agentId === userId) return true;
  return 'party' in phase && phase.party.target.kind === 'agent' && phase.party.target.agentId === userId;
}

function changeMode(state: CallState, known: Supervision, mode: Supervision['mode'], target: WithAgent): CallStep {
  if (known.mode === mode) return stay(state);
  const next = { ...known, mode };
  const supervisors = state.supervisors.map((s) => (s === known ? next : s));
  if (known.sinceMs === null) return stay({ ...state, supervisors });
  return stay({ ...state, supervisors }, [
    { type: 'supervise', legId: known.legId, targetLegId: talkingLeg(target), mode },
    emit({ type: 'supervision.changed', supervisorId: known.supervisorId, mode }),
  ]);
}

function without(state: CallState, gone: Supervision): CallState {
  return { ...state, supervisors: state.supervisors.filter((s) => s !== gone) };
}

export function supervisorLegAnswered(state: CallState, s: Supervision, atMs: EpochMs): CallStep {
  const target = withAgent(state.phase);
  // Told twice.
  if (s.sinceMs !== null) return stay(state);
  // The agent has gone while the supervisor's phone rang.
  if (target === undefined) return supervisorGone(state, s, atMs, true);
  const { supervisorId, legId, mode } = s;
  const supervisors = state.supervisors.map((one) => (one === s ? { ...s, sinceMs: atMs } : one));
  const { agent } = target;
  return stay({ ...state, supervisors }, [
    { type: 'supervise', legId, targetLegId: talkingLeg(target), mode },
    emit({ type: 'supervision.started', supervisorId, agentId: agent.agentId, legId, mode }),
  ]);
}

export function supervisorGone(state: CallState, s: Supervision, atMs: EpochMs, hangUp: boolean): CallStep {
  const dropped: CallEffect[] = hangUp ? [{ type: 'hangup', legId: s.legId, cause: 'normal' }] : [];
  return stay(without(state, s), [...dropped, ...supervisorLeaves(state.facts.callId, s, atMs)]);
}

export function onSuperviseEnd(state: CallState, input: Input<'supervise-end'>): CallStep {
  const s = state.supervisors.find((one) => one.supervisorId === input.supervisorId);
  return s === undefined ? stay(state) : supervisorGone(state, s, input.atMs, true);
}

/** The supervisor has the call from now on; the agent, and whoever else was brought in, is let go. */
export function onTakeOver(state: CallState, input: Input<'take-over'>): CallStep {
  const { supervisorId, atMs } = input;
  const s = state.supervisors.find((one) => one.supervisorId === supervisorId);
  const from = withAgent(state.phase);
  if (s === undefined || s.sinceMs === null || from === undefined) return stay(state);
  const { legId } = s;
  const talker = { agentId: supervisorId, legId };
  const { agentId } = from.agent;
  return {
    state: agentHas(without(state, s), talker, atMs),
    effects: [
      // Off the agent's leg before that leg goes: a supervising leg ends with its target.
      { type: 'park-leg', legId },
      { type: 'bridge', legId },
      ...agentHangsUp(from),
      ...partyLetGo(state, from),
      ...(from.name === 'held' ? [emit({ type: 'call.resumed', agentId, heldMs: atMs - from.heldAtMs })] : []),
      ...agentDone(state, agentId),
      emit({ type: 'supervision.ended', supervisorId, tookMs: atMs - s.sinceMs }),
      emit({ type: 'call.taken-over', supervisorId, agentId, legId }),
      ...talkingEffects(state, talker, 0),
    ],
  };
}

function partyLetGo(state: CallState, phase: WithAgent): readonly CallEffect[] {
  if (!('party' in phase)) return [];
  const { party } = phase;
  return [
    { type: 'stop-timer', timer: 'party' },
    { type: 'hangup', legId: party.legId, cause: 'normal' },
    ...partyOver(state, 'taken-over'),
    ...releaseParty(state.facts.callId, party),
  ];
}
