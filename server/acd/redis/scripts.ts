/** The Lua scripts of the line and how they are run: one script, one round trip, one atomic step. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const names = [
  ...(['join', 'change', 'leave', 'set-agent', 'remove-agent', 'match', 'accept', 'release'] as const),
  ...(['configure', 'beat', 'place', 'waiting', 'agents', 'reservations', 'queues'] as const),
] as const;
export type ScriptName = (typeof names)[number];

interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** What is needed of a Redis client, be it of one server or of a cluster. */
export interface Evaluator {
  eval(text: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

function load(): ReadonlyMap<ScriptName, Script> {
  const read = (name: string): string => readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8');
  const lib = read('lib');
  return new Map(
    names.map((name) => {
      const text = `${lib}\n${read(name)}`;
      return [name, { text, sha1: createHash('sha1').update(text).digest('hex') }];
    }),
  );
}

let scripts: ReadonlyMap<ScriptName, Script> | undefined;

/** Runs a script by its digest; a Redis that does not know it yet (it has restarted) is given the text. */
export async function runScript(
  redis: Evaluator,
  name: ScriptName,
  prefix: string,
  args: readonly string[],
): Promise<unknown> {
  scripts ??= load();
  const script = scripts.get(name);
  if (script === undefined) throw new Error(`there is no script ${name}`);
  const options = { keys: [prefix], arguments: [...args] };
  try {
    return await redis.evalSha(script.sha1, options);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return redis.eval(script.text, options);
  }
}
