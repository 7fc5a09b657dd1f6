/**
 * Calls that were refused before their answer. A proxy in front of several switches takes a refusal (486, 603 …) for a
 * failure of the switch and brings the same call (RFC 3261 section 8.1.1.4: its Call-ID stays) to the next one, which
 * then has to say the same. Pure.
 */
import type { HangupCause } from '../ports/switch.ts';

/** What another switch may still mend: these are not remembered. */
const FAILURES: ReadonlySet<HangupCause> = new Set(['congestion', 'failed', 'shutdown', 'incompatible-media']);
/** Timer B of a proxy is 32 s: it tries the next switch within that. */
const REMEMBERED_MS = 32_000;
const MOST = 10_000;

export class Refusals {
  readonly #byCallId = new Map<string, { readonly cause: HangupCause; readonly untilMs: number }>();

  get size(): number {
    return this.#byCallId.size;
  }

  add(sipCallId: string, cause: HangupCause, nowMs: number): void {
    if (sipCallId === '' || FAILURES.has(cause)) return;
    this.#byCallId.delete(sipCallId);
    this.#byCallId.set(sipCallId, { cause, untilMs: nowMs + REMEMBERED_MS });
    // The oldest come first.
    for (const [id, { untilMs }] of this.#byCallId) {
      if (untilMs > nowMs && this.#byCallId.size <= MOST) break;
      this.#byCallId.delete(id);
    }
  }

  /** The cause a call was refused with just now. */
  find(sipCallId: string, nowMs: number): HangupCause | undefined {
    const refusal = this.#byCallId.get(sipCallId);
    return refusal === undefined || refusal.untilMs <= nowMs ? undefined : refusal.cause;
  }
}
