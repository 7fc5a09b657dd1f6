/** One stream whose finished sentences are heard a second time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AudioFrame, RecognizerStream, RecognizerStreamOptions, TranscriptUpdate } from '../../ports.ts';
import { textPieces } from '../../transcript/pieces.ts';
import { maskedSpans } from '../../transcript/masked-spans.ts';
import { sentenceText } from '../../transcript/sentence-text.ts';
import type { SentenceRefiner } from './refiner.ts';
import { SentenceAudio } from './sentence-audio.ts';

/** Sound before and after the times of the first pass that may still belong to the sentence. */
const AROUND_MS = 250;
const LONGEST_MS = 25_000;
const END_LIMIT_MS = 1800;

type Handlers = Pick<RecognizerStreamOptions, 'onUpdate' | 'onEnd'>;

export class SecondPassStream implements RecognizerStream {
  readonly #options: RecognizerStreamOptions;
  readonly #refiner: SentenceRefiner;
  readonly #audio = new SentenceAudio();
  readonly #inner: RecognizerStream;
  readonly #pending = new Set<Promise<void>>();
  /** Revisions that this pass added, by segment. */
  readonly #added = new Map<string, number>();
  #endedMs = 0;
  #closed = false;

  constructor(
    options: RecognizerStreamOptions,
    refiner: SentenceRefiner,
    open: (handlers: Handlers) => RecognizerStream,
  ) {
    this.#options = options;
    this.#refiner = refiner;
    this.#inner = open({
      onUpdate: (update) => {
        this.#hear(update);
      },
      onEnd: (reason) => {
        if (reason === 'failed') this.#close('failed');
        else void this.#closeAfterLast();
      },
    });
  }

  push(frame: AudioFrame): void {
    if (this.#closed) return;
    if (this.#refiner.state.type === 'ready') this.#audio.add(frame);
    this.#inner.push(frame);
  }

  async end(): Promise<void> {
    await this.#inner.end();
    await this.#closeAfterLast();
  }

  async #closeAfterLast(): Promise<void> {
    await Promise.race([Promise.allSettled([...this.#pending]), delay(END_LIMIT_MS, undefined, { ref: false })]);
    this.#close('ended');
  }

  #close(reason: 'ended' | 'failed'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onEnd(reason);
  }

  #hear(update: TranscriptUpdate): void {
    if (this.#closed) return;
    const told = { ...update, rev: update.rev + (this.#added.get(update.segmentId) ?? 0) };
    this.#options.onUpdate(told);
    if (!update.final) return;
    const fromMs = Math.max(this.#endedMs, update.startMs - AROUND_MS);
    this.#endedMs = update.endMs;
    const hasMask = update.text.includes('*') || update.maskedSpans !== undefined;
    const lengthMs = update.endMs - fromMs;
    if (hasMask || lengthMs <= 0 || lengthMs > LONGEST_MS || this.#refiner.state.type !== 'ready') return;
    const pcm = this.#audio.cut(fromMs, update.endMs + AROUND_MS);
    if (pcm === undefined) return;
    const task = this.#refine(told, pcm, fromMs).finally(() => this.#pending.delete(task));
    this.#pending.add(task);
  }

  async #refine(first: TranscriptUpdate, pcm: Int16Array, fromMs: number): Promise<void> {
    const heard = await this.#refiner.refine(pcm);
    if (heard === undefined || this.#closed || heard.text.trim() === '') return;
    const pieces = textPieces(
      heard.text,
      heard.tokens,
      heard.heardMs.map((ms) => ms + fromMs),
    );
    const { text, tokens } = sentenceText(pieces, { final: true });
    const masked = maskedSpans(tokens);
    const added = this.#added.get(first.segmentId) ?? 0;
    if (text === '' || text === first.text) return;
    this.#added.set(first.segmentId, added + 1);
    const times = tokens.map((t) => ({ text: t.text, startMs: Math.round(t.startMs), endMs: Math.round(t.endMs) }));
    const engine = `${first.engine}+${this.#refiner.name}`;
    this.#options.onUpdate({ ...first, ...masked, text, tokens: times, rev: first.rev + 1, engine });
  }
}
