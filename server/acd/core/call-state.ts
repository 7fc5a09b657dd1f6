/** What the line remembers of a call and of an agent. Internal to the core; changed only by it. */
import type { AgentUpdate, EpochMs, Reservation, SkillNeed, Waiting, WaitingCall } from '../line-store.ts';
import type { SeatLevel } from '../queue-rules.ts';
import type { DemandClass } from './demand-class.ts';
import { agentCondition, groupKey, onlyKey, seatBit, skillCondition, type Demand } from './phases.ts';

export interface CallState {
  callId: string;
  demand: Demand;
  joinedAtMs: EpochMs;
  notBeforeMs: EpochMs;
  /** Key in the queue's order; in its class a call may stand elsewhere (sticky head start). */
  orderKey: number;
  /** The class it stands in, null when it cannot be offered now. */
  demandClass: DemandClass | null;
  classScore: number;
  conditions: readonly string[];
  dueMs: EpochMs;
  tooLongAtMs: EpochMs;
  offerId: string;
  lastAgentId: string | null;
  excluded: ReadonlyMap<string, EpochMs>;
}

export interface Spot {
  readonly key: string;
  readonly queue: string;
  readonly level: number;
}

export interface AgentState {
  agentId: string;
  intent: AgentUpdate['intent'];
  pauseReason: string;
  phone: AgentUpdate['phone'];
  queues: readonly string[];
  skills: Readonly<Record<string, number>>;
  /** The same, for looking up. */
  levels: ReadonlyMap<string, number>;
  seatLevel: SeatLevel;
  seatBit: number;
  /** Groups of waiting calls that can concern this agent. */
  groups: readonly string[];
  /** Where the agent stands among the free: list, its queue, the level of the list's skill. */
  spots: readonly Spot[];
  /** Conditions this agent fulfils while staffed. */
  fulfils: readonly string[];
  freeSinceMs: EpochMs;
  callsTaken: number;
  lastOfferSeq: number;
  offerId: string;
}

export function demandOf(call: WaitingCall, front: boolean): Demand {
  return {
    queue: call.queue,
    priority: call.priority,
    needs: usableNeeds(call.needs ?? []),
    stickyAgentId: call.stickyAgentId ?? null,
    dialect: call.dialect ?? null,
    facts: { urgent: false, elderly: false, redials: 0, ...call.facts },
    front,
    kind: call.kind ?? 'call',
  };
}

/** Levels within 1 to 5; of two needs for one skill the first counts. */
export function usableNeeds(needs: readonly SkillNeed[]): readonly SkillNeed[] {
  const seen = new Map<string, SkillNeed>();
  for (const { skill, minLevel } of needs) {
    if (minLevel > 0 && skill !== '' && !seen.has(skill))
      seen.set(skill, { skill, minLevel: Math.min(5, Math.ceil(minLevel)) });
  }
  return [...seen.values()];
}

/** Most calls exclude nobody all their life. */
const NOBODY: ReadonlyMap<string, EpochMs> = new Map();

export function exclude(call: CallState, agentId: string, untilMs: EpochMs): void {
  call.excluded = new Map(call.excluded).set(agentId, untilMs);
}

/** Forgets exclusions that are over; the time at which the next ends. */
export function dropExclusions(call: CallState, nowMs: EpochMs): EpochMs {
  if (call.excluded.size === 0) return Number.POSITIVE_INFINITY;
  const left = [...call.excluded].filter(([, untilMs]) => untilMs > nowMs);
  call.excluded = left.length === 0 ? NOBODY : new Map(left);
  return Math.min(...left.map(([, untilMs]) => untilMs));
}

export function newCallState(callId: string, demand: Demand): CallState {
  return {
    callId,
    demand,
    joinedAtMs: 0,
    notBeforeMs: 0,
    orderKey: 0,
    demandClass: null,
    classScore: 0,
    conditions: [],
    dueMs: 0,
    tooLongAtMs: 0,
    offerId: '',
    lastAgentId: null,
    excluded: NOBODY,
  };
}

export function newAgentState(agentId: string): AgentState {
  return {
    agentId,
    intent: 'off',
    pauseReason: '',
    phone: 'offline',
    queues: [],
    skills: {},
    levels: new Map(),
    seatLevel: 'on-site',
    seatBit: seatBit('on-site'),
    groups: [],
    spots: [],
    fulfils: [],
    freeSinceMs: 0,
    callsTaken: 0,
    lastOfferSeq: 0,
    offerId: '',
  };
}

/** Takes over queues, skills and seat level; true when any of them is new. */
export function setProfile(agent: AgentState, update: AgentUpdate): boolean {
  const { queues, skills = {}, seatLevel = 'on-site' } = update;
  if (agent.groups.length > 0 && seatLevel === agent.seatLevel && sameProfile(agent, queues, skills)) return false;
  const able = Object.entries(skills).filter(([, level]) => level > 0);
  agent.queues = [...new Set(queues)];
  agent.skills = { ...skills };
  agent.levels = new Map(able);
  agent.seatLevel = seatLevel;
  agent.seatBit = seatBit(seatLevel);
  agent.spots = agent.queues.flatMap((queue) => [
    { key: groupKey(queue, ''), queue, level: 0 },
    ...able.map(([skill, level]) => ({ key: groupKey(queue, skill), queue, level })),
  ]);
  agent.groups = [...agent.spots.map((s) => s.key), onlyKey(agent.agentId)];
  agent.fulfils = agent.queues.flatMap((q) => [
    skillCondition(q, ''),
    ...able.map(([skill]) => skillCondition(q, skill)),
    agentCondition(q, agent.agentId),
  ]);
  return true;
}

function sameProfile(agent: AgentState, queues: readonly string[], skills: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(skills);
  if (names.length !== Object.keys(agent.skills).length || queues.length !== agent.queues.length) return false;
  return queues.every((q, i) => q === agent.queues[i]) && names.every((s) => skills[s] === agent.skills[s]);
}

/** Wants calls and can be rung sooner or later. */
export const isStaffed = (agent: Pick<AgentState, 'intent' | 'phone'>): boolean =>
  agent.intent === 'available' && agent.phone !== 'offline';

/** Could be rung now, were it not reserved. */
export const isIdle = (agent: Pick<AgentState, 'intent' | 'phone'>): boolean =>
  agent.intent === 'available' && agent.phone === 'idle';

export function waitingView(call: CallState, owner: string): Waiting {
  const { queue, priority, needs, stickyAgentId, dialect, facts, front, kind } = call.demand;
  return {
    ...{ callId: call.callId, queue, priority, needs, stickyAgentId, dialect, facts, front, kind, owner },
    joinedAtMs: call.joinedAtMs,
    notBeforeMs: call.notBeforeMs,
    excluded: Object.fromEntries(call.excluded),
    lastAgentId: call.lastAgentId,
  };
}

export function reservationOf(call: CallState, agentId: string, offerId: string, expiresAtMs: EpochMs): Reservation {
  const { queue, kind } = call.demand;
  return { offerId, callId: call.callId, agentId, queue, kind, joinedAtMs: call.joinedAtMs, expiresAtMs };
}
