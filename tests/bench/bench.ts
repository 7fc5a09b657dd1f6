/** What every bench offers, and how it talks: progress to stderr, one JSON line to stdout at the end. */

export type Metrics = Readonly<Record<string, number>>;

export interface Bench {
  readonly name: string;
  /** One line for `npm run bench -- list`. */
  readonly about: string;
  readonly limitMs: number;
  readonly run: (say: (line: string) => void) => Promise<Metrics>;
}

/** Thrown by a bench that cannot run here, with the reason; printed as `{"bench":…,"skipped":"…"}`. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
