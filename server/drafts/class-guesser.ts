/** A second opinion on the class of a request, e.g. a trained classifier. Types only. */

export interface ClassGuess {
  /** Id of a class of the city's catalogue; others are left out. */
  readonly classId: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** Stretches of the text that speak for it, `[from, to)`; a guess without any is not used. */
  readonly words: readonly { readonly from: number; readonly to: number }[];
}

/** Must be pure and quick (≤ 5 ms): it is asked once for each sentence of a caller. */
export interface ClassGuesser {
  readonly guess: (text: string) => readonly ClassGuess[];
}
