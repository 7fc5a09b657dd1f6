/** Speech servers that speak over a WebSocket; what they say is a dialogue (pure), how it travels is here. */
import { WebSocket, type RawData } from 'ws';
import { pcmBytes } from './samples.ts';
import type { ChannelOptions, Heard, SpeechChannel, SpeechService } from './channel.ts';

/** The protocol of one server for one stream. Pure. */
export interface Dialogue {
  /** Texts to be sent before the first audio. */
  readonly greeting: readonly string[];
  /** Text that asks for the last words. */
  readonly farewell: string;
  /** What a text of the server means. */
  hear(message: string): readonly Heard[];
}

export interface WebSocketServiceOptions {
  readonly url: string;
  /** Sub-protocols to ask for. */
  readonly protocols: readonly string[];
  readonly dialogue: (options: Pick<ChannelOptions, 'language' | 'hotWords'>) => Dialogue;
  /** What to say, in plain words, when nobody answers at the address. */
  readonly unreachable: (url: string) => string;
}

const CONNECT_LIMIT_MS = 5000;
/** A text of a server is some kilobytes; more is not from a speech server. */
const MAX_MESSAGE_BYTES = 1_048_576;
/** More than this unsent: the connection is stuck. */
const MAX_UNSENT_BYTES = 64_000;

export function webSocketService(options: WebSocketServiceOptions): SpeechService {
  const connect = (): WebSocket =>
    new WebSocket(options.url, [...options.protocols], {
      handshakeTimeout: CONNECT_LIMIT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
  return {
    open: (channel) => new WebSocketChannel(connect(), options.dialogue(channel), channel.onHeard),
    probe: () =>
      new Promise((resolve) => {
        const socket = connect();
        socket.once('open', () => {
          socket.close();
          resolve(undefined);
        });
        socket.once('error', () => {
          resolve(options.unreachable(options.url));
        });
      }),
    close: () => Promise.resolve(),
  };
}

class WebSocketChannel implements SpeechChannel {
  readonly #socket: WebSocket;
  readonly #dialogue: Dialogue;
  readonly #onHeard: (heard: Heard) => void;
  #waiting: (Buffer | string)[] = [];
  #finished = false;
  #closed = false;

  constructor(socket: WebSocket, dialogue: Dialogue, onHeard: (heard: Heard) => void) {
    this.#socket = socket;
    this.#dialogue = dialogue;
    this.#onHeard = onHeard;
    socket.on('open', () => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const message of [...dialogue.greeting, ...waiting]) socket.send(message);
    });
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (!isBinary) for (const heard of dialogue.hear(textOf(data))) this.#tell(heard);
    });
    socket.on('close', () => {
      this.#tell(this.#finished ? { type: 'over' } : { type: 'fault', detail: 'connection closed' });
    });
    socket.on('error', () => {
      this.#tell({ type: 'fault', detail: 'connection error' });
    });
  }

  send(pcm: Int16Array): void {
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) this.#tell({ type: 'fault', detail: 'connection stuck' });
    else this.#put(pcmBytes(pcm));
  }

  finish(): void {
    this.#finished = true;
    this.#put(this.#dialogue.farewell);
  }

  close(): void {
    this.#closed = true;
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#socket.terminate();
    else this.#socket.close();
  }

  #put(message: Buffer | string): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#waiting.push(message);
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  #tell(heard: Heard): void {
    if (!this.#closed) this.#onHeard(heard);
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
