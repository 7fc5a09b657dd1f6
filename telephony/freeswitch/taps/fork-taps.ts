/** Taps by mod_audio_fork: FreeSWITCH sends both sides of a leg, interleaved, to a WebSocket of ours. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { SwitchError } from '../../ports/switch.ts';
import type { LegCommands } from '../commands.ts';
import { retryDelayMs, type AudioTaps, type OnTapFrame } from './audio-taps.ts';
import { StereoSplitter } from './stereo-splitter.ts';
import { TapTimeline } from './tap-timeline.ts';

export interface ForkTapsOptions {
  readonly bind: string;
  readonly advertisedAddress: string;
  readonly port: number;
  readonly commands: LegCommands;
  readonly logger: Logger;
  readonly newId: () => string;
}

interface Fork {
  readonly legId: string;
  readonly token: string;
  readonly clockMs: () => number;
  readonly onFrame: OnTapFrame;
  readonly timeline: TapTimeline;
  socket: WebSocket | undefined;
  retry: NodeJS.Timeout | undefined;
  tries: number;
}

/** The module hangs up on a server that does not answer with its own subprotocol. */
const SUBPROTOCOL = 'audio.drachtio.org';
const BUG = 'hltap';
/** One message is 640 bytes; this is two seconds of audio. */
const MOST_MESSAGE_BYTES = 64 * 1024;

export class ForkTaps implements AudioTaps {
  readonly kind = 'fork';
  readonly #options: ForkTapsOptions;
  readonly #byLeg = new Map<string, Fork>();
  readonly #byToken = new Map<string, Fork>();
  readonly #http: Server;
  readonly #ws: WebSocketServer;
  #port = 0;

  constructor(options: ForkTapsOptions) {
    this.#options = options;
    this.#http = createServer((_request, response) => {
      response.writeHead(404).end();
    });
    this.#ws = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MOST_MESSAGE_BYTES,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      const fork = this.#forkOf(request);
      if (fork === undefined) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      else
        this.#ws.handleUpgrade(request, socket, head, (ws) => {
          this.#onConnected(fork, ws);
        });
    });
  }

  get size(): number {
    return this.#byLeg.size;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#options.port, this.#options.bind, resolve);
    });
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  async begin(legId: string, clockMs: () => number, onFrame: OnTapFrame): Promise<void> {
    await this.end(legId);
    const token = this.#options.newId();
    const timeline = new TapTimeline();
    const fork: Fork = { legId, token, clockMs, onFrame, timeline, socket: undefined, retry: undefined, tries: 0 };
    this.#byLeg.set(legId, fork);
    this.#byToken.set(token, fork);
    try {
      await this.#order(fork);
    } catch (error) {
      this.forget(legId);
      throw error;
    }
  }

  async end(legId: string): Promise<void> {
    if (!this.#byLeg.has(legId)) return;
    this.forget(legId);
    await this.#options.commands.ask(`uuid_audio_fork ${legId} stop ${BUG}`);
  }

  forget(legId: string): void {
    const fork = this.#byLeg.get(legId);
    if (fork === undefined) return;
    clearTimeout(fork.retry);
    this.#byLeg.delete(legId);
    this.#byToken.delete(fork.token);
    fork.socket?.close(1000);
  }

  lost(legId: string): void {
    const fork = this.#byLeg.get(legId);
    if (fork !== undefined) this.#again(fork);
  }

  renew(): void {
    for (const fork of this.#byLeg.values()) if (fork.socket === undefined) this.#again(fork);
  }

  async close(): Promise<void> {
    for (const legId of [...this.#byLeg.keys()]) this.forget(legId);
    for (const client of this.#ws.clients) client.terminate();
    this.#ws.close();
    if (!this.#http.listening) return;
    await new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
      this.#http.closeAllConnections();
    });
  }

  #forkOf(request: IncomingMessage): Fork | undefined {
    return this.#byToken.get((request.url ?? '').replace(/^\/tap\//, '').split('?', 1)[0] ?? '');
  }

  async #order({ legId, token }: Fork): Promise<void> {
    const { commands, advertisedAddress } = this.#options;
    const start = `uuid_audio_fork ${legId} start ws://${advertisedAddress}:${this.#port}/tap/${token} stereo 8000 ${BUG} {}`;
    const reply = await commands.ask(start);
    if (reply.startsWith('+OK')) return;
    // The bug of a stream that broke stays on the channel, and a start fails until it is stopped.
    await commands.ask(`uuid_audio_fork ${legId} stop ${BUG}`);
    await commands.api(start);
  }

  #onConnected(fork: Fork, ws: WebSocket): void {
    fork.socket?.terminate();
    fork.socket = ws;
    fork.tries = 0;
    const splitter = new StereoSplitter();
    let waiting = false;
    ws.on('message', (data: RawData, isBinary: boolean) => {
      if (!isBinary || !Buffer.isBuffer(data)) return;
      splitter.push(data);
      if (waiting) return;
      waiting = true;
      // Frames that came together are placed together: a pile of them is a backlog and not live.
      setImmediate(() => {
        waiting = false;
        this.#deliver(fork, splitter);
      });
    });
    ws.on('error', () => {
      ws.terminate();
    });
    ws.on('close', () => {
      if (fork.socket !== ws) return;
      fork.socket = undefined;
      fork.timeline.broken();
      this.#again(fork);
    });
  }

  #deliver({ legId, timeline, clockMs, onFrame }: Fork, splitter: StereoSplitter): void {
    if (!this.#byLeg.has(legId)) return;
    const frames = splitter.take();
    const { skip, atMs, gapBeforeMs } = timeline.place(frames.length, clockMs());
    frames.slice(skip).forEach(({ said, heard }, n) => {
      const place = { atMs: atMs + n * 20, gapBeforeMs: n === 0 ? gapBeforeMs : 0 };
      onFrame({ side: 'said', pcm: said, ...place });
      onFrame({ side: 'heard', pcm: heard, ...place });
    });
  }

  /** mod_audio_fork does not come back by itself. */
  #again(fork: Fork): void {
    if (fork.retry !== undefined || this.#byLeg.get(fork.legId) !== fork) return;
    fork.retry = setTimeout(() => {
      fork.retry = undefined;
      if (fork.socket === undefined) void this.#tryAgain(fork);
    }, retryDelayMs(fork.tries++));
  }

  async #tryAgain(fork: Fork): Promise<void> {
    const { commands, logger } = this.#options;
    if (this.#byLeg.get(fork.legId) !== fork) return;
    try {
      await commands.ask(`uuid_audio_fork ${fork.legId} stop ${BUG}`);
      await this.#order(fork);
      logger.info({ legId: fork.legId, tries: fork.tries }, 'audio stream begun again');
    } catch (error) {
      if (error instanceof SwitchError && error.code === 'no-such-leg') return;
      logger.warn({ err: error, legId: fork.legId }, 'audio stream could not be begun again');
      this.#again(fork);
    }
  }
}
