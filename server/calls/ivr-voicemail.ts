/**
 * Messages left behind by callers. A message is a call like any other: its recording and transcript are the call's, its
 * words have filled the call's draft. What is missing is somebody who takes it up: the draft is given to those whose line
 * is too poor for calls, in turn, else to the agent who has been free the longest; at once or as soon as there is one,
 * also after a restart.
 */
import type { Logger } from 'pino';
import type { Voicemail } from '../../ivr/ports.ts';
import { emptyDraft } from '../drafts/engine.ts';
import type { Draft } from '../drafts/types.ts';
import type { DraftStore } from '../store/ports.ts';
import type { DraftKeeper } from './draft-keeper.ts';
import { doesTextWork, phoneOf, type SeatState } from './core/seat.ts';

export interface VoicemailDeskParts {
  readonly seats: () => readonly SeatState[];
  /** The draft of a call that is still in memory. */
  readonly draftOf: (callId: string) => DraftKeeper | undefined;
  readonly store: Pick<DraftStore, 'load' | 'save' | 'unclaimedMessages'>;
  /** The agent's page should show it. */
  readonly given: (draft: Draft, agentId: string) => void;
  readonly logger: Logger;
}

const RETRY_MS = 5_000;

export class VoicemailDesk implements Voicemail {
  readonly #parts: VoicemailDeskParts;
  /** Calls whose message nobody has yet, oldest first. */
  readonly #waiting = new Set<string>();
  /** Who has been given one, latest last. */
  #given: readonly string[] = [];
  #isGiving = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: VoicemailDeskParts) {
    this.#parts = parts;
  }

  /** Takes up what an earlier run has left. */
  async start(): Promise<void> {
    for (const callId of await this.#parts.store.unclaimedMessages()) this.#waiting.add(callId);
    this.#give();
  }

  left({ callId }: { readonly callId: string }): void {
    this.#waiting.add(callId);
    this.#give();
  }

  /** Messages nobody has yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether the call must stay in memory because its draft has no owner yet. */
  holds(callId: string): boolean {
    return this.#waiting.has(callId);
  }

  seatChanged(): void {
    this.#give();
  }

  close(): void {
    clearTimeout(this.#retry);
  }

  /** One at a time, so that no message is given twice. */
  #give(): void {
    if (this.#isGiving || this.#waiting.size === 0 || this.#nextAgent() === undefined) return;
    this.#isGiving = true;
    void this.#giveAll()
      .catch((error: unknown) => {
        this.#parts.logger.warn({ err: error }, 'a message could not be given to an agent; tried again');
        this.#retry = setTimeout(() => {
          this.#give();
        }, RETRY_MS).unref();
      })
      .finally(() => {
        this.#isGiving = false;
      });
  }

  async #giveAll(): Promise<void> {
    for (const callId of this.#waiting) {
      const agentId = this.#nextAgent();
      if (agentId === undefined) return;
      const draft = await this.#hand(callId, agentId);
      this.#waiting.delete(callId);
      if (draft === undefined) continue;
      this.#given = [...this.#given.filter((id) => id !== agentId), agentId];
      this.#parts.logger.info({ callId, agentId }, 'a message was given to an agent');
      this.#parts.given(draft, agentId);
    }
  }

  /** Undefined when somebody has it already: the caller changed their mind and was put through. */
  async #hand(callId: string, agentId: string): Promise<Draft | undefined> {
    const { store, draftOf } = this.#parts;
    const live = draftOf(callId);
    if (live !== undefined) {
      if (live.agentId !== null) return undefined;
      await live.assign(agentId);
      return live.draft;
    }
    const draft = (await store.load(callId)) ?? emptyDraft(callId);
    await store.save(draft, agentId);
    return draft;
  }

  #nextAgent(): string | undefined {
    const seats = this.#parts.seats();
    const lastAt = (seat: SeatState): number => this.#given.indexOf(seat.agentId);
    const writers = seats.filter(doesTextWork).sort((a, b) => lastAt(a) - lastAt(b) || a.sinceMs - b.sinceMs);
    if (writers[0] !== undefined) return writers[0].agentId;
    const free = seats.filter((seat) => seat.intent === 'available' && phoneOf(seat) === 'idle');
    return free.sort((a, b) => a.sinceMs - b.sinceMs)[0]?.agentId;
  }
}
