/** Wiring: makes every part, hands each what it needs, says when calls can come, and takes all down again in order. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createRecognizer } from '../asr/create-recognizer.ts';
import type { Recognizer } from '../asr/ports.ts';
import type { City } from '../config/city.ts';
import { loadCity } from '../config/load-city.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import type { Flow } from '../ivr/core/flow.ts';
import { repairRecordings } from '../telephony/embedded/media/repair-recordings.ts';
import type { LineStore, QueueRules } from './acd/line-store.ts';
import { announce, explain, say } from './announce.ts';
import { openAsides, openCityCards, openKnowledge } from './aside-setup.ts';
import { loadCallFlow, type CallFlow } from './call-flow.ts';
import { CallCenter } from './calls/call-center.ts';
import type { CallSettings } from './calls/core/call-types.ts';
import { StoredTicketProgress } from './calls/ivr-progress.ts';
import { DeskService } from './calls/desk-service.ts';
import { draftIn } from './calls/live-call.ts';
import { OpenDrafts } from './calls/open-drafts.ts';
import { SupervisorFeed } from './calls/supervisor-feed.ts';
import type { Person } from './calls/views.ts';
import { Closing } from './closing.ts';
import { prepareDataDir } from './data-dir.ts';
import { LearnedGuesser } from './drafts/classify/guesser.ts';
import { createDraftEngine, type DraftEngine } from './drafts/engine.ts';
import { callOfDraft } from './drafts/types.ts';
import { createHttp, type Http } from './http/server.ts';
import { SipCredentialRegister } from './http/sip-credentials.ts';
import type { CityCards } from './knowledge/city-cards.ts';
import type { KnowledgeFolder } from './knowledge/knowledge-folder.ts';
import { LearnedPlaces } from './learning/learned-places.ts';
import { openLearning } from './learning/open-learning.ts';
import { closeLeftoverCalls, warmUp } from './leftovers.ts';
import { callbackSetup, lineRules, queueWaits } from './line-setup.ts';
import { openLine } from './open-line.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { cityWords, recognitionCounters } from './recognition-counters.ts';
import { Gateway } from './realtime/gateway.ts';
import { ensureDemoUsers } from './store/demo-users.ts';
import { defaultNumbering } from './store/postgres/ticket-store.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/ports.ts';
import { openSurge } from './surge-setup.ts';
import type { SurgeService } from './surge/surge-service.ts';
import { createPhoneSwitch, type PhoneSwitch } from './switch.ts';
import { dialOutUri } from './trunk-setup.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const nowMs = (): number => Date.now();
const FIRST_ANNOUNCEMENT_MS = 4_000;
/** The recogniser may come up after the first call; the start waits this long to tell which one it is. */
const RECOGNIZER_WAIT_MS = 3_000;

/** What every part gets. */
interface Base {
  readonly config: Config;
  readonly logger: Logger;
  readonly closing: Closing;
  readonly dataDir: string;
  readonly recordingsDir: string;
}

/** Parts that others stand on. */
interface Ground extends Base {
  readonly city: City;
  readonly callFlow: CallFlow;
  readonly store: Store;
  readonly recognizer: Recognizer;
  readonly drafts: DraftEngine;
  readonly knowledge: KnowledgeFolder;
  readonly learnedPlaces: LearnedPlaces;
  readonly cityCards: CityCards;
  readonly credentials: SipCredentialRegister;
  readonly phoneSwitch: PhoneSwitch;
}

function callSettings(config: Config, flow: Flow, queues: readonly QueueRules[]): CallSettings {
  const { ringMs, excludeAfterNoAnswerMs, agentReturnMs, positionEveryMs, maxWaitMs, wrapUpMs } = config.line;
  return {
    ...{ flow, ringMs, excludeAfterNoAnswerMs, agentReturnMs, positionEveryMs, maxWaitMs, wrapUpMs },
    firstAnnouncementMs: FIRST_ANNOUNCEMENT_MS,
    mediaTimeoutMs: config.rtp.mediaTimeoutMs,
    queues: queueWaits(config, queues),
  };
}

function iceServersOf(config: Config): readonly { urls: string; username?: string; credential?: string }[] {
  return config.rtp.iceServers.map(({ urls, username, credential }) => ({
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  }));
}

async function startSwitch(
  { config, logger, closing }: Base,
  credentials: SipCredentialRegister,
): Promise<PhoneSwitch> {
  const phoneSwitch = await createPhoneSwitch({
    ...{ config, directory: credentials, iceServers: iceServersOf(config) },
    logger: logger.child({ part: 'switch' }),
  });
  credentials.onRevoked = (endpointId) => {
    phoneSwitch.revoke(endpointId);
  };
  closing.add('switch', () => phoneSwitch.close());
  return phoneSwitch;
}

async function startStore({ config, dataDir, logger, closing }: Base): Promise<Store> {
  const { databaseUrl, embeddedPort } = config.store;
  const part = logger.child({ part: 'store' });
  const store = await openStore(
    databaseUrl === null ? { dataDir, embeddedPort, logger: part, onProgress: say } : { databaseUrl, logger: part },
  );
  closing.add('store', () => store.close());
  return store;
}

/** Calls do not wait for the recogniser: it may come up later, or never. */
function startRecognizer({ config, logger, closing }: Base, city: City): { recognizer: Recognizer; up: Promise<void> } {
  const part = logger.child({ part: 'asr' });
  const recognizer = createRecognizer({
    config: config.asr,
    resolvePath: (path) => resolve(root, path),
    hotWords: cityWords(city),
    logger: part,
  });
  closing.add('recognizer', () => recognizer.close());
  const up = recognizer.start().catch((error: unknown) => {
    part.error({ err: error }, 'recogniser did not start');
  });
  return { recognizer, up };
}

/** Calls that are up are taken charge of; what is left of the others is put right. */
async function takeStock({ recordingsDir, logger, store, drafts }: Ground, center: CallCenter): Promise<void> {
  const { adopted, legs } = await center.adopt();
  // A file that a switch still writes is not touched.
  if (adopted.size === 0) {
    const { repaired } = await repairRecordings(recordingsDir);
    if (repaired.length > 0) logger.warn({ recordings: repaired.length }, 'recordings cut by a crash were repaired');
  }
  await closeLeftoverCalls(store, drafts, logger, { legs, isLive: (callId) => center.get(callId) !== undefined });
}

function recordingPath(dir: string): (callId: string, arrivedAtMs: number) => string {
  return (callId, arrivedAtMs) => {
    const day = join(dir, new Date(arrivedAtMs).toISOString().slice(0, 10));
    mkdirSync(day, { recursive: true });
    return join(day, `${callId}.wav`);
  };
}

/** The line and the calls. */
async function openCenter(ground: Ground): Promise<{ center: CallCenter; line: LineStore }> {
  const { config, callFlow, store, recognizer, drafts, phoneSwitch, logger, closing, recordingsDir } = ground;
  const { flow, calendar, prompts } = callFlow;
  const progress = new StoredTicketProgress({ tickets: store.tickets, calendar, prefix: defaultNumbering.prefix });
  const line = await openLine(config, logger.child({ part: 'line' }));
  closing.add('line', () => line.close());
  const queues = lineRules(config);
  await line.configure(queues);
  const center = new CallCenter({
    ...{ line, store, recognizer, drafts, prompts, nowMs },
    switch: phoneSwitch.switch,
    settings: callSettings(config, flow, queues),
    ivr: { calendar, progress, recorded: callFlow.promptNames },
    ownNumber: config.sip.hotlineNumber,
    stickyDays: config.line.stickyDays,
    urgent: new Set(config.line.urgent),
    callback: callbackSetup(config),
    recordingPath: recordingPath(recordingsDir),
    dialUri: (number) => dialOutUri(config)?.replace('{number}', number),
    agentsByPhone: config.line.agentsByPhone,
    callsOutliveUs: config.switch.type === 'freeswitch' && config.switch.freeswitch.keepCallsOnStop,
    logger: logger.child({ part: 'calls' }),
    newId: randomUUID,
  });
  closing.add('calls', () => center.close());
  return { center, line };
}

/** What agents and supervisors see, and the socket they see it through. */
async function openDesk(
  ground: Ground,
  center: CallCenter,
  line: LineStore,
): Promise<{ desk: DeskService; gateway: Gateway }> {
  const { config, store, recognizer, drafts, credentials, logger, closing } = ground;
  const part = logger.child({ part: 'desk' });
  const onError = (error: unknown): void => {
    part.error({ err: error }, 'desk fault');
  };
  const persons = new Map<string, Person>((await store.users.list()).map((u) => [u.id, u]));
  const gateway = new Gateway({
    sessions: store.sessions,
    credentials,
    logger: part,
    trustProxy: config.http.trustProxy,
  });
  const openDrafts = new OpenDrafts({
    store,
    machine: drafts,
    live: (draftId) => draftIn(center.get(callOfDraft(draftId)), draftId),
    onPatch: (agentId, patch) => {
      gateway.toUser(agentId, 'draft', patch);
    },
    onSaveFailed: onError,
  });
  const beside = openAsides({ ...ground, nowMs }, { ...ground, center, gateway, persons });
  const feed = new SupervisorFeed({
    lineWatch: center.lineWatch,
    center,
    line,
    calls: store.calls,
    recognizer,
    persons,
    trunks: () => ground.phoneSwitch.trunks(),
    nowMs,
    onError,
  });
  const desk = new DeskService({
    center,
    line,
    store,
    recognizer,
    drafts: openDrafts,
    feed,
    ...beside,
    cityCards: ground.cityCards,
    persons,
    logger: part,
    nowMs,
    canDialOut: dialOutUri(config) !== undefined,
    dispositions: config.line.dispositions,
    queues: lineRules(config).map((q) => ({ queue: q.name, title: center.queueTitle(q.name) })),
  });
  desk.connect(gateway);
  closing.add('desk', () => {
    desk.close();
  });
  return { desk, gateway };
}

function openHttp(ground: Ground, gateway: Gateway, center: CallCenter, surge: SurgeService): Http {
  const { config, city, store, knowledge, credentials, recognizer, phoneSwitch, recordingsDir, logger, closing } =
    ground;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const http = createHttp({
    ...{ config, city, store, gateway, knowledge, credentials, recordingsDir, version, surge },
    ...{ learnedPlaces: ground.learnedPlaces, cityCards: ground.cityCards },
    metrics: createMetrics({
      switch: () => phoneSwitch.counters(),
      calls: () => center.counters(),
      recognition: () => recognitionCounters(recognizer),
    }),
    logger: logger.child({ part: 'http' }),
    pagesDir: join(root, 'agent-desktop/dist'),
    openApiFile: join(root, 'docs/api/openapi.yaml'),
    onSipUpgrade: (request, socket, head) => {
      phoneSwitch.handleUpgrade(request, socket, head);
    },
    routers: phoneSwitch.routers(() => center.all().filter((c) => c.runner.state.phase.name === 'waiting').length),
    health: () => ({
      trunks: phoneSwitch.trunks() ?? [],
      recognizer: recognizer.state.type,
      calls: center.all().filter((c) => !c.closed).length,
    }),
  });
  closing.add('http', () => http.close());
  closing.add('gateway', () => gateway.close());
  return http;
}

async function openLearnedPlaces(
  { logger }: Base,
  { name: city }: City,
  store: Store,
  engine: DraftEngine,
): Promise<LearnedPlaces> {
  const part = logger.child({ part: 'learning' });
  const places = new LearnedPlaces({ city, engine, store: store.learnedPlaces, drafts: store.drafts, logger: part });
  await places.open();
  return places;
}

async function main(closing: Closing, config: Config, logger: Logger): Promise<void> {
  const dataDir = await prepareDataDir(config.dataDir);
  const recordingsDir = join(dataDir, 'recordings');
  mkdirSync(recordingsDir, { recursive: true });
  const base: Base = { config, logger, closing, dataDir, recordingsDir };
  const [city, callFlow, cityCards] = await Promise.all([
    loadCity(config.cityDir),
    loadCallFlow(config, root),
    openCityCards(config),
  ]);
  const { recognizer, up } = startRecognizer(base, city);
  const credentials = new SipCredentialRegister({ domain: config.sip.domain, iceServers: iceServersOf(config) });
  // The database and the media thread take their time; they do not need each other.
  const [store, phoneSwitch] = await Promise.all([startStore(base), startSwitch(base, credentials)]);
  const guesser = new LearnedGuesser();
  const drafts = createDraftEngine(city, guesser);
  const learner = await openLearning({
    config,
    dataDir,
    city,
    store,
    guesser,
    logger: logger.child({ part: 'learning' }),
  });
  closing.add('learning', () => {
    learner.close();
  });
  const logins = await ensureDemoUsers(store);
  const learnedPlaces = await openLearnedPlaces(base, city, store, drafts);
  warmUp(drafts);
  const knowledge = await openKnowledge({ ...base, city, nowMs });

  const ground: Ground = {
    ...{ ...base, city, callFlow, store, recognizer, drafts, credentials, phoneSwitch },
    ...{ knowledge, learnedPlaces, cityCards },
  };
  const { center, line } = await openCenter(ground);
  const { desk, gateway } = await openDesk(ground, center, line);
  const surge = await openSurge({ ...ground, root, line, center, gateway });
  closing.add('surge', () => surge.close());
  const http = openHttp(ground, gateway, center, surge);
  center.hear((event) => {
    if (event.type === 'ticket.created') void learnedPlaces.ticketCreated(event);
  });
  center.start();
  await center.callbacks.start();
  for (const { userId, ...profile } of await store.profiles.list()) center.seats.setProfile(userId, profile);
  await phoneSwitch.switch.start();
  await takeStock(ground, center);
  gateway.serve(desk);
  const at = await http.listen();
  await Promise.race([up, new Promise((go) => setTimeout(go, RECOGNIZER_WAIT_MS))]);
  announce({ config, at, logins, recognizer });
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
