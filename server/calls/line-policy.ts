/** What a surge plan changes about the line while it lasts. It is set as a whole; `usualPolicy` undoes everything. */
export interface LinePolicy {
  /** Wrap-up after a call is at most this long. */
  readonly maxWrapUpMs: number | null;
  /** Prompts that every waiting caller hears before the usual words. */
  readonly sayFirst: readonly string[];
  /** Offered, first thing, to those whose estimated wait is longer, wherever the queue offers call-backs at all. */
  readonly callbackAboveMs: number | null;
  /** No more promises than this. */
  readonly maxCallbacks: number;
  /** Callers whose estimated wait is longer hear this and are let go. */
  readonly deflect: { readonly aboveMs: number; readonly prompts: readonly string[] } | null;
  /** Callers whose estimated wait is longer go to a partner, as long as one takes them. */
  readonly partnersAboveMs: number | null;
  /** Only so many may wait; others hear the prompts. */
  readonly admission: { readonly maxWaiting: number; readonly prompts: readonly string[] } | null;
  /** No missed calls are called back and no other calls are made. */
  readonly outboundPaused: boolean;
}

export const usualPolicy: LinePolicy = {
  maxWrapUpMs: null,
  sayFirst: [],
  callbackAboveMs: null,
  maxCallbacks: Infinity,
  deflect: null,
  partnersAboveMs: null,
  admission: null,
  outboundPaused: false,
};

/** Partner hotlines, as the surge part knows them. */
export interface Partners {
  /** Takes up a place with a partner that has room, by share and quota; null = none. */
  choose(): string | null;
  /** A call is on its way to this partner; false when its quota is used up. */
  take(partner: string, callId: string): boolean;
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
  choose: () => null,
  take: () => false,
  way: () => null,
  done: () => undefined,
};
