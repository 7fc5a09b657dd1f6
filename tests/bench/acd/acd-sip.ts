/** From "I am free" to the INVITE at the agent's telephone, over real SIP on the embedded switch, with a full line. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { pino } from 'pino';
import { openStore } from '../../../server/store/open-store.ts';
import { ScriptedAgent } from '../../../tools/call/scripted-agent.ts';
import { Pacer } from '../../../tools/call/pacer.ts';
import { freeTcpPort, freeUdpPort } from '../../support/free-ports.ts';
import { Hotline } from '../../support/hotline.ts';
import type { Bench, Metrics } from '../bench.ts';
import { sleep, until } from '../limits.ts';
import { quantile, rounded, summary } from '../stats.ts';
import { SilentCallers } from './silent-callers.ts';

const AGENTS = 50;
const WAITING = 300;
const ROUNDS = 4;
const PASSWORD = 'bench-password-of-no-value';
const DIALS_PER_S = 25;

async function makeAgents(dataDir: string, embeddedPort: number): Promise<void> {
  const store = await openStore({ dataDir, embeddedPort, logger: pino({ enabled: false }) });
  try {
    const passwordHash = await hash(PASSWORD);
    for (let i = 0; i < AGENTS; i += 1) {
      const agentNumber = String(3_000 + i);
      await store.users.create({
        ...{ login: `bench${i}`, displayName: `测试${i}`, agentNumber, role: 'agent', passwordHash },
      });
    }
  } finally {
    await store.close();
  }
}

async function startServer(dataDir: string): Promise<Hotline> {
  const embeddedPort = await freeTcpPort();
  await makeAgents(dataDir, embeddedPort);
  const rtpMin = 2 * Math.floor((20_000 + ((await freeUdpPort()) % 20_000)) / 2);
  return Hotline.start({
    env: {
      HOTLINE_DATADIR: dataDir,
      HOTLINE_STORE__EMBEDDEDPORT: String(embeddedPort),
      HOTLINE_LOGLEVEL: process.env['HOTLINE_LOGLEVEL'] ?? 'warn',
      HOTLINE_RTP__PORTMIN: String(rtpMin),
      HOTLINE_RTP__PORTMAX: String(rtpMin + 1_599),
      HOTLINE_LINE__MAXWAITING: '1000',
      HOTLINE_LINE__EXCLUDEAFTERNOANSWERMS: '0',
      HOTLINE_ASR__ENGINE: 'off',
      HOTLINE_AUTH__LOGINATTEMPTSPERMINUTE: '1000',
    },
  });
}

/** Noted in the telephone's own event, not when the waiting code runs again. */
const lastInviteMs = new Map<ScriptedAgent, number>();

/** Sets an agent free; milliseconds until the telephone has the INVITE. It is refused and the agent leaves again. */
async function freeToInvite(agent: ScriptedAgent): Promise<number> {
  const invited = agent.phone.next('incoming', 20_000);
  const fromMs = performance.now();
  const [{ call }] = await Promise.all([invited, agent.setAvailable(true)]);
  const tookMs = (lastInviteMs.get(agent) ?? performance.now()) - fromMs;
  await agent.setAvailable(false);
  call.hangUp();
  await call.ended;
  return tookMs;
}

async function startAgents(hotline: Hotline): Promise<readonly ScriptedAgent[]> {
  const pacer = new Pacer();
  const agents: ScriptedAgent[] = [];
  for (let i = 0; i < AGENTS; i += 1) {
    const agent = await ScriptedAgent.start({
      ...{ server: hotline.url, login: `bench${i}`, password: PASSWORD, address: '127.0.0.1' },
      sip: { host: '127.0.0.1', port: hotline.sipPort },
      speech: new Int16Array(160),
      answerAfterMs: 600_000,
      pacer,
    });
    agent.phone.subscribe((event) => {
      if (event.type === 'incoming') lastInviteMs.set(agent, performance.now());
    });
    await agent.setAvailable(false);
    agents.push(agent);
  }
  return agents;
}

async function fillLine(callers: SilentCallers, say: (line: string) => void): Promise<void> {
  for (let i = 0; i < WAITING; i += 1) {
    callers.dial(`139${String(1_000_0000 + i)}`);
    await sleep(1_000 / DIALS_PER_S);
  }
  await until(`${WAITING} callers`, 60_000, () => (callers.up >= WAITING ? true : undefined));
  // The greeting is spoken to the last of them, too.
  await sleep(12_000);
  say(`${callers.up} callers wait`);
}

async function measure(agents: readonly ScriptedAgent[], say: (line: string) => void): Promise<Metrics> {
  const tookMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) for (const agent of agents) tookMs.push(await freeToInvite(agent));
  say(`one free at a time, ms: ${summary(tookMs)}`);
  const together = await Promise.all(agents.map(freeToInvite));
  say(`${AGENTS} at once, ms: ${summary(together)}`);
  return {
    freeToInviteP50Ms: rounded(quantile(tookMs, 0.5), 2),
    freeToInviteP99Ms: rounded(quantile(tookMs, 0.99), 2),
    lastOf50Ms: rounded(Math.max(...together), 2),
  };
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hotline-bench-sip-'));
  let hotline: Hotline | undefined;
  let callers: SilentCallers | undefined;
  let agents: readonly ScriptedAgent[] = [];
  try {
    hotline = await startServer(dataDir);
    say('the server is up');
    agents = await startAgents(hotline);
    say(`${agents.length} agents are registered`);
    callers = new SilentCallers(hotline.sipPort);
    await callers.open();
    await fillLine(callers, say);
    return await measure(agents, say);
  } finally {
    callers?.close();
    await Promise.race([Promise.allSettled(agents.map((a) => a.close())), sleep(5_000)]);
    await hotline?.dispose();
    await rm(dataDir, { recursive: true, force: true });
  }
}

export const acdSip: Bench = {
  name: 'acd-sip',
  about: 'agent free to INVITE on real SIP with 300 callers waiting; fifty agents at once',
  limitMs: 240_000,
  run,
};
