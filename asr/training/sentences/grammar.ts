/**
 * A small sentence grammar: each rule is a list of alternatives, `{rule}` inside a text is replaced by one of them.
 * `{n:1-400}` is a number, `{digits:6}` digits one by one, `{mobile}` a mobile number.
 */
import type { Random } from './random.ts';
import { randomDigits, randomMobile, spokenDigits, spokenNumber } from './spoken-numbers.ts';

export type Grammar = Readonly<Record<string, readonly string[]>>;

const slot = /\{([a-zA-Z]+)(?::(\d+)(?:-(\d+))?)?\}/g;
const MAX_DEPTH = 8;

/** One random sentence of `rule`. */
export function expand(grammar: Grammar, rule: string, random: Random, depth = 0): string {
  const alternatives = grammar[rule];
  if (alternatives === undefined || alternatives.length === 0) throw new RangeError(`grammar has no rule ${rule}`);
  if (depth > MAX_DEPTH) throw new RangeError(`grammar rule ${rule} goes round in circles`);
  return random
    .pick(alternatives)
    .replace(slot, (_all, name: string, from?: string, to?: string) =>
      fill(grammar, { name, from, to }, random, depth),
    );
}

interface Slot {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function fill(grammar: Grammar, { name, from, to }: Slot, random: Random, depth: number): string {
  if (name === 'n') return spokenNumber(random.int(Number(from), Number(to)));
  if (name === 'digits') return spokenDigits(randomDigits(Number(from), random), random);
  if (name === 'mobile') return spokenDigits(randomMobile(random), random);
  return expand(grammar, name, random, depth + 1);
}
