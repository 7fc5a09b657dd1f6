/** The audio that no final text covers yet, for the engine that takes over. Pure. */
import type { AudioFrame } from '../../ports.ts';

const SAMPLES_PER_MS = 8;
/** Of a sentence that is being said at most this much is kept, */
const MAX_OPEN_MS = 20_000;
/** and this much while nothing has been heard: the first words of a sentence come late. */
const MAX_QUIET_MS = 3000;

export const endOf = (frame: AudioFrame): number => frame.atMs + frame.pcm.length / SAMPLES_PER_MS;

export class KeptAudio {
  #frames: AudioFrame[] = [];
  #lostMs = 0;

  get frames(): readonly AudioFrame[] {
    const [first, ...rest] = this.#frames;
    if (first === undefined || this.#lostMs === 0) return this.#frames;
    return [{ ...first, gapBeforeMs: first.gapBeforeMs + this.#lostMs }, ...rest];
  }

  /** @param open - whether a sentence is being said. */
  add(frame: AudioFrame, open: boolean): void {
    this.#frames.push(frame);
    const limitMs = open ? MAX_OPEN_MS : MAX_QUIET_MS;
    for (let first = this.#frames[0]; first !== undefined; first = this.#frames[0]) {
      if (endOf(frame) - first.atMs <= limitMs) return;
      this.#frames.shift();
      if (open) this.#lostMs += first.gapBeforeMs + first.pcm.length / SAMPLES_PER_MS;
    }
  }

  /** What was said until then is final. */
  forgetUntil(atMs: number): void {
    this.#lostMs = 0;
    this.#frames = this.#frames.filter((frame) => endOf(frame) > atMs);
  }
}
