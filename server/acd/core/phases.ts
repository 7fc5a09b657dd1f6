/**
 * Who may take a call, as time goes by: sticky agent only, speakers of its dialect only, then ring after ring. Pure.
 * Both stores keep calls in classes of equal demand (`classKey`); an agent looks only into the groups that can
 * concern it (`groupKey`): its queues, each with no need first and with each of its skills.
 */
import type { AgeingFacts, SkillNeed, WaitingKind } from '../line-store.ts';
import { seatLevels, type Ageing, type QueueRules, type Ring, type SeatLevel } from '../queue-rules.ts';

/** What decides on a call's phases. */
export interface Demand {
  readonly queue: string;
  readonly priority: number;
  readonly needs: readonly SkillNeed[];
  readonly stickyAgentId: string | null;
  readonly dialect: string | null;
  readonly facts: AgeingFacts;
  readonly front: boolean;
  readonly kind: WaitingKind;
}

/** One way to keep a call: holds while `condition` does (null: always). */
export interface Variant {
  /** `agent:<queue>|<id>`: that agent is staffed. `skill:<queue>|<skill>`: somebody with that skill is. */
  readonly condition: string | null;
  readonly queue: string;
  readonly onlyAgentId: string | null;
  /** Bit set, by index in `seatLevels`. */
  readonly seats: number;
  readonly needs: readonly SkillNeed[];
  readonly headStartMs: number;
}

export interface Phase {
  /** Waiting time at which the phase begins and ends. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** The first whose condition holds is the one; the last has none. */
  readonly variants: readonly Variant[];
}

/** A returned call stands before everyone: more than any head start, less than the age of an epoch. */
export const FRONT_MS = 10_000_000_000;
const ALL_SEATS = (1 << seatLevels.length) - 1;

export function seatBit(level: SeatLevel): number {
  return 1 << seatLevels.indexOf(level);
}

export function headStartMs(demand: Pick<Demand, 'priority' | 'facts' | 'front'>, ageing: Ageing): number {
  if (demand.front) return FRONT_MS;
  const { urgent, elderly, redials } = demand.facts;
  const wanted =
    demand.priority * ageing.priorityStepMs +
    (urgent ? ageing.urgentMs : 0) +
    (elderly ? ageing.elderlyMs : 0) +
    redials * ageing.redialMs;
  return Math.min(wanted, ageing.maxHeadStartMs);
}

const safeNames = new Map<string, string>();
const MOST_NAMES = 10_000;

/** Names may hold anything; keys are cut at certain signs. There are few names and they are needed all the time. */
function safe(name: string): string {
  let found = safeNames.get(name);
  if (found !== undefined) return found;
  if (safeNames.size >= MOST_NAMES) safeNames.clear();
  safeNames.set(name, (found = encodeURIComponent(name)));
  return found;
}

export const skillCondition = (queue: string, skill: string): string => `skill:${safe(queue)}|${safe(skill)}`;
export const agentCondition = (queue: string, agentId: string): string => `agent:${safe(queue)}|${agentId}`;

/** Also the key of the free agents of a queue with that skill; '' for all of the queue. */
export const groupKey = (queue: string, skill: string): string => `${safe(queue)}|${safe(skill)}`;
export const onlyKey = (agentId: string): string => `only|${agentId}`;

export function groupOf(variant: Variant): string {
  if (variant.onlyAgentId !== null) return onlyKey(variant.onlyAgentId);
  return groupKey(variant.queue, variant.needs[0]?.skill ?? '');
}

export function classOf(variant: Variant): string {
  if (variant.onlyAgentId !== null) return `${safe(variant.queue)}||${onlyKey(variant.onlyAgentId)}`;
  const needs = variant.needs.map((n) => `${safe(n.skill)}:${String(n.minLevel)}`).join(',');
  return `${safe(variant.queue)}|${String(variant.seats)}|${needs}`;
}

function lowered(needs: readonly SkillNeed[], by: number): readonly SkillNeed[] {
  if (by === 0 || needs.length === 0) return needs;
  return needs.map((n) => ({ ...n, minLevel: n.minLevel - by })).filter((n) => n.minLevel > 0);
}

function ringVariant(demand: Demand, ring: Ring | undefined, headStart: number): Variant {
  return {
    condition: null,
    queue: demand.queue,
    onlyAgentId: null,
    seats: ring === undefined ? ALL_SEATS : ring.seats.reduce((set, level) => set | seatBit(level), 0),
    needs: lowered(demand.needs, ring?.lowerLevelsBy ?? 0),
    headStartMs: headStart,
  };
}

/** The needs with the dialect first. */
function withDialect(needs: readonly SkillNeed[], dialect: string): readonly SkillNeed[] {
  const own = needs.find((n) => n.skill === dialect);
  return [own ?? { skill: dialect, minLevel: 1 }, ...needs.filter((n) => n.skill !== dialect)];
}

function variantsAt(demand: Demand, rules: QueueRules, waitedMs: number): readonly Variant[] {
  const headStart = headStartMs(demand, rules.ageing);
  const plain = ringVariant(
    demand,
    rules.rings.findLast((r) => r.afterMs <= waitedMs),
    headStart,
  );
  const variants: Variant[] = [];
  const { stickyAgentId, dialect, queue } = demand;
  if (stickyAgentId !== null && waitedMs < rules.stickyWaitMs)
    variants.push({
      ...plain,
      condition: agentCondition(queue, stickyAgentId),
      onlyAgentId: stickyAgentId,
      headStartMs: headStart + rules.stickyHeadStartMs,
    });
  if (dialect !== null && waitedMs < rules.dialectWaitMs)
    variants.push({ ...plain, condition: skillCondition(queue, dialect), needs: withDialect(plain.needs, dialect) });
  return [...variants, plain];
}

interface Boundaries {
  readonly plain: readonly number[];
  readonly sticky: readonly number[];
  readonly dialect: readonly number[];
  readonly both: readonly number[];
}

const known = new WeakMap<QueueRules, Boundaries>();

function boundariesOf(rules: QueueRules): Boundaries {
  const at = (...more: readonly number[]): readonly number[] =>
    [...new Set([0, ...rules.rings.map((r) => r.afterMs), ...more])].filter((t) => t >= 0).sort((a, b) => a - b);
  const { stickyWaitMs, dialectWaitMs } = rules;
  return { plain: at(), sticky: at(stickyWaitMs), dialect: at(dialectWaitMs), both: at(stickyWaitMs, dialectWaitMs) };
}

/** Waiting times at which something changes for the call, ascending from 0. */
function boundaries(demand: Demand, rules: QueueRules): readonly number[] {
  let found = known.get(rules);
  if (found === undefined) known.set(rules, (found = boundariesOf(rules)));
  if (demand.stickyAgentId === null) return demand.dialect === null ? found.plain : found.dialect;
  return demand.dialect === null ? found.sticky : found.both;
}

/** The phase of a call that has waited so long. */
export function phaseAt(demand: Demand, rules: QueueRules, waitedMs: number): Phase {
  const times = boundaries(demand, rules);
  const next = times.findIndex((t) => t > waitedMs);
  const at = Math.max(0, next === -1 ? times.length - 1 : next - 1);
  const fromMs = times[at] ?? 0;
  return { fromMs, untilMs: times[at + 1] ?? Number.POSITIVE_INFINITY, variants: variantsAt(demand, rules, fromMs) };
}

/** All phases of a call, in order, from joining on without a gap. */
export function phasesOf(demand: Demand, rules: QueueRules): readonly Phase[] {
  return boundaries(demand, rules).map((fromMs) => phaseAt(demand, rules, fromMs));
}
