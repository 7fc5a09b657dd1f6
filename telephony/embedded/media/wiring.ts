/**
 * Who hears whom in the media thread.
 *
 * A leg that hears one party gets its packets as they come (no delay, no decoding); a leg that hears several, or the
 * prompts of another leg, gets a mix at every beat.
 */
import type { MediaLeg } from './media-leg.ts';

interface Heard {
  readonly parties: ReadonlySet<MediaLeg>;
  readonly playsOf: ReadonlySet<MediaLeg>;
}

export class Wiring {
  readonly #heardBy = new Map<MediaLeg, Heard>();

  /** From now on `leg` hears these parties, and the prompts and music played to those. */
  set(leg: MediaLeg, parties: readonly MediaLeg[], playsOf: readonly MediaLeg[]): void {
    leg.rewired();
    if (parties.length === 0 && playsOf.length === 0) this.#heardBy.delete(leg);
    else this.#heardBy.set(leg, { parties: new Set(parties), playsOf: new Set(playsOf) });
  }

  /** A leg that has ended is heard by nobody and hears nobody; false when that changes nothing for others. */
  remove(leg: MediaLeg): boolean {
    let changes = this.#heardBy.delete(leg);
    leg.setListeners([], []);
    leg.setMix(undefined);
    for (const [listener, heard] of this.#heardBy) {
      if (!heard.parties.has(leg) && !heard.playsOf.has(leg)) continue;
      this.set(listener, without(heard.parties, leg), without(heard.playsOf, leg));
      changes = true;
    }
    return changes;
  }

  /** Tells every leg whom it passes packets to and what it mixes. */
  apply(legs: Iterable<MediaLeg>): void {
    const relayTo = new Map<MediaLeg, MediaLeg[]>();
    const mixedBy = new Map<MediaLeg, MediaLeg[]>();
    for (const [listener, { parties, playsOf }] of this.#heardBy) {
      const target = parties.size === 1 && playsOf.size === 0 ? relayTo : mixedBy;
      for (const party of parties) target.set(party, [...(target.get(party) ?? []), listener]);
    }
    for (const leg of legs) {
      const heard = this.#heardBy.get(leg);
      const mixes = heard !== undefined && (heard.parties.size > 1 || heard.playsOf.size > 0);
      leg.setMix(mixes ? { parties: [...heard.parties], playsOf: [...heard.playsOf] } : undefined);
      leg.setListeners(relayTo.get(leg) ?? [], mixedBy.get(leg) ?? []);
    }
  }
}

function without(legs: ReadonlySet<MediaLeg>, gone: MediaLeg): MediaLeg[] {
  return [...legs].filter((leg) => leg !== gone);
}
