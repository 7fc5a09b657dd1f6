/**
 * How alike two syllables sound to a recogniser and in accented Mandarin. Pure. Tones are ignored: the recogniser
 * hears them poorly and dialects change them.
 */

const initials = [
  'zh',
  'ch',
  'sh',
  'b',
  'p',
  'm',
  'f',
  'd',
  't',
  'n',
  'l',
  'g',
  'k',
  'h',
  'j',
  'q',
  'x',
  'r',
  'z',
  'c',
  's',
  'y',
  'w',
];

/** Splits toneless pinyin; `y` and `w` count as initials, which they are for the ear. */
export function splitSyllable(sound: string): readonly [initial: string, final: string] {
  const initial = initials.find((candidate) => sound.startsWith(candidate)) ?? '';
  return [initial, sound.slice(initial.length)];
}

/** Initials that accents merge: flat and curled tongue, n/l/r, f/h. */
const mergedInitial: Readonly<Record<string, string>> = { zh: 'z', ch: 'c', sh: 's', n: 'l', r: 'l', h: 'f' };
/** Finals that accents merge: front and back nasals. */
const mergedFinal: Readonly<Record<string, string>> = {
  ang: 'an',
  eng: 'en',
  ing: 'in',
  iang: 'ian',
  uang: 'uan',
  ueng: 'uen',
};
/** `hua` said as `fa`: after f/h the medial u is lost. */
const afterF: Readonly<Record<string, string>> = {
  ua: 'a',
  uan: 'an',
  uai: 'ai',
  ui: 'ei',
  un: 'en',
  uo: 'o',
  ong: 'en',
};

/** What is left of a syllable when everything that accents confuse is merged. */
export function skeletonOf(sound: string): string {
  const [initial, final] = splitSyllable(sound);
  const front = mergedInitial[initial] ?? initial;
  const nasal = mergedFinal[final] ?? final;
  return front + (front === 'f' ? (afterF[nasal] ?? nasal) : nasal);
}

/** Pairs that differ by a puff of air only. */
const aspirated = new Set([
  'b/p',
  'd/t',
  'g/k',
  'j/q',
  'z/c',
  'zh/ch',
  'l/r',
  'j/zh',
  'q/ch',
  'x/sh',
  'j/z',
  'q/c',
  'x/s',
  'h/w',
  'y/r',
]);
const near = (a: string, b: string): boolean => aspirated.has(`${a}/${b}`) || aspirated.has(`${b}/${a}`);
/** Finals that are easily taken for each other besides the merged ones. */
const nearFinals = new Set([
  'a/an',
  'e/en',
  'i/in',
  'ia/ian',
  'ie/ian',
  'o/ou',
  'uo/ou',
  'ong/eng',
  'un/ong',
  'ei/ui',
  'u/v',
  'an/en',
  'ai/ei',
  'ao/ou',
  'e/uo',
  'i/ie',
]);
const nearFinal = (a: string, b: string): boolean => nearFinals.has(`${a}/${b}`) || nearFinals.has(`${b}/${a}`);

/** 0 (nothing alike) to 1 (the same sound). */
export function soundSimilarity(a: string, b: string): number {
  if (a === '' || b === '') return 0;
  if (a === b) return 1;
  const [initialA, finalA] = splitSyllable(a);
  const [initialB, finalB] = splitSyllable(b);
  if (skeletonOf(a) === skeletonOf(b)) return initialA === initialB || finalA === finalB ? 0.9 : 0.82;
  const sameInitial =
    initialA === initialB || mergedInitial[initialA] === initialB || mergedInitial[initialB] === initialA;
  const sameFinal = finalA === finalB || mergedFinal[finalA] === finalB || mergedFinal[finalB] === finalA;
  if (sameFinal && near(initialA, initialB)) return 0.65;
  if (sameInitial && nearFinal(mergedFinal[finalA] ?? finalA, mergedFinal[finalB] ?? finalB)) return 0.6;
  return sameInitial || sameFinal ? 0.3 : 0;
}

/** A memory for `soundSimilarity`: there are about 400 syllables, so it stays small. */
export function similarityTable(): (a: string, b: string) => number {
  const known = new Map<string, number>();
  return (a, b) => {
    if (a === b && a !== '') return 1;
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const similarity = soundSimilarity(a, b);
    if (known.size < 200_000) known.set(key, similarity);
    return similarity;
  };
}
