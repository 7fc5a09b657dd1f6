/** Reads a flow file with all it needs and checks it; faults are listed all at once, in plain words, with their lines. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { calendarSchema, type Calendar } from './core/calendar.ts';
import { checkFlow, type CheckedFlow } from './core/check-flow.ts';
import type { Flow } from './core/flow.ts';

export interface FlowPlaces {
  readonly flowsDir: string;
  /** Folders with recordings; the first that has one wins. */
  readonly promptDirs: readonly string[];
  readonly calendar: Calendar;
}

/** Names of all recordings in these folders. */
export async function promptNames(dirs: readonly string[]): Promise<ReadonlySet<string>> {
  const files = await Promise.all(
    dirs.map((dir) =>
      readdir(dir).catch((cause: unknown) => {
        throw new Error(`recordings cannot be read from ${dir}: set ivr.promptsDir to a folder`, { cause });
      }),
    ),
  );
  return new Set(files.flat().flatMap((file) => (file.endsWith('.wav') ? [file.slice(0, -4)] : [])));
}

/** The first of these calendar files that exists. */
export async function loadCalendar(paths: readonly string[]): Promise<Calendar> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const parsed = calendarSchema.safeParse(parse(text));
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map((i) => `  ${i.path.map(String).join('.') || 'calendar'}: ${i.message}`);
    throw new Error(`calendar ${path} is not usable:\n${faults.join('\n')}`);
  }
  throw new Error(`there is no calendar: none of ${paths.join(', ')} can be read`);
}

export async function checkFlowFile(
  name: string,
  places: FlowPlaces,
): Promise<CheckedFlow & { readonly path: string }> {
  const path = join(places.flowsDir, `${name}.yaml`);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`call flow '${name}' cannot be read from ${path}: set ivr.flow to the name of a file there`, {
      cause,
    });
  });
  const prompts = await promptNames(places.promptDirs);
  return { ...checkFlow(text, { prompts, calendar: places.calendar }), path };
}

export async function loadFlow(name: string, places: FlowPlaces): Promise<Flow> {
  const checked = await checkFlowFile(name, places);
  if (checked.ok) return checked.flow;
  const faults = checked.faults.map(({ line, message }) => `  line ${line}: ${message}`);
  throw new Error(`call flow ${checked.path} is not usable:\n${faults.join('\n')}`);
}
