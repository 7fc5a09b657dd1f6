/**
 * Finds names (places, bodies, catalogue words, surnames) in a sentence by sound, so that a wrong character still
 * finds the right one. Made for 200,000 names and a few milliseconds a sentence. Pure.
 *
 * Names are looked up by pairs of syllables in which accents' confusions are merged; each hit is then scored syllable
 * by syllable with the weights of the accent. Endings that many names share (小区, 路 …) count little, and pairs
 * inside them are not looked up at all.
 */
import { generalAccent, type Accent } from './accent.ts';
import { MAX_NAME_SYLLABLES, nameOf, NamePostings, placeOf, Skeletons, type Distance } from './name-postings.ts';
import { lay, leastCore, type Gap, type Laid, type Place } from './name-scorer.ts';
import { endingLength, isEveryday } from './name-shape.ts';
import { NameStore, saidSounds, type SaidSounds } from './name-store.ts';
import { SoundTable } from './sound-table.ts';
import { syllablesOf, type Syllable } from './syllable.ts';

export interface NameEntry<T> {
  readonly text: string;
  readonly item: T;
  /** Only the same characters or exactly the same sound will do (short everyday words). */
  readonly strict?: boolean;
}

export interface NameMatch<T> {
  readonly name: string;
  readonly item: T;
  /** Character range `[from, to)` in the sentence. */
  readonly from: number;
  readonly to: number;
  /** 0 to 1; 1 = the same characters. */
  readonly score: number;
  /** The same characters. */
  readonly exact: boolean;
  /** Syllables that tell this name from others. */
  readonly coreLength: number;
}

interface Indexed<T> extends NameEntry<T> {
  readonly tones: Uint8Array;
}

interface Read<T> {
  readonly entry: NameEntry<T>;
  readonly syllables: readonly Syllable[];
  readonly coreLength: number;
}

/** What all tones being right is worth among equals. */
const TONE_BONUS = 0.004;
/** Names shorter than this must be heard without a syllable lost or added. */
const GAP_MIN_SYLLABLES = 5;

/** Pairs of the sentence against pairs of names: the same distance in both, or with a gap in one of them. */
const lookups: readonly (readonly [said: Distance, named: Distance, gap: Gap])[] = [
  [1, 1, 'none'],
  [2, 2, 'none'],
  [1, 2, 'lost'],
  [2, 1, 'added'],
];

/** Reads the names once; the same name for the same thing is there only once. */
function readAll<T>(entries: readonly NameEntry<T>[]): readonly Read<T>[] {
  const seen = new Set<string>();
  return entries.flatMap((entry): Read<T>[] => {
    const syllables = syllablesOf(entry.text);
    const { length } = syllables;
    const key = `${entry.text}\n${JSON.stringify(entry.item)}`;
    if (length < 2 || length > MAX_NAME_SYLLABLES || seen.has(key)) return [];
    seen.add(key);
    return [{ entry, syllables, coreLength: length - Math.min(endingLength(entry.text), length - 2) }];
  });
}

const bends = <T>({ entry, syllables }: Read<T>): boolean =>
  entry.strict !== true && syllables.length >= GAP_MIN_SYLLABLES;

export class NameIndex<T> {
  readonly #names: readonly Indexed<T>[];
  readonly #skeletons = new Skeletons();
  readonly #postings: NamePostings;
  /** Only names in which a gap is allowed. */
  readonly #long: NamePostings;
  readonly #table: SoundTable;
  readonly #store: NameStore;
  /** Least likeness of each name's core. */
  readonly #leastCores: Float32Array;
  readonly #toneBonus: number;

  constructor(entries: readonly NameEntry<T>[], accent = generalAccent) {
    this.#table = new SoundTable(accent);
    this.#toneBonus = accent.tones * TONE_BONUS;
    const names = readAll(entries);
    this.#names = names.map(({ entry, syllables }) => ({ ...entry, tones: Uint8Array.from(syllables, (s) => s.tone) }));
    this.#store = new NameStore(names, this.#table);
    this.#leastCores = Float32Array.from(names, ({ entry, syllables, coreLength }) =>
      leastCore(syllables.length, coreLength, entry.strict === true),
    );
    const skeletons = names.map(({ syllables }) => Uint16Array.from(syllables, (s) => this.#skeletons.learn(s.sound)));
    const reach = names.map((name) => name.coreLength);
    const { size } = this.#skeletons;
    this.#postings = new NamePostings(skeletons, reach, size);
    const longReach = names.map((name) => (bends(name) ? name.coreLength : -1));
    this.#long = new NamePostings(skeletons, longReach, size);
  }

  get size(): number {
    return this.#names.length;
  }

  /** All names that the sentence holds, overlapping ones included; best first. `accent`: of the region that is spoken. */
  find(sentence: readonly Syllable[], accent?: Accent): readonly NameMatch<T>[] {
    return this.#table.spokenWith(accent, () => this.#find(sentence));
  }

  #find(sentence: readonly Syllable[]): readonly NameMatch<T>[] {
    const said = saidSounds(sentence, this.#table);
    const best = new Map<number, NameMatch<T>>();
    const ids = sentence.map((s) => this.#skeletons.idOf(s.sound));
    for (let i = 0; i + 1 < sentence.length; i += 1) {
      for (const [apart, named, gap] of lookups) {
        const postings = gap === 'none' ? this.#postings : this.#long;
        const { start, end } = postings.range(ids[i] ?? -1, ids[i + apart] ?? -1, named);
        for (let p = start; p < end; p += 1) {
          const packed = postings.packed[p] ?? 0;
          const name = nameOf(packed);
          const at = placeOf(packed);
          if (gap === 'none' && !this.#store.mayBe(name, said, i - at, this.#leastCores[name] ?? 1)) continue;
          this.#offer(best, { sentence, said }, name, { start: i - at, gap, gapAt: at + 1 });
        }
      }
    }
    return [...best.values()].sort((a, b) => b.score * (b.to - b.from) - a.score * (a.to - a.from) || a.from - b.from);
  }

  #offer(
    best: Map<number, NameMatch<T>>,
    { sentence, said }: { readonly sentence: readonly Syllable[]; readonly said: SaidSounds },
    name: number,
    place: Place,
  ): void {
    const laid = lay(this.#store, { name, strict: this.#names[name]?.strict === true }, said, place);
    if (laid === null) return;
    const key = name * 4_096 + laid.first + MAX_NAME_SYLLABLES;
    if ((best.get(key)?.score ?? 0) >= laid.score) return;
    const match = this.#matchOf(sentence, name, laid);
    if (match !== null) best.set(key, match);
  }

  #matchOf(sentence: readonly Syllable[], name: number, laid: Laid): NameMatch<T> | null {
    const named = this.#names[name];
    const [first, last] = [sentence[laid.first], sentence[laid.last]];
    if (named === undefined || first === undefined || last === undefined) return null;
    const coreLength = this.#store.coreOf(name);
    const core = sentence.slice(laid.first, laid.first + coreLength).map((s) => s.char);
    if (!laid.sameChars && isEveryday(core.join(''))) return null;
    const score = laid.sameChars ? 1 : Math.min(1, laid.score + this.#tonesRight(sentence, laid.first, named.tones));
    const { text, item } = named;
    return { name: text, item, from: first.from, to: last.to, score, exact: laid.sameChars, coreLength };
  }

  #tonesRight(sentence: readonly Syllable[], first: number, tones: Uint8Array): number {
    let right = 0;
    for (let k = 0; k < tones.length; k += 1) if (sentence[first + k]?.tone === tones[k]) right += 1;
    return (this.#toneBonus * right) / tones.length;
  }
}

/** Leaves the best of each group of overlapping matches; equals on the same words stay together. */
export function withoutOverlaps<T>(matches: readonly NameMatch<T>[]): readonly NameMatch<T>[] {
  const kept: NameMatch<T>[] = [];
  for (const match of matches) {
    const rival = kept.find((k) => match.from < k.to && k.from < match.to);
    const equal = rival?.from === match.from && rival.to === match.to && rival.score - match.score < 0.005;
    if (rival === undefined || equal) kept.push(match);
  }
  return kept;
}
