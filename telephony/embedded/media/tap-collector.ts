/** Gathers one side's placed audio into tap frames of about 60 ms. */
import type { PlacedAudio } from '../../rtp/audio-timeline.ts';
import type { TapFrame } from '../../ports/switch.ts';

const samplesPerMs = 8;
const frameSamples = 60 * samplesPerMs;
const maxFrameSamples = 100 * samplesPerMs;

export class TapCollector {
  readonly #side: TapFrame['side'];
  readonly #emit: (frame: TapFrame) => void;
  readonly #pcm = new Int16Array(maxFrameSamples);
  #length = 0;
  #atSample = 0;
  #gapSamples = 0;

  constructor(side: TapFrame['side'], emit: (frame: TapFrame) => void) {
    this.#side = side;
    this.#emit = emit;
  }

  push(audio: PlacedAudio): void {
    if (this.#length > 0 && audio.atSample !== this.#atSample + this.#length) this.flush();
    for (let from = 0; from < audio.pcm.length;) {
      if (this.#length === 0) this.#open(audio.atSample + from, from === 0 ? audio.lostSamples : 0);
      const part = audio.pcm.subarray(from, from + maxFrameSamples - this.#length);
      this.#pcm.set(part, this.#length);
      this.#length += part.length;
      from += part.length;
      if (this.#length >= frameSamples) this.flush();
    }
  }

  /** Gives out what has waited since before `sample`: the stream has paused. */
  flushBefore(sample: number): void {
    if (this.#length > 0 && this.#atSample + this.#length < sample) this.flush();
  }

  flush(): void {
    if (this.#length === 0) return;
    const pcm = this.#pcm.slice(0, this.#length);
    this.#length = 0;
    this.#emit({
      side: this.#side,
      atMs: this.#atSample / samplesPerMs,
      pcm,
      gapBeforeMs: this.#gapSamples / samplesPerMs,
    });
  }

  #open(atSample: number, gapSamples: number): void {
    this.#atSample = atSample;
    this.#gapSamples = gapSamples;
  }
}
