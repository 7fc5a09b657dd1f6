/**
 * Writes training or test sentences with their pinyin.
 *
 *   tsx asr/training/sentences/generate.ts --out FILE.tsv --count 5000 --seed 1 [--city DIR] [--agents 0.3]
 *     [--words 0.12] [--joined 0.3] [--not-in OTHER.tsv]
 *
 * `agents`, `words`: shares of agents' sentences and of words in any order. `joined`: see below.
 * Columns: text (， = a pause), toned pinyin (`,` = a pause), the number of syllables of each word when the utterance is
 * to be joined from words spoken one by one (empty: spoken as a whole).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { pinyin } from 'pinyin-pro';
import { readCityWords, withCity } from './city-words.ts';
import { expand, type Grammar } from './grammar.ts';
import { seededRandom, type Random } from './random.ts';
import { agentRules } from './rules-agent.ts';
import { callerRules } from './rules-caller.ts';
import { commonRules } from './rules-common.ts';
import { wordRules } from './rules-words.ts';

const MAX_CHARS = 30;
/** Sentences this short may occur several times: they are what people say most often. */
const OFTEN_CHARS = 8;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    city: { type: 'string', default: 'config/sample/jiangcheng' },
    agents: { type: 'string', default: '0.3' },
    words: { type: 'string', default: '0.12' },
    joined: { type: 'string', default: '0.3' },
    'not-in': { type: 'string' },
  },
});

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** Toned pinyin of each character (`v` for ü, tone 5 for the neutral one), or nothing if a character has none. */
function pinyinOf(text: string): readonly string[] | undefined {
  const chars = Array.from(text);
  const syllables = pinyin(text, { toneType: 'num', type: 'array', v: true });
  if (syllables.length !== chars.length) return undefined;
  const fixed = syllables.map((syllable, i) => {
    if (chars[i] === '，') return ',';
    if (chars[i] === '幺') return 'yao1';
    const clean = syllable.replace('ü', 'v').replace(/0$/, '5');
    return /\d$/.test(clean) ? clean : `${clean}5`;
  });
  return fixed.every((s) => s === ',' || /^[a-zv]+[1-5]$/.test(s)) ? fixed : undefined;
}

/** Lengths of the words of a sentence, in characters; neighbours are sometimes said in one go. */
function wordLengths(text: string, random: Random): string {
  const lengths: number[] = [];
  for (const { segment } of segmenter.segment(text)) {
    if (segment === '，') continue;
    const last = lengths.at(-1);
    if (last !== undefined && last + segment.length <= 6 && random.chance(0.2))
      lengths[lengths.length - 1] = last + segment.length;
    else lengths.push(segment.length);
  }
  return lengths.join(' ');
}

function draw(grammar: Grammar, random: Random): string {
  const spoken = random.chance(Number(values.agents)) ? 'agent' : 'caller';
  return expand(grammar, random.chance(Number(values.words)) ? 'words' : spoken, random).replace(/，+/g, '，');
}

async function sentencesOf(file: string | undefined): Promise<ReadonlySet<string>> {
  if (file === undefined) return new Set();
  const lines = (await readFile(file, 'utf8')).split('\n');
  return new Set(lines.map((line) => line.split('\t')[0] ?? ''));
}

async function main(): Promise<void> {
  if (values.out === undefined) throw new Error('--out FILE.tsv is needed');
  const random = seededRandom(Number(values.seed));
  const city = await readCityWords(values.city);
  const grammar = withCity({ ...commonRules, ...callerRules, ...agentRules, ...wordRules }, city);
  const excluded = await sentencesOf(values['not-in']);
  const seen = new Set<string>();
  const rows: string[] = [];
  for (let tries = 0; rows.length < Number(values.count) && tries < Number(values.count) * 50; tries++) {
    const text = draw(grammar, random);
    if (text.length > MAX_CHARS || excluded.has(text) || !/^[\u4e00-\u9fa5，]+$/.test(text)) continue;
    if (seen.has(text) && !(text.length < OFTEN_CHARS && random.chance(0.1))) continue;
    const syllables = pinyinOf(text);
    if (syllables === undefined) continue;
    seen.add(text);
    const words = random.chance(Number(values.joined)) ? wordLengths(text, random) : '';
    rows.push(`${text}\t${syllables.join(' ')}\t${words}`);
  }
  await writeFile(values.out, `${rows.join('\n')}\n`);
  const names = Object.entries(city).map(
    ([kind, list]) => `${kind} ${typeof list === 'string' ? list : String(list.length)}`,
  );
  process.stdout.write(`${values.out}: ${rows.length} sentences (${names.join(', ')})\n`);
}

await main();
