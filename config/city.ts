/**
 * The city's own data as the program uses it (read from `config/sample/*.yaml` or the city's folder).
 * Types only; `load-city.ts` parses and checks the files.
 */

export interface Department {
  readonly id: string;
  readonly name: string;
  readonly shortName: string;
  /** What people call it (城管, 交警 …). */
  readonly aliases: readonly string[];
  readonly duties: string;
}

/** A leaf (third level) of the dispatch catalogue. */
export interface CatalogueClass {
  readonly id: string;
  /** Names of the three levels, e.g. ['生态环境', '大气污染', '餐饮油烟']. */
  readonly path: readonly [string, string, string];
  readonly leadDepartmentId: string;
  readonly supportDepartmentIds: readonly string[];
  /** Words and phrases citizens use for it. */
  readonly keywords: readonly string[];
  /** Usual kind of request, as a prior. */
  readonly usualKind: string;
}

export interface Street {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
}

export interface Community {
  readonly id: string;
  readonly streetId: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Residential estates and landmarks in it. */
  readonly places: readonly string[];
}

export interface Road {
  readonly id: string;
  readonly name: string;
  readonly streetIds: readonly string[];
}

export interface DialectWord {
  readonly said: string;
  readonly meant: string;
  readonly dialect: string;
  readonly source: string;
  /** Also an ordinary word of Mandarin: counts only while this dialect is being spoken. */
  readonly onlyInDialect?: boolean;
}

/** Two sounds and how far speakers take one for the other (1 = the same to them). */
export interface SoundConfusion {
  readonly pair: readonly [string, string];
  readonly weight: number;
}

/** A dialect of the city: how its speakers' Mandarin sounds, and words they use. */
export interface Dialect {
  readonly id: string;
  readonly name: string;
  /** BCP 47 tag by which recognition engines call it. */
  readonly language: string;
  readonly places: readonly string[];
  readonly accent: {
    readonly tones: number;
    readonly initials: readonly SoundConfusion[];
    readonly finals: readonly SoundConfusion[];
    readonly syllables: readonly SoundConfusion[];
  };
  readonly words: readonly Omit<DialectWord, 'dialect'>[];
}

export interface RiskWord {
  readonly word: string;
  /** e.g. `threat`, `self-harm`, `gas`, `collapse`, `group`, `minor`, `fire`. */
  readonly risk: string;
  readonly label: string;
}

export interface City {
  readonly name: string;
  readonly areaCode: string;
  readonly departments: readonly Department[];
  readonly catalogue: readonly CatalogueClass[];
  readonly streets: readonly Street[];
  readonly communities: readonly Community[];
  readonly roads: readonly Road[];
  /** Words of the city's own list, then those of its dialects. */
  readonly dialectWords: readonly DialectWord[];
  readonly dialects: readonly Dialect[];
  readonly riskWords: readonly RiskWord[];
}
