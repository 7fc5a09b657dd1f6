/** All seats of this server: the only caller of `stepSeat`; keeps the line store's agents in step and times wrap-ups. */
import type { AgentIntent, LineStore, SeatLevel } from '../acd/line-store.ts';
import type { SeatNews } from './core/call-types.ts';
import { newSeat, phoneOf, stepSeat, type SeatInput, type SeatState } from './core/seat.ts';

/** What an agent can do, from the roster of the house. */
export interface AgentProfile {
  readonly queues: readonly string[];
  /** Skill -> proficiency 0 to 5; dialects are skills. */
  readonly skills: Readonly<Record<string, number>>;
  readonly seatLevel: SeatLevel;
}

export const usualProfile: AgentProfile = { queues: ['main'], skills: {}, seatLevel: 'on-site' };

export interface SeatsOptions {
  readonly line: LineStore;
  readonly nowMs: () => number;
  /** A seat has changed (the line store already knows, or will before anyone is matched). */
  readonly onChange: (seat: SeatState, before: SeatState) => void;
  readonly onLineError: (error: unknown) => void;
  /** An agent may have become free. */
  readonly kick: () => void;
}

export class Seats {
  readonly #options: SeatsOptions;
  readonly #seats = new Map<string, SeatState>();
  readonly #profiles = new Map<string, AgentProfile>();
  readonly #wrapUps = new Map<string, NodeJS.Timeout>();

  constructor(options: SeatsOptions) {
    this.#options = options;
  }

  get(agentId: string): SeatState {
    return this.#seats.get(agentId) ?? newSeat(agentId, this.#options.nowMs());
  }

  find(agentId: string): SeatState | undefined {
    return this.#seats.get(agentId);
  }

  profileOf(agentId: string): AgentProfile {
    return this.#profiles.get(agentId) ?? usualProfile;
  }

  /** What an agent can do has changed: the next match goes by it. */
  setProfile(agentId: string, profile: AgentProfile): void {
    this.#profiles.set(agentId, profile);
    const seat = this.#seats.get(agentId);
    if (seat !== undefined) this.#tellLine(seat);
  }

  all(): readonly SeatState[] {
    return [...this.#seats.values()];
  }

  setIntent(agentId: string, intent: AgentIntent, reason: string): SeatState {
    return this.input(agentId, { type: 'set-intent', intent, reason });
  }

  news(agentId: string, news: SeatNews): void {
    this.input(agentId, { type: 'news', news });
  }

  input(agentId: string, input: SeatInput): SeatState {
    const before = this.get(agentId);
    const after = stepSeat(before, input, this.#options.nowMs());
    this.#seats.set(agentId, after);
    if (after === before) return after;
    this.#timeWrapUp(after);
    this.#tellLine(after);
    this.#options.onChange(after, before);
    return after;
  }

  #tellLine(seat: SeatState): void {
    const { line, kick, onLineError } = this.#options;
    const { agentId, intent, pauseReason } = seat;
    line
      .setAgent({ agentId, intent, pauseReason, phone: phoneOf(seat), ...this.profileOf(agentId) })
      .then(kick, onLineError);
  }

  /** The line has forgotten everything, or what agents can do has changed. */
  tellAll(): void {
    for (const seat of this.#seats.values()) this.#tellLine(seat);
  }

  #timeWrapUp(seat: SeatState): void {
    clearTimeout(this.#wrapUps.get(seat.agentId));
    this.#wrapUps.delete(seat.agentId);
    if (seat.work.type !== 'wrap-up') return;
    const delayMs = Math.max(0, seat.work.endsAtMs - this.#options.nowMs()) + 1;
    this.#wrapUps.set(
      seat.agentId,
      setTimeout(() => {
        this.input(seat.agentId, { type: 'wrap-up-due' });
      }, delayMs),
    );
  }

  close(): void {
    for (const timer of this.#wrapUps.values()) clearTimeout(timer);
    this.#wrapUps.clear();
  }
}
