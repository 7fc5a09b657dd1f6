/** Reads the folder of a city's own data and checks it as a whole: every fault of every file is told at once. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { crossCheckCity } from './check-city.ts';
import type { City, Dialect, DialectWord } from './city.ts';
import { ConfigError, faultsOf, type ConfigFault } from './fault.ts';
import { loadDialects } from './load-dialects.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const name = z.string().trim().min(1).max(60);
const names = z.array(name).max(60);
export const usualKinds = ['consult', 'help', 'complaint', 'report', 'suggestion', 'praise'] as const;

const citySchema = z.strictObject({
  name: name.describe('Name of the city as people say it.'),
  areaCode: z
    .string()
    .regex(/^0\d{2,3}$/)
    .describe('Telephone area code with the leading 0, in quotes.'),
  dialects: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/))
    .max(20)
    .default([])
    .describe(
      'Dialects spoken here: files of `dialects/` in this folder or of `config/sample/dialects`, without `.yaml`.',
    ),
});
const departmentSchema = z.strictObject({
  id,
  name,
  shortName: name,
  aliases: names.default([]),
  duties: z.string().trim().max(500).default(''),
});
const classSchema = z
  .strictObject({
    id,
    path: z.tuple([name, name, name]),
    lead: id,
    support: z.array(id).max(20).default([]),
    kind: z.enum(usualKinds),
    keywords: names.min(1),
  })
  .transform(({ lead, support, kind, ...rest }) => ({
    ...rest,
    leadDepartmentId: lead,
    supportDepartmentIds: support,
    usualKind: kind,
  }));
const streetSchema = z.strictObject({ id, name, aliases: names.default([]) });
const communitySchema = z.strictObject({
  id,
  streetId: id,
  name,
  aliases: names.default([]),
  places: names.default([]),
});
const roadSchema = z.strictObject({ id, name, streetIds: z.array(id).min(1) });
const onlyInDialect = z.boolean().default(false);
const dialectSchema = z.strictObject({ said: name, meant: name, dialect: name, source: name, onlyInDialect });
const riskSchema = z.strictObject({ word: name, risk: id, label: name });

const list = <T extends z.ZodType>(item: T): z.ZodArray<T> => z.array(item).min(1).max(200_000);
const files = {
  city: ['city.yaml', citySchema],
  departments: ['departments.yaml', list(departmentSchema)],
  catalogue: ['catalogue.yaml', list(classSchema)],
  streets: ['streets.yaml', list(streetSchema)],
  communities: ['communities.yaml', list(communitySchema)],
  roads: ['roads.yaml', list(roadSchema)],
  dialectWords: ['dialect-words.yaml', list(dialectSchema)],
  riskWords: ['risk-words.yaml', list(riskSchema)],
} as const;

async function readOne<T extends z.ZodType>(
  dir: string,
  [file, schema]: readonly [string, T],
  faults: ConfigFault[],
): Promise<z.output<T> | null> {
  let data: unknown;
  try {
    data = parse(await readFile(path.join(dir, file), 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : 'unknown error';
    faults.push({ path: file, message: `cannot be read: ${why ?? ''}` });
    return null;
  }
  const parsed = schema.safeParse(data, { reportInput: true });
  if (parsed.success) return parsed.data;
  faults.push(...faultsOf(parsed.error).map((f) => ({ ...f, path: f.path === '' ? file : `${file}: ${f.path}` })));
  return null;
}

/** Reads and checks the city's folder; throws one `ConfigError` with all faults. The result is frozen. */
export async function loadCity(dir: string): Promise<City> {
  const faults: ConfigFault[] = [];
  const [city, departments, catalogue, streets, communities, roads, dialectWords, riskWords] = await Promise.all([
    readOne(dir, files.city, faults),
    readOne(dir, files.departments, faults),
    readOne(dir, files.catalogue, faults),
    readOne(dir, files.streets, faults),
    readOne(dir, files.communities, faults),
    readOne(dir, files.roads, faults),
    readOne(dir, files.dialectWords, faults),
    readOne(dir, files.riskWords, faults),
  ]);
  const dialects = await loadDialects(dir, city?.dialects ?? [], faults);
  const whole: City = {
    name: city?.name ?? '',
    areaCode: city?.areaCode ?? '',
    departments: departments ?? [],
    catalogue: catalogue ?? [],
    streets: streets ?? [],
    communities: communities ?? [],
    roads: roads ?? [],
    dialectWords: [...(dialectWords ?? []), ...wordsOf(dialects, dialectWords ?? [])],
    dialects,
    riskWords: riskWords ?? [],
  };
  // A reference into a file that could not be read is no fault of its own.
  if (faults.length === 0) faults.push(...crossCheckCity(whole));
  if (faults.length > 0) throw new ConfigError(`The city folder ${dir}`, faults);
  return deepFreeze(whole);
}

/** The dialects' words; what the city's own list says of a word goes first. */
function wordsOf(dialects: readonly Dialect[], own: readonly DialectWord[]): readonly DialectWord[] {
  const known = new Set(own.map((word) => word.said));
  return dialects.flatMap(({ name: dialect, words }) =>
    words.filter(({ said }) => !known.has(said)).map((word) => ({ ...word, dialect })),
  );
}

/** Freezes plain data all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
