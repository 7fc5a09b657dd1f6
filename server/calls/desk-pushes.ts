/** What desks are told without asking, once each. */
import type { DeskPush } from '../realtime/desk.ts';
import type { SeatState } from './core/seat.ts';
import type { DeskViews } from './desk-views.ts';

const LINE_PUSH_MS = 300;

export class DeskPushes {
  readonly #views: DeskViews;
  /** The way to the pages; undefined until the gateway is there. */
  to: DeskPush | undefined;
  #linePush: NodeJS.Timeout | undefined;
  #lastLine = '';
  /** Last call view sent to each agent, so that a desk that becomes free is told once. */
  readonly #lastCall = new Map<string, string | null>();
  /** The last offer of each agent that was told to have been picked up. */
  readonly #pickedUp = new Map<string, string>();

  constructor(views: DeskViews) {
    this.#views = views;
  }

  call(seat: SeatState): void {
    const call = this.#views.callOf(seat);
    const view = call === undefined ? null : this.#views.callView(call, seat);
    const text = view === null ? null : JSON.stringify(view);
    if ((this.#lastCall.get(seat.agentId) ?? null) === text) return;
    const isNew = view !== null && !(this.#lastCall.get(seat.agentId) ?? '').includes(`"callId":"${view.callId}"`);
    this.#lastCall.set(seat.agentId, text);
    this.to?.toUser(seat.agentId, 'call', view);
    if (!isNew || call === undefined) return;
    // A call that came from another agent brings its words and its draft along.
    for (const update of call.segments.values())
      this.to?.toUser(seat.agentId, 'transcript', call.runner.callId, update);
    const { draft } = call.draft;
    const { callId, rev, fields, confidential, note } = draft;
    this.to?.toUser(seat.agentId, 'draft', { callId, rev, fields, confidential, note });
  }

  /** The agent's telephone has picked up: the page may take the call, once. */
  pickedUp(seat: SeatState): void {
    const offer = this.#views.offerOf(seat);
    if (offer?.byPhone !== 'picked-up' || this.#pickedUp.get(seat.agentId) === offer.offerId) return;
    this.#pickedUp.set(seat.agentId, offer.offerId);
    this.to?.toUser(seat.agentId, 'offer', offer);
  }

  lineSoon(): void {
    this.#linePush ??= setTimeout(() => {
      this.#linePush = undefined;
      void this.#pushLine();
    }, LINE_PUSH_MS);
  }

  /** Thousands of pages are not told of what they know already; seconds run by themselves. */
  async #pushLine(): Promise<void> {
    const view = await this.#views.lineView().catch(() => undefined);
    if (view === undefined) return;
    const text = `${String(view.waiting)}/${String(view.freeAgents)}/${String(Math.round(view.longestWaitMs / 5_000))}`;
    if (text === this.#lastLine) return;
    this.#lastLine = text;
    this.to?.toAll('line', view);
  }

  close(): void {
    clearTimeout(this.#linePush);
  }
}
