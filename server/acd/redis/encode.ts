/** Calls and agents as the scripts want them: keys, phases, scores and all that Lua need not work out. Pure. */
import { newAgentState, setProfile, usableNeeds } from '../core/call-state.ts';
import { classOf, groupOf, headStartMs, phasesOf, type Demand } from '../core/phases.ts';
import type { AgentUpdate } from '../line-store.ts';
import type { QueueRules } from '../queue-rules.ts';
import type { CallData } from './replies.ts';

export const safeName = (name: string): string => encodeURIComponent(name);

/** Phases as `[until or -1, [[condition, group, class, head start], …]]`. */
export function phasesJson(demand: Demand, rules: QueueRules): string {
  return JSON.stringify(
    phasesOf(demand, rules).map(({ untilMs, variants }) => [
      Number.isFinite(untilMs) ? untilMs : -1,
      variants.map((v) => [v.condition ?? '', groupOf(v), classOf(v), v.headStartMs]),
    ]),
  );
}

export function callData(demand: Demand): CallData {
  const { queue, priority, stickyAgentId, dialect, facts, kind, front } = demand;
  return { queue, priority, needs: usableNeeds(demand.needs), stickyAgentId, dialect, facts, kind, front };
}

/** Head start, phases, sticky agent, dialect, kind, longest wait: the same in `join` and `change`. */
export function demandArgs(
  demand: Demand,
  rules: QueueRules,
): readonly [string, string, string, string, string, string] {
  return [
    String(headStartMs(demand, rules.ageing)),
    phasesJson(demand, rules),
    demand.stickyAgentId ?? '',
    demand.dialect === null ? '' : safeName(demand.dialect),
    demand.kind,
    String(demand.kind === 'callback' ? -1 : rules.maxWaitMs),
  ];
}

const profiles = new Map<string, readonly string[]>();
const MOST_PROFILES = 10_000;

/** Queues to profile: the arguments of `set-agent` from the seventh on. Agents say the same again and again. */
export function profileArgs(update: AgentUpdate): readonly string[] {
  const { agentId, queues, skills = {}, seatLevel = 'on-site' } = update;
  const able = Object.entries(skills)
    .filter(([, level]) => level > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const profile = JSON.stringify({ queues: [...new Set(queues)], skills: able, seatLevel });
  const key = `${agentId}\n${profile}`;
  const known = profiles.get(key);
  if (known !== undefined) return known;
  const agent = newAgentState(agentId);
  setProfile(agent, update);
  const args = [
    `\n${agent.queues.map(safeName).join('\n')}\n`,
    agent.groups.join('\n'),
    agent.fulfils.join('\n'),
    `,${able.map(([skill, level]) => `${safeName(skill)}:${String(Math.min(5, Math.floor(level)))},`).join('')}`,
    String(agent.seatBit),
    profile,
  ];
  if (profiles.size >= MOST_PROFILES) profiles.clear();
  profiles.set(key, args);
  return args;
}
