/** Knows for a waiting call what the house has to say: its wishes, the plan in force, announcements, partners. */
import type { LegId } from '../../telephony/ports/switch.ts';
import { atTheDoor, noticeOf, usualPolicy, type LinePolicy } from '../acd/line-policy.ts';
import type { LineStore, Place, WaitingCall } from '../acd/line-store.ts';
import type { CallerHistory } from '../store/ports.ts';
import type { CallbackReason, CallEvent, EpochMs } from '../timeline/events.ts';
import { announcementOf } from './announcements.ts';
import type { CallbackService } from './callback-service.ts';
import type { Announcement, CallState, Queued } from './core/call-types.ts';
import { announcementAt, rulesOf, type SentOn } from './core/wait-rules.ts';
import type { LineHost, PartnerWay } from './line-commands.ts';
import { noPartners, type Partners, type SentByPartner } from './partners.ts';

export interface LineDeskOptions {
  readonly line: LineStore;
  readonly ownNumber: string;
  /** A ticket of these days makes its agent the first choice. */
  readonly stickyDays: number;
  /** Called numbers, or trunks, of the line for urgent matters. */
  readonly urgent?: ReadonlySet<string>;
  readonly nowMs: () => EpochMs;
  readonly newId: () => string;
  readonly callbacks: () => CallbackService | undefined;
  readonly historyOf: (callId: string) => CallerHistory | undefined;
  /** The leg belongs to this call from now on. */
  readonly ownLeg: (legId: LegId, callId: string) => void;
}

const DAY_MS = 86_400_000;
const REDIAL_WINDOW_MS = 3_600_000;
const MOST_NUMBERS = 50_000;
/** So long somebody for whom there is no room may choose the call-back. */
const CHOICE_MS = 25_000;

export class LineDesk implements LineHost {
  readonly #options: LineDeskOptions;
  /** Who gave up lately, and how often: they are served sooner. */
  readonly #gaveUp = new Map<string, { times: number; untilMs: EpochMs }>();
  #policy: LinePolicy = usualPolicy;
  #partners: Partners = noPartners;

  constructor(options: LineDeskOptions) {
    this.#options = options;
  }

  get policy(): LinePolicy {
    return this.#policy;
  }

  setPolicy(policy: LinePolicy): void {
    this.#policy = policy;
  }

  setPartners(partners: Partners): void {
    this.#partners = partners;
  }

  get ownNumber(): string {
    return this.#options.ownNumber;
  }

  wrapUpMs(plannedMs: number): number {
    return Math.min(plannedMs, this.#policy.maxWrapUpMs ?? plannedMs);
  }

  onEvent(event: CallEvent, number: string): void {
    if (number === '' || event.type !== 'queue.left' || event.reason !== 'abandoned') return;
    const before = this.#gaveUp.get(number);
    if (this.#gaveUp.size >= MOST_NUMBERS && before === undefined) this.#forgetOld(event.atMs);
    const times = before !== undefined && before.untilMs > event.atMs ? before.times + 1 : 1;
    this.#gaveUp.set(number, { times, untilMs: event.atMs + REDIAL_WINDOW_MS });
  }

  #forgetOld(atMs: EpochMs): void {
    for (const [number, { untilMs }] of this.#gaveUp) if (untilMs <= atMs) this.#gaveUp.delete(number);
    const [oldest] = this.#gaveUp.keys();
    if (this.#gaveUp.size >= MOST_NUMBERS && oldest !== undefined) this.#gaveUp.delete(oldest);
  }

  wishes({ facts }: CallState): Pick<WaitingCall, 'stickyAgentId' | 'facts'> {
    const atMs = this.#options.nowMs();
    const gaveUp = this.#gaveUp.get(facts.from);
    const redials = gaveUp !== undefined && gaveUp.untilMs > atMs ? gaveUp.times : 0;
    const { urgent } = this.#options;
    const isUrgent = urgent?.has(facts.to) === true || urgent?.has(facts.trunk) === true;
    const ageing = { redials, ...(isUrgent ? { urgent: true } : {}) };
    return { stickyAgentId: this.#agentOf(facts.callId, atMs), facts: ageing };
  }

  /** Who wrote the newest open ticket of this caller. */
  #agentOf(callId: string, atMs: EpochMs): string | null {
    const sinceMs = atMs - this.#options.stickyDays * DAY_MS;
    const tickets = this.#options.historyOf(callId)?.tickets ?? [];
    return tickets.find((t) => t.createdAtMs >= sinceMs && isOpen(t.status))?.agentId ?? null;
  }

  /** What the plan in force makes of a caller at the door; null = come in. */
  async atTheDoor(state: CallState, queue: string): Promise<SentOn | null> {
    const { admission, deflect, partnersAboveMs, callbackAboveMs } = this.#policy;
    if (admission === null && deflect === null && partnersAboveMs === null && callbackAboveMs === null) return null;
    const states = await this.#options.line.queues();
    const found = {
      waiting: states.reduce((sum, q) => sum + q.waiting, 0),
      estimatedWaitMs: states.find((q) => q.queue === queue)?.estimatedWaitMs ?? 0,
      openCallbacks: this.#options.callbacks()?.counts.open ?? 0,
    };
    const decision = atTheDoor(this.#policy, found, () => this.#partners.choose());
    if (decision.to === 'partner') return { cause: 'deflected', way: { to: 'partner', partner: decision.partner } };
    const digit = rulesOf(state.settings, queue).callbackDigit;
    const offersCallback = decision.callback && digit !== null && this.#canPromise(state);
    if (decision.to === 'away') {
      const { prompts } = decision;
      return offersCallback
        ? { cause: 'line-full', way: { to: 'callback' }, letGo: { afterMs: CHOICE_MS, prompts } }
        : { cause: 'line-full', way: { to: 'message', prompts } };
    }
    return offersCallback || decision.deflect !== null ? { cause: 'deflected', way: { to: 'callback' } } : null;
  }

  async announcement(state: CallState): Promise<Announcement | null> {
    const { callId } = state.facts;
    const place = await this.#options.line.place(callId);
    if (place === null || state.queued === null) return null;
    const rules = rulesOf(state.settings, state.queued.queue);
    const waitedMs = this.#options.nowMs() - state.queued.joinedAtMs;
    const words = [...this.#planWords(place), ...announcementAt(rules, waitedMs)];
    const wanted = this.#isCallbackFirst(place) && !words.includes('callback') ? [...words, 'callback'] : words;
    const digits = {
      callback: this.#canPromise(state) ? rules.callbackDigit : null,
      leave: rules.leaveDigit,
    };
    return announcementOf(wanted, place, digits);
  }

  #planWords({ estimatedWaitMs }: Place): readonly string[] {
    const { deflect } = this.#policy;
    const offered = deflect !== null && estimatedWaitMs > deflect.aboveMs ? deflect.prompts : [];
    return [...noticeOf(this.#policy, estimatedWaitMs), ...offered];
  }

  #isCallbackFirst(place: Place): boolean {
    const { callbackAboveMs } = this.#policy;
    return callbackAboveMs !== null && place.estimatedWaitMs > callbackAboveMs;
  }

  #canPromise(state: CallState): boolean {
    const callbacks = this.#options.callbacks();
    if (callbacks === undefined || !callbacks.canDial || !callbacks.mayCall(state.facts.from)) return false;
    return callbacks.counts.open < this.#policy.maxCallbacks;
  }

  async bookCallback(state: CallState, reason: CallbackReason, queued: Queued): Promise<string | null> {
    if (!this.#canPromise(state)) return null;
    return (await this.#options.callbacks()?.book(state.facts, reason, queued)) ?? null;
  }

  async cancelCallback(callbackId: string): Promise<void> {
    await this.#options.callbacks()?.end(callbackId, 'cancelled', 'answered-meanwhile');
  }

  citizenUri(number: string): string | null {
    return this.#options.callbacks()?.uriOf(number) ?? null;
  }

  /** Whether a partner hotline has sent this call on to us. */
  receive(callId: string, trunk: string, headers: Readonly<Record<string, string>>): SentByPartner | null {
    return this.#partners.receive(callId, trunk, headers);
  }

  divertLeg(callId: string, wanted: string): { readonly partner: string; readonly legId: LegId } | null {
    const partner = wanted === 'any' ? this.#partners.choose() : wanted;
    if (partner === null || !this.#partners.take(partner, callId)) return null;
    const legId = this.#options.newId();
    this.#options.ownLeg(legId, callId);
    return { partner, legId };
  }

  /** An adopted call that a partner has, or is being rung for, counts there as it did. */
  adopted({ facts, phase }: CallState): void {
    if (phase.name === 'diverting' || phase.name === 'diverted') this.#partners.goesOn(phase.partner, facts.callId);
  }

  async partnerWay(partner: string, { facts, queued }: CallState): Promise<PartnerWay | null> {
    const joinedAtMs = queued?.joinedAtMs ?? facts.arrivedAtMs;
    const waiting = await this.#options.line.waiting();
    return this.#partners.way(partner, {
      callId: facts.callId,
      number: facts.from,
      queue: queued?.queue ?? 'main',
      place: waiting.filter((w) => w.joinedAtMs < joinedAtMs).length + 1,
      waitedMs: this.#options.nowMs() - joinedAtMs,
      reason: 'surge',
    });
  }

  partnerDone(partner: string, callId: string, connected: boolean): void {
    this.#partners.done(partner, callId, connected);
  }
}

/** Everything that is not closed; the ticket's own life decides later which states there are. */
function isOpen(status: string): boolean {
  return status !== 'closed' && status !== 'archived';
}
