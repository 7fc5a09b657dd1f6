/** Wiring: makes every part, hands each what it needs, says when calls can come, and takes all down again in order. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { createRecognizer } from '../asr/create-recognizer.ts';
import type { Recognizer } from '../asr/ports.ts';
import { loadCity } from '../config/load-city.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import { loadFlow } from '../ivr/load-flow.ts';
import type { Flow } from '../ivr/core/flow.ts';
import { createEmbeddedSwitch, type EmbeddedSwitch } from '../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../telephony/embedded/media/create-media-engine.ts';
import { repairRecordings } from '../telephony/embedded/media/repair-recordings.ts';
import { MemoryLineStore } from './acd/memory/memory-line-store.ts';
import { promptFiles } from './calls/announcements.ts';
import { CallCenter } from './calls/call-center.ts';
import type { CallSettings } from './calls/core/call-types.ts';
import { DeskService } from './calls/desk-service.ts';
import { OpenDrafts } from './calls/open-drafts.ts';
import { SupervisorFeed } from './calls/supervisor-feed.ts';
import type { Person } from './calls/views.ts';
import { prepareDataDir } from './data-dir.ts';
import { createDraftEngine } from './drafts/engine.ts';
import { createHttp, type Listening } from './http/server.ts';
import { SipCredentialRegister } from './http/sip-credentials.ts';
import { closeLeftoverCalls } from './leftovers.ts';
import { createLogger } from './log.ts';
import { Gateway } from './realtime/gateway.ts';
import { ensureDemoUsers, type DemoLogin } from './store/demo-users.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/ports.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const nowMs = (): number => Date.now();
const FIRST_ANNOUNCEMENT_MS = 4_000;

/** Prompts that calls use; a missing one stops the start and not a call. */
const promptNames = [
  ...[
    'greeting',
    'music',
    'next-in-line',
    'position-before',
    'position-after',
    'line-full',
    'waited-too-long',
    'agent-lost',
  ],
  ...['0', '1', '2', '2-of', '3', '4', '5', '6', '7', '8', '9', '10', '100', '1000'].map((n) => `number-${n}`),
];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function callSettings(config: Config, flow: Flow): CallSettings {
  const { ringMs, excludeAfterNoAnswerMs, agentReturnMs, positionEveryMs, maxWaitMs, wrapUpMs } = config.line;
  return {
    flow,
    ringMs,
    excludeAfterNoAnswerMs,
    agentReturnMs,
    firstAnnouncementMs: FIRST_ANNOUNCEMENT_MS,
    positionEveryMs,
    maxWaitMs,
    wrapUpMs,
    mediaTimeoutMs: config.rtp.mediaTimeoutMs,
  };
}

/** The address told to far ends when none is configured. */
function ownAddress(bind: string): string {
  if (bind !== '0.0.0.0') return bind;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find((a) => a.family === 'IPv4' && !a.internal)?.address ?? '127.0.0.1';
}

async function startSwitch(
  config: Config,
  credentials: SipCredentialRegister,
  logger: Logger,
): Promise<EmbeddedSwitch> {
  const media = await createMediaEngine(
    {
      advertisedAddress: config.sip.advertisedAddress ?? ownAddress(config.sip.bind),
      bindAddress: config.sip.bind,
      rtpPortMin: config.rtp.portMin,
      rtpPortMax: config.rtp.portMax,
      iceServers: config.rtp.iceServers.map(({ urls, username, credential }) => ({
        urls,
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      })),
    },
    logger.child({ part: 'media' }),
  );
  return createEmbeddedSwitch({
    sip: config.sip,
    directory: credentials,
    media,
    logger: logger.child({ part: 'switch' }),
    newId: randomUUID,
  });
}

async function open(config: Config, dataDir: string, logger: Logger): Promise<Store> {
  const { databaseUrl, embeddedPort } = config.store;
  if (databaseUrl !== null) return openStore({ databaseUrl, logger });
  return openStore({ dataDir, embeddedPort, logger, onProgress: say });
}

function recordingPaths(dir: string): (callId: string, arrivedAtMs: number) => string {
  return (callId, arrivedAtMs) => {
    const day = join(dir, new Date(arrivedAtMs).toISOString().slice(0, 10));
    mkdirSync(day, { recursive: true });
    return join(day, `${callId}.wav`);
  };
}

function startMetrics(counters: Readonly<Record<string, () => Readonly<Record<string, number>>>>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [part, read] of Object.entries(counters)) {
    const gauge = new Gauge({
      name: `hotline_${part}`,
      help: `Counts and sizes of ${part}`,
      labelNames: ['what'],
      registers: [registry],
      collect(): void {
        for (const [what, value] of Object.entries(read())) gauge.set({ what }, value);
      },
    });
  }
  return registry;
}

/** What is asked to close, in the order in which it must. */
class Closing {
  readonly #steps: { readonly name: string; readonly close: () => unknown }[] = [];
  #running: Promise<void> | undefined;

  /** Later parts stand on earlier ones, so they close first. */
  add(name: string, close: () => unknown): void {
    this.#steps.unshift({ name, close });
  }

  close(logger: Logger): Promise<void> {
    this.#running ??= this.#run(logger);
    return this.#running;
  }

  async #run(logger: Logger): Promise<void> {
    for (const { name, close } of this.#steps) {
      try {
        await close();
      } catch (error) {
        logger.error({ err: error, step: name }, 'part did not close cleanly');
      }
    }
  }
}

function announce(config: Config, at: Listening, logins: readonly DemoLogin[], recognizer: Recognizer): void {
  const host = ownAddress(config.sip.bind);
  if (logins.length > 0) {
    say('demo log-ins (shown only this once; npm run reset-demo makes new ones):');
    for (const { login, password, role } of logins) say(`  ${login.padEnd(12)} ${password}   ${role}`);
  }
  say(
    `call   sip:${config.sip.hotlineNumber}@${host}:${String(config.sip.port)}  or open /phone, or: npm run call -- --with-agent`,
  );
  const { state } = recognizer;
  say(`text   ${state.type === 'off' ? `off: ${state.reason}` : recognizer.description}`);
  if (at.httpsPort !== null) say(`https  https://${host}:${String(at.httpsPort)} (for browsers on other machines)`);
  say(`ready http://localhost:${String(at.httpPort)}`);
}

async function main(closing: Closing, config: Config, logger: Logger): Promise<void> {
  const dataDir = await prepareDataDir(config.dataDir);
  const recordingsDir = join(dataDir, 'recordings');
  mkdirSync(recordingsDir, { recursive: true });
  const [city, flow] = await Promise.all([
    loadCity(config.cityDir),
    loadFlow(config.ivr.flow, join(root, 'ivr/flows')),
  ]);
  const sampleDir = join(root, 'ivr/prompts/zh-CN');
  const flowPrompts = Object.values(flow.nodes).flatMap((node) => ('prompts' in node ? node.prompts : []));
  const prompts = await promptFiles(
    [...new Set([...promptNames, ...flowPrompts])],
    config.ivr.promptsDir === null ? [sampleDir] : [config.ivr.promptsDir, sampleDir],
  );

  const { engine, modelDir, processes, maxStreams } = config.asr;
  const recognizer = createRecognizer({
    engine,
    modelDir: resolve(root, modelDir),
    processes,
    maxStreams,
    logger: logger.child({ part: 'asr' }),
  });
  closing.add('recognizer', () => recognizer.close());
  // Calls do not wait for the recogniser: it may come up later, or never.
  const recognizing = recognizer.start().catch((error: unknown) => {
    logger.error({ err: error }, 'recogniser did not start');
  });

  const store = await open(config, dataDir, logger.child({ part: 'store' }));
  closing.add('store', () => store.close());
  const logins = await ensureDemoUsers(store);
  const { repaired } = await repairRecordings(recordingsDir);
  if (repaired.length > 0) logger.warn({ recordings: repaired.length }, 'recordings cut by a crash were repaired');
  const drafts = createDraftEngine(city);
  await closeLeftoverCalls(store, drafts, logger);

  const iceServers = config.rtp.iceServers.map((s) => ({
    urls: s.urls,
    ...(s.username === undefined ? {} : { username: s.username }),
    ...(s.credential === undefined ? {} : { credential: s.credential }),
  }));
  const credentials = new SipCredentialRegister({ domain: config.sip.domain, iceServers });
  const phoneSwitch = await startSwitch(config, credentials, logger);
  closing.add('switch', () => phoneSwitch.close());

  const line = new MemoryLineStore({ nowMs, newId: randomUUID });
  const center = new CallCenter({
    switch: phoneSwitch,
    line,
    store,
    recognizer,
    drafts,
    prompts,
    settings: callSettings(config, flow),
    maxWaiting: config.line.maxWaiting,
    recordingPath: recordingPaths(recordingsDir),
    logger: logger.child({ part: 'calls' }),
    nowMs,
    newId: randomUUID,
  });
  closing.add('calls', () => center.close());

  const persons = new Map<string, Person>(
    (await store.users.list()).filter((u) => u.role === 'agent').map((u) => [u.id, u]),
  );
  const onError = (error: unknown): void => {
    logger.error({ err: error }, 'desk fault');
  };
  const openDrafts = new OpenDrafts({
    store,
    machine: drafts,
    live: (callId) => center.get(callId)?.draft,
    onPatch: (agentId, patch) => {
      gateway.toUser(agentId, 'draft', patch);
    },
    onSaveFailed: onError,
  });
  const feed = new SupervisorFeed({ center, line, calls: store.calls, recognizer, persons, nowMs, onError });
  const desk = new DeskService({ center, line, store, recognizer, drafts: openDrafts, feed, persons, logger, nowMs });
  closing.add('desk', () => {
    desk.close();
  });
  const gateway = new Gateway({
    sessions: store.sessions,
    credentials,
    logger: logger.child({ part: 'gateway' }),
    trustProxy: config.http.trustProxy,
  });
  desk.connect(gateway);

  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
  const http = createHttp({
    config,
    city,
    store,
    gateway,
    credentials,
    metrics: startMetrics({ switch: () => phoneSwitch.counters(), calls: () => center.counters() }),
    logger: logger.child({ part: 'http' }),
    version,
    pagesDir: join(root, 'agent-desktop/dist'),
    recordingsDir,
    openApiFile: join(root, 'docs/api/openapi.yaml'),
    onSipUpgrade: (request, socket, head) => {
      phoneSwitch.handleUpgrade(request, socket, head);
    },
    health: () => ({ recognizer: recognizer.state.type, calls: center.all().filter((c) => !c.closed).length }),
  });
  closing.add('http', () => http.close());
  closing.add('gateway', () => gateway.close());

  center.start();
  await phoneSwitch.start();
  gateway.serve(desk);
  const listening = await http.listen();
  await Promise.race([recognizing, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  announce(config, listening, logins, recognizer);
}

/** Errors that tell a person what to do are printed as they are; others with their stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const plain = /^(Config|Start|Listen|Store|Switch|Sip|Media)/.test(error.name) || !('stack' in error);
  return plain ? error.message : (error.stack ?? error.message);
}

const closing = new Closing();
let logger: Logger = createLogger('info');
let stopping = false;

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await closing.close(logger);
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    say('stopping …');
    void stop(0);
  });
}
process.on('unhandledRejection', (error) => {
  logger.error({ err: error }, 'unhandled rejection');
});
process.on('uncaughtException', (error) => {
  logger.fatal({ err: error }, 'uncaught exception');
  void stop(1);
});

try {
  const config = loadConfig({ env: process.env });
  logger = createLogger(config.logLevel);
  await main(closing, config, logger);
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n`);
  await stop(1);
}
