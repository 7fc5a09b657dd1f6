/** The learning child: gathers rows, trains, compares, and keeps the model if it is no worse. Then it is done. */
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../drafts/classify/model.ts';
import type { Report } from '../drafts/classify/report.ts';
import type { LearnOutcome, ToLearner } from './child-protocol.ts';
import { HISTORY_NAME, readHistoryFile } from './history-file.ts';
import { learn } from './learn.ts';
import { ModelFiles } from './model-files.ts';

const figuresOf = (report: Report | null): LearnOutcome['after'] =>
  report === null ? null : { macroF1: report.macroF1, top1: report.top1, top3: report.top3, rows: report.rows };

async function run(
  tickets: readonly Row[],
  { dir, keep, nowMs }: Extract<ToLearner, { type: 'learn' }>,
): Promise<LearnOutcome> {
  const files = new ModelFiles(dir, keep);
  const imported = await readHistoryFile(join(dir, HISTORY_NAME));
  const current = await files.current();
  const running = current.type === 'model' ? current.model : null;
  const rows = [...imported, ...tickets];
  const learned = learn(rows, { trainedAtMs: nowMs, running });
  if (learned.verdict === 'too-few')
    return { verdict: 'too-few', rows: rows.length, after: null, before: null, name: null };
  const name = learned.verdict === 'better' ? (await files.save(learned.model)).name : null;
  const { verdict, report, before } = learned;
  return { verdict, rows: rows.length, after: figuresOf(report), before: figuresOf(before), name };
}

// Lower is always allowed; not so the way back.
setPriority(Number(process.argv[2] ?? 19));
const tickets: Row[] = [];
process.on('message', (message: ToLearner) => {
  if (message.type === 'rows') {
    tickets.push(...message.rows);
    return;
  }
  void run(tickets, message).then(
    (outcome) => process.send?.(outcome, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
// The server is gone: nobody waits for the answer.
process.on('disconnect', () => process.exit(0));
