/**
 * Accents by sound substitution: what a speaker of a region says in place of a syllable of standard Mandarin. Rule-made: nothing
 * says that they resemble a person. Pure.
 */
import type { Random } from '../../asr/training/sentences/random.ts';

/** `[initial, final, tone]` of a syllable to what is said. */
type Rule = (base: string) => string;

const fToH: Readonly<Record<string, string>> = {
  fa: 'hua',
  fan: 'huan',
  fang: 'huang',
  fei: 'hui',
  fen: 'hun',
  feng: 'hong',
  fo: 'huo',
  fu: 'hu',
};
const hToF: Readonly<Record<string, string>> = {
  hu: 'fu',
  hua: 'fa',
  huan: 'fan',
  huang: 'fang',
  hui: 'fei',
  hun: 'fen',
  huo: 'fo',
};
const rules = {
  flat: (base) => (/^(zh|ch|sh)/.test(base) ? base.charAt(0) + base.slice(2) : base),
  'n-l': (base) => (base.startsWith('n') ? `l${base.slice(1)}` : base),
  'l-n': (base) => (base.startsWith('l') && base !== 'lia' ? `n${base.slice(1)}` : base),
  'f-h': (base) => fToH[base] ?? base,
  'h-f': (base) => hToF[base] ?? base,
  /** in for ing, en for eng; ang stays. */
  'ing-in': (base) => (/(e|i)ng$/.test(base) && base !== 'weng' ? base.slice(0, -1) : base),
  'ang-an': (base) => (base.endsWith('ang') ? base.slice(0, -1) : base),
  'r-l': (base) => (base.startsWith('r') && base !== 'ri' ? `l${base.slice(1)}` : base),
} as const satisfies Readonly<Record<string, Rule>>;
type RuleName = keyof typeof rules;

export interface Accent {
  readonly about: string;
  /** Share of the syllables to which a rule applies that are changed. */
  readonly changes: Readonly<Partial<Record<RuleName, number>>>;
  /** What becomes of tones 1 to 4. */
  readonly tones?: readonly [number, number, number, number];
}

export const accents: Readonly<Record<string, Accent>> = {
  none: { about: 'standard', changes: {} },
  wu: { about: 'Wu speakers: flat tongue, in for ing', changes: { flat: 0.85, 'ing-in': 0.85 } },
  gan: {
    about: 'Gan speakers: flat tongue, f for hu, l for n, in for ing',
    changes: { flat: 0.8, 'h-f': 0.6, 'n-l': 0.6, 'ing-in': 0.7 },
  },
  xiang: { about: 'Xiang speakers: l for n, hu for f, flat tongue', changes: { 'n-l': 0.85, 'f-h': 0.6, flat: 0.8 } },
  southwest: {
    about: 'south-west: flat tongue, n for l, in for ing',
    changes: { flat: 0.9, 'l-n': 0.7, 'ing-in': 0.85 },
  },
  'southwest-tones': {
    about: 'as south-west, with its tones',
    changes: { flat: 0.9, 'l-n': 0.7, 'ing-in': 0.85 },
    tones: [1, 2, 4, 3],
  },
  cantonese: {
    about: 'Cantonese speakers of Mandarin: flat tongue, l for n and r',
    changes: { flat: 0.8, 'n-l': 0.6, 'r-l': 0.7 },
  },
  min: { about: 'Min speakers: hu for f, flat tongue, l for r', changes: { 'f-h': 0.85, flat: 0.9, 'r-l': 0.8 } },
  'front-nasal': { about: 'an for ang, en for eng, in for ing', changes: { 'ang-an': 0.85, 'ing-in': 0.85 } },
};

/** The accents of the measured set, one call after the other. */
export const measuredAccents = ['wu', 'gan', 'xiang', 'southwest', 'cantonese', 'min', 'front-nasal'] as const;

/** What is said in place of toned syllables (`,` is a pause). */
export function accented(syllables: readonly string[], accent: Accent, random: Random): readonly string[] {
  return syllables.map((syllable) => {
    if (syllable === ',') return syllable;
    let base = syllable.slice(0, -1);
    const tone = Number(syllable.slice(-1));
    for (const [name, share] of Object.entries(accent.changes) as [RuleName, number][]) {
      if (random.chance(share)) base = rules[name](base);
    }
    return `${base}${accent.tones?.[tone - 1] ?? tone}`;
  });
}
