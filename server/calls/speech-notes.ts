/**
 * What is noticed in a caller's speech at once, before a sentence is over: words of danger and the dialect.
 * State only; `hear` says what is new.
 */
import type { TranscriptUpdate } from '../../asr/ports.ts';
import { GUESS_WITHIN_MS, type DraftEngine } from '../drafts/engine.ts';
import type { CallEventBody, EpochMs } from '../timeline/events.ts';

export interface RiskNote {
  /** Codes of the city's risk words, in the order in which they were heard. */
  readonly codes: readonly string[];
  /** The words of the newest. */
  readonly words: string;
  readonly atMs: EpochMs;
}

export interface DialectNote {
  readonly dialectId: string;
  readonly name: string;
  readonly confidence: number;
  /** An agent has said so: guesses do not count any more. */
  readonly set: boolean;
}

/** Less sure than this is not worth saying. */
const DIALECT_CONFIDENCE = 0.5;

export class SpeechNotes {
  readonly #engine: Pick<DraftEngine, 'risksIn' | 'guessDialect'>;
  readonly #nowMs: () => number;
  /** The first sentences, each as it was understood last: later ones do not count for the dialect. */
  readonly #early = new Map<string, TranscriptUpdate>();
  #firstMs: number | undefined;
  risk: RiskNote | null = null;
  /** For the line (a dialect seat) and for the choice of the recogniser. */
  dialect: DialectNote | null = null;

  constructor(engine: Pick<DraftEngine, 'risksIn' | 'guessDialect'>, nowMs: () => number) {
    this.#engine = engine;
    this.#nowMs = nowMs;
  }

  /** Events for what this state of a sentence told that was not known before. */
  hear(update: TranscriptUpdate): readonly CallEventBody[] {
    if (update.side !== 'caller' || update.text === '') return [];
    return [...this.#hearRisk(update), ...this.#hearDialect(update)];
  }

  /** What an agent says is so; '' = Mandarin. */
  setDialect(dialectId: string, name: string): void {
    this.dialect = { dialectId, name, confidence: 1, set: true };
  }

  #hearRisk(update: TranscriptUpdate): readonly CallEventBody[] {
    const known = new Set(this.risk?.codes);
    const fresh = this.#engine.risksIn(update).filter((r) => !known.has(r.code));
    if (fresh.length === 0) return [];
    const codes = [...known, ...new Set(fresh.map((r) => r.code))];
    this.risk = { codes, words: fresh.map((r) => r.words).join('、'), atMs: this.#nowMs() };
    return [{ type: 'risk.heard', risk: codes.join(','), segmentId: update.segmentId }];
  }

  #hearDialect(update: TranscriptUpdate): readonly CallEventBody[] {
    if (!update.final || this.dialect?.set === true) return [];
    this.#firstMs ??= update.startMs;
    if (update.startMs - this.#firstMs >= GUESS_WITHIN_MS) return [];
    this.#early.set(update.segmentId, update);
    const best = this.#engine.guessDialect([...this.#early.values()])[0];
    if (best === undefined || best.confidence < DIALECT_CONFIDENCE) return [];
    const before = this.dialect;
    this.dialect = { dialectId: best.dialectId, name: best.name, confidence: best.confidence, set: false };
    if (before?.dialectId === best.dialectId) return [];
    return [{ type: 'dialect.guessed', dialect: best.dialectId, confidence: best.confidence }];
  }
}
