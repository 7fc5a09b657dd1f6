/**
 * Many names as flat arrays of numbers, so that looking at one touches little memory: with 200,000 names the processor
 * waits for memory far longer than it computes. Pure.
 */
import type { SoundTable } from './sound-table.ts';
import type { Syllable } from './syllable.ts';

/** A sentence as numbers. */
export interface SaidSounds {
  readonly sounds: Uint16Array;
  readonly chars: Uint16Array;
}

export function saidSounds(sentence: readonly Syllable[], table: SoundTable): SaidSounds {
  return {
    sounds: Uint16Array.from(sentence, (s) => table.idOf(s.sound)),
    chars: Uint16Array.from(sentence, (s) => s.char.charCodeAt(0)),
  };
}

/** The same sound, another character. */
const SAME_SOUND = 0.99;

export class NameStore {
  readonly #starts: Uint32Array;
  readonly #cores: Uint8Array;
  readonly #sounds: Uint16Array;
  readonly #chars: Uint16Array;
  readonly #table: SoundTable;

  constructor(
    names: readonly { readonly syllables: readonly Syllable[]; readonly coreLength: number }[],
    table: SoundTable,
  ) {
    this.#table = table;
    this.#cores = Uint8Array.from(names, (n) => n.coreLength);
    this.#starts = new Uint32Array(names.length + 1);
    names.forEach((n, i) => (this.#starts[i + 1] = (this.#starts[i] ?? 0) + n.syllables.length));
    const total = this.#starts[names.length] ?? 0;
    this.#sounds = new Uint16Array(total);
    this.#chars = new Uint16Array(total);
    names.forEach(({ syllables }, i) => {
      const start = this.#starts[i] ?? 0;
      syllables.forEach((s, k) => {
        this.#sounds[start + k] = table.idOf(s.sound);
        this.#chars[start + k] = s.char.charCodeAt(0);
      });
    });
  }

  lengthOf(name: number): number {
    return (this.#starts[name + 1] ?? 0) - (this.#starts[name] ?? 0);
  }

  /** Syllables before the shared ending. */
  coreOf(name: number): number {
    return this.#cores[name] ?? 0;
  }

  /** Likeness of the name's syllable `k` and the sentence's syllable `i`; 1 only for the same character. */
  alike(name: number, k: number, said: SaidSounds, i: number): number {
    if (i < 0 || i >= said.sounds.length) return 0;
    const at = (this.#starts[name] ?? 0) + k;
    if (this.#chars[at] === said.chars[i]) return 1;
    return this.#table.likeness(said.sounds[i] ?? 0, this.#sounds[at] ?? 0) * SAME_SOUND;
  }

  /** Whether the core could be worth `least` on average: most candidates end here, mostly after one syllable. */
  mayBe(name: number, said: SaidSounds, start: number, least: number): boolean {
    const core = this.#cores[name] ?? 0;
    let spare = core * (1 - least);
    for (let k = 0; k < core; k += 1) {
      spare -= 1 - this.alike(name, k, said, start + k);
      if (spare < 0) return false;
    }
    return true;
  }
}
