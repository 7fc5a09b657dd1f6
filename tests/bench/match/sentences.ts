/**
 * What callers say of those names, as a recogniser that does not know them writes it down: the right sounds (one in
 * four sentences' names with an accent's), any character of that sound. Seeded.
 */
import { syllablesOf, type Syllable } from '../../../asr/dialect/syllable.ts';
import { expand, type Grammar } from '../../../asr/training/sentences/grammar.ts';
import type { Random } from '../../../asr/training/sentences/random.ts';
import { callerRules } from '../../../asr/training/sentences/rules-caller.ts';
import { commonRules } from '../../../asr/training/sentences/rules-common.ts';
import type { Entry, Province } from './entries.ts';

export interface Sentence {
  readonly text: string;
  readonly syllables: readonly Syllable[];
  /** Street known from the caller's record or chosen by the agent. */
  readonly known: ReadonlySet<string>;
  /** The name that was said; null in a sentence without a place. */
  readonly said: Entry | null;
}

const before = ['我住在', '就在', '地址是', '我反映', '你好，我是', '', '我要投诉', '麻烦你们看看'];
const after = [
  '三号楼',
  '这边停水了',
  '门口有人摆摊',
  '的路灯坏了',
  '楼下烧烤店油烟太大',
  '附近晚上施工太吵',
  '那里',
  '旁边',
];

/** What accents do to a syllable; the first that applies is used. */
const changes: readonly (readonly [RegExp, string])[] = [
  [/^zh/, 'z'],
  [/^ch/, 'c'],
  [/^sh/, 's'],
  [/^n(?!g)/, 'l'],
  [/^l/, 'n'],
  [/^h(?=u)/, 'f'],
  [/^r/, 'l'],
  [/ing$/, 'in'],
  [/eng$/, 'en'],
  [/ang$/, 'an'],
  [/in$/, 'ing'],
  [/en$/, 'eng'],
  [/^z(?!h)/, 'zh'],
  [/^s(?!h)/, 'sh'],
];
const lostAfterF: Readonly<Record<string, string>> = {
  fua: 'fa',
  fuan: 'fan',
  fuang: 'fang',
  fui: 'fei',
  fun: 'fen',
  fuo: 'fo',
  fuai: 'fai',
};

function accented(sound: string, random: Random): string {
  const possible = changes.filter(([pattern]) => pattern.test(sound));
  if (possible.length === 0) return sound;
  const [pattern, to] = random.pick(possible);
  const changed = sound.replace(pattern, to);
  return lostAfterF[changed] ?? changed;
}

/** The name as heard: one of its syllables that an accent can change is changed. */
function misheard(syllables: readonly Syllable[], random: Random): readonly Syllable[] {
  const changeable = syllables.filter((s) => accented(s.sound, random) !== s.sound);
  if (changeable.length === 0) return syllables;
  const victim = random.pick(changeable);
  return syllables.map((s) => (s === victim ? { ...s, sound: accented(s.sound, random) } : s));
}

/** Characters that no name has, so that only the sound can help; everyday words keep theirs. */
const WRONG = '口';

/** A sentence of pieces; a name's characters are not told, only its sounds. */
function assemble(pieces: readonly (string | readonly Syllable[])[]): Pick<Sentence, 'text' | 'syllables'> {
  let text = '';
  const syllables: Syllable[] = [];
  for (const piece of pieces) {
    const read =
      typeof piece === 'string' ? syllablesOf(piece) : piece.map((s, i) => ({ ...s, char: WRONG, from: i, to: i + 1 }));
    const at = text.length;
    syllables.push(...read.map((s) => ({ ...s, from: s.from + at, to: s.to + at })));
    text += typeof piece === 'string' ? piece : WRONG.repeat(piece.length);
  }
  return { text, syllables };
}

export function withPlace({ places, streets }: Province, random: Random): Sentence {
  const said = random.pick(places);
  const area = said.within?.[0] ?? '';
  const street = streets.find((s) => s.areaId === area);
  if (street === undefined) throw new Error('a place without a street');
  const nameOf = (entry: Entry): readonly Syllable[] => {
    const syllables = syllablesOf(entry.text);
    return random.chance(0.25) ? misheard(syllables, random) : syllables;
  };
  const saysStreet = random.chance(0.5);
  const pieces = [random.pick(before), ...(saysStreet ? [nameOf(street)] : []), nameOf(said), random.pick(after)];
  return { ...assemble(pieces), known: new Set(saysStreet ? [] : [area]), said };
}

const here: Grammar = {
  ...commonRules,
  ...callerRules,
  place: [
    '我们小区',
    '我们这里',
    '我们村',
    '这条路',
    '我家楼下',
    '小区门口',
    '我们社区',
    '马路上',
    '那个公园',
    '学校门口',
  ],
  street: ['我们街道'],
  road: ['马路', '那条路', '门口的路'],
  estate: ['小区', '我们小区', '隔壁小区'],
  community: ['社区', '我们社区'],
  someRoad: ['马路'],
  someEstate: ['这个小区'],
  dialectWord: ['没有人管'],
  risk: ['着火了'],
};
const rules = [
  'aboutPlace',
  'aboutProblem',
  'everyday',
  'question',
  'money',
  'follow',
  'person',
  'danger',
  'number',
  'answer',
];

export function withoutPlace({ streets }: Province, random: Random): Sentence {
  const text = expand(here, random.pick(rules), random).replace(/，+/g, '，');
  const known = random.chance(0.5) ? [random.pick(streets).areaId ?? ''] : [];
  return { text, syllables: syllablesOf(text), known: new Set(known), said: null };
}
