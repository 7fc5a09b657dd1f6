/** Everything of the city that is looked for in speech, indexed once. Pure. */
import type { Accent } from '../../asr/dialect/accent.ts';
import { NameIndex, withoutOverlaps, type NameEntry, type NameMatch } from '../../asr/dialect/name-index.ts';
import { PlaceFinder, type PlaceEntry } from '../../asr/dialect/place-finder.ts';
import { dialectWordsIn, meantFor } from '../../asr/dialect/words.ts';
import { syllablesOf, type Syllable } from '../../asr/dialect/syllable.ts';
import type { CatalogueClass, City, Community, RiskWord, Street } from '../../config/city.ts';
import type { Segment } from './heard.ts';
import type { LearnedName } from './learned-places.ts';
import { remember } from './remember.ts';

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
  /** Only the risks, for sentences that are not over yet. */
  readonly risksIn: (segment: Pick<Segment, 'text' | 'syllables'>) => readonly RiskMatch[];
  /** Names besides the city's own; they take the place of those learned before. */
  readonly learn: (names: readonly LearnedName[]) => void;
  /**
   * The same index for a talk in which these streets are known (names in them are believed more readily) and this
   * dialect is spoken (its accent's weights decide what sounds alike; '' = none).
   */
  readonly inTalk: (streetIds: readonly string[], dialectId: string) => CityIndex;
}

const placeItem = (type: PlaceItem['type'], id: string, bare: boolean): PlaceItem => ({ type, id, bare });

function streetEntries({ streets }: City): PlaceEntry<PlaceItem>[] {
  return streets.flatMap(({ id, name, aliases }) =>
    [name, ...aliases].map((text) => {
      const bare = !/(街道|街|镇|乡)$/.test(text);
      return { text, item: placeItem('street', id, bare), strict: bare, areaId: id };
    }),
  );
}

function communityEntries({ communities }: City): PlaceEntry<PlaceItem>[] {
  return communities.flatMap(({ id, streetId, name, aliases, places }) => {
    const entry = (text: string, bare: boolean): PlaceEntry<PlaceItem> => {
      return { text, item: placeItem('community', id, bare), strict: bare, within: [streetId] };
    };
    const core = name.replace(/(社区|村)$/, '');
    return [
      ...[name, ...aliases].map((text) => entry(text, !/(社区|村)$/.test(text))),
      ...places.map((text) => entry(text, false)),
      ...(core !== name && core.length >= 2 ? [entry(core, true)] : []),
    ];
  });
}

function placeEntries(city: City): PlaceEntry<PlaceItem>[] {
  const roads = city.roads.map(({ id, name, streetIds }) => {
    return { text: name, item: placeItem('road', id, false), within: streetIds };
  });
  return [...streetEntries(city), ...communityEntries(city), ...roads];
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

/** Sets of streets for which readings are remembered at a time. */
const MAX_VIEWS = 200;

const negated = /(没有|没|不|未|不会|不是|无)(再|发生|什么)?$/;

/** Two syllables of the same sound are risk words only when the tones are the same as well; what is denied is none. */
function risksOf(
  risks: NameIndex<{ readonly risk: string }>,
  { text }: Pick<Segment, 'text'>,
  syllables: readonly Syllable[],
): readonly RiskMatch[] {
  const tones = new Map(syllables.map((s) => [s.from, s.tone]));
  return withoutOverlaps(risks.find(syllables)).filter((match) => {
    if (negated.test(text.slice(0, match.from))) return false;
    if (match.exact || match.name.length > 2) return true;
    return syllablesOf(match.name).every((s, i) => s.tone === tones.get(match.from + i));
  });
}

/** Learned names are few beside the city's own: they have an index to themselves. */
function finderOf(
  names: readonly LearnedName[],
  communities: ReadonlyMap<string, Community>,
): PlaceFinder<PlaceItem> | null {
  const entries = names.flatMap(({ text, communityId }): PlaceEntry<PlaceItem>[] => {
    const community = communities.get(communityId);
    if (community === undefined) return [];
    return [{ text, item: placeItem('community', communityId, false), within: [community.streetId] }];
  });
  return entries.length === 0 ? null : new PlaceFinder(entries);
}

/** Indexes a city; takes some tens of milliseconds. */
export function indexCity(city: City): CityIndex {
  const places = new PlaceFinder(placeEntries(city));
  const keywords = new NameIndex(keywordEntries(city));
  const risks = new NameIndex(riskEntries(city.riskWords));
  const dialect = dialectWordsIn(city.dialectWords.filter((word) => word.onlyInDialect !== true));
  const keywordUses = new Map<string, number>();
  for (const { text } of keywordEntries(city)) keywordUses.set(text, (keywordUses.get(text) ?? 0) + 1);

  const readKeywords = (
    segment: Segment,
    syllables: readonly Syllable[],
    { skip, accent }: { readonly skip: readonly PlaceMatch[]; readonly accent: Accent | undefined },
  ): readonly KeywordMatch[] => {
    const found = [...keywords.find(syllables, accent)];
    const meant = meantFor(segment.text, dialect);
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

  let learned: PlaceFinder<PlaceItem> | null = null;
  const accents = new Map(city.dialects.map(({ id, accent }) => [id, { ...accent, id }]));
  const readWith = (streets: ReadonlySet<string>, accent: Accent | undefined): Reader =>
    remember((segment: Segment): Reading => {
      const syllables = syllablesOf(segment.text, segment.syllables);
      const all = [...places.find(syllables, streets, accent), ...(learned?.find(syllables, streets, accent) ?? [])];
      const here = withoutOverlaps(all.filter((m) => isPlaceHere(m, segment.text)));
      return {
        places: here,
        keywords: readKeywords(segment, syllables, { skip: here, accent }),
        risks: risksOf(risks, segment, syllables),
      };
    });

  const shared = {
    city,
    classes: new Map(city.catalogue.map((c) => [c.id, c])),
    communities: new Map(city.communities.map((c) => [c.id, c])),
    streets: new Map(city.streets.map((s) => [s.id, s])),
    roadStreets: new Map(city.roads.map((r) => [r.id, r.streetIds])),
    keywordUses,
    riskLabels: new Map(city.riskWords.map((r) => [r.risk, r.label])),
    risksIn: (segment: Pick<Segment, 'text' | 'syllables'>) =>
      risksOf(risks, segment, syllablesOf(segment.text, segment.syllables)),
    plain: (text: string) => meantFor(text, dialect)?.text ?? text,
  };
  const learn = (names: readonly LearnedName[]): void => {
    learned = finderOf(names, shared.communities);
  };
  return viewsOf({ ...shared, learn }, (streets, dialectId) => readWith(streets, accents.get(dialectId)))([], '');
}

type Shared = Omit<CityIndex, 'read' | 'inTalk'>;
type Reader = (segment: Segment) => Reading;

/** One index for each set of known streets and dialect; their readings are remembered apart. */
function viewsOf(
  shared: Shared,
  readWith: (streets: ReadonlySet<string>, dialectId: string) => Reader,
): CityIndex['inTalk'] {
  const views = new Map<string, CityIndex>();
  const learn: CityIndex['learn'] = (names) => {
    shared.learn(names);
    // What was read before was read without them.
    views.clear();
  };
  const viewOf = (streetIds: readonly string[], dialectId: string): CityIndex => {
    const key = [dialectId, ...[...streetIds].sort()].join(' ');
    const known = views.get(key);
    if (known !== undefined) return known;
    const view: CityIndex = { ...shared, learn, read: readWith(new Set(streetIds), dialectId), inTalk: viewOf };
    // Streets of a call are few and calls many: the memory of old ones is let go.
    if (views.size >= MAX_VIEWS) views.clear();
    views.set(key, view);
    return view;
  };
  return viewOf;
}
