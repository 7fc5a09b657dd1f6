/** Trains, and says whether the new model may take the place of the one in use. Pure. */
import { isHeldOut, trainAndMeasure } from '../drafts/classify/held-out.ts';
import { classifierOf, prepared, type ClassModel, type Row } from '../drafts/classify/model.ts';
import { reportOn, type Report } from '../drafts/classify/report.ts';

/** Fewer rows teach nothing that the catalogue's words do not say better. */
export const LEAST_ROWS = 200;
/** A comparison on fewer rows than this would be a throw of dice. */
const LEAST_HELD_OUT = 20;
/** The new model may be worse by chance alone by so much. */
const SLACK = 0.005;
/** A first model below this would disturb more than help. */
const LEAST_TOP3 = 0.5;

export type Learned =
  | { readonly verdict: 'too-few'; readonly rows: number }
  | {
      readonly verdict: 'better' | 'worse';
      readonly model: ClassModel;
      readonly report: Report;
      /** The model in use on the same rows; null when there is none. */
      readonly before: Report | null;
    };

export interface LearnOptions {
  readonly trainedAtMs: number;
  readonly running: ClassModel | null;
  readonly onProgress?: (share: number, what: string) => void;
}

const isBetter = (report: Report, before: Report | null): boolean =>
  before === null
    ? report.top3 >= LEAST_TOP3
    : report.macroF1 >= before.macroF1 - SLACK && report.top3 >= before.top3 - SLACK;

/** Both models are asked about rows that neither was trained on (`isHeldOut`). */
export function learn(rows: readonly Row[], { trainedAtMs, running, onProgress }: LearnOptions): Learned {
  const heldOut = rows.filter(isHeldOut).length;
  if (rows.length < LEAST_ROWS || heldOut < LEAST_HELD_OUT) return { verdict: 'too-few', rows: rows.length };
  const known = rows.map(prepared);
  const { model, report } = trainAndMeasure(known, {
    trainedAtMs,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const before = running === null ? null : reportOn(classifierOf(running), known.filter(isHeldOut));
  return { verdict: isBetter(report, before) ? 'better' : 'worse', model, report, before };
}
