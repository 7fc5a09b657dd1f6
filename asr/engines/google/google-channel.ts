/**
 * One stream to Google Cloud Speech-to-Text v1 (StreamingRecognize). A request may last five minutes; a telephone call lasts
 * longer, so requests follow each other: audio that no final text covers yet is sent again to the next one, a little more of
 * it than needed, and words that were final before are left out.
 */
import type { Heard, HeardWord, SpeechChannel } from '../remote/channel.ts';
import { joinSamples, pcmBytes } from '../remote/samples.ts';
import { explain, spokenWords, type StreamingResponse } from './google-answers.ts';

const SAMPLES_PER_MS = 8;

/** One request of the service. */
export interface GoogleCall {
  write(audio: Buffer): void;
  end(): void;
  destroy(): void;
}

export interface GoogleCallEvents {
  readonly onResponse: (response: StreamingResponse) => void;
  /** gRPC status code. */
  readonly onError: (code: number) => void;
  readonly onEnd: () => void;
}

export interface GoogleChannelOptions {
  readonly openCall: (events: GoogleCallEvents) => GoogleCall;
  readonly onHeard: (heard: Heard) => void;
  /** A request this old is replaced as soon as nobody is speaking, */
  readonly rollAfterMs: number;
  /** and this old even in mid-sentence. */
  readonly rollAtLatestMs: number;
  /** Whole seconds of audio that a finished request is charged for. */
  readonly onBilled: (seconds: number) => void;
}

/** Sent again before the end of the last final text, so that no sound is cut in two. */
const OVERLAP_MS = 200;
/** A word that ends this soon after the last final text was part of it. */
const SAME_WORD_MS = 60;
const OVERLAP_CHARS = 2;
/** At most this much is sent again in mid-sentence, and this much when nothing was heard. */
const MAX_KEPT_MS = 30_000;
const QUIET_KEPT_MS = 2000;
const RETRIES_MS = [200, 800, 2000] as const;

export class GoogleChannel implements SpeechChannel {
  readonly #options: GoogleChannelOptions;
  #call: GoogleCall | undefined;
  /** Grows with each request; answers of earlier ones are not listened to. */
  #generation = 0;
  #baseMs = 0;
  #callMs = 0;
  /** Of it what no request had before. */
  #newMs = 0;
  #sentMs = 0;
  #finalMs = 0;
  #finalText = '';
  #kept: Int16Array[] = [];
  #keptMs = 0;
  #speaking = false;
  #state: 'open' | 'finishing' | 'closed' = 'open';
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: GoogleChannelOptions) {
    this.#options = options;
    this.#begin();
  }

  send(pcm: Int16Array): void {
    if (this.#state !== 'open') return;
    const { rollAfterMs, rollAtLatestMs } = this.#options;
    const isOld = this.#newMs >= (this.#speaking ? rollAtLatestMs : rollAfterMs);
    if (isOld && this.#call !== undefined) this.#begin();
    this.#keep(pcm);
    this.#newMs += pcm.length / SAMPLES_PER_MS;
    this.#write(pcm);
  }

  finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#call?.end();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#retry);
    this.#leave();
  }

  #keep(pcm: Int16Array): void {
    this.#kept.push(pcm);
    this.#sentMs += pcm.length / SAMPLES_PER_MS;
    this.#keptMs += pcm.length / SAMPLES_PER_MS;
    const openMs = this.#sentMs - this.#finalMs + OVERLAP_MS;
    this.#forget(Math.min(openMs, this.#speaking ? MAX_KEPT_MS : QUIET_KEPT_MS));
  }

  #forget(limitMs: number): void {
    for (let first = this.#kept[0]; first !== undefined; first = this.#kept[0]) {
      const ms = first.length / SAMPLES_PER_MS;
      if (this.#keptMs - ms < limitMs) return;
      this.#kept.shift();
      this.#keptMs -= ms;
    }
  }

  #write(pcm: Int16Array): void {
    this.#callMs += pcm.length / SAMPLES_PER_MS;
    this.#call?.write(pcmBytes(pcm));
  }

  /** The next request, from where no final text covers what was said. */
  #begin(): void {
    this.#leave();
    const generation = ++this.#generation;
    const current = (then: () => void): void => {
      if (generation === this.#generation && this.#state !== 'closed') then();
    };
    this.#callMs = 0;
    this.#newMs = 0;
    this.#baseMs = this.#sentMs - this.#keptMs;
    this.#call = this.#options.openCall({
      onResponse: (response) => {
        current(() => {
          this.#hear(response);
        });
      },
      onError: (code) => {
        current(() => {
          this.#fail(code);
        });
      },
      onEnd: () => {
        current(() => {
          this.#ended();
        });
      },
    });
    if (this.#keptMs > 0) this.#write(joinSamples(this.#kept, this.#keptMs * SAMPLES_PER_MS));
    if (this.#state === 'finishing') this.#call.end();
  }

  #leave(): void {
    const call = this.#call;
    this.#call = undefined;
    this.#generation++;
    if (call === undefined) return;
    if (this.#callMs > 0) this.#options.onBilled(Math.ceil(this.#callMs / 1000));
    this.#callMs = 0;
    call.end();
    call.destroy();
  }

  #hear(response: StreamingResponse): void {
    this.#failures = 0;
    const finals = response.results.filter((result) => result.isFinal);
    for (const result of finals) this.#final(result);
    const interim = response.results.filter((result) => !result.isFinal);
    const text = this.#withoutOverlap(interim.map((result) => result.transcript).join(''));
    const lastMs = Math.max(0, ...interim.map((result) => result.endMs));
    // Only what was final before, heard once more.
    if (text === '' || (lastMs > 0 && this.#baseMs + lastMs <= this.#finalMs + SAME_WORD_MS)) return;
    this.#speaking = true;
    this.#options.onHeard({ type: 'partial', text, words: [] });
  }

  /** Interim texts have no word times: what was sent twice is known by its words. */
  #withoutOverlap(text: string): string {
    if (this.#baseMs >= this.#finalMs) return text;
    const most = Math.min(OVERLAP_CHARS, text.length, this.#finalText.length);
    for (let n = most; n > 0; n--) if (this.#finalText.endsWith(text.slice(0, n))) return text.slice(n);
    return text;
  }

  #final(result: StreamingResponse['results'][number]): void {
    const words = spokenWords(result.words, this.#baseMs).filter((w) => w.endMs > this.#finalMs + SAME_WORD_MS);
    const isWhole = words.length === result.words.length;
    // Only what was final before, heard once more.
    if (words.length === 0 && !isWhole) return;
    const text = isWhole ? result.transcript : words.map((word: HeardWord) => word.text).join('');
    const endMs = Math.max(words.at(-1)?.endMs ?? 0, this.#baseMs + result.endMs);
    this.#finalMs = Math.max(this.#finalMs, Math.min(endMs, this.#sentMs));
    this.#speaking = false;
    if (text !== '') this.#finalText = text;
    this.#forget(this.#sentMs - this.#finalMs + OVERLAP_MS);
    this.#options.onHeard({ type: 'final', text, words, confidence: result.confidence });
  }

  #ended(): void {
    if (this.#state === 'finishing') {
      this.#leave();
      this.#options.onHeard({ type: 'over' });
    } else this.#begin();
  }

  #fail(code: number): void {
    const { kind, detail } = explain(code);
    this.#leave();
    const waitMs = RETRIES_MS[this.#failures];
    this.#failures++;
    if (kind === 'too-long') this.#begin();
    else if (kind === 'passing' && waitMs !== undefined) {
      // Audio goes on being kept meanwhile.
      this.#retry = setTimeout(() => {
        if (this.#state !== 'closed') this.#begin();
      }, waitMs);
      this.#retry.unref();
    } else this.#options.onHeard({ type: 'fault', detail });
  }
}
