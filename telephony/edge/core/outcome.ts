/** What the end of a proxied call says about the far ends it was sent to. Pure. */

/** Where a call was sent, in the order it was. */
export interface Attempt {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** A final answer and where it came from. */
export interface Answer {
  readonly address: string;
  readonly port: number;
  readonly status: number;
}

export type Tried<A extends Attempt> =
  /** Took the call, or refused it for a reason of its own (busy, not found …). */
  | { readonly type: 'taken'; readonly attempt: A; readonly status: number }
  /** 5xx: something is wrong there, or it has too much to do. */
  | { readonly type: 'refused'; readonly attempt: A; readonly status: number }
  /** Nothing came back in time. */
  | { readonly type: 'unanswered'; readonly attempt: A };

/**
 * Judges the attempts of one call. One without a final answer counts as unanswered only when a later one has answered:
 * the call was given up on it then. A caller who hangs up early proves nothing. (The last attempt is the edge's own
 * answer of last resort, which always comes.)
 */
export function judgeCall<A extends Attempt>(attempts: readonly A[], answers: readonly Answer[]): readonly Tried<A>[] {
  const found = attempts.map((d) => answers.find((a) => a.address === d.address && a.port === d.port));
  const lastAnswered = found.findLastIndex((answer) => answer !== undefined);
  return attempts.flatMap((attempt, i): Tried<A>[] => {
    const answer = found[i];
    if (answer === undefined) return i < lastAnswered ? [{ type: 'unanswered', attempt }] : [];
    const { status } = answer;
    return [{ type: status >= 500 && status < 600 ? 'refused' : 'taken', attempt, status }];
  });
}
