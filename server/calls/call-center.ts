/**
 * All calls of this server: gives each event of the switch to the call it belongs to, each reservation to its call,
 * and keeps what pages need of a call (history, transcript, draft) beside it.
 */
import type { TranscriptUpdate } from '../../asr/ports.ts';
import type { SwitchEvent } from '../../telephony/ports/switch.ts';
import type { Reservation } from '../acd/line-store.ts';
import type { DraftState } from '../drafts/engine.ts';
import type { CallbackRow } from '../store/ports.ts';
import type { RiskView } from '../realtime/protocol.ts';
import type { CallEvent } from '../timeline/events.ts';
import { agentDials } from './agent-dials.ts';
import type { AgentPhones } from './agent-phones.ts';
import type { CallbackService } from './callback-service.ts';
import { adoptCalls, takeUp, type Adopter, type AdoptionReport } from './adoption.ts';
import { CallRunner, type RunnerHost, type RunnerParts } from './call-runner.ts';
import { CallTable } from './call-table.ts';
import type { CallSpeech } from './call-speech.ts';
import type { CallFacts } from './core/call-types.ts';
import type { Dispatcher, DispatchAlarm } from './dispatcher.ts';
import { endpointOf } from './endpoints.ts';
import { forgetWhenIdle } from './forgetting.ts';
import { incomingFacts } from './incoming-facts.ts';
import { VoicemailDesk } from './ivr-voicemail.ts';
import { createLiveCall, type LiveCall, type LiveCallNews } from './live-call.ts';
import type { LineDesk } from './line-desk.ts';
import * as lineParts from './line-parts.ts';
import type { CallCenterListener, CallCenterOptions } from './call-center-options.ts';
import { LineWatch } from './line-watch.ts';
import { RecordingMask } from './recording-mask.ts';
import { Reconciler } from './reconciler.ts';
import { Seats } from './seats.ts';
import { makeRunnerHost } from './runner-host.ts';
import { rulesOf } from './core/wait-rules.ts';
import { tellCalls, type SwitchHearing } from './switch-events.ts';
import { TimelineWriter } from './timeline-writer.ts';
import { readHistory } from './read-history.ts';
import { riskViews } from './views.ts';

export type { CallbackSetup, CallCenterListener, CallCenterOptions } from './call-center-options.ts';

export class CallCenter {
  readonly #options: CallCenterOptions;
  readonly #table = new CallTable();
  readonly #host: RunnerHost;
  readonly #dispatcher: Dispatcher;
  readonly #reconciler: Reconciler;
  readonly #voicemail: VoicemailDesk;
  readonly callbacks: CallbackService;
  readonly lineDesk: LineDesk;
  readonly lineWatch: LineWatch;
  readonly seats: Seats;
  readonly phones: AgentPhones;
  readonly timeline: TimelineWriter;
  #listener: CallCenterListener | undefined;
  readonly #mask = new RecordingMask(() => this.#options.logger);
  readonly #hearers: ((event: CallEvent) => void)[] = [];
  #unsubscribe: (() => void) | undefined;
  /** While calls of an earlier process are being adopted: events of legs we do not know yet. */
  #unheard: SwitchEvent[] | null = null;

  constructor(options: CallCenterOptions) {
    this.#options = options;
    const { line, logger, nowMs } = options;
    this.lineDesk = lineParts.makeLineDesk(options, this.#house);
    this.lineWatch = new LineWatch({ ...options, endpointOf, mediaTimeoutMs: options.settings.mediaTimeoutMs });
    this.callbacks = lineParts.makeCallbacks(options, this.#house);
    this.#dispatcher = lineParts.makeDispatcher(options, this.#house);
    this.phones = lineParts.makePhones(options);
    this.seats = new Seats({
      line,
      nowMs,
      kick: this.#told.kick,
      onLineError: (error) => {
        logger.error({ err: error }, 'the line was not told of an agent');
      },
      onChange: (seat, before) => {
        if (!seat.byPhone) this.phones.forget(seat.agentId);
        this.#listener?.seatChanged(seat, before);
        this.#voicemail.seatChanged();
      },
    });
    this.timeline = new TimelineWriter({
      store: options.store.calls,
      nowMs,
      logger,
      onEvent: (event) => {
        this.#note(event);
      },
    });
    this.#voicemail = new VoicemailDesk({
      seats: () => this.seats.all(),
      draftOf: (callId) => this.#table.get(callId)?.draft,
      store: options.store.drafts,
      given: (draft, agentId) => this.#listener?.draftGiven(draft, agentId),
      logger,
    });
    this.#host = makeRunnerHost(
      options,
      {
        table: this.#table,
        lineDesk: this.lineDesk,
        voicemail: this.#voicemail,
        timeline: this.timeline,
        seats: this.seats,
        phones: this.phones,
      },
      this.#told,
    );
    this.#reconciler = new Reconciler({
      ...options,
      calls: this.#table.calls,
      legs: this.#table.legs,
      isOthers: (legId) => this.lineWatch.owns(legId),
      isSettled: () => this.#unheard === null,
    });
  }

  /** What a call's speech and draft have to tell. */
  readonly #news: LiveCallNews = {
    emit: (callId, event) => this.timeline.emit(callId, event),
    speech: (call, update) => {
      this.#speech(call, update);
    },
    changed: (call) => this.#listener?.callChanged(call),
    draft: (call, patch) => this.#listener?.draft(call, patch),
  };

  readonly #adopter: Adopter = {
    openCall: (adopted, draftState) => this.#openCall(adopted.state.facts, adopted, draftState),
    ownLeg: (legId, call) => this.#table.legs.set(legId, call),
    seats: () => this.seats,
    timeline: () => this.timeline,
    loadHistory: (call, from) => void this.#loadHistory(call, from),
    nowMs: () => this.#options.nowMs(),
  };

  readonly #told: Pick<RunnerHost, 'kick' | 'changed' | 'closed'> = {
    kick: () => {
      this.#dispatcher.kick();
    },
    changed: (runner) => {
      this.#changed(runner);
    },
    closed: (runner) => {
      void this.#closed(runner);
    },
  };

  readonly #hearing: SwitchHearing = {
    table: this.#table,
    mask: this.#mask,
    dialled: (event) => agentDials(event, { ...this.#options, seats: this.seats, desk: this.#listener }),
    incoming: (event) => {
      this.#incoming(event);
    },
    registered: (agentId, on) => {
      this.seats.input(agentId, { type: 'registered', on });
    },
    transferAsked: (event) => this.#listener?.transferAsked(this.#table.legs.get(event.legId), event),
  };

  /** Hears every event of every call at once, before it is durable. Must not throw. */
  hear(onEvent: (event: CallEvent) => void): void {
    this.#hearers.push(onEvent);
  }

  listen(listener: CallCenterListener): void {
    this.#listener = listener;
  }

  start(): void {
    this.#unsubscribe = this.#options.switch.subscribe((event) => {
      this.#onSwitch(event);
    });
    this.#voicemail.start().catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'messages of earlier callers were not read');
    });
  }

  /** Takes charge of calls that the switch kept up while nobody was there. Once, after the switch has started. */
  async adopt(): Promise<AdoptionReport> {
    const unheard: SwitchEvent[] = [];
    this.#unheard = unheard;
    try {
      return await adoptCalls({
        ...this.#options,
        isOurs: (legId) => this.#table.legs.has(legId),
        take: (adopted, past) => {
          this.lineDesk.adopted(adopted.state);
          takeUp(this.#adopter, adopted, past);
        },
      });
    } finally {
      this.#unheard = null;
      for (const event of unheard) this.#onSwitch(event);
    }
  }

  get(callId: string): LiveCall | undefined {
    return this.#table.get(callId);
  }

  all(): readonly LiveCall[] {
    return this.#table.all();
  }

  /** What the parts that watch the line need of the calls. */
  readonly #house: lineParts.LineHouse = {
    calls: this.#table.calls,
    own: (legId, callId) => {
      this.#table.own(legId, callId);
    },
    callbacks: () => this.callbacks,
    policy: () => this.lineDesk.policy,
    startCallback: (row) => {
      this.#startCallback(row);
    },
    reserved: (reservation) => this.#reserved(reservation),
    lineLost: () => {
      // Every call takes its old place again, every agent is told of.
      for (const call of this.all()) call.runner.standAgain();
      this.seats.tellAll();
    },
    changed: () => this.#listener?.lineChanged(),
  };

  queueTitle(queue: string): string {
    return rulesOf(this.#options.settings, queue).title;
  }

  /** Calls with words of danger, newest first. */
  risks(): readonly RiskView[] {
    return riskViews(this.all(), this.#options.drafts.riskLabel);
  }

  /** Somebody waits, somebody is free, and nothing is offered. */
  get alarm(): DispatchAlarm | null {
    return this.#dispatcher.alarm;
  }

  /** Dispatch and reconciling figures for `/metrics`. */
  counters(): Readonly<Record<string, number>> {
    const parts = { dispatcher: this.#dispatcher, callbacks: this.callbacks, timeline: this.timeline };
    return {
      ...lineParts.lineCounters(parts),
      calls: this.#table.calls.size,
      messages_waiting: this.#voicemail.waiting,
    };
  }

  #onSwitch(event: SwitchEvent): void {
    if (
      this.#unheard !== null &&
      'legId' in event &&
      event.type !== 'leg.incoming' &&
      !this.#table.legs.has(event.legId)
    ) {
      this.#unheard.push(event);
      return;
    }
    tellCalls(event, this.#hearing);
  }

  #incoming(event: Extract<SwitchEvent, { type: 'leg.incoming' }>): void {
    const { nowMs, newId } = this.#options;
    const facts = incomingFacts(event, { callId: newId(), nowMs: nowMs(), desk: this.lineDesk });
    this.callbacks.numberCalls(facts.from);
    const call = this.#openCall(facts);
    call.runner.input({ type: 'arrived' });
    void this.#loadHistory(call, facts.from);
  }

  #openCall(facts: CallFacts, adopted?: RunnerParts['adopted'], draftState?: DraftState): LiveCall {
    const { callId, callerLegId } = facts;
    const { settings } = this.#options;
    const makeRunner = (speech: CallSpeech): CallRunner =>
      new CallRunner({ facts, settings, host: this.#host, speech, ...(adopted === undefined ? {} : { adopted }) });
    const before = draftState === undefined ? {} : { draftState };
    const call = createLiveCall({ ...this.#options, ...before, callId, makeRunner, news: this.#news });
    this.#table.add(callId, call, callerLegId);
    return call;
  }

  /** A call of our own making: it takes its place in the line. */
  #startCallback(row: CallbackRow): void {
    const call = this.#openCall(lineParts.callbackFacts(this.#options, row));
    call.runner.input({ type: 'call-back' });
    void this.#loadHistory(call, row.number);
  }

  async #loadHistory(call: LiveCall, from: string): Promise<void> {
    await readHistory(call, from, this.#options);
    if (!call.closed) this.#listener?.callChanged(call);
  }

  #speech(call: LiveCall, update: TranscriptUpdate): void {
    const before = call.segments.get(update.segmentId);
    if (before !== undefined && before.rev >= update.rev) return;
    call.segments.set(update.segmentId, update);
    this.#listener?.transcript(call, update);
    for (const noticed of call.notes.hear(update)) this.timeline.emit(call.runner.callId, noticed);
    if (!update.final || update.text === '') return;
    this.#mask.speech(call.runner.callId, update);
    this.timeline.emit(call.runner.callId, { type: 'speech.final', segment: update });
    call.draft.hear({ type: 'speech', segment: update });
  }

  #reserved(reservation: Reservation): boolean {
    const call = this.#table.get(reservation.callId);
    if (call === undefined || call.closed) return false;
    const legId = this.openLeg(call);
    const { offerId, agentId } = reservation;
    call.runner.input({ type: 'offered', offer: { offerId, agentId, legId, ...this.phones.mark(agentId) } });
    return true;
  }

  newId(): string {
    return this.#options.newId();
  }

  /** Name of a leg that is about to be dialled for this call. */
  openLeg(call: LiveCall): string {
    const legId = this.#options.newId();
    this.#table.legs.set(legId, call);
    return legId;
  }

  /** A leg that has come in by itself belongs to this call. */
  takeLeg(call: LiveCall, legId: string): void {
    this.#table.legs.set(legId, call);
  }

  /** Rings an agent's page that has come back to its call. */
  returnAgent(call: LiveCall, agentId: string): void {
    call.runner.input({ type: 'return', agentId, legId: this.openLeg(call), ...this.phones.mark(agentId) });
  }

  #changed(runner: CallRunner): void {
    const call = this.#table.get(runner.callId);
    if (call === undefined) return;
    const { state } = runner;
    if (state.phase.name === 'talking' && call.draft.agentId !== state.agentId && state.agentId !== null) {
      call.firstWaitMs = (state.bridgedAtMs ?? 0) - (state.queued?.joinedAtMs ?? state.bridgedAtMs ?? 0);
      void call.draft.assign(state.agentId);
    }
    this.#listener?.callChanged(call);
  }

  #note(event: CallEvent): void {
    const call = this.#table.get(event.callId);
    if (call !== undefined && event.type === 'call.ended') call.endCause = event.cause;
    if (call !== undefined && event.type === 'ticket.created' && event.matter === undefined)
      call.ticketNumber = event.number;
    if (call !== undefined) lineParts.tellLineParts(this, call.runner.state, event);
    this.#listener?.event(event);
    for (const hear of this.#hearers) hear(event);
  }

  async #closed(runner: CallRunner): Promise<void> {
    const call = this.#table.get(runner.callId);
    if (call === undefined) return;
    call.closed = true;
    await call.draft.close();
    this.#listener?.callChanged(call);
    forgetWhenIdle(call, {
      seats: this.seats,
      isHeld: (callId) => this.#voicemail.holds(callId),
      forget: (callId) => {
        this.#table.forget(callId);
        this.timeline.forget(callId);
      },
    });
  }

  async close(): Promise<void> {
    this.#reconciler.close();
    this.#dispatcher.close();
    this.callbacks.close();
    this.#voicemail.close();
    this.lineWatch.close();
    const open = this.all().filter((c) => !c.closed);
    for (const { runner } of open) {
      if (this.#options.callsOutliveUs === true) runner.letGo();
      else runner.input({ type: 'shutdown' });
    }
    await Promise.race([
      Promise.allSettled(open.map((c) => c.runner.settled().then(() => c.runner.speech.end()))),
      new Promise((resolve) => setTimeout(resolve, 3_000).unref()),
    ]);
    await Promise.allSettled(open.map((c) => c.draft.close()));
    this.#unsubscribe?.();
    this.seats.close();
    await this.timeline.close();
  }
}
