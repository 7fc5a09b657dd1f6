/** Ways by which an agent lets go of a call: wrap-up for the agent, the front of a line for the caller. Pure. */
import type { EpochMs } from '../../timeline/events.ts';
import { legsOfAgent } from './call-others.ts';
import type { CallEffect, CallState, CallStep, LineWants, Phase, Talker } from './call-types.ts';
import { emit, goTo, withPlay } from './call-util.ts';
import { rulesOf } from './wait-rules.ts';

/** The rank of those who were served already: before everybody else. */
export const FRONT_PRIORITY = 9;

export function usualQueue(state: CallState): string {
  return state.queued?.queue ?? 'main';
}

/** The caller waits for whoever is free next, before all others. */
export function toFront(state: CallState, queue: string, atMs: EpochMs, before: readonly CallEffect[]): CallStep {
  const wants = state.queued?.wants;
  const queued = { queue, priority: FRONT_PRIORITY, joinedAtMs: atMs, ...(wants === undefined ? {} : { wants }) };
  const rules = rulesOf(state.settings, queue);
  const next: CallState = { ...goTo(state, { name: 'waiting', offer: null, announcing: false }), queued };
  return withPlay(next, [rules.music], 'forever', [
    ...before,
    emit({ type: 'queue.joined', queue, priority: FRONT_PRIORITY, ...toldWants(wants) }),
    { type: 'join-front', queued },
    { type: 'start-timer', timer: 'announce', delayMs: rules.announceEveryMs },
    { type: 'start-timer', timer: 'max-wait', delayMs: rules.maxWaitMs },
  ]);
}

/** The dialect is for whoever takes the call next, should it go back into the line. */
export function withDialect(state: CallState, dialect: string): CallState {
  const { queued } = state;
  if (queued === null) return state;
  const wants = { needs: [], ...queued.wants, dialect: dialect === '' ? null : dialect };
  return { ...state, queued: { ...queued, wants } };
}

/** So that the line can be rebuilt from the timeline; said only when there is something to say. */
export function toldWants(wants: LineWants | undefined): {
  readonly needs?: LineWants['needs'];
  readonly dialect?: string;
  readonly caller?: 'urgent' | 'elderly';
} {
  if (wants === undefined) return {};
  const { needs, dialect, caller } = wants;
  const told = { ...(needs.length === 0 ? {} : { needs }), ...(dialect === null ? {} : { dialect }) };
  return caller === undefined ? told : { ...told, caller };
}

/** Music for a caller whom nobody talks to. */
export function withMusic(state: CallState, before: readonly CallEffect[]): CallStep {
  return withPlay(state, [rulesOf(state.settings, usualQueue(state)).music], 'forever', before);
}

/** The agent's part is over; wrap-up begins. */
export function agentDone(state: CallState, agentId: string): readonly CallEffect[] {
  const { callId } = state.facts;
  const { wrapUpMs } = rulesOf(state.settings, usualQueue(state));
  return [
    emit({ type: 'wrap-up.started', agentId, wrapUpMs }),
    { type: 'seat', agentId, news: { type: 'call-over', callId, wrapUpMs } },
  ];
}

export function agentHangsUp(phase: Parameters<typeof legsOfAgent>[0]): readonly CallEffect[] {
  return legsOfAgent(phase).map((legId) => ({ type: 'hangup', legId, cause: 'normal' }));
}

/** The state and the effects of an agent who has the caller from now on. */
export function agentHas(state: CallState, agent: Talker, atMs: EpochMs): CallState {
  return {
    ...goTo(state, { name: 'talking', agent, returning: null }),
    bridgedAtMs: state.bridgedAtMs ?? atMs,
    agentId: agent.agentId,
    recording: true,
  };
}

export function talkingEffects(state: CallState, agent: Talker, waitMs: number): readonly CallEffect[] {
  return [
    ...(state.recording ? [] : [{ type: 'start-recording' } as const]),
    { type: 'listen', on: true },
    { type: 'seat', agentId: agent.agentId, news: { type: 'talking', callId: state.facts.callId } },
    emit({ type: 'call.bridged', agentId: agent.agentId, waitMs }),
  ];
}

type HadAgent = Extract<Phase, { name: 'talking' | 'held' | 'consulting' }>;

export function agentLost(state: CallState, phase: HadAgent, atMs: EpochMs): CallStep {
  const { agentId } = phase.agent;
  const next = goTo(state, { name: 'agent-lost', music: false, agentId, lostAtMs: atMs, returning: phase.returning });
  return withPlay(next, ['agent-lost'], 'once', [
    { type: 'listen', on: false },
    { type: 'start-timer', timer: 'agent-return', delayMs: state.settings.agentReturnMs },
    { type: 'seat', agentId, news: { type: 'lost', callId: state.facts.callId } },
    emit({ type: 'agent.lost', agentId }),
  ]);
}
