/** The edge at work: keeps the tables, asks the pure parts what to do with each INVITE, and does it. */
import type { Logger } from 'pino';
import { parseUri, uriUser, escapeUser } from '../sip/message/uri.ts';
import type { Buckets } from './core/admission.ts';
import {
  newHealthTable,
  stepHealth,
  verdictOf,
  type FarEnd,
  type HealthInput,
  type HealthTable,
  type Verdict,
} from './core/health.ts';
import { judgeCall, type Answer, type Attempt } from './core/outcome.ts';
import {
  countPartnerCall,
  planCall,
  type Destination,
  type EdgeView,
  type Plan,
  type PlanSettings,
} from './core/plan.ts';
import { outboundUri } from './core/outbound.ts';
import type { PublishedState } from './core/published.ts';
import { trunkOf, type TrunkEntry } from './core/trunks.ts';
import type { EdgeRequest } from './drachtio-link.ts';
import type { EdgeMetrics } from './metrics.ts';
import type { ProbeAnswer } from './prober.ts';

export interface EdgeOptions {
  readonly trunks: readonly TrunkEntry[];
  readonly nodes: readonly FarEnd[];
  readonly partners: readonly FarEnd[];
  readonly settings: PlanSettings;
  readonly provisionalTimeoutMs: number;
  /** Where the polite 503 is given; always the last target. */
  readonly lastResort: { readonly address: string; readonly port: number };
  readonly ask: (uri: string, limitMs: number) => Promise<ProbeAnswer>;
  readonly metrics: EdgeMetrics;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly random: () => number;
}

type Kind = 'node' | 'partner';
type Target = Attempt & { readonly kind: Kind | 'last-resort'; readonly user: string };
type ProxyPlan = Extract<Plan, { type: 'proxy' }>;

const USER = /^[0-9A-Za-z+*#._-]{1,64}$/;
/** A live switch says 100 within milliseconds: silence for this long after its time is looked into. */
const SUSPICION_SLACK_MS = 30;
/** A carrier may be far away, and there is no other to try. */
const CARRIER_TIMEOUT_MS = 4_000;

export const sipUri = (target: { readonly address: string; readonly port: number }, user = ''): string =>
  `sip:${user === '' ? '' : `${escapeUser(user)}@`}${target.address}:${target.port}`;

export interface TargetReport {
  readonly name: string;
  readonly kind: Kind;
  readonly verdict: Verdict;
  readonly calls: number | undefined;
}

export class Edge {
  readonly #options: EdgeOptions;
  #nodes: HealthTable;
  #partners: HealthTable;
  #buckets: Buckets = new Map();
  #published: { readonly waiting: number | undefined; readonly atMs: number } | undefined;

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.#nodes = newHealthTable(options.nodes);
    this.#partners = newHealthTable(options.partners);
    for (const { name, kind, verdict } of this.report()) options.metrics.verdict(kind, name, verdict);
  }

  report(): readonly TargetReport[] {
    const { settings, nowMs } = this.#options;
    const atMs = nowMs();
    const rows = (kind: Kind, table: HealthTable): TargetReport[] =>
      table.map((node) => ({
        name: node.name,
        kind,
        verdict: verdictOf(node, atMs, settings),
        calls: node.published?.calls,
      }));
    return [...rows('node', this.#nodes), ...rows('partner', this.#partners)];
  }

  /** Whether a call that comes now has somewhere to go. */
  canTakeCalls(): boolean {
    return this.report().some(({ verdict }) => verdict === 'up' || verdict === 'unknown' || verdict === 'busy');
  }

  onProbe(kind: Kind, name: string, answer: ProbeAnswer, tookMs: number): void {
    if (answer.type === 'not-asked') return;
    const atMs = this.#options.nowMs();
    if (answer.type === 'silent') {
      this.#feed(kind, { type: 'options-unanswered', name, atMs });
      return;
    }
    this.#options.metrics.optionsTook(name, tookMs);
    this.#feed(kind, { type: 'options-answered', name, status: answer.status, atMs });
  }

  onPublished(state: PublishedState): void {
    const atMs = this.#options.nowMs();
    this.#published = { waiting: state.waiting, atMs };
    this.#feed('node', { type: 'published', nodes: state.nodes, atMs });
  }

  /** A carrier that asks learns whether calls can come: many go another way when they cannot. */
  onOptions(request: EdgeRequest): void {
    if (trunkOf(this.#options.trunks, request.sourceAddress) === undefined) request.reply(403);
    else if (this.canTakeCalls()) request.reply(200, { Allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO' });
    else request.reply(503, this.#retryAfter(this.#options.settings.retryAfterS));
  }

  onOther(request: EdgeRequest): void {
    if (request.isInDialog) request.reply(481);
    else if (trunkOf(this.#options.trunks, request.sourceAddress) === undefined) request.reply(403);
    else request.reply(405, { Allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS' });
  }

  onInvite(request: EdgeRequest): void {
    // Requests inside a dialog carry a Route to drachtio-server and never get here, unless they are lost.
    if (request.isInDialog) {
      request.reply(481);
      return;
    }
    const trunk = trunkOf(this.#options.trunks, request.sourceAddress);
    if (trunk === undefined && this.#options.nodes.some(({ address }) => address === request.sourceAddress)) {
      this.#sendOut(request);
      return;
    }
    const user = uriUser(parseUri(request.uri));
    const invite = { trunk, calledUser: USER.test(user) ? user : undefined, headerNames: request.headerNames };
    const { settings, nowMs, random } = this.#options;
    const draws = { nodes: this.#nodes.map(random), partners: this.#partners.map(random) };
    const { plan, buckets } = planCall(invite, this.#view(), draws, { nowMs: nowMs(), settings });
    this.#buckets = buckets;
    this.#perform(request, plan, trunk?.name ?? 'stranger');
  }

  /** A switch of ours calls somebody through a carrier. */
  #sendOut(request: EdgeRequest): void {
    const { trunks, metrics, logger } = this.#options;
    const out = outboundUri(request.uri, trunks);
    metrics.invite(out?.trunk ?? 'none', out === undefined ? 'outbound-refused' : 'outbound');
    if (out === undefined) {
      request.reply(403);
      return;
    }
    const wanted = { destinations: [out.uri], headers: {}, provisionalTimeoutMs: CARRIER_TIMEOUT_MS };
    request.proxy(wanted).catch((error: unknown) => {
      logger.warn({ err: error }, 'call to a carrier could not be proxied');
    });
  }

  #perform(request: EdgeRequest, plan: Plan, trunk: string): void {
    const { metrics } = this.#options;
    if (plan.type === 'refuse') {
      metrics.invite(trunk, plan.why);
      request.reply(plan.status, plan.retryAfterS === undefined ? {} : this.#retryAfter(plan.retryAfterS));
      return;
    }
    metrics.invite(trunk, plan.spill === undefined ? 'proxied' : 'spilled');
    void this.#proxy(request, plan);
  }

  async #proxy(request: EdgeRequest, plan: ProxyPlan): Promise<void> {
    const { lastResort, provisionalTimeoutMs, logger, nowMs } = this.#options;
    const last: Target = { kind: 'last-resort', name: 'last-resort', user: '', ...lastResort };
    const targets: readonly Target[] = [...plan.destinations, last];
    const [first] = plan.destinations;
    const firstKind = first?.kind;
    if (first !== undefined) this.#feed(first.kind, { type: 'call-sent', name: first.name, atMs: nowMs() });
    const suspicion = setTimeout(() => void this.#suspect(first), provisionalTimeoutMs + SUSPICION_SLACK_MS);
    try {
      const answers = await request.proxy({
        destinations: targets.map((target) => sipUri(target, target.user)),
        headers: plan.headers,
        provisionalTimeoutMs,
      });
      this.#judge(targets, answers, plan);
    } catch (error) {
      // drachtio-server has answered the caller itself (500, 483) or is gone.
      logger.warn({ err: error, firstKind }, 'call could not be proxied');
    } finally {
      clearTimeout(suspicion);
    }
  }

  /** drachtio-server tells how a call went only at its end, which may be minutes away when it rings elsewhere. */
  async #suspect(first: Destination | undefined): Promise<void> {
    if (first === undefined) return;
    const { ask, provisionalTimeoutMs, nowMs } = this.#options;
    const answer = await ask(sipUri(first), provisionalTimeoutMs);
    if (answer.type !== 'silent' && !(answer.type === 'answered' && answer.status === 503)) return;
    this.#feed(first.kind, { type: 'call-unanswered', name: first.name, atMs: nowMs() });
  }

  #judge(targets: readonly Target[], answers: readonly Answer[], plan: ProxyPlan): void {
    const { metrics, nowMs, settings } = this.#options;
    const atMs = nowMs();
    for (const tried of judgeCall(targets, answers)) {
      const { kind, name } = tried.attempt;
      if (tried.type !== 'unanswered') metrics.answer(name, tried.status);
      if (tried.type !== 'taken' && kind !== 'last-resort') metrics.failover(name, tried.type);
      if (kind === 'last-resort') continue;
      this.#feed(kind, { type: `call-${tried.type}`, name, atMs });
      if (kind === 'node' || tried.type !== 'taken') continue;
      this.#buckets = countPartnerCall(this.#buckets, name, settings, atMs);
      metrics.spilled(name, plan.spill ?? 'switch-failed');
    }
  }

  #view(): EdgeView {
    const { settings, nowMs } = this.#options;
    const isFresh = this.#published !== undefined && nowMs() - this.#published.atMs <= settings.stateMaxAgeMs;
    const waiting = isFresh ? this.#published?.waiting : undefined;
    return { nodes: this.#nodes, partners: this.#partners, buckets: this.#buckets, waiting };
  }

  #feed(kind: Kind, input: HealthInput): void {
    const { settings, metrics, logger } = this.#options;
    const { state, effects } = stepHealth(kind === 'node' ? this.#nodes : this.#partners, input, settings);
    if (kind === 'node') this.#nodes = state;
    else this.#partners = state;
    for (const { name, from, to } of effects) {
      metrics.verdict(kind, name, to);
      logger.info({ kind, target: name, was: from, now: to, because: input.type }, 'verdict on a target has changed');
    }
  }

  #retryAfter(seconds: number): Readonly<Record<string, string>> {
    return { 'Retry-After': String(seconds) };
  }
}
