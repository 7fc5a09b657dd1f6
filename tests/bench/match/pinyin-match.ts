/** Names by sound among 200,000: is the right one first, is none found where none was said, and how long it takes. */
import { PlaceFinder } from '../../../asr/dialect/place-finder.ts';
import { seededRandom } from '../../../asr/training/sentences/random.ts';
import type { Bench, Metrics } from '../bench.ts';
import { median, p95, rounded, summary } from '../stats.ts';
import { generateProvince, type Entry, type Named } from './entries.ts';
import { withoutPlace, withPlace, type Sentence } from './sentences.ts';

const ENTRIES = 200_000;
const SENTENCES = 2_000;
const ROUNDS = 3;
const SEED = 12_345;

/** Whether the first place found is the one that was said: the same name in the same street. */
function isRight(finder: PlaceFinder<Named>, sentence: Sentence): boolean {
  const found = finder.find(sentence.syllables, sentence.known).find((f) => f.item.type === 'place');
  return found?.item.id === sentence.said?.item.id;
}

function findsPlace(finder: PlaceFinder<Named>, { syllables, known }: Sentence): string | undefined {
  return finder.find(syllables, known).find((f) => f.item.type === 'place' || f.item.type === 'street')?.name;
}

/** Milliseconds that each sentence takes. */
function timed(finder: PlaceFinder<Named>, sentences: readonly Sentence[]): readonly number[] {
  return sentences.map(({ syllables, known }) => {
    const from = performance.now();
    finder.find(syllables, known);
    return performance.now() - from;
  });
}

function explain(finder: PlaceFinder<Named>, wrong: readonly Sentence[], say: (line: string) => void): void {
  for (const sentence of wrong.slice(0, 8)) {
    const heard = sentence.syllables.map((s) => s.sound).join(' ');
    const found = finder.find(sentence.syllables, sentence.known).slice(0, 2);
    say(`  ${sentence.said?.text ?? sentence.text} (${heard}): ${found.map((f) => f.name).join(', ') || 'nothing'}`);
  }
}

function run(say: (line: string) => void): Promise<Metrics> {
  const province = generateProvince(ENTRIES, SEED);
  say(
    `${province.entries.length} names, e.g. ${province.places
      .slice(0, 4)
      .map((p: Entry) => p.text)
      .join(', ')}`,
  );
  const finder = new PlaceFinder(province.entries);
  say('indexed');
  const random = seededRandom(SEED + 1);
  const placed = Array.from({ length: SENTENCES }, () => withPlace(province, random));
  const plain = Array.from({ length: SENTENCES }, () => withoutPlace(province, random));
  const wrong = placed.filter((s) => !isRight(finder, s));
  say(`wrong: ${wrong.length} of ${placed.length}`);
  explain(finder, wrong, say);
  const falsely = plain.filter((s) => findsPlace(finder, s) !== undefined);
  say(`places found in sentences without one: ${falsely.length} of ${plain.length}`);
  explain(finder, falsely, say);
  const rounds = Array.from({ length: ROUNDS }, () => timed(finder, [...placed, ...plain]));
  for (const round of rounds) say(`ms a sentence: ${summary(round)}`);
  return Promise.resolve({
    p95Ms: rounded(median(rounds.map((round) => p95(round))), 2),
    top1: rounded(1 - wrong.length / placed.length, 4),
    falseHits: rounded(falsely.length / plain.length, 4),
  });
}

export const pinyinMatch: Bench = {
  name: 'pinyin-match',
  about: 'names by sound among 200,000 generated ones: time, right one first, none where none was said',
  limitMs: 180_000,
  run,
};
