/** One TCP or TLS connection: cuts messages, keeps limits and keep-alive. */
import type { Socket } from 'node:net';
import type { Flow } from '../sip/core/types.ts';
import { StreamFramer } from '../sip/message/stream-framer.ts';
import type { StreamLimits } from './stream-transport.ts';

const PING = new Uint8Array([13, 10, 13, 10]);
const TCP_KEEP_ALIVE_MS = 30_000;
/** What was said last is let out before a closing transport cuts the line. */
export const LAST_WORDS_MS = 300;

export interface StreamConnectionOptions {
  readonly flow: Flow;
  readonly isTrusted: boolean;
  /** We opened it. */
  readonly isOurs: boolean;
  readonly limits: StreamLimits;
  readonly onMessage: (bytes: Uint8Array, flow: Flow) => void;
  /** It is about to be closed for what the far end did. */
  readonly onMisbehaved: () => void;
}

export class StreamConnection {
  readonly flow: Flow;
  readonly #socket: Socket;
  readonly #options: StreamConnectionOptions;
  readonly #framer = new StreamFramer();
  readonly #openedAtMs = performance.now();
  #isUp: boolean;
  #messageAtMs: number | undefined;
  #heardAtMs = performance.now();
  #pingAtMs: number | undefined;
  /** It has answered a ping once, so that silence after one means something. */
  #answersPings = false;
  #second = 0;
  #messagesThisSecond = 0;

  constructor(socket: Socket, options: StreamConnectionOptions) {
    this.flow = options.flow;
    this.#socket = socket;
    this.#options = options;
    this.#isUp = !options.isOurs;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    socket.on('connect', () => {
      if (!('encrypted' in socket)) this.#isUp = true;
    });
    socket.on('secureConnect', () => {
      this.#isUp = true;
    });
    socket.on('data', (bytes) => {
      this.#receive(bytes);
    });
    // Every error is followed by `close`, which is what the transport acts on; senders learn it from their callbacks.
    socket.on('error', () => {
      socket.destroy();
    });
    socket.on('end', () => {
      socket.end();
    });
  }

  #receive(bytes: Uint8Array): void {
    this.#heardAtMs = performance.now();
    if (this.#pingAtMs !== undefined && bytes[0] === 13) this.#answersPings = true;
    this.#pingAtMs = undefined;
    const { messages, broken } = this.#framer.push(bytes);
    for (const message of messages) {
      if (this.#isTooFast()) {
        this.#cutOff();
        return;
      }
      this.#messageAtMs = this.#heardAtMs;
      this.#options.onMessage(message, this.flow);
    }
    if (broken !== undefined) this.#cutOff();
  }

  #isTooFast(): boolean {
    if (this.#options.isTrusted) return false;
    const second = Math.floor(this.#heardAtMs / 1_000);
    this.#messagesThisSecond = second === this.#second ? this.#messagesThisSecond + 1 : 1;
    this.#second = second;
    return this.#messagesThisSecond > this.#options.limits.messagesPerSecond;
  }

  #cutOff(): void {
    this.#options.onMisbehaved();
    this.#socket.destroy();
  }

  send(bytes: Uint8Array, onDone: (error: Error | null) => void): void {
    if (this.#socket.writableLength > this.#options.limits.pendingBytes) {
      this.#cutOff();
      onDone(new Error('the far end does not read'));
      return;
    }
    this.#socket.write(bytes, (error) => {
      onDone(error ?? null);
    });
  }

  /** Looks at what is due; called every second. */
  look(nowMs: number): void {
    const { limits, isTrusted, isOurs } = this.#options;
    if (!this.#isUp) {
      if (nowMs - this.#openedAtMs > limits.connectMs) this.#socket.destroy(new Error('no connection in time'));
    } else if (isOurs) this.#keepAlive(nowMs);
    else if (!isTrusted && this.#isIdle(nowMs)) this.#cutOff();
  }

  #isIdle(nowMs: number): boolean {
    const { firstMessageMs, idleMs } = this.#options.limits;
    if (this.#messageAtMs === undefined) return nowMs - this.#openedAtMs > firstMessageMs;
    return nowMs - this.#messageAtMs > idleMs;
  }

  #keepAlive(nowMs: number): void {
    const { pingEveryMs, pongMs } = this.#options.limits;
    if (this.#pingAtMs === undefined) {
      if (nowMs - this.#heardAtMs < pingEveryMs) return;
      this.#pingAtMs = nowMs;
      this.#socket.write(PING);
    } else if (this.#answersPings && nowMs - this.#pingAtMs > pongMs) {
      this.#socket.destroy(new Error('the far end is gone'));
    } else if (nowMs - this.#pingAtMs > pingEveryMs) this.#pingAtMs = undefined;
  }

  /** Lets out what is written and closes. */
  end(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS).unref();
  }
}
