/** Names and words as sherpa-onnx takes them: a file, one in a line, only of characters that the model knows. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModelPlan } from './model-plan.ts';

/** Each is searched at every step. */
const MOST = 5000;

/** Those that the model can hear: a word with an unknown character would end the process that loads it. */
export function knownWords(words: readonly string[], tokens: string): readonly string[] {
  const known = new Set(tokens.split('\n').map((line) => line.replace(/\s+\d+\s*$/, '')));
  const fits = (word: string): boolean => word !== '' && Array.from(word).every((char) => known.has(char));
  return [...new Set(words)].filter(fits).slice(0, MOST);
}

/** Nothing for models that cannot be given hints. */
export async function writeHotWords(
  plan: ModelPlan,
  words: readonly string[],
): Promise<Pick<ModelPlan, 'hotWordsFile'>> {
  if (plan.files.type !== 'transducer' || words.length === 0) return {};
  const known = knownWords(words, await readFile(plan.tokens, 'utf8'));
  if (known.length === 0) return {};
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'hotline-hotwords-')), 'hotwords.txt');
  await writeFile(file, `${known.join('\n')}\n`);
  return { hotWordsFile: file };
}
