/**
 * The 2-pass protocol of FunASR (modelscope/FunASR, runtime/docs/websocket_protocol.md). Pure.
 *
 * While a sentence is said, `2pass-online` messages each bring the newly heard piece of it; after it, one `2pass-offline`
 * message brings the whole sentence from the better model, which replaces the pieces. `hotwords` and `timestamp` are JSON
 * inside a JSON string. `is_final` cannot be trusted while audio is being sent: the Python server sends true then.
 */
import { z } from 'zod';
import type { Heard, HeardWord } from '../remote/channel.ts';
import type { Dialogue } from '../remote/websocket-service.ts';

const message = z.object({
  mode: z.enum(['online', 'offline', '2pass-online', '2pass-offline']),
  text: z.string().max(10_000),
  is_final: z.boolean().optional(),
  timestamp: z.string().max(100_000).optional(),
});
const timesSchema = z.array(z.tuple([z.number(), z.number()])).max(5000);

/** 600 ms pieces with 300 ms look-ahead: the server's own choice for live text. */
const CHUNK_SIZE = [5, 10, 5];
const CHUNK_INTERVAL = 10;
const HOT_WORD_WEIGHT = 20;
/** The server searches them one by one. */
const MAX_HOT_WORDS = 500;
const punctuation = /[，。？！、；：,.?!;:\s]/g;

export function funasrDialogue({ hotWords }: { readonly hotWords: readonly string[] }): Dialogue {
  const hints = Object.fromEntries(hotWords.slice(0, MAX_HOT_WORDS).map((word) => [word, HOT_WORD_WEIGHT]));
  const greeting = {
    mode: '2pass',
    wav_name: 'call',
    wav_format: 'pcm',
    audio_fs: 8000,
    is_speaking: true,
    chunk_size: CHUNK_SIZE,
    chunk_interval: CHUNK_INTERVAL,
    itn: false,
    ...(hotWords.length === 0 ? {} : { hotwords: JSON.stringify(hints) }),
  };
  let pieces = '';
  let saidGoodbye = false;
  return {
    greeting: [JSON.stringify(greeting)],
    get farewell(): string {
      saidGoodbye = true;
      return JSON.stringify({ is_speaking: false });
    },
    hear: (text): readonly Heard[] => {
      const parsed = message.safeParse(parseJson(text));
      if (!parsed.success) return [{ type: 'fault', detail: 'not a message of FunASR' }];
      const { data } = parsed;
      if (data.mode === 'online' || data.mode === '2pass-online') {
        pieces += data.text;
        return data.text === '' ? [] : [{ type: 'partial', text: pieces, words: [] }];
      }
      pieces = '';
      const final: Heard = { type: 'final', text: data.text, words: wordsOf(data.text, data.timestamp) };
      return saidGoodbye && data.is_final === true ? [final, { type: 'over' }] : [final];
    },
  };
}

/** One time for each character (or Latin word) without punctuation; nothing when they do not fit together. */
function wordsOf(text: string, timestamp: string | undefined): readonly HeardWord[] {
  const times = timesSchema.safeParse(parseJson(timestamp ?? ''));
  const units = text.match(/[A-Za-z']+|[^A-Za-z]/gu)?.map((unit) => unit) ?? [];
  const spoken = units.filter((unit) => unit.replaceAll(punctuation, '') !== '');
  if (!times.success || times.data.length !== spoken.length) return [];
  const words: HeardWord[] = [];
  let next = 0;
  for (const unit of units) {
    const silent = unit.replaceAll(punctuation, '') === '';
    const [startMs, endMs] = silent
      ? [words.at(-1)?.endMs ?? 0, words.at(-1)?.endMs ?? 0]
      : (times.data[next] ?? [0, 0]);
    if (!silent) next++;
    words.push({ text: unit, startMs, endMs });
  }
  return words;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // The schema says that it is not what it should be.
  }
}
