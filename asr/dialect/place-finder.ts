/**
 * Which of a city's many places a sentence means: names found by sound, kept only when chance is an unlikely reason,
 * and ranked with the areas (streets) that were said or are known. Pure.
 *
 * With 200,000 names nearly every pair of syllables before 小区 sounds like one of them. So a name that only sounds
 * alike is believed when few names could sound like that: because its core is long, because the city is small, or
 * because its street was said or is known.
 */
import type { Accent } from './accent.ts';
import { NameIndex, type NameEntry, type NameMatch } from './name-index.ts';
import { endingLength } from './name-shape.ts';
import type { Syllable } from './syllable.ts';

export interface PlaceEntry<T> extends NameEntry<T> {
  /** The area that this name stands for itself (a street). */
  readonly areaId?: string;
  /** Areas in which the place lies. */
  readonly within?: readonly string[];
}

export interface PlaceFound<T> extends NameMatch<T> {
  /** Score with what the area adds; only good for comparing places of one sentence. */
  readonly rank: number;
  /** Its area was said in the sentence or is known. */
  readonly inContext: boolean;
}

interface Held<T> {
  readonly entry: PlaceEntry<T>;
  /** How many names share its ending and length of core. */
  readonly peers: () => number;
}

/** Toneless syllables are about 400, accents leave about 250, and names use some far more than others. */
const SOUNDS_PER_SYLLABLE = 150;
/** How many more names sound like a stretch of speech when likeness is enough. */
const LOOSE = 4;
/** The largest expected number of names that fit by chance for which a sound is still believed. */
const CHANCE_LIMIT = 0.03;
/** What the area adds to a place's score. */
const AREA_SHARE = 0.3;
/** More than these sound alike on the same words: naming one of them would be guessing. */
const MAX_EQUALS = 24;

type Match<T> = NameMatch<Held<T>>;

interface Area {
  readonly score: number;
  /** Chance that the area itself was heard by accident; 0 for a known one. */
  readonly chance: number;
  readonly from: number;
  readonly to: number;
}

export class PlaceFinder<T> {
  readonly #index: NameIndex<Held<T>>;
  readonly #inArea = new Map<string, number>();

  constructor(entries: readonly PlaceEntry<T>[], accent?: Accent) {
    const shapes = new Map<string, number>();
    const held = entries.map((entry) => {
      const ending = endingLength(entry.text);
      const shape = `${entry.text.length - ending} ${entry.text.slice(entry.text.length - ending)}`;
      shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
      for (const area of entry.within ?? []) this.#inArea.set(area, (this.#inArea.get(area) ?? 0) + 1);
      const item: Held<T> = { entry, peers: () => shapes.get(shape) ?? 1 };
      return { ...entry, item };
    });
    this.#index = new NameIndex(held, accent);
  }

  /** Places in a sentence, best first; `known` are areas that are known from elsewhere. */
  find(
    sentence: readonly Syllable[],
    known: ReadonlySet<string> = new Set(),
    accent?: Accent,
  ): readonly PlaceFound<T>[] {
    const matches = this.#index.find(sentence, accent);
    const areas = areasOf(matches, known);
    const held = new Set<string>();
    const found = matches.flatMap((match): PlaceFound<T>[] => {
      const { item } = match.item.entry;
      const area = this.#areaOf(match, areas);
      const chance = Math.min(chanceOf(match, match.item.peers()), area === null ? 1 : this.#chanceIn(match, area));
      if (chance > CHANCE_LIMIT) return [];
      if (area !== null) held.add(area.id);
      const rank = match.score + (area === null ? 0 : AREA_SHARE * area.score);
      return [{ ...match, item, rank, inContext: area !== null }];
    });
    // A street that only sounds alike is believed with a place in it.
    for (const match of matches) {
      const { areaId, item } = match.item.entry;
      if (areaId === undefined || !held.has(areaId) || found.some((f) => f.item === item)) continue;
      found.push({ ...match, item, rank: match.score, inContext: true });
    }
    return fewEnough(found.sort((a, b) => b.rank * (b.to - b.from) - a.rank * (a.to - a.from) || a.from - b.from));
  }

  #areaOf(match: Match<T>, areas: ReadonlyMap<string, Area>): (Area & { readonly id: string }) | null {
    let best: (Area & { readonly id: string }) | null = null;
    for (const id of match.item.entry.within ?? []) {
      const area = areas.get(id);
      // 望江路 does not make 望江 a street: the area has words of its own.
      if (area === undefined || (area.from < match.to && match.from < area.to)) continue;
      if (best === null || area.score > best.score) best = { ...area, id };
    }
    return best;
  }

  #chanceIn(match: Match<T>, area: Area & { readonly id: string }): number {
    return chanceOf(match, this.#inArea.get(area.id) ?? 1) * (area.chance === 0 ? 1 : area.chance);
  }
}

/** How many of `peers` names would fit a stretch of any speech as well as this one does. */
function chanceOf<T>(match: NameMatch<T>, peers: number): number {
  if (match.exact) return 0;
  const loose = match.score >= 0.985 ? 1 : LOOSE;
  return (loose * peers) / SOUNDS_PER_SYLLABLE ** match.coreLength;
}

function areasOf<T>(matches: readonly Match<T>[], known: ReadonlySet<string>): ReadonlyMap<string, Area> {
  const areas = new Map<string, Area>();
  for (const id of known) areas.set(id, { score: 1, chance: 0, from: 0, to: 0 });
  for (const match of matches) {
    const { areaId } = match.item.entry;
    if (areaId === undefined) continue;
    const chance = chanceOf(match, match.item.peers());
    const before = areas.get(areaId);
    if (before === undefined || (before.score < match.score && !known.has(areaId)))
      areas.set(areaId, { score: match.score, chance, from: match.from, to: match.to });
  }
  return areas;
}

/** Drops stretches on which too many names sound the same and none is better. */
function fewEnough<T>(found: readonly PlaceFound<T>[]): readonly PlaceFound<T>[] {
  const equals = new Map<string, number>();
  const keyOf = (f: PlaceFound<T>): string => `${f.from} ${f.to} ${f.rank.toFixed(2)}`;
  for (const f of found) equals.set(keyOf(f), (equals.get(keyOf(f)) ?? 0) + 1);
  return found.filter((f) => f.inContext || (equals.get(keyOf(f)) ?? 0) <= MAX_EQUALS);
}
