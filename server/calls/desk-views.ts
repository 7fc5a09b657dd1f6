/** What a desk shows: of its call, of an offer, of the line. Reads only. */
import type { Recognizer } from '../../asr/ports.ts';
import type { LineStore } from '../acd/line-store.ts';
import type { CityCardView, DeskCallView, LineView, OfferView, TranscriptionStatus } from '../realtime/protocol.ts';
import type { CallerHistory } from '../store/ports.ts';
import type { CallCenter } from './call-center.ts';
import { phoneOf, type SeatState } from './core/seat.ts';
import type { LiveCall } from './live-call.ts';
import { deskCallView, historyFor, noHistory, offerView, transcriptionStatus, type Person } from './views.ts';

export interface DeskViewsParts {
  readonly center: CallCenter;
  readonly line: LineStore;
  readonly recognizer: Recognizer;
  readonly persons: ReadonlyMap<string, Person>;
  readonly nowMs: () => number;
  /** What is to be known of the caller's city, where it is not the agent's. */
  readonly cityCards?: {
    for(sentByPartnerId: string | undefined, seatLevel: string): CityCardView | undefined;
  };
}

export class DeskViews {
  readonly #options: DeskViewsParts;

  constructor(parts: DeskViewsParts) {
    this.#options = parts;
  }

  recognizer(): TranscriptionStatus {
    const { recognizer } = this.#options;
    return transcriptionStatus(recognizer.state, recognizer.description);
  }

  /** The call that a seat has to do with. */
  callOf(seat: SeatState): LiveCall | undefined {
    return seat.work.type === 'none' ? undefined : this.#options.center.get(seat.work.callId);
  }

  seatsOf(call: LiveCall): readonly SeatState[] {
    return this.#options.center.seats
      .all()
      .filter((s) => s.work.type !== 'none' && s.work.callId === call.runner.callId);
  }

  offerOf(seat: SeatState): OfferView | null {
    const call = this.callOf(seat);
    if (seat.work.type !== 'ringing' || call === undefined) return null;
    const history = this.#historyFor(call, seat.agentId);
    return offerView(call.runner.state, seat, {
      ...{ offerId: seat.work.offerId, history, nowMs: this.#options.nowMs() },
      cityCard: this.#cityCard(call, seat),
    });
  }

  callView(call: LiveCall, seat: SeatState): DeskCallView | null {
    if (seat.work.type === 'ringing') return null;
    const { on, reason } = call.transcription;
    const status = this.recognizer();
    return deskCallView(call.runner.state, seat, {
      history: this.#historyFor(call, seat.agentId),
      recordingStartedAtMs: call.runner.recordingStartedAtMs,
      transcription:
        on || status.type === 'starting' ? status : { type: 'off', reason: reason === '' ? '转写未开启' : reason },
      ticketNumber: call.ticketNumber,
      endCause: call.endCause,
      firstWaitMs: call.firstWaitMs,
      nameOf: (agentId) => this.#options.persons.get(agentId)?.displayName ?? '',
      cityCard: this.#cityCard(call, seat),
    });
  }

  #cityCard({ runner }: LiveCall, { agentId }: SeatState): CityCardView | null {
    const { cityCards, center } = this.#options;
    const card = cityCards?.for(runner.state.facts.sentBy?.partnerId, center.seats.profileOf(agentId).seatLevel);
    return card === undefined ? null : { id: card.id, title: card.title };
  }

  /** An agent far away sees the call of the moment and nothing of the past. */
  #historyFor({ history }: LiveCall, agentId: string): CallerHistory {
    return this.#options.persons.get(agentId)?.role === 'cloud' ? noHistory : historyFor(history, agentId);
  }

  async lineView(): Promise<LineView> {
    const queues = await this.#options.line.queues();
    const nowMs = this.#options.nowMs();
    const oldestMs = Math.min(nowMs, ...queues.map((q) => q.oldestJoinedAtMs ?? nowMs));
    const seats = this.#options.center.seats.all();
    return {
      waiting: queues.reduce((sum, q) => sum + q.waiting, 0),
      longestWaitMs: nowMs - oldestMs,
      freeAgents: seats.filter((s) => s.intent === 'available' && phoneOf(s) === 'idle').length,
    };
  }
}
