/** Reads the dialects that a city names, from its own folder or from those that come along. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Dialect } from './city.ts';
import { dialectFileSchema } from './dialect-schema.ts';
import { faultsOf, type ConfigFault } from './fault.ts';

/** A copy of the sample city elsewhere finds its dialects here. */
const SHIPPED = fileURLToPath(new URL('./sample/dialects', import.meta.url));

async function readFirst(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return null;
}

async function readOne(cityDir: string, id: string, faults: ConfigFault[]): Promise<readonly Dialect[]> {
  const file = `dialects/${id}.yaml`;
  const fault = (message: string): readonly Dialect[] => {
    faults.push({ path: file, message });
    return [];
  };
  let data: unknown;
  try {
    const yaml = await readFirst([path.join(cityDir, file), path.join(SHIPPED, `${id}.yaml`)]);
    if (yaml === null) return fault('is neither in the city folder nor among those that come along');
    data = parse(yaml);
  } catch (error) {
    return fault(`cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error'}`);
  }
  const parsed = dialectFileSchema.safeParse(data, { reportInput: true });
  if (!parsed.success) {
    faults.push(...faultsOf(parsed.error).map((f) => ({ ...f, path: `${file}: ${f.path}` })));
    return [];
  }
  if (parsed.data.id !== id) return fault(`says that it is "${parsed.data.id}"`);
  const said = new Set<string>();
  for (const word of parsed.data.words) {
    if (said.has(word.said)) faults.push({ path: `${file}: words`, message: `"${word.said}" is there twice` });
    said.add(word.said);
  }
  return [parsed.data];
}

/** All dialects, in the order in which the city names them; what is wrong goes to `faults`. */
export async function loadDialects(
  cityDir: string,
  ids: readonly string[],
  faults: ConfigFault[],
): Promise<readonly Dialect[]> {
  return (await Promise.all(ids.map((id) => readOne(cityDir, id, faults)))).flat();
}
