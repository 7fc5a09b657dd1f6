/** Random events that are given to a store and to the model of the line, which must agree on every offer. */
import type { AgentUpdate, LineStore, QueueRules, WaitingCall, WaitingChange } from '../../server/acd/line-store.ts';
import { rulesFor } from '../../server/acd/queue-rules.ts';
import { ModelLine } from './line-store.model-line.ts';

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
