/** What the server and its learning child tell each other. */
import { z } from 'zod';
import type { Row } from '../drafts/classify/model.ts';

export type ToLearner =
  | { readonly type: 'rows'; readonly rows: readonly Row[] }
  | { readonly type: 'learn'; readonly dir: string; readonly keep: number; readonly nowMs: number };

const figures = z.object({ macroF1: z.number(), top1: z.number(), top3: z.number(), rows: z.number() });
export const outcomeSchema = z.object({
  verdict: z.enum(['better', 'worse', 'too-few']),
  rows: z.number(),
  after: figures.nullable(),
  before: figures.nullable(),
  /** File of the new model when it was put in use. */
  name: z.string().nullable(),
});
export type LearnOutcome = z.output<typeof outcomeSchema>;
