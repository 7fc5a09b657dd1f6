/**
 * Speaks as FunASR's 2-pass server does (modelscope/FunASR, runtime/docs/websocket_protocol.md): settings as the first text,
 * 600 ms pieces as `2pass-online`, the whole sentence as `2pass-offline` with times as JSON in a string, `is_final` only after
 * `{"is_speaking": false}`. `python: true`: `is_final` as the Python server sends it (true while audio comes).
 */
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { ScriptEar, pcmOf, textOf, type EarWord } from './script-ear.ts';
import { SocketServer } from './socket-server.ts';

const settingsSchema = z.object({
  mode: z.literal('2pass'),
  wav_name: z.string(),
  wav_format: z.literal('pcm'),
  audio_fs: z.union([z.literal(8000), z.literal(16_000)]),
  is_speaking: z.literal(true),
  chunk_size: z.tuple([z.literal(5), z.literal(10), z.literal(5)]),
  hotwords: z
    .string()
    .transform((text) => z.record(z.string(), z.number()).parse(JSON.parse(text)))
    .optional(),
  itn: z.boolean().optional(),
});

export interface FunasrServerOptions {
  readonly sentences: readonly string[];
  /** What the offline model makes of the same sentences, with punctuation. */
  readonly better?: readonly string[];
  readonly python?: boolean;
  readonly onHotWords?: (hotWords: readonly string[]) => void;
}

const ONLINE_MS = 600;

export function funasrServer(options: FunasrServerOptions): SocketServer {
  return new SocketServer((socket) => {
    new Session(socket, options);
  });
}

class Session {
  readonly #socket: WebSocket;
  readonly #options: FunasrServerOptions;
  readonly #ear: ScriptEar;
  #name = '';
  #ready = false;
  #told = 0;
  #toldAtMs = 0;
  #finals = 0;
  #speaking = true;

  constructor(socket: WebSocket, options: FunasrServerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#ear = new ScriptEar({ sentences: options.sentences, silenceMs: 800 });
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#audio(pcmOf(data as Buffer));
      else this.#text((data as Buffer).toString('utf8'));
    });
  }

  #text(text: string): void {
    const value: unknown = JSON.parse(text);
    if (z.object({ is_speaking: z.literal(false) }).safeParse(value).success) {
      this.#speaking = false;
      const last = this.#ear.finish()[0];
      this.#offline(last?.words ?? [], true);
      return;
    }
    const settings = settingsSchema.parse(value);
    this.#name = settings.wav_name;
    this.#ready = settings.audio_fs === 8000;
    if (settings.hotwords !== undefined) this.#options.onHotWords?.(Object.keys(settings.hotwords));
  }

  #audio(pcm: Int16Array): void {
    if (!this.#ready) {
      this.#socket.terminate();
      return;
    }
    for (const event of this.#ear.hear(pcm)) {
      if (event.type === 'final') this.#offline(event.words, false);
      else if (this.#ear.heardMs - this.#toldAtMs >= ONLINE_MS) this.#online(event.words);
    }
  }

  #online(words: readonly EarWord[]): void {
    this.#toldAtMs = this.#ear.heardMs;
    this.#send('2pass-online', textOf(words.slice(this.#told)), false);
    this.#told = words.length;
  }

  #offline(words: readonly EarWord[], isLast: boolean): void {
    const heard = textOf(words);
    const { better } = this.#options;
    const text = heard === '' ? '' : (better?.[this.#finals % better.length] ?? `${heard}。`);
    if (heard !== '') this.#finals++;
    this.#told = 0;
    const timestamp = JSON.stringify(words.map((w) => [Math.round(w.startMs), Math.round(w.endMs)]));
    this.#send('2pass-offline', text, isLast, timestamp);
  }

  #send(mode: string, text: string, isFinal: boolean, timestamp?: string): void {
    const final = this.#options.python === true ? this.#speaking : isFinal;
    const times = timestamp === undefined ? {} : { timestamp, stamp_sents: [] };
    this.#socket.send(JSON.stringify({ is_final: final, mode, text, wav_name: this.#name, ...times }));
  }
}
