/** The report of a training as text for a terminal. */
import type { Report } from '../../server/drafts/classify/report.ts';

type NameOf = (label: string) => string;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const MAX_CLASSES = 40;
const MAX_CONFUSED = 20;

export function figuresText(report: Report, before: Report | null, nameOf: NameOf): string {
  const was = (share: (r: Report) => number): string => (before === null ? '' : ` (in use: ${percent(share(before))})`);
  const lines = [
    `  macro-F1      ${percent(report.macroF1)}${was((r) => r.macroF1)}`,
    `  right first   ${percent(report.top1)}${was((r) => r.top1)}`,
    `  in first 3    ${percent(report.top3)}${was((r) => r.top3)}`,
    '',
    '  precision  recall     F1   rows  class',
  ];
  const worstFirst = [...report.classes].sort((a, b) => a.f1 - b.f1);
  for (const { label, rows, precision, recall, f1 } of worstFirst.slice(0, MAX_CLASSES)) {
    const figures = [precision, recall, f1].map((share, i) => percent(share).padStart(i === 0 ? 11 : 7)).join(' ');
    lines.push(`${figures} ${String(rows).padStart(6)}  ${nameOf(label)}`);
  }
  if (worstFirst.length > MAX_CLASSES) lines.push(`  … and ${String(worstFirst.length - MAX_CLASSES)} better ones`);
  return lines.join('\n');
}

/** A table when the classes are few enough to be read, else the commonest confusions. */
export function confusionText({ classes, confused }: Report, nameOf: NameOf): string {
  if (confused.length === 0) return '\nNothing was confused.';
  const lines = ['\nConfused, most often first:'];
  for (const { truth, guess, times } of confused.slice(0, MAX_CONFUSED))
    lines.push(`${String(times).padStart(6)} ×  ${nameOf(truth)}  taken for  ${nameOf(guess)}`);
  if (classes.length > 12) return lines.join('\n');
  const timesOf = new Map(confused.map(({ truth, guess, times }) => [`${truth}\0${guess}`, times]));
  lines.push('\nTable (rows: what it was; columns, in the same order: what was guessed)');
  for (const { label, rows, recall } of classes) {
    const cells = classes.map((other) =>
      String(
        other.label === label ? Math.round(rows * recall) : (timesOf.get(`${label}\0${other.label}`) ?? 0),
      ).padStart(5),
    );
    lines.push(`${cells.join('')}  ${nameOf(label)}`);
  }
  return lines.join('\n');
}
