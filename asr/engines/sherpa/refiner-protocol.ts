/** Messages between the program and a second-pass child. Types only. */
import type { OfflinePlan } from './offline-plan.ts';

export type ToRefiner =
  | { readonly type: 'load'; readonly plan: OfflinePlan }
  | { readonly type: 'refine'; readonly id: number; readonly pcm: Int16Array };

export type FromRefiner =
  | { readonly type: 'ready' }
  | {
      readonly type: 'refined';
      readonly id: number;
      readonly text: string;
      readonly tokens: readonly string[];
      /** From the first sample. */
      readonly heardMs: readonly number[];
    };
