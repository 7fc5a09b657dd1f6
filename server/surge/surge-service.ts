/**
 * The surge runner: looks at the line every few seconds, asks the pure controller, carries out what it decides, keeps
 * its state, and tells supervisors. One runner for each hotline.
 */
import type { Logger } from 'pino';
import type { SurgeLevel, SurgeSettings } from '../../config/surge-schema.ts';
import { usualPolicy } from '../acd/line-policy.ts';
import type { LineStore } from '../acd/line-store.ts';
import type { SurgeStore } from '../store/surge-ports.ts';
import type { TicketRow } from '../store/ports.ts';
import type { CallEvent } from '../timeline/events.ts';
import type { DecisionView, DryRunView, PlanFault, SurgeStatus } from './api-types.ts';
import { newController, step } from './core/controller.ts';
import { dryRun } from './core/dry-run.ts';
import { wavesDue } from './core/measures.ts';
import { Meter, type LineNow } from './core/meter.ts';
import { policyOf } from './core/policy.ts';
import type { ActiveMeasure, ControllerInput, ControllerState, Effect, SurgeSample, UsualWeek } from './core/types.ts';
import { measureWords } from './core/words.ts';
import { Outbox, type Address } from './outbox.ts';
import { PartnerDesk, type PartnerDeskOptions } from './partner-desk.ts';
import { Plans, readPlan } from './plans.ts';
import type { Clock, LineRules, Pages } from './ports.ts';
import { Standby } from './standby.ts';
import { TimelineFeed } from './timeline-feed.ts';

export interface SurgeServiceOptions extends Clock {
  readonly settings: SurgeSettings;
  /** Absolute folder of the sample plans. */
  readonly plansDir: string;
  readonly store: SurgeStore;
  readonly tickets: { byNumber(number: string): Promise<TicketRow | undefined> };
  readonly line: Pick<LineStore, 'queues' | 'agents'>;
  readonly rules: LineRules;
  readonly pages: Pages;
  readonly cityName: string;
  readonly sentBy: PartnerDeskOptions['sentBy'];
  /** Of the city's clock against UTC. */
  readonly offsetMs: number;
  readonly nameOf: (userId: string) => string | undefined;
  readonly supervisors: () => readonly string[];
  readonly onReleased?: (userId: string) => void;
  readonly logger: Logger;
}

const STATE_KEY = 'controller';
/** Who answered a call that a partner took. */
const PARTNER_AGENT = 'partner:';
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const KEPT_MS = 35 * 24 * HOUR_MS;

export class SurgeService {
  readonly plans: Plans;
  readonly standby: Standby;
  readonly partners: PartnerDesk;
  readonly outbox: Outbox;
  readonly #options: SurgeServiceOptions;
  readonly #feed: TimelineFeed;
  readonly #meter: Meter;
  #state: ControllerState;
  #usual: UsualWeek | null = null;
  #sampledMinute = 0;
  #usualReadAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: SurgeServiceOptions) {
    this.#options = options;
    const { store, logger, settings, nowMs, newId, pages, cityName } = options;
    this.#meter = new Meter(120_000);
    this.#feed = new TimelineFeed(this.#meter);
    this.#state = newController(nowMs());
    this.plans = new Plans(store);
    const clock = { nowMs, newId };
    const addressOf = (row: { readonly kind: string; readonly target: string }): Address | null =>
      addressFor(settings, row);
    this.outbox = new Outbox({ ...clock, store, logger, sender: settings.hotlineId, addressOf });
    const { outbox } = this;
    const hasWebhook = settings.webhookUrl !== null;
    const { nameOf, onReleased } = options;
    this.standby = new Standby({
      ...{ ...clock, store, pages, outbox, logger, nameOf, hasWebhook },
      ...(onReleased === undefined ? {} : { onReleased }),
    });
    const { partners, hotlineId } = settings;
    const { sentBy } = options;
    const active = (): readonly ActiveMeasure[] => this.#state.active;
    this.partners = new PartnerDesk({ ...clock, store, outbox, logger, partners, hotlineId, cityName, active, sentBy });
  }

  /** Loads plan, roster and state; what was in force before a restart is in force again. */
  async start(): Promise<void> {
    const { settings, plansDir, store, nowMs, logger } = this.#options;
    await this.plans.start(plansDir, settings.plan, nowMs());
    await this.standby.start();
    const stored = await store.loadState(STATE_KEY);
    if (isState(stored)) this.#state = stored;
    if (this.#state.active.length > 0)
      logger.info({ level: this.#state.level, measures: this.#state.active.length }, 'surge measures go on');
    for (const active of this.#state.active) await this.#carryOut({ type: 'start', active });
    if (!settings.enabled) {
      await this.#input({ type: 'end', atMs: nowMs(), by: 'configuration' });
      return;
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      void this.look().finally(() => {
        this.#schedule();
      });
    }, this.#options.settings.checkEveryMs);
  }

  /** Stops looking. What is in force stays in force: the next start goes on with it. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#queue.catch(() => undefined);
    this.#options.rules.setPolicy(usualPolicy);
  }

  onEvent(event: CallEvent): void {
    this.#feed.note(event);
    if (event.type === 'ticket.created') void this.#handBack(event.number);
    if (event.type === 'call.bridged' && event.agentId.startsWith(PARTNER_AGENT))
      this.partners.connected(event.agentId.slice(PARTNER_AGENT.length), event.callId);
    if (event.type === 'call.ended') this.partners.over(event.callId);
  }

  async #handBack(number: string): Promise<void> {
    const { tickets, logger } = this.#options;
    try {
      const ticket = await tickets.byNumber(number);
      if (ticket !== undefined) await this.partners.handBack(ticket);
    } catch (error) {
      logger.error({ err: error }, 'a ticket could not be handed back to a partner');
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(work, work);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  /** One look at the line; never rejects. */
  async look(): Promise<void> {
    const { nowMs, logger } = this.#options;
    try {
      const atMs = nowMs();
      await this.#readUsual(atMs);
      const sample = this.#meter.sample(atMs, await this.#lineNow(atMs));
      await this.#inTurn(() => this.#input({ type: 'sample', sample, usual: this.#usual }));
      await this.#keepSample(sample);
      await this.outbox.work();
      this.#tell();
    } catch (error) {
      logger.warn({ err: error }, 'the surge part could not look at the line');
    }
  }

  async #lineNow(atMs: number): Promise<LineNow> {
    const { line } = this.#options;
    const [queues, agents] = await Promise.all([line.queues(), line.agents()]);
    const here = agents.filter((a) => a.intent === 'available' && a.phone !== 'offline');
    await this.standby.seen(new Set(here.map((a) => a.agentId)));
    const ready = this.standby.ready();
    const { accepted, standby } = this.standby.counts();
    const oldest = queues.flatMap((q) => (q.oldestJoinedAtMs === null ? [] : [q.oldestJoinedAtMs]));
    return {
      waiting: queues.reduce((sum, q) => sum + q.waiting, 0),
      longestWaitMs: oldest.length === 0 ? 0 : Math.max(0, atMs - Math.min(...oldest)),
      seats: here.length,
      seatsFree: here.filter((a) => a.phone === 'idle').length,
      seatsCalledIn: here.filter((a) => ready.has(a.agentId)).length,
      seatsComing: accepted,
      seatsStandby: standby,
    };
  }

  /** What is usual changes slowly: read once an hour. */
  async #readUsual(atMs: number): Promise<void> {
    if (this.#usualReadAtMs !== 0 && atMs - this.#usualReadAtMs < HOUR_MS) return;
    this.#usualReadAtMs = atMs;
    const { store, offsetMs } = this.#options;
    const peoplePerHour = await store.usualWeek(atMs, offsetMs);
    this.#usual = peoplePerHour === null ? null : { peoplePerHour, offsetMs };
    await store.forget(atMs - KEPT_MS);
  }

  async #keepSample(sample: SurgeSample): Promise<void> {
    const minute = Math.floor(sample.atMs / MINUTE_MS);
    if (minute === this.#sampledMinute) return;
    this.#sampledMinute = minute;
    await this.#options.store.saveSample(minute * MINUTE_MS, { ...sample, atMs: minute * MINUTE_MS });
  }

  async #input(input: ControllerInput): Promise<void> {
    const { store, logger } = this.#options;
    const before = this.#state;
    const { state, effects, decisions } = step(before, input, this.plans.current.plan);
    this.#state = state;
    for (const effect of effects) await this.#carryOut(effect);
    if (decisions.length === 0 && effects.length === 0) return;
    for (const d of decisions)
      logger.info({ kind: d.kind, level: d.level, measure: d.measure, why: d.why.en }, 'surge decision');
    await store.saveDecisions(decisions.map((d) => ({ id: d.id, atMs: d.atMs, body: d })));
    await store.saveState(STATE_KEY, state);
  }

  async #carryOut({ type, active }: Effect): Promise<void> {
    const { measure } = active;
    this.#options.rules.setPolicy(policyOf(this.#state.active));
    if (measure.type !== 'call-in') return;
    const due = wavesDue(measure, this.#options.nowMs() - this.#state.levelSinceMs);
    await this.standby.want({
      seats: type === 'stop' ? 0 : (active.amount ?? 0),
      wave: Math.max(1, due.length),
      skills: due.flatMap((w) => w.skills),
      dialects: due.flatMap((w) => w.dialects),
      bySocket: measure.channels.includes('socket'),
      byWebhook: measure.channels.includes('webhook'),
      answerWithinMs: measure.answerWithinMs,
      why: active.why,
    });
  }

  #tell(): void {
    const { pages, supervisors } = this.#options;
    const online = supervisors().filter((id) => pages.online(id));
    if (online.length === 0) return;
    const status = this.status();
    for (const id of online) pages.surge(id, status);
  }

  // What supervisors ask

  hold(level: SurgeLevel | null, by: string): Promise<SurgeStatus> {
    return this.#ask({ type: 'hold', atMs: this.#options.nowMs(), level, by });
  }

  async answer(proposalId: string, answer: 'accept' | 'refuse', by: string): Promise<SurgeStatus | undefined> {
    if (!this.#state.proposals.some((p) => p.id === proposalId)) return undefined;
    return this.#ask({ type: 'answer', atMs: this.#options.nowMs(), proposalId, answer, by });
  }

  async putInForce(name: string, version: number | undefined): Promise<SurgeStatus | undefined> {
    const loaded = await this.#inTurn(() => this.plans.putInForce(name, version));
    if (loaded === undefined) return undefined;
    await this.look();
    return this.status();
  }

  async #ask(input: ControllerInput): Promise<SurgeStatus> {
    await this.#inTurn(() => this.#input(input));
    await this.look();
    return this.status();
  }

  async decisions(limit: number): Promise<readonly DecisionView[]> {
    return (await this.#options.store.decisions(limit)) as readonly DecisionView[];
  }

  async dryRun(yaml: string, hours: number): Promise<DryRunView | { readonly faults: readonly PlanFault[] }> {
    const read = readPlan(yaml);
    if ('faults' in read) return read;
    const toMs = this.#options.nowMs();
    const samples = (await this.#options.store.samples(toMs - hours * HOUR_MS, toMs)) as readonly SurgeSample[];
    return dryRun(read.plan, samples, this.#usual);
  }

  status(): SurgeStatus {
    const { level, levelSinceMs, heldLevel, why, active, proposals, forecast, indicators, sample } = this.#state;
    const { name, version, plan } = this.plans.current;
    const { asked, accepted, ready } = this.standby.counts();
    return {
      ...{ atMs: sample?.atMs ?? levelSinceMs, planName: name, planTitle: plan.title, planVersion: version },
      ...{ level, levelSinceMs, heldLevel, why, forecast },
      numbers: {
        attemptsPerMinute: (indicators?.attemptsPerMs ?? 0) * MINUTE_MS,
        peoplePerMinute: (indicators?.peoplePerMs ?? 0) * MINUTE_MS,
        usualPerMinute: perMinuteOrNull(indicators?.usualPerMs ?? null),
        arrivalsRatio: indicators?.arrivalsRatio ?? null,
        load: indicators?.load ?? 0,
        waiting: sample?.waiting ?? 0,
        longestWaitMs: sample?.longestWaitMs ?? 0,
        estimatedWaitMs: indicators?.estimatedWaitMs ?? 0,
        abandonRate: indicators?.abandonRate ?? 0,
        handleMs: indicators?.handleMs ?? plan.assume.talkMs + plan.assume.wrapUpMs,
        ...{ seats: sample?.seats ?? 0, seatsFree: sample?.seatsFree ?? 0, seatsCalledIn: sample?.seatsCalledIn ?? 0 },
      },
      active: active.map(({ measure, sinceMs, amount }) => ({
        ...{ type: measure.type, sinceMs, amount, what: measureWords(measure, amount) },
      })),
      proposals: proposals.map(({ id, atMs, measure, what, why: because }) => ({
        id,
        atMs,
        measure,
        what,
        why: because,
      })),
      partners: this.partners.views(),
      callIns: { asked, accepted, ready },
    };
  }
}

const perMinuteOrNull = (perMs: number | null): number | null => (perMs === null ? null : perMs * MINUTE_MS);

/** Written by this code, perhaps by an earlier version of it. */
function isState(stored: unknown): stored is ControllerState {
  if (typeof stored !== 'object' || stored === null) return false;
  const empty = Object.keys(newController(0));
  return empty.every((key) => key in stored);
}

function addressFor(settings: SurgeSettings, row: { readonly kind: string; readonly target: string }): Address | null {
  const { webhookUrl, webhookSecret, partners } = settings;
  if (row.kind === 'webhook')
    return webhookUrl === null || webhookSecret === null ? null : { url: webhookUrl, secret: webhookSecret };
  const partner = partners.find((p) => p.id === row.target);
  const base = partner?.apiUrl ?? null;
  if (partner === undefined || base === null) return null;
  return { url: `${base.replace(/\/+$/, '')}/api/partner/tickets`, secret: partner.secret };
}
