/**
 * Finds a city's own names in a sentence by sound, so that a wrong character still finds the right place. Pure.
 *
 * Names are looked up by pairs of neighbouring syllables in which accents' confusions are merged; each hit is then
 * scored syllable by syllable. Endings that many names share (小区, 路 …) count little, and pairs inside them are not
 * looked up at all.
 */
import { similarityTable, skeletonOf } from './similarity.ts';
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
}

interface Indexed<T> extends NameEntry<T> {
  readonly sounds: readonly string[];
  readonly chars: string;
  /** Syllables before the shared ending. */
  readonly coreLength: number;
}

const endings =
  /(安置小区|家属院|家属区|小区|社区|街道|花园|家园|新村|公寓|广场|公园|小学|中学|幼儿园|医院|市场|菜市场|大道|大街|山庄|工业园|工业区|商业街|东路|西路|南路|北路|新城|大厦|桥头|路|街|巷|苑|里|府|镇|园)$/;

/** Least score by number of syllables: two syllables are too few for anything but the same sound. */
function leastScore(length: number): number {
  if (length <= 2) return 0.97;
  return length === 3 ? 0.86 : 0.8;
}

/** Share of the whole score that the shared ending has. */
const ENDING_SHARE = 0.25;

export class NameIndex<T> {
  readonly #names: Indexed<T>[] = [];
  /** Pair of skeletons → [index of the name, place of the pair in it]. */
  readonly #pairs = new Map<string, (readonly [name: number, at: number])[]>();
  readonly #similarity = similarityTable();

  constructor(entries: readonly NameEntry<T>[]) {
    const seen = new Set<string>();
    for (const entry of entries) {
      const syllables = syllablesOf(entry.text);
      if (syllables.length < 2 || syllables.length > 24) continue;
      const key = `${entry.text}\n${JSON.stringify(entry.item)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      this.#add(entry, syllables);
    }
  }

  #add(entry: NameEntry<T>, syllables: readonly Syllable[]): void {
    const ending = syllablesOf(endings.exec(entry.text)?.[0] ?? '').length;
    const coreLength = syllables.length - ending >= 2 ? syllables.length - ending : syllables.length;
    const index = this.#names.length;
    const sounds = syllables.map((s) => s.sound);
    this.#names.push({ ...entry, sounds, chars: syllables.map((s) => s.char).join(''), coreLength });
    const lastPair = Math.min(coreLength, syllables.length - 1);
    for (let at = 0; at < lastPair; at += 1) {
      const pair = `${skeletonOf(sounds[at] ?? '')} ${skeletonOf(sounds[at + 1] ?? '')}`;
      const known = this.#pairs.get(pair);
      if (known === undefined) this.#pairs.set(pair, [[index, at]]);
      else known.push([index, at]);
    }
  }

  /** All names that the sentence holds, overlapping ones included; best first. */
  find(sentence: readonly Syllable[]): readonly NameMatch<T>[] {
    const skeletons = sentence.map((s) => skeletonOf(s.sound));
    const best = new Map<string, NameMatch<T>>();
    for (let i = 0; i + 1 < sentence.length; i += 1) {
      for (const [name, at] of this.#pairs.get(`${skeletons[i] ?? ''} ${skeletons[i + 1] ?? ''}`) ?? []) {
        const start = i - at;
        const key = `${name} ${start}`;
        if (best.has(key)) continue;
        const match = this.#score(sentence, start, this.#names[name]);
        if (match !== null) best.set(key, match);
      }
    }
    return [...best.values()].sort((a, b) => b.score * (b.to - b.from) - a.score * (a.to - a.from) || a.from - b.from);
  }

  #score(sentence: readonly Syllable[], start: number, name: Indexed<T> | undefined): NameMatch<T> | null {
    const first = sentence[start];
    if (name === undefined || first === undefined) return null;
    const length = name.sounds.length;
    if (sentence[start + name.coreLength - 1] === undefined) return null;
    let core = 0;
    let ending = 0;
    let sameChars = true;
    let heardTo = first.to;
    for (let k = 0; k < length; k += 1) {
      const said = sentence[start + k];
      const same = said?.char === name.chars.charAt(k);
      const similarity = same ? 1 : this.#similarity(said?.sound ?? '', name.sounds[k] ?? '') * 0.99;
      sameChars &&= same;
      // An ending that was said differently or not at all is no part of the match.
      if (similarity >= 0.5 && said !== undefined) heardTo = said.to;
      if (k < name.coreLength) core += similarity;
      else ending += similarity;
    }
    const score = blend(core / name.coreLength, ending, length - name.coreLength);
    if (!sameChars && score < (name.strict === true ? 0.97 : leastScore(length))) return null;
    return {
      name: name.text,
      item: name.item,
      from: first.from,
      to: heardTo,
      score: sameChars ? 1 : score,
      exact: sameChars,
    };
  }
}

function blend(core: number, endingSum: number, endingLength: number): number {
  return endingLength === 0 ? core : core * (1 - ENDING_SHARE) + (endingSum / endingLength) * ENDING_SHARE;
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
