/** The parts of the edge put together from the configuration. */
import type { Logger } from 'pino';
import type { EdgeConfig } from '../../config/edge-schema.ts';
import type { FarEnd } from './core/health.ts';
import type { PlanSettings } from './core/plan.ts';
import { trunkFaults, trunkTable, type TrunkAddresses } from './core/trunks.ts';
import { DrachtioLink } from './drachtio-link.ts';
import { Edge, sipUri } from './edge.ts';
import { EdgeHttp } from './http.ts';
import { LastResort } from './last-resort.ts';
import { EdgeMetrics } from './metrics.ts';
import { Prober, type Probed, type ProbeAnswer } from './prober.ts';
import { StateReader } from './state-reader.ts';

export interface EdgeProcessOptions {
  readonly config: EdgeConfig;
  /** `sip.trunks`. */
  readonly trunks: readonly TrunkAddresses[];
  readonly secret: string;
  readonly stateToken: string | undefined;
  readonly logger: Logger;
}

/** What keeps the edge from starting, in words for an operator; empty when nothing does. */
export function edgeFaults(config: EdgeConfig, trunks: readonly TrunkAddresses[]): readonly string[] {
  const names = [...config.nodes, ...config.partners].map(({ name }) => name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  return [
    ...(trunks.length === 0
      ? ['sip.trunks: is empty, so nobody could call; name the carriers and their addresses']
      : []),
    ...(config.nodes.length === 0 ? ['edge.nodes: is empty; name at least one switch'] : []),
    ...twice.map((name) => `edge: the name "${name}" is used twice among nodes and partners`),
    ...trunkFaults(trunks, config.trunks),
  ];
}

export function planSettings(config: EdgeConfig): PlanSettings {
  const { failuresToDead, deadHoldMs, busyHoldMs, stateMaxAgeMs, retryAfterS, maxAttempts, area, spillOnFailure } =
    config;
  const partners = config.partners.map(
    ({ name, number, callsPerSecond }) =>
      [name, { number, rate: { perSecond: callsPerSecond, burst: Math.max(1, Math.ceil(callsPerSecond)) } }] as const,
  );
  return {
    ...{ failuresToDead, deadHoldMs, busyHoldMs, stateMaxAgeMs, retryAfterS, maxAttempts, area, spillOnFailure },
    total: { perSecond: config.callsPerSecond, burst: config.burst },
    spillWaitingAbove: config.spillWaitingAbove ?? undefined,
    partners: new Map(partners),
  };
}

/** Partners publish nothing here; what they take is a rate. */
const partnerEnds = (config: EdgeConfig): readonly FarEnd[] =>
  config.partners.map(({ name, address, port, weight }) => ({ name, address, port, weight, maxCalls: 1_000_000 }));

export class EdgeProcess {
  readonly #options: EdgeProcessOptions;
  readonly #metrics = new EdgeMetrics();
  readonly #lastResort: LastResort;
  readonly #link: DrachtioLink;
  readonly #http: EdgeHttp;
  readonly #probers: Prober[] = [];
  #edge: Edge | undefined;
  #stateReader: StateReader | undefined;

  constructor(options: EdgeProcessOptions) {
    const { config, secret, logger } = options;
    this.#options = options;
    this.#metrics.drachtioUp(false);
    this.#lastResort = new LastResort({ address: config.lastResortAddress, retryAfterS: config.retryAfterS, logger });
    this.#link = new DrachtioLink({
      host: config.drachtioHost,
      port: config.drachtioPort,
      secret,
      logger,
      onInvite: (request) => this.#edge?.onInvite(request),
      onOptions: (request) => this.#edge?.onOptions(request),
      onOther: (request) => this.#edge?.onOther(request),
      onUp: () => {
        this.#metrics.drachtioUp(true);
        logger.info('drachtio-server is connected');
      },
      onDown: () => {
        this.#metrics.drachtioUp(false);
        logger.warn('connection to drachtio-server is lost');
      },
    });
    this.#http = new EdgeHttp({
      bind: config.httpBind,
      port: config.httpPort,
      metrics: this.#metrics.registry,
      report: () => this.#edge?.report() ?? [],
      faults: () => this.#faults(),
    });
  }

  get httpPort(): number {
    return this.#http.port;
  }

  async start(): Promise<void> {
    const { config, trunks, logger } = this.#options;
    await this.#lastResort.start();
    const edge = new Edge({
      trunks: trunkTable(trunks, config.trunks),
      nodes: config.nodes,
      partners: partnerEnds(config),
      settings: planSettings(config),
      provisionalTimeoutMs: config.provisionalTimeoutMs,
      lastResort: { address: config.lastResortAddress, port: this.#lastResort.port },
      ask: (uri, limitMs) => this.#link.options(uri, limitMs),
      metrics: this.#metrics,
      logger,
      nowMs: () => performance.timeOrigin + performance.now(),
      random: Math.random,
    });
    this.#edge = edge;
    await this.#http.start();
    this.#link.start();
    this.#startProbers(edge);
    this.#startStateReader(edge);
  }

  async close(): Promise<void> {
    for (const prober of this.#probers) prober.close();
    this.#stateReader?.close();
    this.#link.close();
    await this.#http.close();
    await this.#lastResort.close();
  }

  #startProbers(edge: Edge): void {
    const { config } = this.#options;
    const targets = (ends: readonly { name: string; address: string; port: number }[]): Probed[] =>
      ends.map((end) => ({ name: end.name, uri: sipUri(end) }));
    const trunks = config.trunks.flatMap(({ name, optionsAddress, optionsPort }) =>
      optionsAddress === null ? [] : [{ name, address: optionsAddress, port: optionsPort }],
    );
    this.#probe(targets(config.nodes), (name, answer, tookMs) => {
      edge.onProbe('node', name, answer, tookMs);
    });
    this.#probe(targets(config.partners), (name, answer, tookMs) => {
      edge.onProbe('partner', name, answer, tookMs);
    });
    this.#probe(targets(trunks), (name, answer) => {
      if (answer.type !== 'not-asked')
        this.#metrics.trunkUp(name, answer.type === 'answered' && answer.status !== 503 && answer.status !== 408);
    });
  }

  #probe(targets: readonly Probed[], onAnswer: (name: string, answer: ProbeAnswer, tookMs: number) => void): void {
    const { optionsEveryMs: everyMs, optionsTimeoutMs: limitMs } = this.#options.config;
    const ask = (uri: string, ms: number): Promise<ProbeAnswer> => this.#link.options(uri, ms);
    const prober = new Prober({ targets, everyMs, limitMs, ask, onAnswer });
    this.#probers.push(prober);
    prober.start();
  }

  #startStateReader(edge: Edge): void {
    const { config, stateToken, logger } = this.#options;
    if (config.stateUrl === null) return;
    this.#stateReader = new StateReader({
      url: config.stateUrl,
      token: stateToken,
      everyMs: config.stateEveryMs,
      logger,
      onState: (state) => {
        edge.onPublished(state);
      },
    });
    this.#stateReader.start();
  }

  #faults(): readonly string[] {
    return [
      ...(this.#link.isUp ? [] : ['drachtio-server is not connected']),
      ...(this.#edge?.canTakeCalls() === true ? [] : ['no switch takes calls']),
    ];
  }
}
