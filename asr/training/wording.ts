/**
 * Counts which characters the syllables of sentences stand for and which follow each other.
 *
 *   tsx asr/training/wording.ts OUT.json SENTENCES.tsv [MORE.tsv …]
 *
 * Input: the columns of sentences/generate.ts.
 */
import { readFile, writeFile } from 'node:fs/promises';

type Counts = Record<string, number>;

function add(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

const [out, ...files] = process.argv.slice(2);
if (out === undefined || files.length === 0) throw new Error('usage: wording.ts OUT.json SENTENCES.tsv …');
const lex: Record<string, Counts> = {};
const [n1, n2, n3]: [Counts, Counts, Counts] = [{}, {}, {}];
for (const file of files) {
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const [text = '', pinyin = ''] = line.split('\t');
    const syllables = pinyin.split(' ');
    let [a, b] = ['^', '^'];
    Array.from(text).forEach((char, i) => {
      const syllable = syllables[i];
      if (char === '，' || syllable === undefined) return;
      add((lex[syllable] ??= {}), char);
      add(n1, char);
      add(n2, b + char);
      add(n3, a + b + char);
      [a, b] = [b, char];
    });
  }
}
await writeFile(out, JSON.stringify({ lex, n1, n2, n3 }));
process.stdout.write(`${out}: ${Object.keys(n1).length} characters, ${Object.keys(n3).length} triples\n`);
