/**
 * The load that the benches of the line share: a province's hotline at its fullest. 2,000 agents with several queues
 * and skills, 50 queues with every strategy, 30 skills of which five are dialects, and a fixed mix of calls.
 */
import type { AgentUpdate, LineStore, PhoneState, QueueRules, WaitingCall } from '../../../server/acd/line-store.ts';
import { rulesFor, seatLevels, strategies } from '../../../server/acd/queue-rules.ts';

export const AGENTS = 2_000;
const QUEUES = 50;
const SKILLS = 30;
const DIALECTS = 5;

/** mulberry32: the same load every time. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const on = ['on-site'] as const;
export const queues: readonly QueueRules[] = Array.from({ length: QUEUES }, (_, i) => ({
  ...rulesFor(`q${i}`),
  strategy: strategies[i % strategies.length] ?? 'longest-idle',
  rings: [
    { afterMs: 0, lowerLevelsBy: 0, seats: on },
    { afterMs: 30_000, lowerLevelsBy: 2, seats: seatLevels },
    { afterMs: 90_000, lowerLevelsBy: 5, seats: seatLevels },
  ],
  stickyWaitMs: 15_000,
  dialectWaitMs: 20_000,
  maxLength: 100_000,
  maxWaitMs: 7_200_000,
}));

/** Shares of the mix. */
const DECLINED = 0.08;
const STICKY = 0.2;
const DIALECT = 0.15;
const NEEDS = [0.4, 0.85] as const;

export class Load {
  readonly #random: () => number;
  readonly #agents: AgentUpdate[];
  #calls = 0;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#agents = Array.from({ length: AGENTS }, (_, i) => this.#newAgent(i));
  }

  below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  declines(): boolean {
    return this.#random() < DECLINED;
  }

  #newAgent(i: number): AgentUpdate {
    const some = (most: number, of: number, prefix: string): string[] => [
      ...new Set(Array.from({ length: 1 + this.below(most) }, () => `${prefix}${this.below(of)}`)),
    ];
    const skills = Object.fromEntries(some(6, SKILLS, 's').map((s) => [s, 1 + this.below(5)]));
    const seatLevel = i % 10 < 7 ? 'on-site' : i % 10 < 9 ? 'cloud' : 'partner';
    // Every queue has agents of its own.
    const own = [...new Set([`q${i % QUEUES}`, ...some(3, QUEUES, 'q')])];
    return { agentId: `a${i}`, intent: 'available', pauseReason: '', phone: 'busy', queues: own, skills, seatLevel };
  }

  agent(i: number, phone: PhoneState): AgentUpdate {
    const agent = this.#agents[i];
    if (agent === undefined) throw new Error('there is no such agent');
    return { ...agent, phone };
  }

  call(joinedAtMs?: number): WaitingCall {
    const kind = this.#random();
    const count = kind < NEEDS[0] ? 0 : kind < NEEDS[1] ? 1 : 2;
    const needs = Array.from({ length: count }, () => ({
      skill: `s${this.below(SKILLS)}`,
      minLevel: 1 + this.below(4),
    }));
    return {
      callId: `c${++this.#calls}`,
      queue: `q${this.below(QUEUES)}`,
      priority: this.#random() < 0.8 ? 5 : this.below(10),
      needs,
      stickyAgentId: this.#random() < STICKY ? `a${this.below(AGENTS)}` : null,
      dialect: this.#random() < DIALECT ? `s${this.below(DIALECTS)}` : null,
      facts: { urgent: this.#random() < 0.02, elderly: this.#random() < 0.15, redials: Math.max(0, this.below(8) - 4) },
      ...(joinedAtMs === undefined ? {} : { joinedAtMs }),
    };
  }
}

/** Everybody talks, and so many wait, the first since ten minutes. */
export async function fill(line: LineStore, load: Load, waiting: number, nowMs: number): Promise<void> {
  await line.configure(queues);
  const inBatches = async (count: number, work: (i: number) => Promise<unknown>): Promise<void> => {
    for (let from = 0; from < count; from += 250)
      await Promise.all(Array.from({ length: Math.min(250, count - from) }, (_, i) => work(from + i)));
  };
  await inBatches(AGENTS, (i) => line.setAgent(load.agent(i, 'busy')));
  await inBatches(waiting, (i) => line.join(load.call(nowMs - 600_000 + Math.floor((600_000 * i) / waiting))));
  await line.match(60_000);
}
