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

/** What accents merge. */
const MERGED = 0.9;

/** How far two initials are confused in accented Mandarin in general. */
export function nearInitialWeight(a: string, b: string): number {
  if ((mergedInitial[a] ?? a) === (mergedInitial[b] ?? b)) return MERGED;
  return near(a, b) ? 0.65 : 0;
}

/** How far two finals are confused; the initials tell whether a medial u was lost after f. */
export function nearFinalWeight(a: string, b: string, initialA: string, initialB: string): number {
  const lost = (final: string, initial: string, other: string): string =>
    initial === 'h' && other === 'f' ? (afterF[mergedFinal[final] ?? final] ?? final) : final;
  const [heardA, heardB] = [lost(a, initialA, initialB), lost(b, initialB, initialA)];
  if (heardA === heardB) return 1;
  const [nasalA, nasalB] = [mergedFinal[heardA] ?? heardA, mergedFinal[heardB] ?? heardB];
  if (nasalA === nasalB) return MERGED;
  return nearFinal(nasalA, nasalB) ? 0.6 : 0;
}
