/** Labelled messages from the folder that `HOTLINE_TEXT` names: read where they lie, never copied. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../../../server/drafts/classify/words.ts';
import { Skipped } from '../bench.ts';

export interface Message {
  readonly label: string;
  readonly text: string;
  readonly words: readonly string[];
}

function rowsOf(folder: string, file: string): readonly (readonly string[])[] {
  const path = join(folder, file);
  if (!existsSync(path)) throw new Skipped(`HOTLINE_TEXT has no ${file}`);
  const lines = readFileSync(path, 'utf8').split('\n').slice(1);
  return lines.filter((line) => line !== '').map((line) => line.split('\t'));
}

export function readMessages(): readonly Message[] {
  const folder = process.env['HOTLINE_TEXT'] ?? '';
  if (folder === '') throw new Skipped('HOTLINE_TEXT is not set: it names the folder of labelled messages');
  const segmented = rowsOf(folder, 'labelled-segmented.tsv');
  const raw = rowsOf(folder, 'labelled-raw.tsv');
  const texts = [
    ...segmented.map(([label = '', text = '']) => ({ label, text })),
    ...raw.map(([label = '', title = '', text = '']) => ({ label, text: `${title}\n${text}` })),
  ];
  return texts.map(({ label, text }) => ({ label, text, words: wordsOf(text) }));
}
