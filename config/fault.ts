/** Faults of configuration files, told all at once and in plain words. */
import type { z } from 'zod';

export interface ConfigFault {
  /** Dotted path of the key, e.g. `sip.port`. */
  readonly path: string;
  /** What is wrong and what is allowed; never the value itself, which may be secret. */
  readonly message: string;
}

/** Thrown with every fault found; `message` lists them, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'config-invalid';
  readonly faults: readonly ConfigFault[];

  constructor(source: string, faults: readonly ConfigFault[], options?: ErrorOptions) {
    const lines = faults.map((fault) => `  ${fault.path || '(whole file)'}: ${fault.message}`);
    super(`${source} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${lines.join('\n')}`, options);
    this.faults = faults;
  }
}

const article = (noun: string): string => (/^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`);
const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  int: 'whole number',
  boolean: 'true or false',
  array: 'list',
  object: 'section of keys',
  null: 'null',
};
const noun = (type: string): string => {
  const word = nouns[type] ?? type;
  return type === 'string' || type === 'boolean' || type === 'null' ? word : article(word);
};
const unitOf = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '');
const list = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ');

/** One zod issue in plain English. Values from the file are left out: they may be secrets. */
function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; must be ${noun(issue.expected)}`
        : `must be ${noun(issue.expected)}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${list(issue.values)}`;
    case 'invalid_format':
      return issue.format === 'regex' && issue.pattern !== undefined
        ? `must match ${issue.pattern}`
        : `must be a valid ${issue.format}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return 'matches none of the allowed forms';
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
    case 'custom':
      return issue.message;
  }
}

/** Translates what zod found; an unknown key becomes a fault of its own path. `known` names the keys allowed there. */
export function faultsOf(
  error: z.ZodError,
  known: (path: readonly PropertyKey[]) => readonly string[] = () => [],
): ConfigFault[] {
  return error.issues.flatMap((issue): ConfigFault[] => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: messageOf(issue) }];
    const allowed = known(issue.path);
    const hint = allowed.length > 0 ? `; allowed here: ${allowed.join(', ')}` : '';
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: `is not a known key${hint}` }));
  });
}
