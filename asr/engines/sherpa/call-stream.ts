/** One side of one call inside a recogniser child: audio in, sentences out. */
import { SentenceTracker } from '../../transcript/sentence-tracker.ts';
import type { WordingModel } from '../../transcript/wording-model.ts';
import type { SentenceUpdate } from './child-protocol.ts';
import { SAMPLE_RATE_HZ, type Decoder, type Heard } from './decoder.ts';

/** Where the recording's clock stood at a sample. */
interface Anchor {
  readonly sample: number;
  readonly atMs: number;
}

/** Smaller differences between the sample count and the recording's clock are jitter. */
const CLOCK_SLACK_MS = 30;
/** A hole this long ends the sentence: what comes after it is something else. */
const SENTENCE_GAP_MS = 300;

export interface CallAudio {
  readonly atMs: number;
  readonly gapBeforeMs: number;
  readonly pcm: Int16Array;
}

export class CallStream {
  readonly #decoder: Decoder;
  readonly #tracker: SentenceTracker;
  readonly #emit: (update: SentenceUpdate) => void;
  #anchors: Anchor[] = [{ sample: 0, atMs: 0 }];
  #fed = 0;

  constructor(decoder: Decoder, model: WordingModel | null, emit: (update: SentenceUpdate) => void) {
    this.#decoder = decoder;
    this.#tracker = new SentenceTracker(model);
    this.#emit = emit;
  }

  accept({ atMs, gapBeforeMs, pcm }: CallAudio): void {
    if (gapBeforeMs > 0) this.#lose(gapBeforeMs);
    if (Math.abs(this.#clockMs(this.#fed) - atMs) > CLOCK_SLACK_MS) this.#anchors.push({ sample: this.#fed, atMs });
    const samples = new Float32Array(pcm.length);
    for (let i = 0; i < pcm.length; i++) samples[i] = (pcm[i] ?? 0) / 32_768;
    this.#decoder.accept(samples);
    this.#fed += pcm.length;
    while (this.#decoder.step()) this.#look();
  }

  /** Ends the sentence now: silence is coming, or the call is over. */
  finish(): void {
    const before = this.#fed;
    this.#decoder.flush();
    while (this.#decoder.step()) this.#look();
    this.#close(this.#decoder.heard());
    // The padding is no time that passed: the next frame brings its own.
    this.#anchors.push({ sample: before, atMs: this.#clockMs(before) });
    this.#fed = this.#decoder.fedSamples;
  }

  #lose(gapMs: number): void {
    if (gapMs >= SENTENCE_GAP_MS && this.#tracker.open) this.finish();
    this.#tracker.lost(gapMs);
  }

  #look(): void {
    const heard = this.#decoder.heard();
    if (heard.complete) this.#close(heard);
    else if (heard.tokens.length > 0) this.#tell(heard, false);
  }

  #close(heard: Heard): void {
    if (heard.tokens.length > 0 || this.#tracker.open) this.#tell(heard, true);
    this.#decoder.reset();
    const last = this.#anchors.at(-1);
    if (last !== undefined) this.#anchors = [last];
  }

  #tell(heard: Heard, final: boolean): void {
    const heardMs = heard.timesMs.map((ms) => this.#clockMs((ms / 1000) * SAMPLE_RATE_HZ));
    const update = this.#tracker.hear({ text: heard.text, tokens: heard.tokens, heardMs }, final);
    if (update !== undefined) this.#emit(update);
  }

  #clockMs(sample: number): number {
    const anchor = this.#anchors.findLast((a) => a.sample <= sample) ?? this.#anchors[0];
    return anchor === undefined ? 0 : anchor.atMs + ((sample - anchor.sample) / SAMPLE_RATE_HZ) * 1000;
  }
}
