/** From samples fed to a recogniser to the recording's clock. Pure. */

/** Where the recording's clock stood at a sample. */
interface Anchor {
  readonly sample: number;
  readonly atMs: number;
}

const SAMPLES_PER_MS = 8;
/** Smaller differences between the sample count and the recording's clock are jitter. */
const CLOCK_SLACK_MS = 30;

export class RecordingClock {
  #anchors: Anchor[] = [{ sample: 0, atMs: 0 }];

  /** Sample number `sample` was recorded at `atMs`. */
  note(sample: number, atMs: number): void {
    if (Math.abs(this.atMs(sample) - atMs) > CLOCK_SLACK_MS) this.#anchors.push({ sample, atMs });
  }

  /** As `note`, for what is known exactly. */
  set(sample: number, atMs: number): void {
    this.#anchors.push({ sample, atMs });
  }

  atMs(sample: number): number {
    const anchor = this.#anchors.findLast((a) => a.sample <= sample) ?? this.#anchors[0];
    return anchor === undefined ? 0 : anchor.atMs + (sample - anchor.sample) / SAMPLES_PER_MS;
  }

  /** Nothing before `sample` will be asked for any more. */
  forgetBefore(sample: number): void {
    const keep = this.#anchors.findLastIndex((a) => a.sample <= sample);
    if (keep > 0) this.#anchors = this.#anchors.slice(keep);
  }
}
