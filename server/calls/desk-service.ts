/**
 * What agents and supervisors can do, and what they are shown: implements `Desk` over the call centre and pushes
 * every change to the pages it concerns.
 */
import type { Logger } from 'pino';
import type { Disposition } from '../../config/waiting-schema.ts';
import type { Recognizer, TranscriptUpdate } from '../../asr/ports.ts';
import type { HangupCause } from '../../telephony/ports/switch.ts';
import type { AgentIntent, LineStore } from '../acd/line-store.ts';
import { callOfDraft, isSecondDraft, type Draft, type DraftPatch } from '../drafts/types.ts';
import type { Desk, DeskPush } from '../realtime/desk.ts';
import type { AgentView, Hello, Me, None, Result } from '../realtime/protocol.ts';
import type { Store } from '../store/ports.ts';
import type { CallEvent } from '../timeline/events.ts';
import type { Dialled } from './agent-dials.ts';
import type { TransferAsked } from './call-center-options.ts';
import type { CallCenter, CallCenterListener } from './call-center.ts';
import { CallControl, type CallControlOptions } from './call-control.ts';
import { hasPhone, type SeatState } from './core/seat.ts';
import { DeskPushes } from './desk-pushes.ts';
import { DeskViews, type DeskViewsParts } from './desk-views.ts';
import type { DialectDesk } from './dialect-desk.ts';
import type { DraftChange, DraftKeeper } from './draft-keeper.ts';
import { draftIn, type LiveCall } from './live-call.ts';
import type { Asides } from './asides.ts';
import type { OpenDrafts } from './open-drafts.ts';
import type { SupervisorFeed } from './supervisor-feed.ts';
import { LineDeskRequests } from './line-requests.ts';
import { agentView, type Person } from './views.ts';

export interface DeskServiceOptions {
  readonly center: CallCenter;
  readonly line: LineStore;
  readonly store: Store;
  readonly recognizer: Recognizer;
  readonly drafts: OpenDrafts;
  readonly feed: SupervisorFeed;
  readonly asides: Pick<Asides, 'of' | 'second'>;
  readonly dialects: DialectDesk;
  readonly persons: Map<string, Person>;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Queues a call can be transferred to. */
  readonly dispositions?: readonly Disposition[];
  readonly queues?: CallControlOptions['queues'];
  readonly canDialOut?: boolean;
  readonly cityCards?: NonNullable<DeskViewsParts['cityCards']>;
}

const usualQueues = [{ queue: 'main', title: '综合队列' }];

/** Phases in which an agent's reloaded page is rung again. */
const returnable: ReadonlySet<string> = new Set(['talking', 'held', 'agent-lost', 'consulting', 'conference']);

function done<T>(value: T): Result<T> {
  return { ok: true, value };
}
const none: None = {};
const wrongValue: Result<never> = { ok: false, code: 'bad-request', message: '这个字段不能填写该内容，请另选' };
const wrongCall: Result<never> = { ok: false, code: 'not-found', message: '这通电话已不在您的座席上' };

export class DeskService implements Desk, CallCenterListener {
  readonly party: CallControl;
  readonly line: LineDeskRequests;
  readonly #options: DeskServiceOptions;
  readonly #views: DeskViews;
  readonly #pushes: DeskPushes;
  /** Numbers of tickets whose creation is on the timeline. */
  readonly #told = new Set<string>();

  constructor(options: DeskServiceOptions) {
    this.#options = options;
    this.#views = new DeskViews(options);
    this.#pushes = new DeskPushes(this.#views);
    const { center, persons, logger, queues = usualQueues, canDialOut = false } = options;
    this.party = new CallControl({ center, persons, logger, queues, canDialOut });
    this.line = new LineDeskRequests({
      center,
      lineWatch: center.lineWatch,
      profiles: options.store.profiles,
      dispositions: options.dispositions ?? [],
      logger,
      seatChanged: (agentId) => {
        options.feed.seatChanged(agentId);
      },
    });
    center.listen(this);
    options.recognizer.onState(() => this.#pushes.to?.toAll('recognizer', this.#views.recognizer()));
  }

  /** The gateway is made after the desk; it is known before the first page connects. */
  connect(push: DeskPush): void {
    this.#pushes.to = push;
    this.#options.feed.connect(push);
  }

  // --- what pages ask -------------------------------------------------------------------------------------------

  async hello(me: Me): Promise<Hello> {
    const { center, persons, nowMs, drafts, asides } = this.#options;
    persons.set(me.id, me);
    const seat = center.seats.input(me.id, { type: 'page-open' });
    const call = this.#views.callOf(seat);
    return {
      serverNowMs: nowMs(),
      me,
      agent: agentView(seat, me),
      offer: this.#views.offerOf(seat),
      call: call === undefined ? null : this.#views.callView(call, seat),
      transcript: call === undefined ? [] : [...call.segments.values()],
      draft: call === undefined ? null : call.draft.draft,
      aside: call === undefined ? null : asides.of(call.runner.callId, me.id),
      openDrafts: (await drafts.of(me.id)).filter((d) => d.callId !== call?.runner.callId),
      line: await this.#views.lineView(),
      recognizer: this.#views.recognizer(),
      dispositions: this.#options.dispositions ?? [],
      byPhoneAllowed: center.phones.isAllowed,
    };
  }

  gone(me: Me): void {
    this.#options.center.seats.input(me.id, { type: 'page-gone' });
  }

  setIntent(me: Me, intent: AgentIntent, reason: string): Promise<Result<AgentView>> {
    const { center } = this.#options;
    if (intent === 'available' && !hasPhone(center.seats.get(me.id))) {
      return Promise.resolve({
        ok: false,
        code: 'wrong-state',
        message: '软电话尚未注册，暂不能示闲；请稍候或检查网络',
      });
    }
    return Promise.resolve(done(agentView(center.seats.setIntent(me.id, intent, reason), me)));
  }

  declineOffer(me: Me, offerId: string): Promise<Result<None>> {
    const seat = this.#options.center.seats.get(me.id);
    const call = seat.work.type === 'ringing' && seat.work.offerId === offerId ? this.#views.callOf(seat) : undefined;
    if (call === undefined) return Promise.resolve({ ok: false, code: 'not-found', message: '来电已撤回' });
    call.runner.input({ type: 'declined', agentId: me.id, offerId });
    return Promise.resolve(done(none));
  }

  hold(me: Me, callId: string): Promise<Result<None>> {
    return this.#command(me, callId, 'hold');
  }

  resume(me: Me, callId: string): Promise<Result<None>> {
    return this.#command(me, callId, 'resume');
  }

  hangUp(me: Me, callId: string): Promise<Result<None>> {
    return this.#command(me, callId, 'hang-up');
  }

  #command(me: Me, callId: string, type: 'hold' | 'resume' | 'hang-up'): Promise<Result<None>> {
    const call = this.#views.callOf(this.#options.center.seats.get(me.id));
    if (call?.runner.callId !== callId) return Promise.resolve(wrongCall);
    const before = call.runner.state;
    call.runner.input({ type, agentId: me.id });
    if (call.runner.state === before) {
      return Promise.resolve({ ok: false, code: 'wrong-state', message: '当前通话状态下不能这样操作' });
    }
    return Promise.resolve(done(none));
  }

  returnToCall(me: Me, callId: string): Promise<Result<None>> {
    const call = this.#ownCall(me, callId);
    if (call === undefined) return Promise.resolve(wrongCall);
    const { name } = call.runner.state.phase;
    if (!returnable.has(name)) return Promise.resolve(wrongCall);
    this.#options.center.returnAgent(call, me.id);
    return Promise.resolve(done(none));
  }

  async changeDraft(me: Me, callId: string, input: DraftChange): Promise<Result<{ readonly rev: number }>> {
    const keeper = this.#ownDraft(me, callId) ?? (await this.#options.drafts.open(callId, me.id));
    if (keeper === undefined) return wrongCall;
    if (!keeper.accepts(input)) return wrongValue;
    return done({ rev: await keeper.change(input, me.id) });
  }

  setDialect(me: Me, callId: string, dialectId: string): Result<None> {
    const call = this.#ownCall(me, callId);
    if (call === undefined) return wrongCall;
    return this.#options.dialects.set(call, dialectId, me.id) ? done(none) : wrongValue;
  }

  async secondMatter(
    me: Me,
    callId: string,
    action: 'accept' | 'dismiss',
  ): Promise<Result<{ readonly draftId: string }>> {
    const { asides, center } = this.#options;
    const keeper = this.#ownDraft(me, callId);
    const from = asides.second(callId, action);
    if (keeper === undefined || from === undefined) return wrongCall;
    if (action === 'dismiss') return done({ draftId: '' });
    const second = await keeper.split(from, me.id);
    center.timeline.emit(callId, { type: 'draft.divided', agentId: me.id, segmentId: from.fromSegmentId });
    return done({ draftId: second.draft.callId });
  }

  async confirmTicket(
    me: Me,
    draftId: string,
  ): Promise<Result<{ readonly number: string; readonly ticketId: string }>> {
    const { center, store, drafts } = this.#options;
    const callId = callOfDraft(draftId);
    const live = this.#ownCall(me, callId);
    const keeper = this.#ownDraft(me, draftId) ?? (await drafts.open(draftId, me.id));
    if (keeper === undefined) return wrongCall;
    const missing = keeper.missing();
    if (missing.length > 0) return { ok: false, code: 'incomplete', message: missing.join(',') };
    await keeper.save();
    const callerNumber = live?.runner.state.facts.from ?? (await store.calls.call(callId))?.from ?? '';
    const ticket = await store.tickets.confirm(keeper.draft, me.id, callerNumber);
    // Confirming twice gives the same ticket, and tells of it once.
    if (!this.#told.has(ticket.number)) {
      this.#told.add(ticket.number);
      await center.timeline.resume(callId);
      center.timeline.emit(callId, {
        type: 'ticket.created',
        ticketId: ticket.id,
        number: ticket.number,
        agentId: me.id,
        ...(isSecondDraft(draftId) ? { matter: 2 } : {}),
      });
      await center.timeline.flush();
    }
    if (live === undefined) drafts.forget(draftId);
    else this.callChanged(live);
    return done({ number: ticket.number, ticketId: ticket.id });
  }

  async dropDraft(me: Me, callId: string): Promise<Result<None>> {
    const { store, drafts } = this.#options;
    if (this.#ownDraft(me, callId) === undefined && (await drafts.open(callId, me.id)) === undefined) return wrongCall;
    await store.drafts.drop(callId, me.id);
    drafts.forget(callId);
    return done(none);
  }

  extendWrapUp(me: Me, callId: string, byMs: number): Promise<Result<{ readonly wrapUpEndsAtMs: number }>> {
    const { seats } = this.#options.center;
    const { work } = seats.get(me.id);
    if (work.type !== 'wrap-up' || work.callId !== callId) return Promise.resolve(wrongCall);
    const after = seats.input(me.id, { type: 'extend-wrap-up', byMs });
    return Promise.resolve(done({ wrapUpEndsAtMs: after.work.type === 'wrap-up' ? after.work.endsAtMs : 0 }));
  }

  finishWrapUp(me: Me, callId: string): Promise<Result<None>> {
    const { seats } = this.#options.center;
    const { work } = seats.get(me.id);
    if (work.type !== 'wrap-up' || work.callId !== callId) return Promise.resolve(wrongCall);
    seats.input(me.id, { type: 'finish-wrap-up' });
    return Promise.resolve(done(none));
  }

  watch(me: Me, on: boolean): void {
    this.#options.feed.watch(me.id, on);
  }

  // --- what calls tell ------------------------------------------------------------------------------------------

  callChanged(call: LiveCall): void {
    for (const seat of this.#views.seatsOf(call)) {
      this.#pushes.call(seat);
      if (seat.byPhone) this.#pushes.pickedUp(seat);
    }
    this.#pushes.lineSoon();
    this.#options.feed.changed();
  }

  /** The same as the button; what cannot be done the telephone learns by itself. */
  transferAsked(call: LiveCall | undefined, asked: TransferAsked): void {
    if (call === undefined) return;
    const result = this.party.transferAsked(call, asked);
    if (!result.ok) this.#options.logger.info({ callId: call.runner.callId, code: result.code }, 'transfer declined');
  }

  dialled(agentId: string, event: Dialled): HangupCause | undefined {
    return this.party.dialled(agentId, event);
  }

  seatChanged(seat: SeatState, before: SeatState): void {
    const { center, persons } = this.#options;
    const person = persons.get(seat.agentId) ?? { displayName: '', agentNumber: '', role: 'agent' };
    this.#pushes.to?.toUser(seat.agentId, 'agent', agentView(seat, person));
    if (before.work.type === 'ringing' && (seat.work.type !== 'ringing' || seat.work.offerId !== before.work.offerId)) {
      this.#pushes.to?.toUser(seat.agentId, 'offer.withdrawn', {
        offerId: before.work.offerId,
        reason: withdrawnReason(seat),
      });
    }
    const offer = this.#views.offerOf(seat);
    if (offer !== null) this.#pushes.to?.toUser(seat.agentId, 'offer', offer);
    if (before.work.type === 'wrap-up' && seat.work.type !== 'wrap-up') {
      const left = center.get(before.work.callId);
      if (left !== undefined) this.#wrapUpEnded(left, before);
    }
    this.#pushes.call(seat);
    this.#pushes.lineSoon();
    this.#options.feed.seatChanged(seat.agentId);
  }

  #wrapUpEnded(call: LiveCall, { agentId, work }: SeatState): void {
    const { callId } = call.runner;
    this.#options.drafts.leave(callId);
    if (work.type !== 'wrap-up') return;
    const tookMs = this.#options.nowMs() - work.startedAtMs;
    this.#options.center.timeline.emit(callId, { type: 'wrap-up.ended', agentId, tookMs });
  }

  transcript(call: LiveCall, update: TranscriptUpdate): void {
    for (const seat of this.#views.seatsOf(call))
      this.#pushes.to?.toUser(seat.agentId, 'transcript', call.runner.callId, update);
  }

  draft(call: LiveCall, patch: DraftPatch): void {
    const owner = call.draft.agentId;
    const agents = new Set([...this.#views.seatsOf(call).map((s) => s.agentId), ...(owner === null ? [] : [owner])]);
    for (const agentId of agents) this.#pushes.to?.toUser(agentId, 'draft', patch);
  }

  draftGiven(draft: Draft, agentId: string): void {
    this.#pushes.to?.toUser(agentId, 'draft.given', draft);
  }

  event(event: CallEvent): void {
    this.#options.feed.count(event);
  }

  lineChanged(): void {
    this.#options.feed.changed();
  }

  // --- helpers --------------------------------------------------------------------------------------------------

  /** The call this agent talks on, has lost, or wraps up; not one that is only ringing. */
  #ownCall(me: Me, callId: string): LiveCall | undefined {
    const { work } = this.#options.center.seats.get(me.id);
    const isOwn = work.type === 'talking' || work.type === 'lost' || work.type === 'wrap-up';
    return isOwn && work.callId === callId ? this.#options.center.get(callId) : undefined;
  }

  /** A draft goes along with its call: whoever passed the call on writes it no more. */
  #ownDraft(me: Me, draftId: string): DraftKeeper | undefined {
    const draft = draftIn(this.#ownCall(me, callOfDraft(draftId)), draftId);
    return draft?.agentId === null || draft?.agentId === me.id ? draft : undefined;
  }

  close(): void {
    this.#pushes.close();
    this.#options.feed.close();
  }
}

function withdrawnReason(seat: SeatState): string {
  if (seat.work.type === 'talking') return '已接听';
  if (seat.pausedBySystem) return seat.pauseReason;
  return '来电已撤回';
}
