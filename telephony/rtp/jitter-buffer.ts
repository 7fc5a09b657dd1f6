/**
 * A small adaptive buffer between audio that arrives with jitter and a mixer that wants a frame at every beat.
 *
 * Audio comes in placed on the leg's media clock (`AudioTimeline`) and is read one frame behind that clock by a delay
 * which grows when audio comes too late and shrinks in quiet moments when it always comes early. A short hole is
 * filled by repeating and fading what was heard last. Pure: time comes in as samples of the same clock.
 */
import type { PlacedAudio } from './audio-timeline.ts';

/** Samples of one beat of 20 ms. */
export const frameSamples = 160;
const ringSamples = 8192;
/** A frame spans 20 ms from its arrival on, and as much again may be jitter. */
const firstDelaySamples = 320;
const minDelaySamples = 240;
const maxDelaySamples = 960;
/** Extra delay taken when audio came too late, beyond how late it was. */
const headroomSamples = 40;
/** Beats between two looks at whether the delay may shrink: 5 s. */
const reviewBeats = 250;
/** Margin that stays when it does. */
const keptMarginSamples = 120;
const shrinkSamples = 80;
/** Below this a moment is quiet enough to leave out ten milliseconds of it. */
const quietLevel = 300;
/** Beats of repeated sound before a hole is silence. */
const maxConcealedBeats = 3;
/** Beats made up after a stall bring the reader back to the clock by themselves; beyond them it starts anew there. */
const maxBehindSamples = 880;
const maxAheadSamples = 320;

export class JitterBuffer {
  readonly #ring = new Int16Array(ringSamples);
  /** Which sample (plus one) each slot holds; anything else is a hole. */
  readonly #held = new Float64Array(ringSamples);
  #delay = firstDelaySamples;
  #head: number | undefined;
  #last = new Int16Array(frameSamples);
  #concealed = maxConcealedBeats;
  #beats = 0;
  #leastMargin = Number.POSITIVE_INFINITY;
  #endSample = 0;

  /** Milliseconds between arrival and the mixer. */
  get delayMs(): number {
    return this.#delay / 8;
  }

  put(audio: PlacedAudio): void {
    const { atSample, pcm } = audio;
    if (this.#head !== undefined) this.#watch(atSample - this.#head);
    const from = Math.max(0, (this.#head ?? 0) - atSample, pcm.length - ringSamples);
    for (let i = from; i < pcm.length; i += 1) {
      const slot = (atSample + i) % ringSamples;
      this.#ring[slot] = pcm[i] ?? 0;
      this.#held[slot] = atSample + i + 1;
    }
    this.#endSample = Math.max(this.#endSample, atSample + pcm.length);
  }

  /** The frame for this beat; `undefined` is silence. */
  read(nowSample: number): Int16Array | undefined {
    const due = Math.floor(nowSample) - this.#delay;
    let head = this.#head ?? due;
    if (due - head > maxBehindSamples || head - due > maxAheadSamples) head = due;
    const frame = this.#take(head);
    this.#head = head + frameSamples;
    this.#review();
    return frame;
  }

  /** Signed room between the reader and audio that has just come: negative is too late. */
  #watch(margin: number): void {
    this.#leastMargin = Math.min(this.#leastMargin, margin);
    if (margin >= 0 || this.#head === undefined) return;
    const wanted = Math.min(maxDelaySamples, this.#delay - margin + headroomSamples);
    // Going back makes the reader repeat itself once; better than cutting every packet from now on.
    this.#head -= wanted - this.#delay;
    this.#delay = wanted;
  }

  #take(head: number): Int16Array | undefined {
    if (head >= this.#endSample) return this.#conceal();
    const frame = new Int16Array(frameSamples);
    let found = 0;
    for (let i = 0; i < frameSamples; i += 1) {
      // Before the leg's clock began there is nothing; its slot would be a negative number.
      const slot = (head + i) % ringSamples;
      if (slot < 0 || this.#held[slot] !== head + i + 1) continue;
      frame[i] = this.#ring[slot] ?? 0;
      found += 1;
    }
    if (found === 0) return this.#conceal();
    this.#concealed = 0;
    this.#last = frame;
    return frame;
  }

  /** What was heard last, fading out; after that silence. */
  #conceal(): Int16Array | undefined {
    if (this.#concealed >= maxConcealedBeats) return undefined;
    this.#concealed += 1;
    const from = 1 - (this.#concealed - 1) / maxConcealedBeats;
    const last = this.#last;
    return last.map((sample, i) => Math.round(sample * Math.max(0, from - i / (frameSamples * maxConcealedBeats))));
  }

  #review(): void {
    this.#beats += 1;
    if (this.#beats < reviewBeats || this.#head === undefined) return;
    const spare = this.#leastMargin - keptMarginSamples;
    if (Number.isFinite(spare) && spare >= shrinkSamples && this.#delay - shrinkSamples >= minDelaySamples) {
      // Ten milliseconds are left out only where nobody hears it; the look is repeated at every beat until then.
      if (this.#last.some((sample) => Math.abs(sample) > quietLevel) && this.#concealed === 0) return;
      this.#delay -= shrinkSamples;
      this.#head += shrinkSamples;
    }
    this.#beats = 0;
    this.#leastMargin = Number.POSITIVE_INFINITY;
  }
}
