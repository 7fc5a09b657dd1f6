/** Messages between the program and a recogniser child. Types only. */
import type { TimedToken } from '../../ports.ts';
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
}

export type ToChild =
  | { readonly type: 'load'; readonly plan: ModelPlan }
  | { readonly type: 'open'; readonly id: number }
  | {
      readonly type: 'audio';
      readonly id: number;
      readonly atMs: number;
      readonly gapBeforeMs: number;
      readonly pcm: Int16Array;
    }
  /** No audio is coming for now: finish the sentence, keep the stream. */
  | { readonly type: 'pause'; readonly id: number }
  | { readonly type: 'end'; readonly id: number };

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'update'; readonly id: number; readonly update: SentenceUpdate }
  /** Audio that no longer waits in the child. */
  | { readonly type: 'ack'; readonly id: number; readonly samples: number }
  | { readonly type: 'ended'; readonly id: number };
