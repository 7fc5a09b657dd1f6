/** A better but slower look at a finished sentence. Types only. */
import type { RecognizerState } from '../../ports.ts';
import type { HeardSentence } from '../../transcript/sentence-tracker.ts';

export interface SentenceRefiner {
  readonly name: string;
  readonly description: string;
  readonly state: RecognizerState;
  start(): Promise<void>;
  /**
   * What the sentence was, times counted from the first sample; nothing when it cannot be told in time. Never rejects.
   * @param pcm - 8 kHz mono, one sentence.
   */
  refine(pcm: Int16Array): Promise<HeardSentence | undefined>;
  close(): Promise<void>;
}
