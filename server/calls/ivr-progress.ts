/** Where a ticket stands, told to whoever types its number on the telephone: state and dates, nothing else. */
import { localTime, type Calendar } from '../../ivr/core/calendar.ts';
import type { TicketState } from '../../ivr/core/flow-types.ts';
import type { TicketProgress } from '../../ivr/ports.ts';
import type { TicketStore } from '../store/ports.ts';

export interface StoredProgressOptions {
  readonly tickets: Pick<TicketStore, 'byNumber'>;
  readonly calendar: Calendar;
  /** Letters before the digits in a ticket's number. */
  readonly prefix: string;
}

/** Day and number of a ticket as typed: `20261121000123`. */
const TYPED = /^(\d{8})(\d{6})$/;

export class StoredTicketProgress implements TicketProgress {
  readonly #options: StoredProgressOptions;

  constructor(options: StoredProgressOptions) {
    this.#options = options;
  }

  async find(digits: string, caller: { readonly number: string }): Promise<TicketState | null> {
    const { tickets, calendar, prefix } = this.#options;
    const match = TYPED.exec(digits);
    if (match === null) return null;
    const ticket = await tickets.byNumber(`${prefix}${match[1] ?? ''}-${match[2] ?? ''}`);
    if (ticket === undefined) return null;
    // That a confidential ticket exists is told only to the number it came from.
    if (ticket.confidential && (caller.number === '' || ticket.callerNumber !== caller.number)) return null;
    return {
      state: ticket.status,
      acceptedDate: localTime(calendar.timeZone, ticket.createdAtMs).date,
      dueDate: '',
    };
  }
}
