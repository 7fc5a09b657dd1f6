/** Checks of a city's data that need more than one entry or more than one file. */
import type { City } from './city.ts';
import type { ConfigFault } from './fault.ts';

/** Duplicated ids or names in one file. */
function duplicates(file: string, key: string, values: readonly string[]): ConfigFault[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    if (!seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [{ path: `${file}: ${index}.${key}`, message: `"${value}" is there twice` }];
  });
}

/** Ids that name nothing. */
function unknownIds(
  file: string,
  refs: readonly (readonly [place: string, id: string])[],
  known: ReadonlySet<string>,
  what: string,
): ConfigFault[] {
  return refs
    .filter(([, ref]) => !known.has(ref))
    .map(([place, ref]) => ({ path: `${file}: ${place}`, message: `"${ref}" is not the id of a ${what}` }));
}

const idsOf = (items: readonly { readonly id: string }[]): Set<string> => new Set(items.map((item) => item.id));

function checkDepartments({ departments }: City): ConfigFault[] {
  const file = 'departments.yaml';
  return [
    ...duplicates(
      file,
      'id',
      departments.map((d) => d.id),
    ),
    ...duplicates(
      file,
      'name',
      departments.map((d) => d.name),
    ),
  ];
}

function checkCatalogue({ catalogue, departments }: City): ConfigFault[] {
  const file = 'catalogue.yaml';
  const known = idsOf(departments);
  const leads = catalogue.map((c, i) => [`${i}.lead`, c.leadDepartmentId] as const);
  const supports = catalogue.flatMap((c, i) => c.supportDepartmentIds.map((d) => [`${i}.support`, d] as const));
  return [
    ...duplicates(
      file,
      'id',
      catalogue.map((c) => c.id),
    ),
    ...duplicates(
      file,
      'path',
      catalogue.map((c) => c.path.join(' › ')),
    ),
    ...catalogue.flatMap((c, i) => duplicates(file, `${i}.keywords`, c.keywords)),
    ...unknownIds(file, [...leads, ...supports], known, 'department'),
  ];
}

function checkPlaces({ streets, communities, roads }: City): ConfigFault[] {
  const known = idsOf(streets);
  const ofCommunities = communities.map((c, i) => [`${i}.streetId`, c.streetId] as const);
  const ofRoads = roads.flatMap((r, i) => r.streetIds.map((s) => [`${i}.streetIds`, s] as const));
  return [
    ...duplicates(
      'streets.yaml',
      'id',
      streets.map((s) => s.id),
    ),
    ...duplicates(
      'streets.yaml',
      'name',
      streets.map((s) => s.name),
    ),
    ...duplicates(
      'communities.yaml',
      'id',
      communities.map((c) => c.id),
    ),
    ...duplicates(
      'communities.yaml',
      'name',
      communities.map((c) => `${c.streetId}/${c.name}`),
    ),
    ...duplicates(
      'roads.yaml',
      'id',
      roads.map((r) => r.id),
    ),
    ...duplicates(
      'roads.yaml',
      'name',
      roads.map((r) => r.name),
    ),
    ...unknownIds('communities.yaml', ofCommunities, known, 'street'),
    ...unknownIds('roads.yaml', ofRoads, known, 'street'),
  ];
}

function checkWords({ dialectWords, riskWords }: City): ConfigFault[] {
  const said = dialectWords.map((d) => `${d.dialect}/${d.said}`);
  const words = riskWords.map((r) => r.word);
  return [...duplicates('dialect-words.yaml', 'said', said), ...duplicates('risk-words.yaml', 'word', words)];
}

/** Duplicates and ids that name nothing, in all files. */
export function crossCheckCity(city: City): ConfigFault[] {
  return [...checkDepartments(city), ...checkCatalogue(city), ...checkPlaces(city), ...checkWords(city)];
}
