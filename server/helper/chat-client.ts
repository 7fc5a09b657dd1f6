/**
 * Asks a service that speaks the OpenAI chat-completions protocol: one question, one answer, within a deadline. A service that
 * fails again and again is left alone for a while.
 */
import { closedBreaker, isUsable, stepBreaker } from '../../asr/engines/failover/breaker.ts';
import { z } from 'zod';
import type { Message } from '../drafts/helper/question.ts';

export interface ChatClientOptions {
  /** Up to and with the version: `https://…/v1`. */
  readonly url: string;
  readonly model: string;
  readonly key: string | null;
  readonly deadlineMs: number;
  readonly nowMs?: () => number;
}

export type ChatReply =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly why: 'resting' | 'late' | 'unreachable' | 'refused' | 'not-understood' };

/** Answers are a few hundred bytes; whoever sends more is not asked for the rest. */
const MAX_BYTES = 200_000;

const reply = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().max(20_000) }) })).min(1),
});

export class ChatClient {
  readonly #options: ChatClientOptions;
  readonly #nowMs: () => number;
  #breaker = closedBreaker;

  constructor(options: ChatClientOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? ((): number => performance.now());
  }

  /** Never rejects. */
  async ask(messages: readonly Message[]): Promise<ChatReply> {
    if (!isUsable(this.#breaker, this.#nowMs())) return { ok: false, why: 'resting' };
    this.#breaker = stepBreaker(this.#breaker, 'chosen', this.#nowMs());
    const answer = await this.#ask(messages);
    this.#breaker = stepBreaker(this.#breaker, answer.ok ? 'worked' : 'failed', this.#nowMs());
    return answer;
  }

  async #ask(messages: readonly Message[]): Promise<ChatReply> {
    const { url, model, key, deadlineMs } = this.#options;
    try {
      const response = await fetch(`${url.replace(/\/$/, '')}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ model, messages, temperature: 0, response_format: { type: 'json_object' } }),
        signal: AbortSignal.timeout(deadlineMs),
        redirect: 'error',
      });
      if (!response.ok) return { ok: false, why: 'refused' };
      const text = await textOf(response);
      const parsed = reply.safeParse(text === null ? undefined : parsedOr(text));
      const content = parsed.success ? parsed.data.choices[0]?.message.content : undefined;
      return content === undefined ? { ok: false, why: 'not-understood' } : { ok: true, content };
    } catch (error) {
      return { ok: false, why: nameOf(error) === 'TimeoutError' ? 'late' : 'unreachable' };
    }
  }
}

/** What `fetch` throws is not always an `Error`. */
const nameOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;

async function textOf(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
