/**
 * Rows that are never trained on, by any model: a tenth, chosen by their own words, so that today's and tomorrow's
 * model are compared on what neither has seen. And how sure scores should sound. Pure.
 */
import { hashOn, hashStart } from './hash.ts';
import { classifierOf, trainModel, type ClassModel, type Prepared, type Row, type TrainOptions } from './model.ts';
import { reportOn, type Report } from './report.ts';
import { probabilities, scorerOf, USUAL_SHARPNESS } from './unit.ts';

const ONE_IN = 10;
const START = hashStart('held-out');

export const isHeldOut = ({ text }: Pick<Row, 'text'>): boolean =>
  (Math.imul(hashOn(START, text), 0x9e3779b1) >>> 16) % ONE_IN === 0;

const tries = [0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8];

/** The sharpness under which the truth of the held-out rows is least surprising (temperature scaling). */
function sharpnessFor(model: ClassModel, rows: readonly Prepared[]): number {
  const root = scorerOf(model.root);
  const known = rows.flatMap(({ features, top }) => {
    const at = model.root.labels.indexOf(top);
    return at < 0 ? [] : [{ at, scores: root.scores(root.rowOf(features)) }];
  });
  if (known.length < 50) return USUAL_SHARPNESS;
  const surprise = (sharpness: number): number =>
    known.reduce((sum, { at, scores }) => sum - Math.log(Math.max(1e-9, probabilities(scores, sharpness)[at] ?? 0)), 0);
  return tries.reduce((best, next) => (surprise(next) < surprise(best) ? next : best), USUAL_SHARPNESS);
}

export interface Trained {
  readonly model: ClassModel;
  readonly report: Report;
}

/** Trains on what may be trained on, and measures on the rest. */
export function trainAndMeasure(rows: readonly Prepared[], options: TrainOptions): Trained {
  const heldOut = rows.filter(isHeldOut);
  const trained = trainModel(
    rows.filter((row) => !isHeldOut(row)),
    options,
  );
  const sharpness = sharpnessFor(trained, heldOut);
  const branches = Object.fromEntries(
    Object.entries(trained.branches).map(([top, unit]) => [top, { ...unit, sharpness }]),
  );
  const sharp = { ...trained, root: { ...trained.root, sharpness }, branches };
  const report = reportOn(classifierOf(sharp), heldOut);
  const { macroF1, top1, top3 } = report;
  const facts = { ...sharp.facts, heldOut: { rows: heldOut.length, macroF1, top1, top3 } };
  return { model: { ...sharp, facts }, report };
}
