/** SIP over WebSocket (RFC 7118), on an HTTP server that belongs to someone else. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { MAX_MESSAGE_BYTES } from '../sip/message/parse.ts';
import type { Flow } from '../sip/core/types.ts';

export interface WsTransportOptions {
  readonly onMessage: (bytes: Uint8Array, flow: Flow) => void;
  readonly onClose: (flow: Flow) => void;
  /** A page that does not answer pings for this long is gone. */
  readonly pingEveryMs: number;
  /** Ids of the flows with a registration or a call: others are strangers. */
  readonly knownFlows: () => ReadonlySet<string>;
  readonly maxConnections?: number;
}

interface Connection {
  readonly socket: WebSocket;
  readonly flow: Flow;
  alive: boolean;
  /** Messages it may still send in this second. */
  credit: number;
  /** Pings since it was last seen to have a registration or a call. */
  strangeFor: number;
}

/** A page sends a handful of messages per call; whoever sends more than this in a second is cut off. */
const MAX_MESSAGES_PER_SECOND = 100;

/** A page registers at once; who has not done so within this many pings is none. */
const MAX_STRANGE_PINGS = 2;
/** More sockets than this are refused, unless a stranger can make room; a hotline has one per agent page. */
const MAX_CONNECTIONS = 5_000;

export class WsTransport {
  readonly #options: WsTransportOptions;
  readonly #server: WebSocketServer;
  readonly #connections = new Map<string, Connection>();
  #nextId = 1;
  #pinger: NodeJS.Timeout | undefined;
  #creditor: NodeJS.Timeout | undefined;

  constructor(options: WsTransportOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: (protocols) => (protocols.has('sip') ? 'sip' : false),
    });
  }

  get connections(): number {
    return this.#connections.size;
  }

  start(): void {
    this.#pinger = setInterval(() => {
      this.#pingAll();
    }, this.#options.pingEveryMs);
    this.#pinger.unref();
    this.#creditor = setInterval(() => {
      for (const connection of this.#connections.values()) connection.credit = MAX_MESSAGES_PER_SECOND;
    }, 1_000);
    this.#creditor.unref();
  }

  /** Takes over an HTTP upgrade. Without the subprotocol `sip` it is refused (RFC 7118 section 4.1). */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
    if (!offered.includes('sip') || !this.#hasRoom()) {
      const status = offered.includes('sip') ? '503 Service Unavailable' : '400 Bad Request';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#accept(webSocket, request);
    });
  }

  /** When all places are taken, the stranger that has been here longest goes: agents must get in. */
  #hasRoom(): boolean {
    if (this.#connections.size < (this.#options.maxConnections ?? MAX_CONNECTIONS)) return true;
    const known = this.#options.knownFlows();
    for (const [id, { socket }] of this.#connections) {
      if (known.has(id)) continue;
      this.#connections.delete(id);
      socket.terminate();
      return true;
    }
    return false;
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    const id = `ws:${this.#nextId++}`;
    const { remoteAddress = '0.0.0.0', remotePort = 0 } = request.socket;
    const flow: Flow = { id, transport: 'WS', address: remoteAddress, port: remotePort };
    const connection: Connection = { socket, flow, alive: true, credit: MAX_MESSAGES_PER_SECOND, strangeFor: 0 };
    this.#connections.set(id, connection);
    socket.on('message', (data: RawData) => {
      connection.alive = true;
      connection.credit -= 1;
      if (connection.credit < 0) socket.terminate();
      else this.#options.onMessage(toBytes(data), flow);
    });
    socket.on('pong', () => {
      connection.alive = true;
    });
    // A protocol error is followed by `close`, which is all that matters here.
    socket.on('error', () => {
      socket.terminate();
    });
    socket.on('close', () => {
      this.#connections.delete(id);
      this.#options.onClose(flow);
    });
  }

  #pingAll(): void {
    const known = this.#options.knownFlows();
    for (const [id, connection] of this.#connections) {
      connection.strangeFor = known.has(id) ? 0 : connection.strangeFor + 1;
      if (!connection.alive || connection.strangeFor > MAX_STRANGE_PINGS) connection.socket.terminate();
      else {
        connection.alive = false;
        connection.socket.ping();
      }
    }
  }

  send(flow: Flow, bytes: Uint8Array, onDone: (error: Error | null) => void): void {
    const connection = this.#connections.get(flow.id);
    if (connection?.socket.readyState !== connection?.socket.OPEN || connection === undefined) {
      onDone(new Error('socket is closed'));
      return;
    }
    connection.socket.send(bytes, { binary: false }, (error) => {
      onDone(error ?? null);
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    clearInterval(this.#creditor);
    for (const { socket } of this.#connections.values()) socket.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
