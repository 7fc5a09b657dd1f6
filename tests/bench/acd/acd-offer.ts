/** How fast the line decides, in memory: paced as a very busy hour would, and as fast as it can. */
import { MemoryLineStore } from '../../../server/acd/memory/memory-line-store.ts';
import type { Bench, Metrics } from '../bench.ts';
import { sleep } from '../limits.ts';
import { quantile, rounded, summary } from '../stats.ts';
import { AGENTS, fill, Load } from './load.ts';

const WAITING = 10_000;
const PACED_EVENTS = 1_500;
const PACE_MS = 10;
const WARM_UP_MS = 2_000;
const SATURATED_MS = 8_000;
/**
 * How far the line's clock goes on with each agent who hangs up in the saturated run (as with 200 a second). On the
 * real clock ten thousand callers would be served within their first second: rings would never widen, agents of
 * other levels never be asked, and only calls that nobody may take yet would be left.
 */
const CYCLE_MS = 5;

class Rig {
  readonly load = new Load(1);
  readonly line: MemoryLineStore;
  #offers = 0;
  #aheadMs = 0;
  decisions = 0;
  #next = 0;

  constructor() {
    this.line = new MemoryLineStore({ nowMs: () => Date.now() + this.#aheadMs, newId: () => `o${++this.#offers}` });
  }

  /** An agent hangs up: the next call is found, rung, taken or declined; somebody else comes to the line. */
  async cycle(): Promise<void> {
    const { line, load } = this;
    this.#aheadMs += CYCLE_MS;
    const agent = this.#next++ % AGENTS;
    await line.setAgent(load.agent(agent, 'idle'));
    const offers = [...(await line.match(60_000))];
    for (let offer = offers.pop(); offer !== undefined; offer = offers.pop()) {
      this.decisions += 1;
      const taker = Number(offer.agentId.slice(1));
      await line.setAgent(load.agent(taker, 'ringing'));
      if (load.declines()) {
        await line.release(offer.offerId, 30_000);
        await line.setAgent(load.agent(taker, 'wrap-up'));
        offers.push(...(await line.match(60_000)));
        continue;
      }
      await line.setAgent(load.agent(taker, 'busy'));
      await line.accept(offer.offerId);
      await line.join(load.call());
    }
  }
}

/** One event and the decision it leads to. */
async function event(rig: Rig, i: number): Promise<void> {
  const { line, load } = rig;
  if (i % 2 === 0) await line.setAgent(load.agent(load.below(AGENTS), 'idle'));
  else await line.join(load.call());
  await line.match(60_000);
}

async function settle(rig: Rig): Promise<void> {
  const { line, load } = rig;
  for (const { offerId, agentId } of await line.reservations()) {
    await line.setAgent(load.agent(Number(agentId.slice(1)), 'busy'));
    if (load.declines()) await line.release(offerId, 30_000);
    else await line.accept(offerId);
  }
}

async function paced(rig: Rig): Promise<readonly number[]> {
  const tookMs: number[] = [];
  const startMs = performance.now();
  for (let i = 0; i < PACED_EVENTS; i += 1) {
    const dueMs = startMs + i * PACE_MS;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    const fromMs = performance.now();
    await event(rig, i);
    tookMs.push(performance.now() - fromMs);
    await settle(rig);
  }
  return tookMs;
}

async function saturated(rig: Rig, forMs: number): Promise<number> {
  const before = rig.decisions;
  const startMs = performance.now();
  while (performance.now() - startMs < forMs) for (let i = 0; i < 50; i += 1) await rig.cycle();
  return ((rig.decisions - before) * 1_000) / (performance.now() - startMs);
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const rig = new Rig();
  await fill(rig.line, rig.load, WAITING, Date.now());
  say(`${WAITING} waiting, ${AGENTS} agents`);
  await saturated(rig, WARM_UP_MS);
  const tookMs = await paced(rig);
  say(`paced, ms: ${summary(tookMs)}`);
  const perS = await saturated(rig, SATURATED_MS);
  const waiting = (await rig.line.waiting()).length;
  say(`saturated: ${rounded(perS, 0)} decisions/s with ${waiting} waiting`);
  if (waiting < WAITING * 0.8) throw new Error(`only ${waiting} were waiting at the end`);
  return { decisionP99Ms: rounded(quantile(tookMs, 0.99), 3), decisionsPerS: rounded(perS, 0) };
}

export const acdOffer: Bench = {
  name: 'acd-offer',
  about: 'decisions of the waiting line in memory: 2,000 agents, 10,000 waiting, 50 queues, 30 skills',
  limitMs: 120_000,
  run,
};
