/** An agent becomes free while 300 wait: how long until the agent's telephone is rung. */
import { randomUUID } from 'node:crypto';
import { MemoryLineStore } from '../../../server/acd/memory/memory-line-store.ts';
import type { AgentUpdate, PhoneState } from '../../../server/acd/line-store.ts';
import type { FreeswitchSwitch } from '../../../telephony/freeswitch/freeswitch-switch.ts';
import type { Bench, Metrics } from '../bench.ts';
import { sleep, until } from '../limits.ts';
import { quantile, rounded, summary } from '../stats.ts';
import { Load } from './load.ts';
import { withFreeswitch } from './real.ts';

const WAITING = 300;
const ONE_BY_ONE = 60;
const AT_ONCE = 50;
const HOLD_MS = 20_000;

interface Rig {
  readonly line: MemoryLineStore;
  readonly sw: FreeswitchSwitch;
  readonly load: Load;
  readonly freeAtMs: Map<string, number>;
}

const agent = (agentId: string, phone: PhoneState): AgentUpdate => ({
  ...{ agentId, intent: 'available', pauseReason: '', phone, queues: ['main'] },
});

/** What the dispatcher of the server does: whoever is free is matched, and rung. */
async function dispatch({ line, sw, load }: Rig): Promise<void> {
  for (const offer of await line.match(HOLD_MS)) {
    void sw
      .originate({
        legId: randomUUID(),
        target: { type: 'uri', uri: `sip:${offer.agentId}@127.0.0.1:${load.sipPort}` },
        from: { user: '12345' },
        ringMs: 20_000,
        mediaTimeoutMs: 0,
        nearLegId: offer.callId,
        marks: { call_id: offer.callId },
      })
      .catch(() => undefined);
    void line.setAgent(agent(offer.agentId, 'ringing'));
  }
}

async function free(rig: Rig, agentId: string): Promise<void> {
  rig.freeAtMs.set(agentId, performance.timeOrigin + performance.now());
  await rig.line.setAgent(agent(agentId, 'idle'));
}

async function invitedMs({ load, freeAtMs }: Rig, agentIds: readonly string[]): Promise<number[]> {
  return until('the telephones to ring', 20_000, async () => {
    const at = new Map((await load.report()).invited.map((i) => [i.user, i.atMs]));
    const tookMs = agentIds.flatMap((id) => {
      const [from, to] = [freeAtMs.get(id), at.get(id)];
      return from === undefined || to === undefined ? [] : [to - from];
    });
    return tookMs.length === agentIds.length ? tookMs : undefined;
  });
}

/** Those who were served go: only the waiting are there, as with the peer that this is compared with. */
async function endServed({ line, sw }: Rig): Promise<void> {
  const waiting = new Set((await line.waiting()).map(({ callId }) => callId));
  const offered = new Set((await line.reservations()).map(({ callId }) => callId));
  const served = (await sw.list()).filter(({ legId }) => !waiting.has(legId) || offered.has(legId));
  await Promise.all(served.map(({ legId }) => sw.hangup(legId, 'normal')));
  for (const callId of offered) await line.leave(callId);
  await sleep(1_000);
}

async function measure(rig: Rig, trunkPort: number, say: (line: string) => void): Promise<Metrics> {
  const { line, sw, load } = rig;
  sw.subscribe((event) => {
    if (event.type !== 'leg.incoming') return;
    const { legId: callId } = event;
    void sw.answer(callId).then(() => line.join({ callId, queue: 'main', priority: 5 }));
  });
  // 300 are left when the fifty become free.
  const all = WAITING + ONE_BY_ONE;
  load.order({ type: 'call', port: trunkPort, calls: all, perS: 60 });
  await until('all to wait', 40_000, async () => ((await line.waiting()).length >= all ? true : undefined)).catch(
    async (error: unknown) => {
      say(`only ${(await line.waiting()).length} wait; refused: ${(await load.report()).failed}`);
      throw error;
    },
  );
  say(`${all} callers wait`);
  const singles = Array.from({ length: ONE_BY_ONE }, (_, i) => `single${i}`);
  for (const agentId of singles) {
    await free(rig, agentId);
    await dispatch(rig);
    await sleep(60);
  }
  const oneMs = await invitedMs(rig, singles);
  say(`free to INVITE, ms: ${summary(oneMs)}`);
  await endServed(rig);
  const many = Array.from({ length: AT_ONCE }, (_, i) => `many${i}`);
  for (const agentId of many) await free(rig, agentId);
  await dispatch(rig);
  const manyMs = await invitedMs(rig, many);
  say(`${AT_ONCE} at once, ms: ${summary(manyMs)}`);
  return {
    freeToInviteP50Ms: rounded(quantile(oneMs, 0.5)),
    freeToInviteP99Ms: rounded(quantile(oneMs, 0.99)),
    lastOf50Ms: rounded(Math.max(...manyMs)),
  };
}

function run(say: (line: string) => void): Promise<Metrics> {
  return withFreeswitch(async (real) => {
    const harness = await real.harness();
    const load = await Load.start();
    const line = new MemoryLineStore({ nowMs: () => Date.now(), newId: randomUUID });
    try {
      return await measure({ line, sw: harness.switch, load, freeAtMs: new Map() }, harness.trunk.port, say);
    } finally {
      load.close();
      await harness.dispose();
    }
  });
}

export const fsAcd: Bench = {
  name: 'fs-acd',
  about: 'our line on FreeSWITCH with 300 waiting: agent free to INVITE, one by one and 50 at once',
  limitMs: 120_000,
  run,
};
