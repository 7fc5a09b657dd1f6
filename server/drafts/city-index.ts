/** Everything of the city that is looked for in speech, indexed once. Pure. */
import { NameIndex, withoutOverlaps, type NameEntry, type NameMatch } from '../../asr/dialect/name-index.ts';
import { syllablesOf, type Syllable } from '../../asr/dialect/syllable.ts';
import type { CatalogueClass, City, Community, RiskWord, Street } from '../../config/city.ts';
import type { Segment } from './heard.ts';

export type PlaceItem =
  | { readonly type: 'street'; readonly id: string; readonly bare: boolean }
  | { readonly type: 'community'; readonly id: string; readonly bare: boolean }
  | { readonly type: 'road'; readonly id: string; readonly bare: boolean };

export type PlaceMatch = NameMatch<PlaceItem>;
export type KeywordMatch = NameMatch<{ readonly classId: string }>;
export type RiskMatch = NameMatch<{ readonly risk: string }>;

/** What one segment holds of the city's words. */
export interface Reading {
  readonly places: readonly PlaceMatch[];
  readonly keywords: readonly KeywordMatch[];
  readonly risks: readonly RiskMatch[];
}

export interface CityIndex {
  readonly city: City;
  readonly classes: ReadonlyMap<string, CatalogueClass>;
  readonly communities: ReadonlyMap<string, Community>;
  readonly streets: ReadonlyMap<string, Street>;
  readonly roadStreets: ReadonlyMap<string, readonly string[]>;
  /** How many classes use a keyword. */
  readonly keywordUses: ReadonlyMap<string, number>;
  readonly riskLabels: ReadonlyMap<string, string>;
  /** Dialect words replaced by what they mean. */
  readonly plain: (text: string) => string;
  readonly read: (segment: Segment) => Reading;
}

const placeItem = (type: PlaceItem['type'], id: string, bare: boolean): PlaceItem => ({ type, id, bare });

function placeEntries(city: City): NameEntry<PlaceItem>[] {
  const entries: NameEntry<PlaceItem>[] = [];
  const add = (text: string, type: PlaceItem['type'], id: string, ending: RegExp): void => {
    const bare = !ending.test(text);
    entries.push({ text, item: placeItem(type, id, bare), strict: bare });
  };
  for (const street of city.streets) {
    for (const name of [street.name, ...street.aliases]) add(name, 'street', street.id, /(街道|街|镇|乡)$/);
  }
  for (const { id, name, aliases, places } of city.communities) {
    for (const known of [name, ...aliases]) add(known, 'community', id, /(社区|村)$/);
    for (const place of places) entries.push({ text: place, item: placeItem('community', id, false) });
    const core = name.replace(/(社区|村)$/, '');
    if (core !== name && core.length >= 2)
      entries.push({ text: core, item: placeItem('community', id, true), strict: true });
  }
  for (const road of city.roads) entries.push({ text: road.name, item: placeItem('road', road.id, false) });
  return entries;
}

function keywordEntries(city: City): NameEntry<{ classId: string }>[] {
  return city.catalogue.flatMap((c) =>
    [...new Set([...c.keywords, c.path[2]])].map((text) => ({ text, item: { classId: c.id } })),
  );
}

const riskEntries = (words: readonly RiskWord[]): NameEntry<{ risk: string }>[] =>
  words.map(({ word, risk }) => ({ text: word, item: { risk }, strict: true }));

const placeBefore = /(在|住|到|去|是|往|靠近|址|我们|咱们|这里|，|^)$/;
const placeAfter =
  /^(那边|这边|那里|这里|那个|这个|小区|社区|街道|附近|旁边|对面|门口|街|路口|[0-9一二三四五六七八九十]+[号栋幢期])/;
const endAfter = /^(的|，|。|？|吧|啊|$)/;

/** Short names without their ending are everyday words too: they need a place's company. */
function isPlaceHere(match: PlaceMatch, text: string): boolean {
  if (!match.item.bare) return true;
  const before = placeBefore.test(text.slice(0, match.from));
  const after = text.slice(match.to);
  if (match.to - match.from >= 3 && match.exact) return true;
  return (
    placeAfter.test(after) || (before && endAfter.test(after) && /(在|住|到|址|是)$/.test(text.slice(0, match.from)))
  );
}

/** Said words replaced by what they mean, with the way back to the characters that were said. */
export function translated(
  text: string,
  words: City['dialectWords'],
): { text: string; origin: readonly number[] } | null {
  let out = '';
  const origin: number[] = [];
  let changed = false;
  for (let i = 0; i < text.length;) {
    const word = words.find((w) => text.startsWith(w.said, i));
    const meant = word?.meant ?? text.charAt(i);
    origin.push(...Array<number>(meant.length).fill(i));
    out += meant;
    changed ||= word !== undefined;
    i += word?.said.length ?? 1;
  }
  origin.push(text.length);
  return changed ? { text: out, origin } : null;
}

const negated = /(没有|没|不|未|不会|不是|无)(再|发生|什么)?$/;

/** Indexes a city; takes some tens of milliseconds. */
export function indexCity(city: City): CityIndex {
  const places = new NameIndex(placeEntries(city));
  const keywords = new NameIndex(keywordEntries(city));
  const risks = new NameIndex(riskEntries(city.riskWords));
  const dialect = [...city.dialectWords].sort((a, b) => b.said.length - a.said.length);
  const keywordUses = new Map<string, number>();
  for (const { text } of keywordEntries(city)) keywordUses.set(text, (keywordUses.get(text) ?? 0) + 1);
  const known = new WeakMap<Segment, Reading>();

  const readKeywords = (
    segment: Segment,
    syllables: readonly Syllable[],
    skip: readonly PlaceMatch[],
  ): readonly KeywordMatch[] => {
    const found = [...keywords.find(syllables)];
    const meant = translated(segment.text, dialect);
    if (meant !== null) {
      for (const match of keywords.find(syllablesOf(meant.text))) {
        const from = meant.origin[match.from] ?? 0;
        const to = Math.max(from + 1, meant.origin[match.to] ?? segment.text.length);
        if (!found.some((f) => f.name === match.name && f.from === from)) found.push({ ...match, from, to });
      }
    }
    return found
      .filter((m) => !skip.some((p) => p.from <= m.from && m.to <= p.to))
      .sort((a, b) => a.from - b.from || b.to - a.to);
  };

  const readRisks = ({ text }: Segment, syllables: readonly Syllable[]): readonly RiskMatch[] => {
    const tones = new Map(syllables.map((s) => [s.from, s.tone]));
    return withoutOverlaps(risks.find(syllables)).filter((match) => {
      if (negated.test(text.slice(0, match.from))) return false;
      if (match.exact || match.name.length > 2) return true;
      // Two syllables of the same sound are risk words only when the tones are the same as well.
      return syllablesOf(match.name).every((s, i) => s.tone === tones.get(match.from + i));
    });
  };

  const read = (segment: Segment): Reading => {
    const cached = known.get(segment);
    if (cached !== undefined) return cached;
    const syllables = syllablesOf(segment.text, segment.syllables);
    const all = places.find(syllables);
    const here = withoutOverlaps(all.filter((m) => isPlaceHere(m, segment.text)));
    const reading: Reading = {
      places: here,
      keywords: readKeywords(segment, syllables, here),
      risks: readRisks(segment, syllables),
    };
    known.set(segment, reading);
    return reading;
  };

  return {
    city,
    classes: new Map(city.catalogue.map((c) => [c.id, c])),
    communities: new Map(city.communities.map((c) => [c.id, c])),
    streets: new Map(city.streets.map((s) => [s.id, s])),
    roadStreets: new Map(city.roads.map((r) => [r.id, r.streetIds])),
    keywordUses,
    riskLabels: new Map(city.riskWords.map((r) => [r.risk, r.label])),
    plain: (text) => translated(text, dialect)?.text ?? text,
    read,
  };
}
