/** Messages between the program and a recogniser child. Types only. */
import type { TimedToken, TimeSpan } from '../../ports.ts';
import type { ModelPlan } from './model-plan.ts';

/** One state of one sentence, without what only the parent knows. */
export interface SentenceUpdate {
  /** Counts the sentences of a stream from 0. */
  readonly sentence: number;
  readonly rev: number;
  readonly text: string;
  readonly final: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly tokens: readonly TimedToken[];
  readonly syllables: readonly string[];
  readonly gapBeforeMs: number;
  readonly maskedSpans?: readonly TimeSpan[];
}

/** A stretch of one stream's audio inside an `audio` message. */
export interface AudioPart {
  readonly id: number;
  readonly atMs: number;
  readonly gapBeforeMs: number;
  readonly samples: number;
}

export type ToChild =
  | { readonly type: 'load'; readonly plan: ModelPlan }
  | { readonly type: 'open'; readonly id: number }
  /**
   * Everything that all streams said since the last tick, in one message: a message costs as much as decoding a tenth of a
   * second. `pcm` holds the samples of the parts, one after the other.
   */
  | { readonly type: 'audio'; readonly tick: number; readonly parts: readonly AudioPart[]; readonly pcm: Int16Array }
  /** Only finished sentences are wanted, and other streams come first. */
  | { readonly type: 'final-only'; readonly id: number; readonly on: boolean }
  /** No audio is coming for now: finish the sentence, keep the stream. */
  | { readonly type: 'pause'; readonly id: number }
  | { readonly type: 'end'; readonly id: number };

/** How hard a child works. */
export interface ChildLoad {
  /** Processor time for each second of audio of one stream, in seconds. */
  readonly realTimeFactor: number;
  readonly rssBytes: number;
}

export type FromChild =
  | { readonly type: 'ready'; readonly load: ChildLoad }
  /** What one round of decoding brought. */
  | {
      readonly type: 'heard';
      readonly updates: readonly { readonly id: number; readonly update: SentenceUpdate }[];
      /** Audio that no longer waits in the child. */
      readonly taken: readonly { readonly id: number; readonly samples: number }[];
    }
  | { readonly type: 'load'; readonly load: ChildLoad }
  | { readonly type: 'ended'; readonly id: number };
