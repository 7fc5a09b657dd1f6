/**
 * Looks for earlier tickets like a draft's, in the database: never in the way of the draft, one question at a time for
 * each call, and none while nothing has changed that is asked for.
 */
import type { Logger } from 'pino';
import { similarTickets, type SimilarTo } from '../drafts/similar.ts';
import type { EarlierTicket } from '../drafts/aside-types.ts';
import type { Draft } from '../drafts/types.ts';
import type { TicketRow, TicketStore } from '../store/ports.ts';

export interface SimilarFinderOptions {
  readonly tickets: Pick<TicketStore, 'like'>;
  readonly roadsIn: SimilarTo['roadsIn'];
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** How far back is looked. */
const WITHIN_MS = 90 * 86_400_000;
const MAX_TICKETS = 40;
const MAX_SHOWN = 3;

interface Asked {
  readonly key: string;
  readonly rows: readonly TicketRow[];
}

export class SimilarFinder {
  readonly #options: SimilarFinderOptions;
  readonly #asked = new Map<string, Asked>();
  readonly #asking = new Set<string>();

  constructor(options: SimilarFinderOptions) {
    this.#options = options;
  }

  /** What is known now; `then` is called when the database has told more. */
  find(draft: Draft, callerNumber: string, then: () => void): readonly EarlierTicket[] {
    const { callId, fields } = draft;
    const { communityId, streetId, classId } = fields;
    const key = [callerNumber, communityId.value, streetId.value, classId.value].join(' ');
    const known = this.#asked.get(callId);
    if (known?.key !== key && !this.#asking.has(callId))
      void this.#ask(draft, callerNumber, key).then((told) => {
        if (told) then();
      });
    const { roadsIn, nowMs } = this.#options;
    return similarTickets({ draft, callerNumber, roadsIn, nowMs: nowMs() }, known?.rows ?? [], MAX_SHOWN);
  }

  forget(callId: string): void {
    this.#asked.delete(callId);
  }

  async #ask({ callId, fields }: Draft, callerNumber: string, key: string): Promise<boolean> {
    const { tickets, nowMs, logger } = this.#options;
    this.#asking.add(callId);
    try {
      const rows = await tickets.like({
        callerNumber,
        communityId: fields.communityId.value,
        streetId: fields.streetId.value,
        classId: fields.classId.value,
        sinceMs: nowMs() - WITHIN_MS,
        limit: MAX_TICKETS,
      });
      this.#asked.set(callId, { key, rows });
      return true;
    } catch (error) {
      // Asked again with the next change of the draft.
      this.#asked.set(callId, { key: '', rows: this.#asked.get(callId)?.rows ?? [] });
      logger.warn({ err: error, callId }, 'earlier tickets were not looked for');
      return false;
    } finally {
      this.#asking.delete(callId);
    }
  }
}
