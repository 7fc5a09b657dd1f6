/**
 * Speaks as vosk-server does (alphacep/vosk-server, websocket/asr_server.py): any text with `config` is parsed as one and
 * counts before the first audio only; one answer for every packet; the end is asked for by exactly `{"eof" : 1}`.
 */
import { z } from 'zod';
import { ScriptEar, pcmOf, textOf, type EarWord } from './script-ear.ts';
import { SocketServer } from './socket-server.ts';

const configSchema = z.object({
  config: z.object({
    sample_rate: z.number().optional(),
    words: z.boolean().optional(),
    max_alternatives: z.number().int().optional(),
    phrase_list: z.array(z.string()).optional(),
  }),
});

interface Settings {
  sampleRate: number;
  words: boolean;
}

export interface VoskServerOptions {
  readonly sentences: readonly string[];
  /** The rate of the server when the client says nothing. */
  readonly defaultRateHz?: number;
  /** Takes audio and never answers. */
  readonly mute?: boolean;
}

export function voskServer({ sentences, defaultRateHz = 16_000, mute = false }: VoskServerOptions): SocketServer {
  return new SocketServer((socket) => {
    const settings: Settings = { sampleRate: defaultRateHz, words: false };
    const ear = new ScriptEar({ sentences });
    let last: readonly EarWord[] = [];
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      const text = isBinary ? '' : bytes.toString('utf8');
      if (text.includes('config')) {
        const { config } = configSchema.parse(JSON.parse(text));
        settings.sampleRate = config.sample_rate ?? settings.sampleRate;
        settings.words = config.words ?? settings.words;
        return;
      }
      if (mute) return;
      if (text === '{"eof" : 1}') {
        const final = ear.finish()[0];
        socket.send(result(final?.words ?? [], settings.words));
        socket.close();
        return;
      }
      // A real one would hear noise at the wrong rate, and dies of a text it does not know.
      if (!isBinary || settings.sampleRate !== 8000) {
        socket.terminate();
        return;
      }
      const events = ear.hear(pcmOf(bytes));
      const ended = events.find((event) => event.type === 'final');
      last = events.findLast((event) => event.type === 'partial')?.words ?? (ended === undefined ? last : []);
      socket.send(ended === undefined ? partial(last) : result(ended.words, settings.words));
    });
  });
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

const partial = (words: readonly EarWord[]): string => pretty({ partial: textOf(words, ' ') });

function result(words: readonly EarWord[], withWords: boolean): string {
  const text = textOf(words, ' ');
  if (!withWords || words.length === 0) return pretty({ text });
  const list = words.map((w) => ({ conf: 0.9, end: w.endMs / 1000, start: w.startMs / 1000, word: w.text }));
  return pretty({ result: list, text });
}
