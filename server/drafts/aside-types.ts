/**
 * What is shown beside a draft: articles that may help, earlier tickets that look the same, a second matter, the dialect.
 * Nothing of it is part of the ticket until a person takes it over. Types only, shared with the pages.
 */

/** A stretch of a text, `[from, to)`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** An article of the city's knowledge folder that fits what is being said. */
export interface KnowledgeHit {
  readonly id: string;
  readonly title: string;
  /** Who answers for it. */
  readonly source: string;
  /** Last day on which it holds, `2027-12-31`; '' = without end. */
  readonly validUntil: string;
  /** That day has passed: not to be told to callers without asking. */
  readonly stale: boolean;
  readonly snippet: string;
  /** The words of the snippet that were asked for. */
  readonly marks: readonly Stretch[];
}

/** A whole article, as an agent reads it. */
export interface KnowledgeArticle extends Omit<KnowledgeHit, 'snippet' | 'marks'> {
  readonly text: string;
}

/** Everything beside one call's draft. */
export interface CallAside {
  readonly knowledge: readonly KnowledgeHit[];
}
