/** Sounds as small numbers, and how alike any two are as one flat table: scoring a name must not touch strings. Pure. */
import { similarityOf, type Accent, type Similarity } from './accent.ts';

/** Mandarin has about 400 toneless syllables; what lies beyond is garbage and like nothing. */
const MAX_SOUNDS = 512;
const UNKNOWN = -1;

interface Likeness {
  readonly alike: Float32Array;
  readonly similarity: Similarity;
}

const likenessOf = (accent: Accent): Likeness => ({
  alike: new Float32Array(MAX_SOUNDS * MAX_SOUNDS).fill(UNKNOWN),
  similarity: similarityOf(accent),
});

export class SoundTable {
  readonly #ids = new Map<string, number>();
  readonly #sounds: string[] = [];
  readonly #general: Likeness;
  readonly #regions = new Map<string, Likeness>();
  /** The one in use. */
  #alike: Float32Array;
  #similarity: Similarity;

  constructor(accent: Accent) {
    this.#general = likenessOf(accent);
    this.#alike = this.#general.alike;
    this.#similarity = this.#general.similarity;
    this.idOf('');
  }

  /** What `work` asks for is answered with a region's weights; they are computed once for each region. */
  spokenWith<T>(accent: Accent | undefined, work: () => T): T {
    if (accent === undefined) return work();
    const region = this.#regions.get(accent.id) ?? likenessOf(accent);
    this.#regions.set(accent.id, region);
    this.#use(region);
    try {
      return work();
    } finally {
      this.#use(this.#general);
    }
  }

  #use({ alike, similarity }: Likeness): void {
    this.#alike = alike;
    this.#similarity = similarity;
  }

  /** 0 for what is no sound, and for what does not fit in any more. */
  idOf(sound: string): number {
    const known = this.#ids.get(sound);
    if (known !== undefined) return known;
    if (this.#sounds.length >= MAX_SOUNDS) return 0;
    const id = this.#sounds.length;
    this.#ids.set(sound, id);
    this.#sounds.push(sound);
    return id;
  }

  /** Likeness of two sounds by their numbers, 0 to 1. */
  likeness(a: number, b: number): number {
    const at = a * MAX_SOUNDS + b;
    const known = this.#alike[at] ?? UNKNOWN;
    if (known >= 0) return known;
    const value = this.#similarity(this.#sounds[a] ?? '', this.#sounds[b] ?? '');
    this.#alike[at] = value;
    this.#alike[b * MAX_SOUNDS + a] = value;
    return value;
  }
}
