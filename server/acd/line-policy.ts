/**
 * What a surge plan changes about the line while it lasts, and what becomes of a caller at the door under it. The live
 * line (`server/calls/line-desk.ts`) and the simulation (`server/surge/core/arrival.ts`) ask the same function. Pure.
 */

/** Set as a whole; `usualPolicy` undoes everything. */
export interface LinePolicy {
  /** Wrap-up after a call is at most this long. */
  readonly maxWrapUpMs: number | null;
  /** Prompts that waiting callers hear before the usual words. */
  readonly sayFirst: readonly string[];
  /** Heard by those whose estimated wait is at least this long. */
  readonly sayFirstFromMs: number;
  /** Offered, first thing, to those whose estimated wait is longer, wherever the queue offers call-backs at all. */
  readonly callbackAboveMs: number | null;
  /** No more promises than this. */
  readonly maxCallbacks: number;
  /** Callers whose estimated wait is longer are told of another way; who stays on the line keeps the place. */
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
  sayFirstFromMs: 0,
  callbackAboveMs: null,
  maxCallbacks: Infinity,
  deflect: null,
  partnersAboveMs: null,
  admission: null,
  outboundPaused: false,
};

/** The line as a caller finds it. */
export interface LineAtDoor {
  readonly waiting: number;
  readonly estimatedWaitMs: number;
  /** Call-backs promised and not yet made. */
  readonly openCallbacks: number;
}

/** What is said and offered to a caller, whether let in or not. */
export interface DoorOffers {
  readonly notice: readonly string[];
  readonly callback: boolean;
  readonly deflect: readonly string[] | null;
}

export type DoorDecision =
  | { readonly to: 'partner'; readonly partner: string; readonly notice: readonly string[] }
  | ({ readonly to: 'line' } & DoorOffers)
  | ({ readonly to: 'away'; readonly prompts: readonly string[] } & DoorOffers);

export function noticeOf({ sayFirst, sayFirstFromMs }: LinePolicy, estimatedWaitMs: number): readonly string[] {
  return estimatedWaitMs < sayFirstFromMs ? [] : sayFirst;
}

/** `choosePartner` is asked only when a partner is wanted. A partner with room takes the call also when we are full. */
export function atTheDoor(policy: LinePolicy, line: LineAtDoor, choosePartner: () => string | null): DoorDecision {
  const { partnersAboveMs, admission, callbackAboveMs, deflect, maxCallbacks } = policy;
  const notice = noticeOf(policy, line.estimatedWaitMs);
  const partner = partnersAboveMs !== null && line.estimatedWaitMs > partnersAboveMs ? choosePartner() : null;
  if (partner !== null) return { to: 'partner', partner, notice };
  const isFull = admission !== null && line.waiting >= admission.maxWaiting;
  const isLong = (limitMs: number): boolean => isFull || line.estimatedWaitMs > limitMs;
  const callback = callbackAboveMs !== null && line.openCallbacks < maxCallbacks && isLong(callbackAboveMs);
  const offers = { notice, callback, deflect: deflect !== null && isLong(deflect.aboveMs) ? deflect.prompts : null };
  return isFull ? { to: 'away', prompts: admission.prompts, ...offers } : { to: 'line', ...offers };
}
