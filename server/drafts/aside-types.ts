/**
 * What is shown beside a draft: articles that may help, earlier tickets that look the same, a second matter, the dialect.
 * Nothing of it is part of the ticket until a person takes it over. Shared with the pages.
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

/** What an earlier ticket has in common with the draft. `topic`: the second level of the class. */
export interface SimilarWhy {
  readonly type: 'caller' | 'place' | 'street' | 'class' | 'topic';
  /** Of the place or the class, as people read it. */
  readonly name: string;
}

/** An earlier ticket that looks the same. */
export interface EarlierTicket {
  readonly id: string;
  readonly number: string;
  readonly createdAtMs: number;
  readonly status: 'accepted';
  readonly class: string;
  readonly place: string;
  readonly department: string;
  readonly summary: string;
  readonly why: readonly SimilarWhy[];
}

/** A second matter the call seems to have: a draft of its own is offered. */
export interface SecondMatter {
  readonly classId: string;
  /** e.g. 供水供电供气 › 供水 › 停水. */
  readonly display: string;
  /** The words that tell it. */
  readonly words: string;
}

/** Which dialect the caller speaks. */
export interface SpokenDialect {
  /** '' = Mandarin, said by an agent. */
  readonly dialectId: string;
  readonly name: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** An agent has said so. */
  readonly set: boolean;
}

/** Everything beside one call's draft. */
export interface CallAside {
  readonly knowledge: readonly KnowledgeHit[];
  readonly similar: readonly EarlierTicket[];
  readonly second: SecondMatter | null;
  /** Null while nothing is known. */
  readonly dialect: SpokenDialect | null;
}

export const emptyAside: CallAside = { knowledge: [], similar: [], second: null, dialect: null };
