/**
 * The counts behind the wording: which characters a syllable may stand for, and which characters follow each other.
 * Pure: no files, no clock.
 */

/** As stored in `lm.json`. `^` stands for the beginning of a sentence. */
export interface WordingCounts {
  /** Toned syllable to characters and how often it was that character. */
  readonly lex: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly n1: Readonly<Record<string, number>>;
  readonly n2: Readonly<Record<string, number>>;
  readonly n3: Readonly<Record<string, number>>;
}

/** A character that a syllable may stand for; `cost` is a negative natural logarithm plus penalties. */
export interface Candidate {
  readonly char: number;
  readonly cost: number;
}

/** Costs of a wrong tone and of an accent's sound change, tuned on synthetic callers. */
const TONE_COST = 1;
const ACCENT_COST = 3;
const LEXICON_WEIGHT = 0.3;
const BIGRAM_COST = 1.1;
const UNIGRAM_COST = 2.4;
const UNSEEN_COUNT = 0.3;
/** Room for character numbers inside one key; a key of three stays below 2^53. */
const SPAN = 1 << 16;

/** Which sounds an accented speaker may have meant by `base` (a syllable without its tone). */
export function accentAlternatives(base: string): readonly string[] {
  const found: string[] = [];
  if (/^[zcs](?!h)/.test(base)) found.push(`${base.slice(0, 1)}h${base.slice(1)}`);
  if (/^[zcs]h/.test(base)) found.push(`${base.slice(0, 1)}${base.slice(2)}`);
  if (base.startsWith('l')) found.push(`n${base.slice(1)}`, `r${base.slice(1)}`);
  if (base.startsWith('n') || base.startsWith('r')) found.push(`l${base.slice(1)}`);
  if (/[aei]n$/.test(base)) found.push(`${base}g`);
  if (/[aei]ng$/.test(base)) found.push(base.slice(0, -1));
  for (const [h, f] of hAndF) {
    if (base === h) found.push(f);
    if (base === f) found.push(h);
  }
  return found;
}

const hAndF = [
  ['hua', 'fa'],
  ['huan', 'fan'],
  ['huang', 'fang'],
  ['hui', 'fei'],
  ['hun', 'fen'],
  ['hong', 'feng'],
  ['huo', 'fo'],
  ['hu', 'fu'],
] as const;

/** Counts turned into fast look-ups. */
export class WordingModel {
  /** Number of the mark for the beginning of a sentence. */
  readonly start = 0;
  readonly #chars: string[] = ['^'];
  readonly #numbers = new Map<string, number>([['^', 0]]);
  readonly #lexicon: WordingCounts['lex'];
  /** Cost of a character by itself; in place of one never seen stands `#unseenCost`. */
  readonly #alone = new Map<number, number>();
  /** Costs after one character, and after two (by `a * SPAN + b`): what is looked up most. */
  readonly #afterOne = new Map<number, Map<number, number>>();
  readonly #afterTwo = new Map<number, Map<number, number>>();
  readonly #candidates = new Map<string, readonly Candidate[]>();
  #unseenCost = 0;

  constructor(counts: WordingCounts) {
    this.#lexicon = counts.lex;
    const total = Math.max(
      1,
      Object.values(counts.n1).reduce((sum, count) => sum + count, 0),
    );
    for (const [char, count] of Object.entries(counts.n1)) {
      this.#alone.set(this.#number(char), UNIGRAM_COST - Math.log(count / total));
    }
    this.#unseenCost = UNIGRAM_COST - Math.log(UNSEEN_COUNT / total);
    for (const [pair, count] of Object.entries(counts.n2)) {
      const [a = 0, b = 0] = Array.from(pair).map((c) => this.#number(c));
      inside(this.#afterOne, a).set(b, count);
    }
    for (const [three, count] of Object.entries(counts.n3)) {
      const [a = 0, b = 0, c = 0] = Array.from(three).map((x) => this.#number(x));
      inside(this.#afterTwo, a * SPAN + b).set(c, count);
    }
    for (const after of this.#afterOne.values()) toCosts(after, BIGRAM_COST);
    for (const after of this.#afterTwo.values()) toCosts(after, 0);
  }

  #number(char: string): number {
    const known = this.#numbers.get(char);
    if (known !== undefined) return known;
    this.#numbers.set(char, this.#chars.length);
    return this.#chars.push(char) - 1;
  }

  charOf(number: number): string {
    return this.#chars[number] ?? '?';
  }

  /** Costs of what may follow `a b`; what is not in them costs `costAfter(b, c)`. */
  costsAfter(a: number, b: number): ReadonlyMap<number, number> | undefined {
    return this.#afterTwo.get(a * SPAN + b);
  }

  /** Costs of what may follow `b`; what is not in them costs `costAlone(c)`. */
  costsAfterOne(b: number): ReadonlyMap<number, number> | undefined {
    return this.#afterOne.get(b);
  }

  costAlone(c: number): number {
    return this.#alone.get(c) ?? this.#unseenCost;
  }

  /** What a toned syllable may stand for, wrong tones and accents included, cheapest first; empty for an unknown one. */
  candidates(syllable: string): readonly Candidate[] {
    const known = this.#candidates.get(syllable);
    if (known !== undefined) return known;
    const best = new Map<number, number>();
    const base = syllable.slice(0, -1);
    this.#add(best, syllable, 0);
    for (let tone = 1; tone <= 5; tone++) this.#add(best, `${base}${tone}`, TONE_COST);
    for (const other of accentAlternatives(base)) {
      for (let tone = 1; tone <= 5; tone++) {
        const toned = `${other}${tone}`;
        this.#add(best, toned, ACCENT_COST + (toned.endsWith(syllable.slice(-1)) ? 0 : TONE_COST));
      }
    }
    const list = [...best].map(([char, cost]) => ({ char, cost })).sort((x, y) => x.cost - y.cost);
    this.#candidates.set(syllable, list);
    return list;
  }

  #add(best: Map<number, number>, syllable: string, penalty: number): void {
    const chars = Object.hasOwn(this.#lexicon, syllable) ? this.#lexicon[syllable] : undefined;
    if (chars === undefined) return;
    const total = Object.values(chars).reduce((sum, count) => sum + count, 0);
    for (const [char, count] of Object.entries(chars)) {
      const cost = penalty - LEXICON_WEIGHT * Math.log(count / total);
      const number = this.#number(char);
      const old = best.get(number);
      if (old === undefined || cost < old) best.set(number, cost);
    }
  }
}

function inside(maps: Map<number, Map<number, number>>, key: number): Map<number, number> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<number, number>();
  maps.set(key, made);
  return made;
}

/** From counts to negative logarithms, in place. */
function toCosts(counts: Map<number, number>, extra: number): void {
  let total = 0;
  for (const count of counts.values()) total += count;
  for (const [char, count] of counts) counts.set(char, extra - Math.log(count / total));
}
