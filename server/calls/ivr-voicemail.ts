/**
 * Messages left behind by callers. A message is a call like any other: its recording and transcript are the call's, its
 * words have filled the call's draft. What is missing is somebody who takes it up: the draft is given to the agent who
 * is free for the longest, at once or as soon as there is one.
 */
import type { Logger } from 'pino';
import type { Voicemail } from '../../ivr/ports.ts';
import type { DraftKeeper } from './draft-keeper.ts';
import { phoneOf, type SeatState } from './core/seat.ts';

export interface VoicemailDeskParts {
  readonly seats: () => readonly SeatState[];
  /** The draft of a call that is still in memory. */
  readonly draftOf: (callId: string) => DraftKeeper | undefined;
  /** The agent's page should show it. */
  readonly given: (callId: string, agentId: string) => void;
  readonly logger: Logger;
}

export class VoicemailDesk implements Voicemail {
  readonly #parts: VoicemailDeskParts;
  /** Calls whose message nobody has yet, oldest first. */
  readonly #waiting = new Set<string>();

  constructor(parts: VoicemailDeskParts) {
    this.#parts = parts;
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

  #give(): void {
    for (const callId of this.#waiting) {
      const agentId = this.#nextAgent();
      if (agentId === undefined) return;
      this.#waiting.delete(callId);
      const draft = this.#parts.draftOf(callId);
      // The caller changed their mind, and somebody talks to them already.
      if (draft === undefined || draft.agentId !== null) continue;
      void draft.assign(agentId).then(() => {
        this.#parts.given(callId, agentId);
      });
      this.#parts.logger.info({ callId, agentId }, 'a message was given to an agent');
    }
  }

  #nextAgent(): string | undefined {
    const free = this.#parts.seats().filter((seat) => seat.intent === 'available' && phoneOf(seat) === 'idle');
    return free.sort((a, b) => a.sinceMs - b.sinceMs)[0]?.agentId;
  }
}
