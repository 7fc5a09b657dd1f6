/**
 * One stream of the scripted recogniser: while the audio is loud the next sentence comes out character by character; a silence
 * ends it. The same audio always gives the same updates.
 */
import type { AudioFrame, RecognizerStream, RecognizerStreamOptions, TimedToken } from '../../ports.ts';
import { toneSyllables } from './tone-syllables.ts';

/** A sample louder than this makes its frame speech. */
const LOUD = 500;
const MS_PER_CHAR = 150;
const SENTENCE_SILENCE_MS = 600;
const SAMPLES_PER_MS = 8;
const MAX_FRAME_MS = 1000;
/** As the real engine: more than this in one burst is lost and marked. */
const MAX_BURST_MS = 2000;

export interface ScriptedStreamOptions extends RecognizerStreamOptions {
  readonly sentences: readonly string[];
  readonly engine: string;
  readonly onClosed: () => void;
}

export class ScriptedStream implements RecognizerStream {
  readonly #options: ScriptedStreamOptions;
  #sentence = 0;
  #rev = 0;
  #tokens: TimedToken[] = [];
  #speechMs = 0;
  #silenceMs = 0;
  #gapMs = 0;
  #lostMs = 0;
  #burstMs = 0;
  #state: 'open' | 'closed' = 'open';
  #scheduled = false;
  #queue: AudioFrame[] = [];

  constructor(options: ScriptedStreamOptions) {
    this.#options = options;
  }

  push(frame: AudioFrame): void {
    if (this.#state !== 'open') return;
    const pcm = frame.pcm.slice(0, MAX_FRAME_MS * SAMPLES_PER_MS);
    const frameMs = pcm.length / SAMPLES_PER_MS;
    if (this.#burstMs + frameMs > MAX_BURST_MS) {
      this.#lostMs += frameMs + frame.gapBeforeMs;
      return;
    }
    this.#burstMs += frameMs;
    this.#queue.push({ ...frame, pcm, gapBeforeMs: frame.gapBeforeMs + this.#lostMs });
    this.#lostMs = 0;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#work();
    });
  }

  async end(): Promise<void> {
    this.#work();
    this.#finish();
    this.close('ended');
    await Promise.resolve();
  }

  close(reason: 'ended' | 'failed'): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#queue = [];
    this.#options.onClosed();
    this.#options.onEnd(reason);
  }

  #work(): void {
    this.#scheduled = false;
    const frames = this.#queue;
    this.#queue = [];
    this.#burstMs = 0;
    for (const frame of frames) this.#hear(frame);
  }

  #hear({ atMs, pcm, gapBeforeMs }: AudioFrame): void {
    this.#gapMs += gapBeforeMs;
    const frameMs = pcm.length / SAMPLES_PER_MS;
    if (pcm.some((sample) => Math.abs(sample) > LOUD)) {
      this.#silenceMs = 0;
      this.#speechMs += frameMs;
      this.#reveal(atMs + frameMs);
    } else {
      this.#silenceMs += frameMs;
      if (this.#silenceMs >= SENTENCE_SILENCE_MS) this.#finish();
    }
  }

  #text(): string {
    const { sentences } = this.#options;
    return sentences.length === 0 ? '' : (sentences[this.#sentence % sentences.length] ?? '');
  }

  #reveal(untilMs: number): void {
    const chars = Array.from(this.#text());
    const due = Math.min(chars.length - 1, Math.floor(this.#speechMs / MS_PER_CHAR));
    if (due <= this.#tokens.length) return;
    while (this.#tokens.length < due) {
      const text = chars[this.#tokens.length] ?? '';
      const startMs = Math.max(untilMs - MS_PER_CHAR, this.#tokens.at(-1)?.endMs ?? 0);
      this.#tokens.push({ text, startMs, endMs: Math.max(startMs, untilMs) });
    }
    this.#emit(this.#tokens.map((token) => token.text).join(''), false);
  }

  #finish(): void {
    if (this.#rev === 0) {
      this.#speechMs = 0;
      return;
    }
    const chars = Array.from(this.#text());
    const endMs = this.#tokens.at(-1)?.endMs ?? 0;
    while (this.#tokens.length < chars.length) {
      this.#tokens.push({ text: chars[this.#tokens.length] ?? '', startMs: endMs, endMs });
    }
    this.#emit(this.#text(), true);
    this.#sentence++;
    this.#rev = 0;
    this.#tokens = [];
    this.#speechMs = 0;
    this.#gapMs = 0;
  }

  #emit(text: string, final: boolean): void {
    const { streamId, side, engine, onUpdate } = this.#options;
    this.#rev++;
    onUpdate({
      segmentId: `${streamId}-${this.#sentence}`,
      side,
      rev: this.#rev,
      text,
      final,
      startMs: this.#tokens[0]?.startMs ?? 0,
      endMs: this.#tokens.at(-1)?.endMs ?? 0,
      tokens: [...this.#tokens],
      syllables: toneSyllables(text),
      engine,
      gapBeforeMs: Math.round(this.#gapMs),
    });
  }
}
