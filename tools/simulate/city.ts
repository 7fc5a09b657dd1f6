/**
 * One city's hotline on the virtual clock. Waiting and matching are the real line store, level and measures the real
 * controller, the way of an arriving call the real arrival rule; only people, telephones and time are made up.
 */
import type { SeatSource, SurgePlan } from '../../config/surge-schema.ts';
import type { LineStore, Reservation } from '../../server/acd/line-store.ts';
import { decideArrival, type ArrivalDecision } from '../../server/surge/core/arrival.ts';
import { newController, step } from '../../server/surge/core/controller.ts';
import { Meter } from '../../server/surge/core/meter.ts';
import type { ControllerInput, ControllerState, Effect, UsualWeek } from '../../server/surge/core/types.ts';
import type { Agenda } from './agenda.ts';
import type { Counts } from './counts.ts';
import type { Ending, Person, SimCall, SimSeat } from './model.ts';
import type { Random } from './random.ts';
import type { CityScenario, Scenario } from './scenario.ts';
import { SimSeats } from './seats.ts';

/** The streams of randomness of a city. */
export interface Streams {
  readonly patience: Random;
  readonly talk: Random;
  readonly habit: Random;
  readonly seats: Random;
}

export interface CityOptions {
  readonly scenario: Scenario;
  readonly city: CityScenario;
  readonly plan: SurgePlan | null;
  readonly usual: UsualWeek;
  readonly agenda: Agenda;
  readonly line: LineStore;
  readonly counts: Counts;
  readonly streams: Streams;
  /** A partner's city. */
  readonly find: (id: string) => City | undefined;
  readonly others: readonly string[];
}

const HOME = 'general';
const homeOf = (city: string): string => `from-${city}`;
/** Own callers come before those of others: two steps of priority. */
const OWN_PRIORITY = 2;
const NO_ANSWER_PAUSE_MS = 30_000;

export class City {
  readonly id: string;
  readonly seats: SimSeats;
  readonly #o: CityOptions;
  readonly #meter: Meter;
  #controller: ControllerState;
  readonly #calls = new Map<string, SimCall>();
  /** Callers of this city in this city's line, oldest first. */
  readonly #waiting = new Set<SimCall>();
  readonly #partnerCalls: Record<string, number> = {};
  readonly #promises: Person[] = [];
  #trunksUsed = 0;
  #callNumber = 0;

  constructor(options: CityOptions) {
    this.#o = options;
    const { city, agenda, line, streams, plan } = options;
    this.id = city.id;
    this.#meter = new Meter(plan?.windowMs ?? 120_000);
    this.#controller = newController(agenda.nowMs);
    const foreign = options.others.map(homeOf);
    const queuesOf = (source: SeatSource): readonly string[] =>
      source === 'partner' ? foreign : city.lends?.sharesOwnSeats === true ? [HOME, ...foreign] : [HOME];
    const onFree = (): Promise<void> => this.dispatch();
    this.seats = new SimSeats({ city, line, agenda, random: streams.seats, queuesOf, onFree });
  }

  get level(): ControllerState['level'] {
    return this.#controller.level;
  }

  async attempt(person: Person): Promise<void> {
    const { agenda, counts, city, scenario } = this.#o;
    person.attempts++;
    counts.attempt(person, agenda.nowMs);
    if (this.#trunksUsed >= city.trunks) {
      this.#failed(person, 'busy');
      return;
    }
    this.#trunksUsed++;
    this.#meter.note({ type: 'arrived', atMs: agenda.nowMs, caller: String(person.id) });
    await Promise.resolve();
    agenda.after(scenario.calls.greetingMs, () => this.#route(person));
  }

  /** Where the rule sends it; without a plan everybody waits. */
  #decide(): ArrivalDecision {
    const { plan } = this.#o;
    if (plan === null) return { to: 'line', notice: null, offerCallBack: false, offerDeflect: null };
    const { seats, seatsFree } = this.seats.now();
    const waiting = this.#waiting.size;
    const handleMs = this.#controller.indicators?.handleMs ?? plan.assume.talkMs + plan.assume.wrapUpMs;
    return decideArrival(this.#controller.active, {
      waiting,
      estimatedWaitMs: seatsFree > waiting ? 0 : ((waiting + 1) * handleMs) / Math.max(1, seats),
      openCallBacks: this.#promises.length,
      partnerCalls: this.#partnerCalls,
    });
  }

  async #route(person: Person): Promise<void> {
    const { scenario, streams, city, agenda } = this.#o;
    const decision = this.#decide();
    const { habit } = streams;
    if (decision.notice !== null && habit.chance(scenario.people.contentWithNotice)) {
      this.#over(person, 'notice');
      return;
    }
    if (decision.to === 'partner') {
      await this.#divert(person, decision.partnerId);
      return;
    }
    const offered = this.#takesOffer(decision);
    const full = this.#waiting.size >= city.maxWaiting;
    if (decision.to === 'line' && offered === null && !full) {
      await this.#join(person, this, OWN_PRIORITY);
      return;
    }
    agenda.after(scenario.calls.politeMs, () => {
      this.#over(person, offered ?? 'away');
    });
  }

  #takesOffer(decision: Exclude<ArrivalDecision, { to: 'partner' }>): 'promised' | 'deflected' | null {
    const { people } = this.#o.scenario;
    const { habit } = this.#o.streams;
    if (decision.offerCallBack && habit.chance(people.takesCallBack)) return 'promised';
    return decision.offerDeflect !== null && habit.chance(people.takesDeflect) ? 'deflected' : null;
  }

  async #divert(person: Person, partnerId: string): Promise<void> {
    const partner = this.#o.find(partnerId);
    if (partner === undefined) return;
    this.#partnerCalls[partnerId] = (this.#partnerCalls[partnerId] ?? 0) + 1;
    if (this.#o.counts.counts(this.#o.agenda.nowMs)) this.#o.counts.diverted++;
    await this.#join(person, partner, 0);
  }

  async #join(person: Person, where: City, priority: number, callback = false): Promise<void> {
    const { agenda, scenario, streams } = this.#o;
    const id = `${this.id}-${this.#callNumber++}`;
    const nowMs = agenda.nowMs;
    const call: SimCall = {
      ...{ id, person, arrivedAtMs: nowMs, at: where.id, joinedAtMs: nowMs, waiting: true, patience: null, callback },
    };
    if (!callback)
      call.patience = agenda.after(streams.patience.exponential(scenario.people.patienceMs), () => this.#giveUp(call));
    where.#calls.set(id, call);
    if (where === this && !callback) this.#waiting.add(call);
    const queue = where === this ? HOME : homeOf(this.id);
    await where.#o.line.join({ callId: id, queue, priority, kind: callback ? 'callback' : 'call' });
    await where.dispatch();
  }

  #leaveLine(call: SimCall): void {
    call.waiting = false;
    this.#waiting.delete(call);
    if (call.patience !== null) call.patience.cancelled = true;
  }

  async #giveUp(call: SimCall): Promise<void> {
    const where = this.#o.find(call.at) ?? this;
    this.#leaveLine(call);
    where.#calls.delete(call.id);
    await where.#o.line.leave(call.id);
    this.#meter.note({ type: 'abandoned', atMs: this.#o.agenda.nowMs });
    this.#endDivert(call);
    this.#over(call.person, 'abandoned');
  }

  #endDivert(call: SimCall): void {
    if (call.at !== this.id) this.#partnerCalls[call.at] = (this.#partnerCalls[call.at] ?? 1) - 1;
  }

  /** The call is over without an agent. */
  #over(person: Person, ending: Exclude<Ending, 'connected'>): void {
    this.#trunksUsed--;
    if (ending === 'away' || ending === 'deflected' || ending === 'notice' || ending === 'promised')
      this.#meter.note({ type: 'turned-away', atMs: this.#o.agenda.nowMs });
    if (ending === 'promised') {
      person.promised = true;
      this.#promises.push(person);
    }
    this.#failed(person, ending);
  }

  /** Counts it and, if that is the person's habit, phones again. */
  #failed(person: Person, ending: Exclude<Ending, 'connected'>): void {
    const { agenda, counts, scenario, streams } = this.#o;
    const { redialShare, redialAfterMs, mostAttempts } = scenario.people;
    counts.end(ending, agenda.nowMs);
    if (ending === 'deflected' || ending === 'notice' || ending === 'promised') return;
    if (person.attempts >= mostAttempts || !streams.habit.chance(redialShare)) return;
    agenda.after(streams.habit.exponential(redialAfterMs), () => this.attempt(person));
  }

  async dispatch(): Promise<void> {
    const { line, scenario } = this.#o;
    for (const offer of await line.match(scenario.calls.ringMs + 10_000)) await this.#offered(offer);
  }

  async #offered(offer: Reservation): Promise<void> {
    const { agenda, scenario, streams, line } = this.#o;
    const seat = this.seats.get(offer.agentId);
    if (seat === undefined) return;
    await this.seats.put(seat, 'ringing');
    if (streams.seats.chance(scenario.calls.noAnswerShare)) {
      agenda.after(scenario.calls.ringMs, async () => {
        await line.release(offer.offerId, NO_ANSWER_PAUSE_MS);
        await this.dispatch();
      });
      agenda.after(scenario.calls.ringMs + NO_ANSWER_PAUSE_MS, () => this.#free(seat));
      return;
    }
    agenda.after(streams.seats.exponential(scenario.calls.answerMs), () => this.#picksUp(offer, seat));
  }

  async #picksUp(offer: Reservation, seat: SimSeat): Promise<void> {
    const { line, agenda, streams, scenario } = this.#o;
    const call = this.#calls.get(offer.callId);
    if (call?.waiting !== true || (await line.accept(offer.offerId)) !== 'accepted') {
      await this.#free(seat);
      return;
    }
    this.#calls.delete(call.id);
    const home = this.#o.find(call.person.city) ?? this;
    home.#connected(call, seat);
    await this.seats.put(seat, 'busy');
    const { talkMs, talkSigma, talkMaxMs } = scenario.calls;
    const talked = Math.min(talkMaxMs, streams.talk.logNormal(talkMs, talkSigma));
    agenda.after(talked, () => this.#talked(home, call, seat, talked));
  }

  #connected(call: SimCall, seat: SimSeat): void {
    const { agenda, counts } = this.#o;
    this.#leaveLine(call);
    const { person } = call;
    if (call.callback) {
      person.calledBackAtMs = agenda.nowMs;
      if (counts.counts(agenda.nowMs)) counts.calledBack++;
      return;
    }
    person.connectedAtMs ??= agenda.nowMs;
    this.#meter.note({ type: 'answered', atMs: agenda.nowMs });
    counts.answer({
      atMs: agenda.nowMs,
      waitMs: agenda.nowMs - call.joinedAtMs,
      source: call.at === this.id ? seat.source : 'partner',
    });
  }

  async #talked(home: City, call: SimCall, seat: SimSeat, talkMs: number): Promise<void> {
    const { agenda, streams, scenario } = this.#o;
    if (!call.callback) home.#trunksUsed--;
    home.#endDivert(call);
    const limitMs = this.#wrapUpLimitMs(seat);
    const wrapUpMs = Math.min(limitMs, streams.talk.logNormal(scenario.calls.wrapUpMs, scenario.calls.wrapUpSigma));
    if (home === this) {
      this.#meter.note({ type: 'talked', atMs: agenda.nowMs, talkMs });
      this.#meter.note({ type: 'wrapped-up', atMs: agenda.nowMs, wrapUpMs });
    }
    await this.seats.put(seat, 'wrap-up');
    agenda.after(wrapUpMs, () => this.#free(seat));
  }

  #wrapUpLimitMs(seat: SimSeat): number {
    if (seat.source === 'partner') return this.#o.city.lends?.wrapUpMaxMs ?? Infinity;
    const limit = this.#controller.active.find((a) => a.measure.type === 'wrap-up');
    return limit?.amount ?? Infinity;
  }

  async #free(seat: SimSeat): Promise<void> {
    await this.seats.put(seat, 'idle');
    await this.dispatch();
  }

  /** What the runner does every few seconds on a live hotline. */
  async check(): Promise<void> {
    const { agenda, plan, usual, counts } = this.#o;
    const now = this.seats.now();
    const oldest = this.#waiting.values().next().value;
    const waiting = this.#waiting.size;
    if (plan !== null) {
      const longestWaitMs = oldest === undefined ? 0 : agenda.nowMs - oldest.joinedAtMs;
      const sample = this.#meter.sample(agenda.nowMs, { ...now, waiting, longestWaitMs });
      await this.#step({ type: 'sample', sample, usual });
    }
    counts.look(agenda.nowMs, { waiting, seats: now.seats, level: this.level });
    await this.#keepPromises(now.seatsFree - waiting);
  }

  async #step(input: ControllerInput): Promise<void> {
    const { plan, counts } = this.#o;
    if (plan === null) return;
    const before = this.#controller.proposals;
    const { state, effects, decisions } = step(this.#controller, input, plan);
    this.#controller = state;
    counts.decide(decisions);
    for (const effect of effects) await this.#carryOut(effect);
    for (const { id } of state.proposals) if (!before.some((p) => p.id === id)) this.#supervisor(id);
  }

  /** The supervisor reads the proposal and says yes. */
  #supervisor(proposalId: string): void {
    const { agenda, scenario } = this.#o;
    agenda.after(scenario.supervisorAnswersMs, () =>
      this.#step({ type: 'answer', answer: 'accept', atMs: agenda.nowMs, proposalId, by: 'supervisor' }),
    );
  }

  /** The other measures are read from the controller's state where they apply. */
  async #carryOut({ type, active }: Effect): Promise<void> {
    if (active.measure.type === 'call-in') await this.seats.want(type === 'stop' ? 0 : (active.amount ?? 0));
  }

  /** Promised call-backs are made when seats are free and nobody waits. */
  async #keepPromises(spareSeats: number): Promise<void> {
    for (let spare = Math.floor(spareSeats / 2); spare > 0; spare--) {
      const person = this.#promises.shift();
      if (person === undefined) return;
      await this.#join(person, this, 0, true);
    }
  }
}
