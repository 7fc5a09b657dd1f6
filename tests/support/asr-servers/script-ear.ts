/**
 * What our local speech servers "hear": while the audio is loud, the next sentence of a script, character by character; a
 * silence ends it. The same audio always gives the same words, whatever the size of the packets.
 */

const LOUD = 500;
const STEP_SAMPLES = 160;
const MS_PER_STEP = 20;
const MS_PER_CHAR = 150;

export interface EarWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
}

export type EarEvent =
  | { readonly type: 'partial'; readonly words: readonly EarWord[] }
  | { readonly type: 'final'; readonly words: readonly EarWord[] };

export interface EarOptions {
  /** Without punctuation, as a recogniser gives it. */
  readonly sentences: readonly string[];
  readonly silenceMs?: number;
}

/** Hears in steps of 20 ms, whatever the size of the packets. */
export abstract class SteppedEar {
  #rest = new Int16Array(0);
  /** Milliseconds of audio heard. */
  heardMs = 0;

  hear(pcm: Int16Array): readonly EarEvent[] {
    const all = new Int16Array(this.#rest.length + pcm.length);
    all.set(this.#rest);
    all.set(pcm, this.#rest.length);
    const events: EarEvent[] = [];
    let at = 0;
    for (; at + STEP_SAMPLES <= all.length; at += STEP_SAMPLES)
      events.push(...this.step(all.subarray(at, at + STEP_SAMPLES)));
    this.#rest = all.slice(at);
    return events;
  }

  /** The sentence that is being said, as if silence had come. */
  abstract finish(): readonly EarEvent[];
  protected abstract step(pcm: Int16Array): readonly EarEvent[];
}

export class ScriptEar extends SteppedEar {
  readonly #sentences: readonly string[];
  readonly #silenceLimitMs: number;
  #next = 0;
  #speechMs = 0;
  #silenceMs = 0;
  #words: EarWord[] = [];

  constructor({ sentences, silenceMs = 600 }: EarOptions) {
    super();
    this.#sentences = sentences;
    this.#silenceLimitMs = silenceMs;
  }

  /** The sentence that is being said, as if silence had come. */
  finish(): readonly EarEvent[] {
    if (this.#words.length === 0) return [];
    const chars = Array.from(this.#sentences[this.#next % this.#sentences.length] ?? '');
    while (this.#words.length < chars.length) {
      this.#words.push({ text: chars[this.#words.length] ?? '', startMs: this.heardMs, endMs: this.heardMs });
    }
    const words = this.#words;
    this.#words = [];
    this.#speechMs = 0;
    this.#next++;
    return [{ type: 'final', words }];
  }

  protected step(pcm: Int16Array): readonly EarEvent[] {
    this.heardMs += MS_PER_STEP;
    if (!pcm.some((sample) => Math.abs(sample) > LOUD)) {
      this.#silenceMs += MS_PER_STEP;
      return this.#silenceMs >= this.#silenceLimitMs ? this.finish() : [];
    }
    this.#silenceMs = 0;
    this.#speechMs += MS_PER_STEP;
    const chars = Array.from(this.#sentences[this.#next % this.#sentences.length] ?? '');
    const due = Math.min(chars.length - 1, Math.floor(this.#speechMs / MS_PER_CHAR));
    if (due <= this.#words.length) return [];
    while (this.#words.length < due) {
      const startMs = Math.max(this.heardMs - MS_PER_CHAR, this.#words.at(-1)?.endMs ?? 0);
      this.#words.push({ text: chars[this.#words.length] ?? '', startMs, endMs: this.heardMs });
    }
    return [{ type: 'partial', words: [...this.#words] }];
  }
}

export function pcmOf(data: Buffer): Int16Array {
  return new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)));
}

export const textOf = (words: readonly EarWord[], between = ''): string => words.map((w) => w.text).join(between);
