/** Reads and checks a flow file; faults are listed all at once, in plain words. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { flowSchema, type Flow } from './core/flow.ts';

export async function loadFlow(name: string, dir: string): Promise<Flow> {
  const path = join(dir, `${name}.yaml`);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`call flow '${name}' cannot be read from ${path}: set ivr.flow to the name of a file there`, {
      cause,
    });
  });
  const parsed = flowSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((i) => `  ${i.path.map(String).join('.') || 'flow'}: ${i.message}`);
  throw new Error(`call flow ${path} is not usable:\n${faults.join('\n')}`);
}
