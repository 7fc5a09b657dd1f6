/**
 * What a region's accent confuses, as weights: 1 = the two sounds are the same to these speakers, 0 = never confused.
 * The data is in `config/sample/dialects/*.yaml`; what a region does not say holds as in general accented Mandarin.
 * Pure.
 */
import { nearFinalWeight, nearInitialWeight, splitSyllable } from './similarity.ts';

/** Two sounds (initials, finals or whole syllables) and how far speakers of the region take one for the other. */
export interface Confusion {
  readonly pair: readonly [string, string];
  /** 0 to 1. */
  readonly weight: number;
}

export interface Accent {
  readonly id: string;
  readonly initials: readonly Confusion[];
  readonly finals: readonly Confusion[];
  /** Whole syllables, where neither initial nor final alone says it (黄 `huang` and 王 `wang`). */
  readonly syllables: readonly Confusion[];
  /** How far tones can be trusted, 0 to 1: they only decide between equals. */
  readonly tones: number;
}

/** Accented Mandarin in general: what recognisers and southern speakers confuse most. */
export const generalAccent: Accent = { id: 'general', initials: [], finals: [], syllables: [], tones: 0.3 };

export type Similarity = (a: string, b: string) => number;

/** Sounds that have nothing in common but the other half of the syllable. */
const STRANGE = 0.3;

const keyOf = (a: string, b: string): string => (a < b ? `${a}/${b}` : `${b}/${a}`);
const tableOf = (confusions: readonly Confusion[]): ReadonlyMap<string, number> =>
  new Map(confusions.map(({ pair: [a, b], weight }) => [keyOf(a, b), weight]));

/** Half a syllable against half a syllable: the region's weight, else the general one. */
function half(
  a: string,
  b: string,
  region: ReadonlyMap<string, number>,
  general: (a: string, b: string) => number,
): number {
  if (a === b) return 1;
  return region.get(keyOf(a, b)) ?? Math.max(STRANGE, general(a, b));
}

/** How alike two toneless syllables are to speakers of a region; remembers what it was asked. */
export function similarityOf(accent: Accent): Similarity {
  const initials = tableOf(accent.initials);
  const finals = tableOf(accent.finals);
  const syllables = tableOf(accent.syllables);
  const compute = (a: string, b: string): number => {
    const whole = syllables.get(keyOf(a, b));
    if (whole !== undefined) return whole;
    const [initialA, finalA] = splitSyllable(a);
    const [initialB, finalB] = splitSyllable(b);
    const initial = half(initialA, initialB, initials, nearInitialWeight);
    const final = half(finalA, finalB, finals, (x, y) => nearFinalWeight(x, y, initialA, initialB));
    if (initial <= STRANGE && final <= STRANGE) return 0;
    return initial * final;
  };
  const known = new Map<string, number>();
  return (a, b) => {
    if (a === '' || b === '') return 0;
    if (a === b) return 1;
    const key = keyOf(a, b);
    const found = known.get(key);
    if (found !== undefined) return found;
    const similarity = compute(a, b);
    // There are about 400 syllables: the bound only guards against garbage.
    if (known.size < 200_000) known.set(key, similarity);
    return similarity;
  };
}
