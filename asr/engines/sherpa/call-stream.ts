/** One side of one call inside a recogniser child: audio in, sentences out. */
import { RecordingClock } from '../../transcript/recording-clock.ts';
import { SentenceTracker } from '../../transcript/sentence-tracker.ts';
import type { WordingModel } from '../../transcript/wording-model.ts';
import type { SentenceUpdate } from './child-protocol.ts';
import { SAMPLE_RATE_HZ, type Decoder, type Heard } from './decoder.ts';

/** A hole this long ends the sentence: what comes after it is something else. */
const SENTENCE_GAP_MS = 300;

export interface CallAudio {
  readonly atMs: number;
  readonly gapBeforeMs: number;
  readonly pcm: Int16Array;
  /** Ticks from now at which the next step should become due; not aligned if not given. */
  readonly dueInTicks?: number;
}

export class CallStream {
  readonly decoder: Decoder;
  readonly #tracker: SentenceTracker;
  readonly #emit: (update: SentenceUpdate) => void;
  readonly #clock = new RecordingClock();
  #fed = 0;
  #text = '';
  finalOnly = false;

  constructor(decoder: Decoder, model: WordingModel | null, emit: (update: SentenceUpdate) => void) {
    this.decoder = decoder;
    this.#tracker = new SentenceTracker(model);
    this.#emit = emit;
  }

  /** Takes audio and decodes what there is. */
  accept(audio: CallAudio): void {
    this.feed(audio);
    while (this.decoder.step()) this.look();
  }

  /** Takes audio; decoding and `look` are left to the caller. */
  feed({ atMs, gapBeforeMs, pcm, dueInTicks }: CallAudio): void {
    if (gapBeforeMs > 0) this.#lose(gapBeforeMs);
    const padding = dueInTicks === undefined || pcm.length === 0 ? 0 : this.decoder.padding(pcm.length, dueInTicks);
    if (padding > 0) this.#accept(new Float32Array(padding));
    this.#clock.note(this.#fed, atMs);
    const samples = new Float32Array(pcm.length);
    for (let i = 0; i < pcm.length; i++) samples[i] = (pcm[i] ?? 0) / 32_768;
    this.#accept(samples);
  }

  /** Ends the sentence now: silence is coming, or the call is over. */
  finish(): void {
    const before = this.#fed;
    while (this.decoder.step()) this.look();
    this.decoder.flush();
    while (this.decoder.step()) this.look();
    this.#close(this.decoder.heard());
    // The padding is no time that passed: the next frame brings its own.
    this.#clock.set(before, this.#clock.atMs(before));
    this.#fed = this.decoder.fedSamples;
  }

  /** After a step: what is new? */
  look(): void {
    const heard = this.decoder.heard();
    if (heard.complete) this.#close(heard);
    else if (heard.text !== this.#text) {
      this.#text = heard.text;
      if (!this.finalOnly && heard.tokens.length > 0) this.#tell(heard, false);
    }
  }

  #accept(samples: Float32Array): void {
    this.decoder.accept(samples);
    this.#fed += samples.length;
  }

  #lose(gapMs: number): void {
    if (gapMs >= SENTENCE_GAP_MS && this.#text !== '') this.finish();
    this.#tracker.lost(gapMs);
  }

  #close(heard: Heard): void {
    if (heard.tokens.length > 0 || this.#tracker.open) this.#tell(heard, true);
    this.decoder.reset();
    this.#text = '';
    // Audio that is fed and not yet decoded still needs its times.
    this.#clock.forgetBefore(this.#fed - SAMPLE_RATE_HZ);
  }

  #tell(heard: Heard, final: boolean): void {
    const heardMs = heard.timesMs.map((ms) => this.#clock.atMs((ms / 1000) * SAMPLE_RATE_HZ));
    const update = this.#tracker.hear({ text: heard.text, tokens: heard.tokens, heardMs }, final);
    if (update !== undefined) this.#emit(update);
  }
}
