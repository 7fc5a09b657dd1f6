/** A person's log-in over REST, for looking at what was stored. */
import type { Hotline } from '../support/hotline.ts';

export interface Session {
  get(path: string): Promise<unknown>;
  bytes(path: string): Promise<Buffer>;
}

export async function openSession(hotline: Pick<Hotline, 'url' | 'login'>, name: string): Promise<Session> {
  const { login, password } = hotline.login(name);
  const answer = await fetch(`${hotline.url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: hotline.url },
    body: JSON.stringify({ login, password }),
  });
  if (!answer.ok) throw new Error(`log-in of ${name} failed with ${String(answer.status)}`);
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const ask = async (path: string): Promise<Response> => {
    const reply = await fetch(hotline.url + path, { headers: { cookie } });
    if (!reply.ok) throw new Error(`GET ${path} answered ${String(reply.status)}`);
    return reply;
  };
  return {
    get: async (path) => (await ask(path)).json(),
    bytes: async (path) => Buffer.from(await (await ask(path)).arrayBuffer()),
  };
}

export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  timeoutMs = 15_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadlineMs) throw new Error(`waited ${String(timeoutMs)} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
