/**
 * Toned syllables to characters, one at a time, while they are heard: a beam search over character trigrams.
 * Pure. What was shown long enough does not change any more.
 */
import type { WordingModel } from './wording-model.ts';

const BEAM = 20;
/** A character is settled when this many more have been heard; nothing that far back is worth a flicker. */
const SETTLE_AFTER = 8;

interface Path {
  readonly before: number;
  readonly last: number;
  readonly cost: number;
  readonly chars: readonly number[];
}

interface Step {
  readonly from: Path;
  readonly char: number;
  readonly cost: number;
}

/** A path that costs this much more than the best is not followed: about one in ten thousand. */
const HOPELESS = 9;

/** The wording of one sentence so far. */
export class Wording {
  readonly #model: WordingModel;
  #paths: readonly Path[];
  #length = 0;

  constructor(model: WordingModel) {
    this.#model = model;
    this.#paths = [{ before: model.start, last: model.start, cost: 0, chars: [] }];
  }

  /** Number of syllables heard. */
  get length(): number {
    return this.#length;
  }

  /** Adds the next syllable. */
  push(syllable: string): void {
    const candidates = this.#model.candidates(syllable);
    const options = candidates.length > 0 ? candidates : [{ char: -1, cost: 0 }];
    const best = new Map<number, Step>();
    let cheapest = Infinity;
    for (const from of this.#paths) {
      const afterTwo = this.#model.costsAfter(from.before, from.last);
      const afterOne = this.#model.costsAfterOne(from.last);
      for (const { char, cost } of options) {
        // Cheapest first, and what follows only adds: the rest is no better.
        if (from.cost + cost > cheapest + HOPELESS) break;
        const next = char < 0 ? 0 : (afterTwo?.get(char) ?? afterOne?.get(char) ?? this.#model.costAlone(char));
        const total = from.cost + cost + next;
        if (total > cheapest + HOPELESS) continue;
        if (total < cheapest) cheapest = total;
        const key = (from.last + 1) * 0x10000 + char + 1;
        const old = best.get(key);
        if (old === undefined || total < old.cost) best.set(key, { from, char, cost: total });
      }
    }
    this.#length++;
    const sorted = [...best.values()].sort((x, y) => x.cost - y.cost).slice(0, BEAM);
    this.#paths = this.#settle(
      sorted.map(({ from, char, cost }) => ({ before: from.last, last: char, cost, chars: [...from.chars, char] })),
    );
  }

  /** The characters, one for each syllable; `?` where no character is known. */
  chars(): readonly string[] {
    return (this.#paths[0]?.chars ?? []).map((char) => (char < 0 ? '?' : this.#model.charOf(char)));
  }

  #settle(paths: readonly Path[]): readonly Path[] {
    const at = this.#length - 1 - SETTLE_AFTER;
    const settled = paths[0]?.chars[at];
    return settled === undefined ? paths : paths.filter((path) => path.chars[at] === settled);
  }
}

/** All at once: the characters of a whole sentence. */
export function wordingOf(model: WordingModel, syllables: readonly string[]): readonly string[] {
  const wording = new Wording(model);
  for (const syllable of syllables) wording.push(syllable);
  return wording.chars();
}
