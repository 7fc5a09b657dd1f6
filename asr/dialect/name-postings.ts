/**
 * Where pairs of syllables occur in many names: skeleton pair → (name, place in it), as flat arrays. Pure.
 *
 * 200,000 names give about 800,000 postings; as objects they would cost ten times the memory and the time to look at.
 */
import { skeletonOf } from './similarity.ts';

/** Names are at most this long, so that a place in one fits into five bits. */
export const MAX_NAME_SYLLABLES = 24;
const PLACE_BITS = 5;
const PLACE_MASK = (1 << PLACE_BITS) - 1;

/** Gives each skeleton a small number. */
export class Skeletons {
  readonly #ids = new Map<string, number>();
  readonly #ofSound = new Map<string, number>();

  /** The number of a sound's skeleton; -1 for one that no name has. */
  idOf(sound: string): number {
    return this.#ofSound.get(sound) ?? this.#ids.get(skeletonOf(sound)) ?? -1;
  }

  /** The same, with a new number for a new skeleton. */
  learn(sound: string): number {
    const known = this.#ofSound.get(sound);
    if (known !== undefined) return known;
    const skeleton = skeletonOf(sound);
    const id = this.#ids.get(skeleton) ?? this.#ids.size;
    this.#ids.set(skeleton, id);
    this.#ofSound.set(sound, id);
    return id;
  }

  get size(): number {
    return this.#ids.size;
  }
}

/** Neighbours, or syllables with one between them: the second finds names whose middle was misheard. */
export type Distance = 1 | 2;

/** Packed postings of one pair: a range of `NamePostings.packed`. */
export interface PostingRange {
  readonly start: number;
  readonly end: number;
}

export const nameOf = (packed: number): number => packed >>> PLACE_BITS;
export const placeOf = (packed: number): number => packed & PLACE_MASK;

export class NamePostings {
  readonly #width: number;
  /** Where each pair's postings begin; pairs with distance 2 come after all those with distance 1. */
  readonly #starts: Uint32Array;
  readonly packed: Uint32Array;

  /**
   * `skeletons[name]`: its syllables' skeleton numbers; `reach[name]`: where its last pair may end, -1 for a name that
   * is left out; `size`: how many skeletons there are.
   */
  constructor(skeletons: readonly Uint16Array[], reach: readonly number[], size: number) {
    this.#width = Math.max(1, size);
    this.#starts = new Uint32Array(2 * this.#width * this.#width + 1);
    const each = (take: (slot: number, packed: number) => void): void => {
      skeletons.forEach((ids, name) => {
        for (const distance of [1, 2] as const) {
          const last = (reach[name] ?? 0) - distance;
          for (let at = 0; at <= last && at + distance < ids.length; at += 1)
            take(this.#slot(ids[at] ?? 0, ids[at + distance] ?? 0, distance), ((name << PLACE_BITS) | at) >>> 0);
        }
      });
    };
    let count = 0;
    each((slot) => {
      this.#starts[slot + 1] = (this.#starts[slot + 1] ?? 0) + 1;
      count += 1;
    });
    for (let i = 1; i < this.#starts.length; i += 1)
      this.#starts[i] = (this.#starts[i] ?? 0) + (this.#starts[i - 1] ?? 0);
    this.packed = new Uint32Array(count);
    const next = this.#starts.slice();
    each((slot, packed) => {
      const place = next[slot] ?? 0;
      next[slot] = place + 1;
      this.packed[place] = packed;
    });
  }

  #slot(first: number, second: number, distance: Distance): number {
    return (distance - 1) * this.#width * this.#width + first * this.#width + second;
  }

  /** Names that have the pair. */
  range(first: number, second: number, distance: Distance): PostingRange {
    if (first < 0 || second < 0) return { start: 0, end: 0 };
    const slot = this.#slot(first, second, distance);
    return { start: this.#starts[slot] ?? 0, end: this.#starts[slot + 1] ?? 0 };
  }
}
