/**
 * Seven first-level classes of citizens' messages: our classifier beside TF-IDF + linear SVM of Debian's
 * python3-sklearn, on the same words, the same folds, in the same run.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { featuresOf } from '../../../server/drafts/classify/features.ts';
import { classifierOf, trainModel, type Classifier, type Prepared } from '../../../server/drafts/classify/model.ts';
import { figuresByClass, macroF1Of } from '../../../server/drafts/classify/report.ts';
import { wordsOf } from '../../../server/drafts/classify/words.ts';
import type { Bench, Metrics } from '../bench.ts';
import { foldsOf, groupsOf } from './folds.ts';
import { readMessages, type Message } from './messages.ts';

const FOLDS = 5;
/** Debian's own; others on the path may lack sklearn. */
const PYTHON = '/usr/bin/python3';
const script = fileURLToPath(new URL('./svm.py', import.meta.url));

type Say = (line: string) => void;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0;

const macroF1 = (messages: readonly Message[], guesses: readonly string[]): number =>
  macroF1Of(figuresByClass(messages.map(({ label }, i) => ({ truth: label, guess: guesses[i] ?? '' }))));

function runPython(args: readonly string[], input: string, say: Say): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => {
      const line = chunk.toString('utf8').trim();
      if (line.startsWith('fold')) say(`sklearn: ${line}`);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, output });
    });
    child.stdin.on('error', reject);
    child.stdin.end(input);
  });
}

/** undefined where Debian's python3-sklearn is not installed. */
async function sklearnGuesses(
  messages: readonly Message[],
  folds: readonly number[],
  say: Say,
): Promise<readonly string[] | undefined> {
  const has = existsSync(PYTHON) && (await runPython(['-c', 'import sklearn'], '', say)).code === 0;
  if (!has) {
    say('python3-sklearn is not installed (apt-get install python3-sklearn): no comparison');
    return undefined;
  }
  const lines = messages.map(({ words, label }, i) =>
    JSON.stringify({ words: words.join(' '), label, fold: folds[i] }),
  );
  const { code, output } = await runPython([script], lines.join('\n'), say);
  if (code !== 0) throw new Error('sklearn failed');
  const { guesses } = JSON.parse(output) as { guesses: string[] };
  if (guesses.length !== messages.length) throw new Error('sklearn left rows out');
  return guesses;
}

interface Ours {
  readonly guesses: readonly string[];
  readonly trainS: readonly number[];
  readonly classifyMs: readonly number[];
}

/** From the text as it comes: segmentation is part of the time. */
function classifyText(classifier: Classifier, text: string): { label: string; ms: number } {
  const fromMs = performance.now();
  const label = classifier.classify(featuresOf(wordsOf(text)))[0]?.label ?? '';
  return { label, ms: performance.now() - fromMs };
}

function ourGuesses(messages: readonly Message[], folds: readonly number[], say: Say): Ours {
  const guesses = messages.map(() => '');
  const trainS: number[] = [];
  const classifyMs: number[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const fromMs = performance.now();
    const rows = messages
      .filter((_, i) => folds[i] !== fold)
      .map(({ label, text }): Prepared => ({ label, top: label, text, features: featuresOf(wordsOf(text)) }));
    const classifier = classifierOf(trainModel(rows, { trainedAtMs: 0 }));
    trainS.push((performance.now() - fromMs) / 1_000);
    messages.forEach(({ text }, i) => {
      if (folds[i] !== fold) return;
      const { label, ms } = classifyText(classifier, text);
      guesses[i] = label;
      classifyMs.push(ms);
    });
    say(`ours: fold ${String(fold)} trained in ${(trainS[fold] ?? 0).toFixed(1)} s`);
  }
  return { guesses, trainS, classifyMs };
}

async function run(say: Say): Promise<Metrics> {
  const messages = readMessages();
  const groups = groupsOf(messages);
  const folds = foldsOf(messages, groups, FOLDS);
  say(`${String(messages.length)} messages in ${String(new Set(groups).size)} groups of near-duplicates`);
  const ours = ourGuesses(messages, folds, say);
  for (const { label, rows, precision, recall, f1 } of figuresByClass(
    messages.map(({ label: truth }, i) => ({ truth, guess: ours.guesses[i] ?? '' })),
  ))
    say(
      `  ${label}: ${String(rows)} rows, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F1 ${f1.toFixed(3)}`,
    );
  const theirs = await sklearnGuesses(messages, folds, say);
  return {
    macroF1: macroF1(messages, ours.guesses),
    ...(theirs === undefined ? {} : { svmMacroF1: macroF1(messages, theirs) }),
    trainS: median(ours.trainS),
    classifyP95Ms: p95(ours.classifyMs),
  };
}

export const classify7: Bench = {
  name: 'classify-7',
  about: 'seven classes of messages against TF-IDF + linear SVM (needs HOTLINE_TEXT, python3-sklearn)',
  limitMs: 900_000,
  run,
};
