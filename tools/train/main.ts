/**
 * Trains the classifier from a city's history:
 *
 *   npm run train -- history.csv       columns text, class, optional time; takes the place of a model that is no better
 *   npm run train -- history.csv --force     even if the held-out rows say it is worse
 *   npm run train -- --rollback        back to the model before
 *   npm run train -- --list            models on disk
 *
 * The server takes a new model up at its next start or after its next night.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCity } from '../../config/load-city.ts';
import { loadConfig } from '../../config/load-config.ts';
import { HISTORY_NAME, withoutNumbers, writeHistoryFile } from '../../server/learning/history-file.ts';
import { HistoryError, readHistory, type BadRow } from '../../server/learning/history-csv.ts';
import { labelReader } from '../../server/learning/labels.ts';
import { learn, LEAST_ROWS } from '../../server/learning/learn.ts';
import { ModelFiles } from '../../server/learning/model-files.ts';
import { modelDirOf } from '../../server/learning/open-learning.ts';
import { confusionText, figuresText } from './text.ts';

const usage = 'npm run train -- <history.csv> [--force] | --rollback | --list   [--data folder] [--city folder]\n';
const MAX_BAD_SHOWN = 20;
const out = (line: string): void => void process.stdout.write(`${line}\n`);

function tellBad(bad: readonly BadRow[]): void {
  for (const { line, why } of bad.slice(0, MAX_BAD_SHOWN)) out(`  line ${String(line)}: ${why}`);
  if (bad.length > MAX_BAD_SHOWN) out(`  … and ${String(bad.length - MAX_BAD_SHOWN)} more`);
}

function progress(): (share: number, what: string) => void {
  let told = -1;
  return (share, what) => {
    const tenth = Math.floor(share * 10);
    if (tenth === told) return;
    told = tenth;
    out(`  ${String(Math.round(share * 100)).padStart(3)} %  ${what}`);
  };
}

async function train(file: string, dirs: { city: string; models: ModelFiles }, force: boolean): Promise<number> {
  const { catalogue } = await loadCity(dirs.city);
  const { rows: read, bad } = await readHistory(file, labelReader(catalogue));
  const rows = read.map((row) => ({ ...row, text: withoutNumbers(row.text) }));
  out(`${String(rows.length)} rows, ${String(bad.length)} bad rows left out`);
  tellBad(bad);
  const current = await dirs.models.current();
  if (current.type === 'faulty') out(`the model in use (${current.name}) cannot be read: ${current.fault}`);
  const startedMs = performance.now();
  const learned = learn(rows, {
    trainedAtMs: Date.now(),
    running: current.type === 'model' ? current.model : null,
    onProgress: progress(),
  });
  if (learned.verdict === 'too-few') {
    out(`at least ${String(LEAST_ROWS)} good rows are needed; nothing was changed`);
    return 1;
  }
  const { model, report, before, verdict } = learned;
  const pathOf = new Map(catalogue.map((leaf) => [leaf.id, leaf.path.join('/')]));
  const nameOf = (label: string): string => pathOf.get(label) ?? label;
  out(`trained on ${String(model.facts.rows)} rows in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  out(`\nOn ${String(report.rows)} rows that were not trained on:`);
  out(figuresText(report, before, nameOf));
  out(confusionText(report, nameOf));
  if (verdict === 'worse' && !force) {
    out(
      '\nNot good enough to take the place of what is in use; nothing was changed (--force puts it in use all the same).',
    );
    return 1;
  }
  const { name, sizeBytes } = await dirs.models.save(model);
  await writeHistoryFile(join(dirs.models.dir, HISTORY_NAME), rows);
  out(`\n${name} (${(sizeBytes / 1e6).toFixed(2)} MB) is in use from the server's next start or night on.`);
  return 0;
}

async function rollback(models: ModelFiles): Promise<number> {
  const name = await models.rollback();
  out(name === undefined ? 'there is no older model' : `${name} is in use from the server's next start on`);
  return name === undefined ? 1 : 0;
}

async function listModels(models: ModelFiles): Promise<number> {
  const current = await models.currentName();
  for (const name of await models.names()) out(`${name === current ? '*' : ' '} ${name}`);
  return 0;
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      force: { type: 'boolean', default: false },
      rollback: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      data: { type: 'string' },
      city: { type: 'string' },
    },
  });
  const config = loadConfig({ env: process.env });
  const models = new ModelFiles(modelDirOf(values.data ?? config.dataDir), config.learning.keepModels);
  if (values.rollback) return rollback(models);
  if (values.list) return listModels(models);
  const [file] = positionals;
  if (file === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  return train(file, { city: values.city ?? config.cityDir, models }, values.force);
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = error instanceof HistoryError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exitCode = 1;
}
