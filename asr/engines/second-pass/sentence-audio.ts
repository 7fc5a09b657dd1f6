/** The last half minute of one stream's audio, to be cut by the recording's clock. Pure. */
import type { AudioFrame } from '../../ports.ts';

const SAMPLES_PER_MS = 8;
const KEPT_MS = 30_000;

export class SentenceAudio {
  #frames: AudioFrame[] = [];

  add(frame: AudioFrame): void {
    this.#frames.push({ ...frame, pcm: frame.pcm.slice() });
    const fromMs = frame.atMs - KEPT_MS;
    while (this.#frames[0] !== undefined && this.#frames[0].atMs < fromMs) this.#frames.shift();
  }

  /** What was said between the two, holes filled with silence; nothing when its beginning is not there any more. */
  cut(startMs: number, endMs: number): Int16Array | undefined {
    const frames = this.#frames.filter((f) => f.atMs + f.pcm.length / SAMPLES_PER_MS > startMs && f.atMs < endMs);
    const [first] = frames;
    if (first === undefined || first.atMs > startMs + KEPT_MS) return undefined;
    const out = new Int16Array(Math.round((endMs - startMs) * SAMPLES_PER_MS));
    for (const { atMs, pcm } of frames) {
      const at = Math.round((atMs - startMs) * SAMPLES_PER_MS);
      const from = Math.max(0, -at);
      const part = pcm.subarray(from, Math.max(from, Math.min(pcm.length, out.length - at)));
      out.set(part, Math.max(0, at));
    }
    return out;
  }
}
