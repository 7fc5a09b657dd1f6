/**
 * Finds articles for what is being said: BM25 over words (minisearch) with Chinese segmentation. Pure: time is an input.
 *
 * An article is offered only when it has something to do with the matter: one of its own words or a word of its title
 * was said, and more than one word fits. Small talk finds nothing.
 */
import MiniSearch from 'minisearch';
import { searchWordsOf } from '../classify/words.ts';
import type { KnowledgeHit } from '../aside-types.ts';
import type { Article } from './article.ts';
import { snippetOf } from './snippet.ts';

/** A word that was said and how much it counts, 0 to 1. */
export type Query = ReadonlyMap<string, number>;

export interface SearchOptions {
  /** The day of the call, `2026-11-27`. */
  readonly today: string;
  readonly limit: number;
}

const BOOST = { title: 2.5, words: 3, text: 1 } as const;
/** A hit must have this share of the best one's score. */
const LEAST_SHARE = 0.35;
/** More words than the newest of these do not change what a call is about. */
const MAX_QUERY_WORDS = 120;

interface Document {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  readonly text: string;
}

export class KnowledgeIndex {
  readonly #articles: ReadonlyMap<string, Article>;
  readonly #search: MiniSearch<Document>;

  constructor(articles: readonly Article[]) {
    this.#articles = new Map(articles.map((article) => [article.id, article]));
    this.#search = new MiniSearch<Document>({
      fields: ['title', 'words', 'text'],
      tokenize: (text) => [...searchWordsOf(text)],
      processTerm: (term) => term,
    });
    this.#search.addAll(articles.map(({ id, title, words, text }) => ({ id, title, words: words.join('，'), text })));
  }

  get size(): number {
    return this.#articles.size;
  }

  article(id: string): Article | undefined {
    return this.#articles.get(id);
  }

  /** The articles that fit best. */
  find(query: Query, { today, limit }: SearchOptions): readonly KnowledgeHit[] {
    const words = [...query].slice(-MAX_QUERY_WORDS);
    if (words.length === 0) return [];
    const results = this.#search.search(words.map(([word]) => word).join(' '), {
      boost: BOOST,
      tokenize: (text) => text.split(' '),
      boostTerm: (term) => query.get(term) ?? 1,
    });
    const fitting = results.filter(({ match }) => isAbout(match));
    const least = (fitting[0]?.score ?? 0) * LEAST_SHARE;
    return fitting
      .filter(({ score }) => score >= least)
      .slice(0, limit)
      .flatMap(({ id, match }) => this.#hit(String(id), Object.keys(match), today));
  }

  #hit(id: string, words: readonly string[], today: string): readonly KnowledgeHit[] {
    const article = this.#articles.get(id);
    if (article === undefined) return [];
    const { title, source, validUntil, text } = article;
    return [{ id, title, source, validUntil, stale: isStale(article, today), ...snippetOf(text, words) }];
  }
}

/** Past the last day on which it holds. */
export const isStale = ({ validUntil }: Pick<Article, 'validUntil'>, today: string): boolean =>
  validUntil !== '' && validUntil < today;

/** Which fields each word was found in: title or own words must be among them, and one word alone must be a long one. */
function isAbout(match: Readonly<Record<string, readonly string[]>>): boolean {
  const own = Object.entries(match).filter(([, fields]) => fields.includes('title') || fields.includes('words'));
  if (own.length === 0) return false;
  return Object.keys(match).length >= 2 || own.some(([word]) => word.length >= 3);
}
