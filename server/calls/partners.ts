/** Partner hotlines, as the calls see them: a port that the surge part fills. */
import type { SentBy } from '../timeline/events.ts';

/** A call that a partner hotline has sent on to us. */
export interface SentByPartner extends SentBy {
  /** The caller's number, as the partner knows it; '' = withheld. */
  readonly number: string;
}

export interface Partners {
  /** null: not a partner's call. `headers` by name in lower case; only those of a partner's own trunk are believed. */
  receive(callId: string, trunk: string, headers: Readonly<Record<string, string>>): SentByPartner | null;
  /** Takes up a place with a partner that has room, by share and quota; null = none. */
  choose(): string | null;
  /** A call is on its way to this partner; false when its quota is used up. */
  take(partner: string, callId: string): boolean;
  /** A call that was with this partner before a restart is so still: its place is taken up, full or not. */
  goesOn(partner: string, callId: string): void;
  /** How it is reached, and what it is told. */
  way(
    partner: string,
    call: {
      readonly callId: string;
      readonly number: string;
      readonly queue: string;
      readonly place: number;
      readonly waitedMs: number;
      readonly reason: string;
    },
  ): { readonly uri: string; readonly headers: Readonly<Record<string, string>> } | null;
  /** The call is over, was not taken, or came back. */
  done(partner: string, callId: string, connected: boolean): void;
}

export const noPartners: Partners = {
  receive: () => null,
  choose: () => null,
  take: () => false,
  goesOn: () => undefined,
  way: () => null,
  done: () => undefined,
};
