/** A refiner that needs no model: gives the sentences of a list, one for each it is asked for. For tests. */
import type { RecognizerState } from '../../ports.ts';
import type { HeardSentence } from '../../transcript/sentence-tracker.ts';
import type { SentenceRefiner } from './refiner.ts';

const SAMPLES_PER_MS = 8;

export class ScriptedRefiner implements SentenceRefiner {
  readonly name = 'scripted';
  readonly description = '脚本第二遍：只为测试';
  readonly #sentences: readonly (string | undefined)[];
  #state: RecognizerState = { type: 'starting' };
  #asked = 0;

  /** Undefined: it cannot tell. */
  constructor(sentences: readonly (string | undefined)[]) {
    this.#sentences = sentences;
  }

  get state(): RecognizerState {
    return this.#state;
  }

  start(): Promise<void> {
    this.#state = { type: 'ready' };
    return Promise.resolve();
  }

  refine(pcm: Int16Array): Promise<HeardSentence | undefined> {
    const text = this.#sentences[this.#asked++ % this.#sentences.length];
    if (text === undefined) return Promise.resolve(undefined);
    const tokens = Array.from(text);
    const stepMs = pcm.length / SAMPLES_PER_MS / Math.max(1, tokens.length);
    return Promise.resolve({ text, tokens, heardMs: tokens.map((_, i) => (i + 0.8) * stepMs) });
  }

  close(): Promise<void> {
    this.#state = { type: 'off', reason: '第二遍识别已停止。' };
    return Promise.resolve();
  }
}
