/** The REST calls of the pages. Every failure is a value: `status` 0 means that the server could not be reached. */
import type {
  CallRow,
  City,
  Info,
  KnowledgeArticle,
  KnowledgeHit,
  LearnedPlaceRow,
  Me,
  SipCredentials,
  TicketRow,
} from './types.ts';

export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly retryAfterS: number; readonly message: string };

export interface SignedIn {
  readonly me: Me;
  readonly csrfToken: string;
}

/** Asks and reads JSON; never rejects. */
export async function call<T>(path: string, init: RequestInit = {}): Promise<Reply<T>> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch {
    return { ok: false, status: 0, retryAfterS: 0, message: '' };
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return { ok: true, value: body as T };
  const retryAfterS = Number(response.headers.get('retry-after') ?? '0') || 0;
  return { ok: false, status: response.status, retryAfterS, message: messageOf(body) };
}

function messageOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  if ('message' in body && typeof body.message === 'string') return body.message;
  return 'error' in body ? messageOf(body.error) : '';
}

/** Posts JSON. */
export function post<T>(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply<T>> {
  return call<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Lists come bare or under one name. */
function listOf<T>(reply: Reply<unknown>, name: string): Reply<readonly T[]> {
  if (!reply.ok) return reply;
  const raw = reply.value;
  if (Array.isArray(raw)) return { ok: true, value: raw as readonly T[] };
  const inside = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[name] : undefined;
  return { ok: true, value: Array.isArray(inside) ? (inside as readonly T[]) : [] };
}

export const api = {
  info: () => call<Info>('/api/info'),
  me: () => call<SignedIn>('/api/me'),
  login: (login: string, password: string) => post<SignedIn>('/api/login', { login, password }),
  logout: (csrfToken: string) => post<unknown>('/api/logout', {}, { 'x-csrf-token': csrfToken }),
  city: () => call<City>('/api/city'),
  recentCalls: async (limit = 50) => listOf<CallRow>(await call(`/api/calls/recent?limit=${limit}`), 'calls'),
  ticket: (ticketNumber: string) => call<TicketRow>(`/api/tickets/${encodeURIComponent(ticketNumber)}`),
  callDetail: (callId: string) => call<unknown>(`/api/calls/${encodeURIComponent(callId)}`),
  learnedPlaces: async () => listOf<LearnedPlaceRow>(await call('/api/learned-places'), 'places'),
  setLearnedPlace: (id: string, state: 'used' | 'undone', csrfToken: string) =>
    post<LearnedPlaceRow>(`/api/learned-places/${encodeURIComponent(id)}`, { state }, { 'x-csrf-token': csrfToken }),
  article: (id: string) => call<KnowledgeArticle>(`/api/knowledge/article?id=${encodeURIComponent(id)}`),
  searchArticles: async (words: string) =>
    listOf<KnowledgeHit>(await call(`/api/knowledge/search?q=${encodeURIComponent(words)}`), 'hits'),
  phoneCredentials: () => post<SipCredentials>('/api/phone/credentials', {}, { 'x-hotline-phone': '1' }),
} as const;
