/**
 * The rules of docs/acd.md once more, as simply as they can be written: everybody is looked at every time. And random
 * events that are given to a store and to this, which must agree on every offer.
 */
import type { AgentUpdate, LineStore, QueueRules, WaitingCall, WaitingChange } from '../../server/acd/line-store.ts';
import { rulesFor } from '../../server/acd/queue-rules.ts';

interface ModelCall {
  call: WaitingCall & { front: boolean };
  joinedAtMs: number;
  offerId: string | null;
  lastAgentId: string | null;
  excluded: Map<string, number>;
  owned: boolean;
}

interface ModelAgent {
  update: AgentUpdate;
  freeSinceMs: number;
  callsTaken: number;
  lastOffer: number;
  offered: boolean;
}

interface ModelOffer {
  callId: string;
  agentId: string;
  expiresAtMs: number;
}

export class ModelLine {
  readonly calls = new Map<string, ModelCall>();
  readonly agents = new Map<string, ModelAgent>();
  /** By call and agent: which identifiers the store gives its offers is its own business. */
  readonly offers = new Map<string, ModelOffer>();
  readonly rules: ReadonlyMap<string, QueueRules>;
  #offerSeq = 0;
  nowMs = 0;

  constructor(rules: readonly QueueRules[]) {
    this.rules = new Map(rules.map((r) => [r.name, r]));
  }

  rulesOf(queue: string): QueueRules {
    return this.rules.get(queue) ?? rulesFor(queue);
  }

  join(call: WaitingCall, front: boolean): void {
    const known = this.calls.get(call.callId);
    if (known !== undefined) {
      known.owned = true;
      return;
    }
    this.calls.set(call.callId, {
      call: { ...call, front },
      joinedAtMs: Math.min(call.joinedAtMs ?? this.nowMs, this.nowMs),
      offerId: null,
      lastAgentId: null,
      excluded: new Map(),
      owned: true,
    });
  }

  change(callId: string, change: WaitingChange): void {
    const known = this.calls.get(callId);
    if (known === undefined) return;
    this.endOffer(known.offerId);
    known.call = { ...known.call, ...change };
    known.joinedAtMs = Math.min(change.joinedAtMs ?? known.joinedAtMs, this.nowMs);
  }

  leave(callId: string): void {
    this.endOffer(this.calls.get(callId)?.offerId ?? null);
    this.calls.delete(callId);
  }

  setAgent(update: AgentUpdate): void {
    const before = this.agents.get(update.agentId);
    const idle = update.intent === 'available' && update.phone === 'idle';
    const since = before !== undefined && before.freeSinceMs > 0 ? before.freeSinceMs : this.nowMs;
    const loggedIn = (before?.update.intent ?? 'off') === 'off' && update.intent !== 'off';
    this.agents.set(update.agentId, {
      update,
      freeSinceMs: idle ? since : 0,
      callsTaken: loggedIn ? 0 : (before?.callsTaken ?? 0),
      lastOffer: before?.lastOffer ?? 0,
      offered: before?.offered ?? false,
    });
  }

  removeAgent(agentId: string): void {
    for (const [id, offer] of this.offers) if (offer.agentId === agentId) this.endOffer(id);
    this.agents.delete(agentId);
  }

  endOffer(id: string | null): void {
    const offer = id === null ? undefined : this.offers.get(id);
    if (id === null || offer === undefined) return;
    this.offers.delete(id);
    const call = this.calls.get(offer.callId);
    if (call !== undefined) call.offerId = null;
    const agent = this.agents.get(offer.agentId);
    if (agent !== undefined) agent.offered = false;
  }

  expire(): void {
    for (const [id, offer] of this.offers) if (offer.expiresAtMs <= this.nowMs) this.endOffer(id);
  }

  accept(id: string): boolean {
    this.expire();
    const offer = this.offers.get(id);
    if (offer === undefined) return false;
    const agent = this.agents.get(offer.agentId);
    if (agent !== undefined) agent.callsTaken += 1;
    this.leave(offer.callId);
    return true;
  }

  release(id: string, excludeMs: number): boolean {
    this.expire();
    const offer = this.offers.get(id);
    if (offer === undefined) return false;
    if (excludeMs > 0) this.calls.get(offer.callId)?.excluded.set(offer.agentId, this.nowMs + excludeMs);
    this.endOffer(id);
    return true;
  }

  /** The server of these has died. */
  die(callIds: Iterable<string>, agentIds: Iterable<string>): void {
    for (const agentId of agentIds) {
      for (const [id, offer] of this.offers) if (offer.agentId === agentId) this.endOffer(id);
      const agent = this.agents.get(agentId);
      if (agent === undefined) continue;
      agent.update = { ...agent.update, phone: 'offline' };
      agent.freeSinceMs = 0;
    }
    for (const callId of callIds) {
      const call = this.calls.get(callId);
      if (call === undefined) continue;
      this.endOffer(call.offerId);
      call.owned = false;
    }
  }

  /** The store has forgotten everything; it is told the calls and the agents again. */
  rebuild(): void {
    this.offers.clear();
    this.#offerSeq = 0;
    for (const call of this.calls.values()) {
      call.offerId = null;
      call.lastAgentId = null;
      call.excluded.clear();
    }
    const updates = [...this.agents.values()].map((a) => a.update);
    this.agents.clear();
    for (const update of updates) this.setAgent(update);
  }

  #staffed(queue: string): readonly AgentUpdate[] {
    const all = [...this.agents.values()].map((a) => a.update);
    return all.filter((a) => a.intent === 'available' && a.phone !== 'offline' && a.queues.includes(queue));
  }

  #isSticky({ call, joinedAtMs }: ModelCall): boolean {
    const { stickyAgentId = null, queue } = call;
    if (stickyAgentId === null || this.nowMs - joinedAtMs >= this.rulesOf(queue).stickyWaitMs) return false;
    return this.#staffed(queue).some((a) => a.agentId === stickyAgentId);
  }

  key(one: ModelCall, own: boolean): number {
    const { ageing, stickyHeadStartMs } = this.rulesOf(one.call.queue);
    const { urgent = false, elderly = false, redials = 0 } = one.call.facts ?? {};
    let head = one.call.priority * ageing.priorityStepMs + redials * ageing.redialMs;
    if (urgent) head += ageing.urgentMs;
    if (elderly) head += ageing.elderlyMs;
    head = one.call.front ? 10_000_000_000 : Math.min(head, ageing.maxHeadStartMs);
    return one.joinedAtMs - head - (own && this.#isSticky(one) ? stickyHeadStartMs : 0);
  }

  #needs({ call, joinedAtMs }: ModelCall): readonly { skill: string; minLevel: number }[] {
    const rules = this.rulesOf(call.queue);
    const waitedMs = this.nowMs - joinedAtMs;
    const lower = rules.rings.filter((r) => r.afterMs <= waitedMs).at(-1)?.lowerLevelsBy ?? 0;
    const needs = (call.needs ?? []).map((n) => ({ ...n, minLevel: n.minLevel - lower })).filter((n) => n.minLevel > 0);
    const { dialect = null } = call;
    if (dialect === null || waitedMs >= rules.dialectWaitMs) return needs;
    if (!this.#staffed(call.queue).some((a) => (a.skills?.[dialect] ?? 0) > 0)) return needs;
    const own = needs.find((n) => n.skill === dialect) ?? { skill: dialect, minLevel: 1 };
    return [own, ...needs.filter((n) => n.skill !== dialect)];
  }

  mayTake(one: ModelCall, agent: ModelAgent): boolean {
    const { call, joinedAtMs, excluded } = one;
    const { agentId, queues, skills = {}, seatLevel = 'on-site' } = agent.update;
    if (agent.freeSinceMs === 0 || agent.offered || !queues.includes(call.queue)) return false;
    if ((excluded.get(agentId) ?? 0) > this.nowMs) return false;
    if (this.#isSticky(one)) return agentId === call.stickyAgentId;
    const ring = this.rulesOf(call.queue)
      .rings.filter((r) => r.afterMs <= this.nowMs - joinedAtMs)
      .at(-1);
    if (ring?.seats.includes(seatLevel) === false) return false;
    return this.#needs(one).every((n) => (skills[n.skill] ?? 0) >= n.minLevel);
  }

  /** Lower is sooner. */
  #order(one: ModelCall, agent: ModelAgent, skill: string): readonly [number, number] {
    const level = agent.update.skills?.[skill] ?? 0;
    switch (this.rulesOf(one.call.queue).strategy) {
      case 'longest-idle':
        return [0, agent.freeSinceMs];
      case 'fewest-calls':
        return [agent.callsTaken, agent.freeSinceMs];
      case 'round-robin':
        return [0, agent.lastOffer];
      case 'best-skill':
        return [skill === '' ? 0 : 5 - level, agent.freeSinceMs];
    }
  }

  #best(one: ModelCall, agents: readonly ModelAgent[], skill: string): ModelAgent | undefined {
    return [...agents].sort((a, b) => {
      const [x, y] = [this.#order(one, a, skill), this.#order(one, b, skill)];
      return x[0] - y[0] || x[1] - y[1] || (a.update.agentId < b.update.agentId ? -1 : 1);
    })[0];
  }

  #choose(one: ModelCall): ModelAgent | undefined {
    const able = [...this.agents.values()].filter((agent) => this.mayTake(one, agent));
    const next = able.filter((a) => a.update.agentId !== one.lastAgentId);
    if (next.length === 0) return able[0];
    const { stickyAgentId, dialect = null } = one.call;
    const speakers = dialect === null ? [] : next.filter((a) => (a.update.skills?.[dialect] ?? 0) > 0);
    return (
      next.find((a) => a.update.agentId === stickyAgentId) ??
      this.#best(one, speakers, dialect ?? '') ??
      this.#best(one, next, this.#needs(one)[0]?.skill ?? '')
    );
  }

  offerable(): readonly ModelCall[] {
    return [...this.calls.values()]
      .filter((one) => one.offerId === null && one.owned && (one.call.notBeforeMs ?? 0) <= this.nowMs)
      .sort((a, b) => this.key(a, true) - this.key(b, true) || (a.call.callId < b.call.callId ? -1 : 1));
  }

  match(holdMs: number): void {
    this.expire();
    for (let made = true; made;) {
      made = false;
      for (const one of this.offerable()) {
        const agent = this.#choose(one);
        if (agent === undefined) continue;
        const { agentId } = agent.update;
        const id = `${one.call.callId}-${agentId}`;
        this.#offerSeq += 1;
        this.offers.set(id, { callId: one.call.callId, agentId, expiresAtMs: this.nowMs + holdMs });
        one.offerId = id;
        one.lastAgentId = agentId;
        agent.lastOffer = this.#offerSeq;
        agent.offered = true;
        made = true;
        break;
      }
    }
  }

  order(): readonly string[] {
    return [...this.calls.values()]
      .sort((a, b) => this.key(a, false) - this.key(b, false) || (a.call.callId < b.call.callId ? -1 : 1))
      .map((one) => one.call.callId);
  }
}

export interface ModelHarness {
  line: LineStore;
  setNow(nowMs: number): void;
  /** The store forgets everything. */
  forget(): Promise<void>;
  /** One of two servers dies and another comes; resolves when the line has noticed. Undefined: there is but one. */
  readonly serverDies?: (
    letTimePass: (ms: number) => void,
  ) => Promise<{ calls: readonly string[]; agents: readonly string[] }>;
}

const ring = { afterMs: 0, lowerLevelsBy: 0, seats: ['on-site', 'cloud', 'partner'] } as const;
export const modelQueues: readonly QueueRules[] = [
  { ...rulesFor('idle'), dialectWaitMs: 4_000, stickyWaitMs: 3_000 },
  {
    ...rulesFor('best'),
    strategy: 'best-skill',
    rings: [
      { ...ring, seats: ['on-site'] },
      { afterMs: 2_000, lowerLevelsBy: 2, seats: ['on-site', 'cloud'] },
      { afterMs: 6_000, lowerLevelsBy: 5, seats: ['on-site', 'cloud', 'partner'] },
    ],
    stickyWaitMs: 1_500,
  },
  {
    ...rulesFor('fewest'),
    strategy: 'fewest-calls',
    dialectWaitMs: 2_000,
    rings: [ring, { ...ring, afterMs: 3_000, lowerLevelsBy: 1 }],
  },
  { ...rulesFor('税务'), strategy: 'round-robin' },
];

/** mulberry32: a small generator of repeatable randomness. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SKILLS = ['wu', 'tax', 'law'] as const;
const HOLD_MS = 2_500;

/** What happened, counted, so that a run can be seen to have tried everything. */
export type ModelCounts = Record<string, number>;

export async function checkModel(h: ModelHarness, events: number, seed: number): Promise<ModelCounts> {
  const random = randomFrom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T | undefined => list[below(list.length)];
  const model = new ModelLine(modelQueues);
  const counts: ModelCounts = {};
  /** The store's offers by the model's names for them, old ones too: messages may come late and twice. */
  const names = new Map<string, string>();
  const past: string[] = [];
  let nextCall = 0;
  let nowMs = 1_000_000_000_000;
  const setNow = (ms: number): void => {
    nowMs = ms;
    model.nowMs = ms;
    h.setNow(ms);
  };
  setNow(nowMs);
  await h.line.configure(modelQueues);

  const newCall = (): WaitingCall => ({
    callId: `c${++nextCall}`,
    queue: pick(modelQueues)?.name ?? '',
    priority: below(10),
    needs: SKILLS.filter(() => random() < 0.25).map((skill) => ({ skill, minLevel: 1 + below(5) })),
    stickyAgentId: random() < 0.3 ? `a${below(10)}` : null,
    dialect: random() < 0.3 ? 'wu' : null,
    facts: { urgent: random() < 0.1, elderly: random() < 0.2, redials: below(4) },
    kind: random() < 0.1 ? 'callback' : 'call',
    notBeforeMs: random() < 0.1 ? nowMs + below(5_000) : 0,
  });
  const randomAgent = (): AgentUpdate => {
    const n = below(10);
    // Profiles change seldom, intents and phones all the time.
    const profile = randomFrom(n * 1_000 + (random() < 0.02 ? below(5) : 0));
    const queues = modelQueues.filter(() => profile() < 0.6).map((q) => q.name);
    return {
      agentId: `a${n}`,
      intent: pick(['available', 'available', 'available', 'available', 'paused', 'off'] as const) ?? 'off',
      pauseReason: '',
      phone: pick(['idle', 'idle', 'idle', 'ringing', 'busy', 'wrap-up', 'offline'] as const) ?? 'offline',
      queues,
      skills: Object.fromEntries(SKILLS.filter(() => profile() < 0.6).map((s) => [s, Math.floor(profile() * 6)])),
      seatLevel: n < 6 ? 'on-site' : n < 8 ? 'cloud' : 'partner',
    };
  };
  const anyCall = (): string =>
    random() < 0.05 ? `c${1 + below(nextCall + 1)}` : (pick([...model.calls.keys()]) ?? 'none');
  const anyOffer = (): string => (random() < 0.1 ? (pick(past) ?? 'none') : (pick([...names.keys()]) ?? 'none'));
  const tellAgain = async (): Promise<void> => {
    for (const { call, joinedAtMs } of [...model.calls.values()].reverse()) {
      if (call.front) await h.line.joinFront(call, joinedAtMs);
      else await h.line.join({ ...call, joinedAtMs, insist: true });
    }
    for (const { update } of model.agents.values()) await h.line.setAgent(update);
  };

  const deeds: readonly (readonly [weight: number, name: string, deed: () => Promise<void>])[] = [
    [
      22,
      'arrive',
      async () => {
        const call = newCall();
        if (model.calls.size >= 25) return;
        model.join(call, false);
        await h.line.join({ ...call, insist: true });
      },
    ],
    [
      3,
      'arrive twice',
      async () => {
        const known = pick([...model.calls.values()]);
        if (known === undefined) return;
        await h.line.join({ ...known.call, insist: true });
      },
    ],
    [
      3,
      'come back to the front',
      async () => {
        const call = newCall();
        model.join({ ...call, joinedAtMs: nowMs - 500 }, true);
        await h.line.joinFront(call, nowMs - 500);
      },
    ],
    [
      8,
      'hang up',
      async () => {
        const callId = anyCall();
        model.leave(callId);
        await h.line.leave(callId);
        if (random() < 0.2) await h.line.leave(callId);
      },
    ],
    [
      5,
      'change',
      async () => {
        const callId = anyCall();
        const change: WaitingChange =
          random() < 0.4
            ? { kind: 'callback', notBeforeMs: nowMs + below(3_000) }
            : { queue: newCall().queue, needs: newCall().needs ?? [] };
        nextCall -= 'queue' in change ? 2 : 0;
        model.change(callId, change);
        await h.line.change(callId, change);
      },
    ],
    [
      30,
      'agent',
      async () => {
        const update = randomAgent();
        model.setAgent(update);
        await h.line.setAgent(update);
        if (random() < 0.1) await h.line.setAgent(update);
      },
    ],
    [
      1,
      'agent goes',
      async () => {
        const agentId = `a${below(10)}`;
        model.removeAgent(agentId);
        await h.line.removeAgent(agentId);
      },
    ],
    [
      12,
      'accept',
      async () => {
        const id = anyOffer();
        const accepted = model.accept(names.get(id) ?? 'none');
        const answer = await h.line.accept(id);
        if ((answer === 'accepted') !== accepted) throw new Error(`accept: ${answer}`);
        if (accepted && random() < 0.1 && (await h.line.accept(id)) !== 'expired') throw new Error('accepted twice');
      },
    ],
    [
      10,
      'decline',
      async () => {
        const id = anyOffer();
        const excludeMs = random() < 0.3 ? 0 : below(4_000);
        const released = model.release(names.get(id) ?? 'none', excludeMs);
        const answer = await h.line.release(id, excludeMs);
        if ((answer === 'released') !== released) throw new Error(`release: ${answer}`);
      },
    ],
    [
      6,
      'time passes',
      () => {
        setNow(nowMs + below(3_000));
        return Promise.resolve();
      },
    ],
    [
      0.02,
      'store forgets',
      async () => {
        await h.forget();
        model.rebuild();
        await h.line.configure(modelQueues);
        await tellAgain();
      },
    ],
    [
      0.05,
      'server dies',
      async () => {
        if (h.serverDies === undefined) return;
        const gone = await h.serverDies((ms) => {
          setNow(nowMs + ms);
        });
        model.expire();
        model.die(gone.calls, gone.agents);
        await agree();
        for (const callId of gone.calls) {
          const one = model.calls.get(callId);
          if (one === undefined) continue;
          one.owned = true;
          await h.line.join(one.call);
        }
      },
    ],
  ];
  const total = deeds.reduce((sum, [weight]) => sum + weight, 0);

  /** After every event: the same offers on both sides, none double; the same order. */
  async function agree(): Promise<void> {
    model.match(HOLD_MS);
    await h.line.match(HOLD_MS);
    const held = await h.line.reservations();
    names.clear();
    for (const r of held) names.set(r.offerId, `${r.callId}-${r.agentId}`);
    past.push(...names.keys());
    if (past.length > 200) past.splice(0, past.length - 100);
    const [theirs, ours] = [[...names.values()].sort().join(' '), [...model.offers.keys()].sort().join(' ')];
    if (theirs !== ours) throw new Error(`offers differ\n store ${theirs}\n model ${ours}`);
    if (new Set(held.map((r) => r.agentId)).size !== held.length) throw new Error('an agent has two offers');
    if (new Set(held.map((r) => r.callId)).size !== held.length) throw new Error('a call has two offers');
    counts['offers'] = (counts['offers'] ?? 0) + held.length;
    if (random() > 0.02) return;
    const order = (await h.line.waiting()).map((w) => w.callId).join(' ');
    if (order !== model.order().join(' '))
      throw new Error(`order differs\n store ${order}\n model ${model.order().join(' ')}`);
  }

  for (let i = 0; i < events; i += 1) {
    let at = random() * total;
    const [, name, deed] = deeds.find(([weight]) => (at -= weight) < 0) ?? deeds[0] ?? [0, '', () => Promise.resolve()];
    counts[name] = (counts[name] ?? 0) + 1;
    try {
      if (random() < 0.5) setNow(nowMs + below(200));
      await deed();
      await agree();
    } catch (error) {
      throw new Error(`seed ${seed}, event ${i}, ${name}`, { cause: error });
    }
  }
  // Nothing is stuck: once everybody is free and able, all callers are served.
  for (const { update } of [...model.agents.values()]) {
    const free: AgentUpdate = { ...update, intent: 'available', phone: 'idle', queues: modelQueues.map((q) => q.name) };
    const able = { ...free, skills: { wu: 5, tax: 5, law: 5 } };
    model.setAgent(able);
    await h.line.setAgent(able);
  }
  for (let i = 0; i < 400 && model.calls.size > 0; i += 1) {
    setNow(nowMs + 1_000);
    await agree();
    for (const [id, name] of [...names]) {
      if (!model.accept(name)) throw new Error('an offer was void');
      if ((await h.line.accept(id)) !== 'accepted') throw new Error('an offer was stuck');
    }
  }
  if (model.calls.size > 0 || (await h.line.waiting()).length > 0) throw new Error(`seed ${seed}: calls were lost`);
  return counts;
}
