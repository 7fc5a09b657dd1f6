/** Puts frames that arrive on the clock of the leg: what is missing becomes a gap, what is stale is left out. Pure. */

export const FRAME_MS = 20;
/** Audio older than this is of no use to a recogniser that should write while people talk. */
const STALE_MS = 400;
/** Jitter of arrival that is neither a gap nor a backlog. */
const TOLERANCE_MS = 120;

export interface Placed {
  /** Frames at the front that are left out. */
  readonly skip: number;
  /** Where the first of the others begins. */
  readonly atMs: number;
  /** Lost before it. */
  readonly gapBeforeMs: number;
}

export class TapTimeline {
  #positionMs: number | undefined;
  #wasBroken = false;

  /** The stream broke and begins again: what is missing now is a gap however short it is. */
  broken(): void {
    this.#wasBroken = true;
  }

  /**
   * @param frames how many frames arrived together
   * @param clockMs the leg's media clock now, which is where the last of them should end
   * @param lost frames known to be lost before them
   */
  place(frames: number, clockMs: number, lost = 0): Placed {
    const stale = Math.max(0, frames - STALE_MS / FRAME_MS);
    const kept = frames - stale;
    const beginMs = Math.max(0, clockMs - kept * FRAME_MS);
    if (this.#positionMs === undefined) return this.#advance(stale, kept, Math.round(beginMs), 0);
    const knownGapMs = lost * FRAME_MS;
    const lagMs = beginMs - this.#positionMs - knownGapMs;
    if (lagMs < -TOLERANCE_MS) return this.#backlog(stale, kept, -lagMs);
    const toleranceMs = this.#wasBroken ? FRAME_MS - 1 : TOLERANCE_MS;
    this.#wasBroken = false;
    const gapMs = knownGapMs + (lagMs > toleranceMs ? Math.floor(lagMs / FRAME_MS) * FRAME_MS : 0);
    return this.#advance(stale, kept, this.#positionMs + gapMs, gapMs);
  }

  /** Frames ahead of the clock come out of somebody's buffer: live audio cannot be that early. */
  #backlog(stale: number, kept: number, aheadMs: number): Placed {
    const dropped = Math.min(kept, Math.floor(aheadMs / FRAME_MS));
    return this.#advance(stale + dropped, kept - dropped, this.#positionMs ?? 0, 0);
  }

  #advance(skip: number, kept: number, atMs: number, gapBeforeMs: number): Placed {
    this.#positionMs = atMs + kept * FRAME_MS;
    return { skip, atMs, gapBeforeMs };
  }
}
