/** Reads a city's folder (YAML) and turns its names into grammar rules, so that the model and the wording know them. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { Grammar } from './grammar.ts';

/** The kinds of names the generator uses, each with the keys under which a city's files hold them. */
const kinds = {
  streets: ['streets'],
  communities: ['communities'],
  estates: ['places'],
  roads: ['roads'],
  departments: ['departments'],
  topics: ['catalogue', 'keywords', 'classes'],
  dialect: ['dialectWords'],
  risks: ['riskWords'],
} as const;
type Kind = keyof typeof kinds;

export type CityWords = Readonly<Record<Kind, readonly string[]>> & { readonly cityName: string };

const nameKeys = ['name', 'shortName', 'aliases', 'places', 'keywords', 'said', 'word', 'path'];
const chinese = /^[\u4e00-\u9fa5]{2,14}$/;

/** Names of `dir`; empty lists when the folder is not there. */
export async function readCityWords(dir: string): Promise<CityWords> {
  const found = new Map<Kind, Set<string>>();
  const files = await readdir(dir, { recursive: true }).catch(() => []);
  const yamlFiles = files.filter((f) => /\.ya?ml$/.test(f));
  let cityName = '江城';
  for (const file of yamlFiles) {
    const data: unknown = parse(await readFile(path.join(dir, file), 'utf8'));
    const stem = path.basename(file).replace(/\.ya?ml$/, '');
    collect(data, kindOf(stem), found);
    if (isRecord(data) && typeof data['name'] === 'string') cityName = data['name'].replace(/市$/, '');
  }
  const list = (kind: Kind): readonly string[] => [...(found.get(kind) ?? [])];
  return {
    cityName,
    streets: list('streets'),
    communities: list('communities'),
    estates: list('estates'),
    roads: list('roads'),
    departments: list('departments'),
    topics: list('topics'),
    dialect: list('dialect'),
    risks: list('risks'),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(key: string): Kind | undefined {
  const plain = key.replaceAll('-', '').toLowerCase();
  return (Object.keys(kinds) as Kind[]).find((kind) => kinds[kind].some((k) => k.toLowerCase() === plain));
}

function collect(value: unknown, kind: Kind | undefined, found: Map<Kind, Set<string>>): void {
  if (typeof value === 'string') {
    if (kind !== undefined && chinese.test(value)) found.set(kind, (found.get(kind) ?? new Set()).add(value));
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, kind, found);
  } else if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const own = kindOf(key);
      if (own !== undefined) collect(inner, own, found);
      else if (nameKeys.includes(key) || typeof inner === 'object') collect(inner, kind, found);
    }
  }
}

/** The base grammar with the city's names in place of most of the general ones. */
export function withCity(base: Grammar, city: CityWords): Grammar {
  const share = (own: readonly string[], general: string, times: number): readonly string[] =>
    own.length === 0 ? [general] : [...own, ...Array<string>(Math.ceil(own.length / times)).fill(general)];
  const invented = '{givenChar}{givenChar}';
  return {
    ...base,
    cityName: [city.cityName],
    road: share(city.roads, '{anyRoad}', 3),
    anyRoad: ['{someRoad}', `${invented}路`, `${invented}街`, `${invented}巷`],
    street: share(city.streets, `${invented}街道`, 6),
    community: share(city.communities, `${invented}社区`, 6),
    estate: share(city.estates, '{anyEstate}', 3),
    anyEstate: ['{someEstate}', `${invented}小区`, `${invented}花园`, `${invented}家园`],
    department: share(city.departments, '{someDepartment}', 4),
    topic: share(city.topics, '{problem}', 2),
    dialectWord: share(city.dialect, '什么', 3),
    risk: share(city.risks, '着火', 3),
  };
}
