/** One signed-in page: socket, softphone, typed words, microphone, ring; and what follows from one to the other. */
import { api } from './api.ts';
import type { SignedIn } from './api.ts';
import { serverNowMs } from './clock.ts';
import { DeskSocket } from './desk-socket.ts';
import { DraftSync } from './draft-sync.ts';
import { mosOf } from './mos.ts';
import { LineCheck } from './line-check.ts';
import { Microphone } from './microphone.ts';
import { RecordingPlayer } from './recording-player.ts';
import { Ringer } from './ringer.ts';
import { SoftPhone } from './soft-phone.ts';
import { createStore } from './store.ts';
import type { AgentView, DeskCallState, DeskCallView, DraftField, Me, None, Result, TextWorkReason } from './types.ts';

/** Choices of the page itself that several panels look at. */
export interface PageView {
  /** The agent has pressed 接听 for this offer; the SIP ring may still be on its way. */
  readonly answeringOfferId: string;
  readonly decliningOfferId: string;
  /** The field whose words are marked, from either side. */
  readonly markedField: DraftField | null;
  /** An earlier draft that is open on the right instead of the call's. */
  readonly openedDraftId: string | null;
  /** The call's second matter is on the right, not its first. */
  readonly onSecond: boolean;
  readonly micChecked: boolean;
  /** What the server answered to the last action, when it refused; '' when none. */
  readonly refusal: string;
}

const micKey = 'hotline.mic-checked';
const reportEveryMs = 10_000;
const returnAfterMs = 1200;
const returnEveryMs = 2500;
/** States in which this agent should have the call's audio. */
const liveStates: ReadonlySet<DeskCallState> = new Set(['talking', 'held', 'consulting', 'conference', 'agent-lost']);

export class DeskSession {
  readonly me: Me;
  readonly csrfToken: string;
  readonly socket: DeskSocket;
  readonly drafts: DraftSync;
  readonly microphone = new Microphone();
  readonly phone: SoftPhone;
  readonly lineCheck: LineCheck;
  readonly player = new RecordingPlayer();
  readonly page = createStore<PageView>({
    answeringOfferId: '',
    decliningOfferId: '',
    markedField: null,
    openedDraftId: null,
    onSecond: false,
    micChecked: sessionStorage.getItem(micKey) === '1',
    refusal: '',
  });
  readonly #ringer = new Ringer();
  #stops: (() => void)[] = [];
  #missingSinceMs = 0;
  #askedReturnMs = 0;
  #hellos = 0;
  #phoneOn = false;
  #rungUntilMs: number | null = null;

  constructor({ me, csrfToken }: SignedIn) {
    this.me = me;
    this.csrfToken = csrfToken;
    this.socket = new DeskSocket({
      csrfToken,
      stillSignedIn: async () => {
        const reply = await api.me();
        return reply.ok || reply.status !== 401;
      },
    });
    this.drafts = new DraftSync(this.socket, me.id);
    this.phone = new SoftPhone({
      microphone: this.microphone,
      credentials: async () => {
        const result = await this.socket.request('sip.credentials', {});
        return result.ok ? result.value : null;
      },
    });
    this.lineCheck = new LineCheck({ socket: this.socket, phone: this.phone });
  }

  start(): void {
    this.drafts.start();
    this.#stops = [
      this.socket.desk.subscribe(() => {
        this.#onDesk();
      }),
      this.phone.view.subscribe(() => {
        this.#onPhone();
      }),
    ];
    const timer = setInterval(() => {
      this.#reconcile();
    }, 400);
    const reports = setInterval(() => {
      this.#report();
    }, reportEveryMs);
    this.#stops.push(() => {
      clearInterval(timer);
      clearInterval(reports);
    });
    this.socket.start();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.drafts.stop();
    this.#ringer.stop();
    this.socket.stop();
    void this.phone.stop();
    this.microphone.close();
    this.#phoneOn = false;
  }

  /** The agent page is shown: this browser becomes the agent's phone. */
  usePhone(): void {
    this.#phoneOn = true;
    const { hellos, replaced } = this.socket.desk.getSnapshot();
    if (hellos > 0 && !replaced) this.phone.start();
  }

  /** Another page had taken over; this one takes the work back. */
  takeOver(): void {
    this.socket.start();
  }

  setMicChecked(): void {
    sessionStorage.setItem(micKey, '1');
    this.page.update((p) => ({ ...p, micChecked: true }));
  }

  mark(field: DraftField | null): void {
    this.page.update((p) => (p.markedField === field ? p : { ...p, markedField: field }));
  }

  openDraft(callId: string | null): void {
    this.page.update((p) => ({ ...p, openedDraftId: callId }));
  }

  showSecond(onSecond: boolean): void {
    this.page.update((p) => (p.onSecond === onSecond ? p : { ...p, onSecond }));
  }

  /** From one matter to the other, or to a draft of its own for the one that is offered. */
  matterKey(): void {
    const { call, aside } = this.socket.desk.getSnapshot();
    if (call !== null && aside.second !== null) void this.secondMatter(call.callId, 'accept');
    else this.showSecond(!this.page.getSnapshot().onSecond);
  }

  /** A draft of its own for the second matter that the server offers, or never again. */
  async secondMatter(callId: string, action: 'accept' | 'dismiss'): Promise<void> {
    const result = await this.socket.request('draft.second', { callId, action });
    this.#say(result);
    if (result.ok && action === 'accept') this.showSecond(true);
  }

  async setDialect(callId: string, dialectId: string): Promise<void> {
    this.#say(await this.socket.request('call.dialect', { callId, dialectId }));
  }

  answer(): void {
    const { offer } = this.socket.desk.getSnapshot();
    if (offer === null) return;
    if (offer.byPhone !== null) {
      if (offer.byPhone === 'picked-up') void this.act(this.socket.request('offer.accept', { offerId: offer.offerId }));
      return;
    }
    this.page.update((p) => ({ ...p, answeringOfferId: offer.offerId, refusal: '' }));
    this.#ringer.stop();
    this.#onPhone();
  }

  async decline(): Promise<void> {
    const { offer } = this.socket.desk.getSnapshot();
    if (offer === null) return;
    this.page.update((p) => ({ ...p, decliningOfferId: offer.offerId }));
    this.#ringer.stop();
    const result = await this.socket.request('offer.decline', { offerId: offer.offerId });
    // Without the socket the phone says it: 603 is understood as well.
    if (!result.ok) this.phone.decline();
  }

  async setIntent(intent: 'available' | 'paused' | 'off', reason: string): Promise<void> {
    const result = await this.socket.request('agent.set-intent', { intent, reason });
    if (result.ok) this.socket.fold({ type: 'agent', agent: result.value });
    this.#say(result);
  }

  async toggleHold(): Promise<void> {
    const { call } = this.socket.desk.getSnapshot();
    if (call === null) return;
    const { callId } = call;
    if (call.state === 'talking') this.#say(await this.socket.request('call.hold', { callId }));
    else if (call.state === 'held') this.#say(await this.socket.request('call.resume', { callId }));
  }

  /** Anything else that is done with a call; a refusal is shown. */
  async act(asked: Promise<Result<unknown>>): Promise<boolean> {
    const result = await asked;
    this.#say(result);
    return result.ok;
  }

  toggleMute(): void {
    const view = this.phone.view.getSnapshot();
    if (view.session?.state === 'established') this.phone.setMuted(!view.muted);
  }

  async hangUp(): Promise<void> {
    const { call } = this.socket.desk.getSnapshot();
    if (call === null || call.state === 'wrap-up') return;
    const result = await this.socket.request('call.hang-up', { callId: call.callId });
    if (!result.ok) this.phone.hangUp();
    this.#say(result);
  }

  async extendWrapUp(byMs: number): Promise<void> {
    const { call } = this.socket.desk.getSnapshot();
    if (call !== null) this.#say(await this.socket.request('wrap-up.extend', { callId: call.callId, byMs }));
  }

  async finishWrapUp(): Promise<void> {
    const { call } = this.socket.desk.getSnapshot();
    if (call === null) return;
    await this.drafts.flush(call.callId);
    this.#say(await this.socket.request('wrap-up.finish', { callId: call.callId }));
  }

  /** Sends every typed word first, then confirms: a ticket never lacks the last letters. */
  async confirm(callId: string): Promise<Result<{ readonly number: string; readonly ticketId: string }>> {
    const saved = await this.drafts.flush(callId);
    if (!saved) return { ok: false, code: 'unavailable', message: '' };
    const result = await this.socket.request('ticket.confirm', { callId });
    if (result.ok) this.socket.fold({ type: 'confirmed', callId, number: result.value.number });
    return result;
  }

  async dropDraft(callId: string): Promise<void> {
    const result = await this.socket.request('draft.drop', { callId });
    if (result.ok) {
      this.socket.fold({ type: 'dropped', callId });
      if (this.page.getSnapshot().openedDraftId === callId) this.openDraft(null);
    }
    this.#say(result);
  }

  async suggestion(callId: string, field: DraftField, action: 'accept' | 'dismiss' | 'release'): Promise<void> {
    this.#say(await this.socket.request('draft.suggestion', { callId, field, action }));
  }

  async dispose(callId: string, code: string): Promise<boolean> {
    const result = await this.socket.request('call.dispose', { callId, code });
    this.#say(result);
    return result.ok;
  }

  /** Poor line: calls go to a telephone outside, or come to this page again. */
  async takeByPhone(number: string): Promise<boolean> {
    return this.#changePhone(await this.socket.request('phone.use', { number }));
  }

  async takeHere(): Promise<boolean> {
    return this.#changePhone(await this.socket.request('phone.stop', {}));
  }

  #changePhone(result: Result<AgentView>): boolean {
    if (result.ok) this.socket.fold({ type: 'agent', agent: result.value });
    this.#say(result);
    return result.ok;
  }

  /** The telephone outside has lost the call: it is rung once by itself, after that by the button. */
  #ringBack(call: DeskCallView | null): void {
    if (call?.state !== 'agent-lost' || call.returnByMs === this.#rungUntilMs) return;
    this.#rungUntilMs = call.returnByMs;
    void this.ringAgain(call.callId);
  }

  /** Rings this agent again for the call that was lost. */
  async ringAgain(callId: string): Promise<void> {
    this.#say(await this.socket.request('call.return', { callId }));
  }

  /** Poor line: no more calls, but drafts can be worked on, and callers' messages come. */
  async textOnly(): Promise<void> {
    const reason: TextWorkReason = '线路差，只做文字工作';
    await this.setIntent('paused', reason);
  }

  #report(): void {
    const { quality } = this.phone.view.getSnapshot();
    if (quality === null || !this.socket.connected) return;
    const { roundTripMs, jitterMs, lossShare } = quality;
    void this.socket.request('line.report', { roundTripMs, jitterMs, lossShare, mos: mosOf(quality) });
  }

  clearRefusal(): void {
    this.page.update((p) => ({ ...p, refusal: '' }));
  }

  #say(result: Result<unknown> | Result<None>): void {
    const refusal = result.ok ? '' : result.message === '' ? 'unanswered' : result.message;
    this.page.update((p) => ({ ...p, refusal }));
  }

  #onDesk(): void {
    const desk = this.socket.desk.getSnapshot();
    if (desk.hellos !== this.#hellos) {
      this.#hellos = desk.hellos;
      this.#missingSinceMs = 0;
      this.drafts.resume();
      if (this.#phoneOn) {
        this.phone.start();
        this.phone.nudge();
      }
    }
    if (desk.replaced && this.phone.view.getSnapshot().registration !== 'off') {
      this.phone.leave();
    }
    this.#ring();
    this.#reconcile();
  }

  #ring(): void {
    const { offer } = this.socket.desk.getSnapshot();
    const { answeringOfferId, decliningOfferId } = this.page.getSnapshot();
    // A telephone outside rings by itself.
    const rings =
      offer !== null &&
      offer.byPhone === null &&
      offer.offerId !== answeringOfferId &&
      offer.offerId !== decliningOfferId;
    if (rings) this.#ringer.start();
    else this.#ringer.stop();
  }

  /** Answers what the agent has already chosen to answer. */
  #onPhone(): void {
    const { session } = this.phone.view.getSnapshot();
    const { answeringOfferId } = this.page.getSnapshot();
    if (session?.state !== 'ringing' || answeringOfferId === '') return;
    if (session.offerId === answeringOfferId) void this.phone.answer();
  }

  /**
   * The server knows which call is ours; the softphone knows which audio it has. Where they differ for more than a
   * moment (a reload, a lost line), the server decides: we ask to be rung again, or let go of what it has ended.
   */
  #reconcile(): void {
    const { call, agent } = this.socket.desk.getSnapshot();
    // The sound is elsewhere: nothing here can be missing.
    if (agent?.byPhone === true) {
      this.#ringBack(call);
      return;
    }
    const { session, registration } = this.phone.view.getSnapshot();
    const now = Date.now();
    const live = call !== null && liveStates.has(call.state);
    const missing = live && (session === null || (call.state === 'agent-lost' && session.state === 'established'));
    const orphan = session?.state === 'established' && !session.isCheck && (call === null || call.state === 'wrap-up');
    if (!missing && !orphan) {
      this.#missingSinceMs = 0;
      return;
    }
    if (this.#missingSinceMs === 0) this.#missingSinceMs = now;
    const patienceMs = call?.state === 'agent-lost' && session === null ? 0 : returnAfterMs;
    if (!this.socket.connected || now - this.#missingSinceMs < patienceMs) return;
    if (session?.state === 'established') {
      this.phone.hangUp();
      return;
    }
    if (call === null || registration !== 'registered' || now - this.#askedReturnMs < returnEveryMs) return;
    this.#askedReturnMs = now;
    void this.socket.request('call.return', { callId: call.callId });
  }
}

/** Milliseconds left until a moment on the server's clock. */
export function leftMs(untilMs: number): number {
  return Math.max(0, untilMs - serverNowMs());
}
