import { z } from 'zod';
import { dayOf } from '../../drafts/day.ts';
import type { KnowledgeArticle, KnowledgeHit } from '../../drafts/aside-types.ts';
import { isStale } from '../../drafts/knowledge/knowledge-index.ts';
import { searchWordsOf } from '../../drafts/classify/words.ts';
import type { KnowledgeFault } from '../../knowledge/knowledge-folder.ts';
import type { HttpDeps } from '../deps.ts';
import { HttpError } from '../errors.ts';
import type { Route, RouteContext } from '../route.ts';

const articleId = z.string().min(1).max(400);
const words = z.string().trim().min(1).max(60);
const MAX_HITS = 10;

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HttpError('bad-request');
  return parsed.data;
}

/** The city's articles: nothing in them is about a person, so every log-in may read them. */
export function knowledgeRoutes({ knowledge, cityCards }: HttpDeps): readonly Route[] {
  if (knowledge === undefined) return [];
  const today = (): string => dayOf(Date.now());
  const search = ({ request }: RouteContext): { readonly hits: readonly KnowledgeHit[] } => {
    const query = new Map(searchWordsOf(parse(words, request.query['q'])).map((word) => [word, 1]));
    return { hits: knowledge.index.find(query, { today: today(), limit: MAX_HITS }) };
  };
  const read = ({ request }: RouteContext): KnowledgeArticle => {
    const asked = parse(articleId, request.query['id']);
    const found = cityCards?.article(asked) ?? knowledge.index.article(asked);
    if (found === undefined) throw new HttpError('not-found');
    const { id, title, source, validUntil, text } = found;
    return { id, title, source, validUntil, text, stale: isStale(found, today()) };
  };
  const state = (): { readonly articles: number; readonly faults: readonly KnowledgeFault[] } => ({
    articles: knowledge.index.size,
    faults: knowledge.faults,
  });
  return [
    { method: 'get', path: '/api/knowledge/search', access: 'session', handle: search },
    { method: 'get', path: '/api/knowledge/article', access: 'session', handle: read },
    { method: 'get', path: '/api/knowledge', access: ['supervisor', 'admin'], handle: state },
  ];
}
