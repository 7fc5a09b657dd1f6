/** What a flow asks of the house around it. Types only; the server implements them. */
import type { Incident, TicketState } from './core/flow-types.ts';

/** Where a ticket stands, told to whoever types its number: no names, no places, nothing confidential. */
export interface TicketProgress {
  /** `digits`: what was typed. null when there is no such ticket, or when this caller may not hear of it. */
  find(digits: string, caller: { readonly number: string }): Promise<TicketState | null>;
}

/** Takes a caller's wish to be called back; the caller then hangs up. */
export interface CallbackOffer {
  book(request: {
    readonly callId: string;
    readonly number: string;
    readonly dialect: string;
  }): Promise<'booked' | 'refused'>;
}

/** Message about a known incident, chosen at run time. */
export interface Incidents {
  current(): Incident | null;
}

/** A message left behind by a caller: it becomes a draft ticket that somebody takes up. */
export interface Voicemail {
  left(message: { readonly callId: string; readonly lengthMs: number }): void;
}
