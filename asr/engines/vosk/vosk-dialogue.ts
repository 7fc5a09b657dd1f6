/**
 * The protocol of vosk-server (alphacep/vosk-server, websocket/asr_server.py). Pure.
 *
 * A text with `config` counts only before the first audio; each packet of audio gets exactly one answer: the running sentence
 * (`partial`), or, at the end of one, the whole (`result`, `text`). The last words are asked for with a text that the server
 * compares letter by letter. `phrase_list` is a grammar, not a list of hints: words outside of it are not heard at all any
 * more, so hot words are not passed on.
 */
import { z } from 'zod';
import type { Heard } from '../remote/channel.ts';
import type { Dialogue } from '../remote/websocket-service.ts';

const word = z.object({ word: z.string().max(200), start: z.number(), end: z.number(), conf: z.number().optional() });
const answer = z.union([
  z.object({ partial: z.string().max(10_000) }),
  z.object({ text: z.string().max(10_000), result: z.array(word).max(2000).optional() }),
]);

const FAREWELL = '{"eof" : 1}';

export function voskDialogue(): Dialogue {
  return {
    greeting: [JSON.stringify({ config: { sample_rate: 8000, words: true, max_alternatives: 0 } })],
    farewell: FAREWELL,
    hear: (message) => [...meaning(message), { type: 'taken' }],
  };
}

function meaning(message: string): readonly Heard[] {
  const parsed = answer.safeParse(parseJson(message));
  if (!parsed.success) return [{ type: 'fault', detail: 'not an answer of vosk-server' }];
  if ('partial' in parsed.data) return [{ type: 'partial', text: parsed.data.partial, words: [] }];
  const { text, result = [] } = parsed.data;
  const words = result.map((w) => ({ text: w.word, startMs: w.start * 1000, endMs: w.end * 1000 }));
  const sure = result.flatMap((w) => (w.conf === undefined ? [] : [w.conf]));
  const confidence = sure.length === 0 ? 0 : sure.reduce((sum, c) => sum + c, 0) / sure.length;
  return [{ type: 'final', text, words, confidence }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // The schema says that it is not an answer.
  }
}
