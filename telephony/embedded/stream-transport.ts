/** SIP over TCP and TLS (RFC 3261 section 18): connections of both directions, each one flow. */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, connect as tlsConnect, type Server as TlsServer } from 'node:tls';
import { streamFlow, type Flow } from '../sip/core/types.ts';
import { listenFault } from './listen-fault.ts';
import { LAST_WORDS_MS, StreamConnection } from './stream-connection.ts';

/** PEM texts. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
}

/** How a far end of TLS is checked. */
export interface TlsPeer {
  /** Name its certificate must bear. */
  readonly name: string;
  /** False: any certificate will do (a gateway with a self-signed one on a private line). */
  readonly verify: boolean;
  /** PEM of the authorities that count; undefined = those of the system. */
  readonly ca: string | undefined;
}

export interface StreamLimits {
  /** Connections at once; more are refused. */
  readonly connections: number;
  /** Of these, from one address that nobody trusts. */
  readonly perStranger: number;
  /** A stranger says something whole within this time of connecting. */
  readonly firstMessageMs: number;
  /** A stranger that says nothing for this long is cut off. Trunks may be silent: a call can last hours. */
  readonly idleMs: number;
  readonly messagesPerSecond: number;
  /** A connection of ours that does not come about in this time has failed. */
  readonly connectMs: number;
  /** A far end that lets this much pile up does not read any more. */
  readonly pendingBytes: number;
  /** RFC 5626 section 4.4.1: CRLF CRLF on the connections we opened. */
  readonly pingEveryMs: number;
  /** A far end that has answered pings before and is silent for this long after one is gone. */
  readonly pongMs: number;
}

export const usualStreamLimits: StreamLimits = {
  connections: 2_000,
  perStranger: 10,
  firstMessageMs: 10_000,
  idleMs: 180_000,
  messagesPerSecond: 100,
  connectMs: 2_000,
  pendingBytes: 1_048_576,
  pingEveryMs: 95_000,
  pongMs: 10_000,
};

export interface StreamTransportOptions {
  readonly transport: 'TCP' | 'TLS';
  readonly bind: string;
  /** 0 = any free port; null = no server, connections of ours only. */
  readonly port: number | null;
  /** For TLS with a server. */
  readonly certificate?: TlsCertificate | undefined;
  readonly peerOf?: (flow: Flow) => TlsPeer;
  readonly isTrusted: (address: string) => boolean;
  readonly limits?: StreamLimits;
  readonly onMessage: (bytes: Uint8Array, flow: Flow) => void;
  readonly onClose: (flow: Flow) => void;
  readonly onError: (error: Error) => void;
}

/** Timers of connections are looked at this often. */
const LOOK_EVERY_MS = 1_000;

export class StreamTransport {
  readonly #options: StreamTransportOptions;
  readonly #limits: StreamLimits;
  readonly #connections = new Map<string, StreamConnection>();
  /** Connections that came in, over TLS those that are not agreed on yet, too, with their addresses. */
  readonly #inbound = new Map<Socket, string>();
  #server: Server | TlsServer | undefined;
  #watch: NodeJS.Timeout | undefined;
  #refused = 0;
  #closed = false;

  constructor(options: StreamTransportOptions) {
    this.#options = options;
    this.#limits = options.limits ?? usualStreamLimits;
  }

  /** Port in use once started, else 0. */
  get port(): number {
    const at = this.#server?.address();
    return typeof at === 'object' && at !== null ? at.port : 0;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Connections that others have opened, over TLS those that are not agreed on yet, too. */
  get inbound(): number {
    return this.#inbound.size;
  }

  /** Connections turned away or cut off for what they did. */
  get refused(): number {
    return this.#refused;
  }

  /** Listens; rejects with words that say what is wrong and what to do. */
  async start(): Promise<void> {
    this.#watch = setInterval(() => {
      for (const connection of this.#connections.values()) connection.look(performance.now());
    }, LOOK_EVERY_MS);
    this.#watch.unref();
    const { bind, port, transport } = this.#options;
    if (port === null) return;
    const server = this.#makeServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(listenFault(error, { transport, bind, port }));
      });
      server.listen(port, bind, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', this.#options.onError);
    this.#server = server;
  }

  /** A new certificate counts for new connections; those that are up, and their calls, stay. */
  renew(certificate: TlsCertificate): void {
    if (this.#server !== undefined && 'setSecureContext' in this.#server) this.#server.setSecureContext(certificate);
  }

  #makeServer(): Server | TlsServer {
    if (this.#options.transport === 'TCP') {
      return createServer((socket) => {
        if (this.#lets(socket)) this.#accept(socket);
        else this.#refused += 1;
      });
    }
    const server = createTlsServer({
      ...this.#options.certificate,
      minVersion: 'TLSv1.2',
      handshakeTimeout: this.#limits.firstMessageMs,
    });
    // Who is not let in is told of below, as an end before its time.
    server.on('connection', (socket: Socket) => this.#lets(socket));
    server.on('secureConnection', this.#accept);
    // Port scans and clients that do not like our certificate: nothing that concerns a call.
    server.on('tlsClientError', (_error, socket) => {
      this.#refused += 1;
      socket.destroy();
    });
    return server;
  }

  /** A connection counts from the first packet on, not only when TLS has been agreed on. */
  #lets(socket: Socket): boolean {
    const address = addressOf(socket);
    const same = [...this.#inbound.values()].filter((one) => one === address).length;
    const isFull = this.#inbound.size >= this.#limits.connections;
    if (this.#closed || isFull || (same >= this.#limits.perStranger && !this.#options.isTrusted(address))) {
      socket.destroy();
      return false;
    }
    this.#inbound.set(socket, address);
    socket.once('close', () => this.#inbound.delete(socket));
    return true;
  }

  readonly #accept = (socket: Socket): void => {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined || this.#closed) {
      socket.destroy();
      return;
    }
    const address = addressOf(socket);
    const isTrusted = this.#options.isTrusted(address);
    this.#add(socket, streamFlow(this.#options.transport, address, remotePort), { isTrusted, isOurs: false });
  };

  #add(socket: Socket, flow: Flow, who: { isTrusted: boolean; isOurs: boolean }): StreamConnection {
    const connection = new StreamConnection(socket, {
      ...{ flow, ...who, limits: this.#limits },
      onMessage: this.#options.onMessage,
      onMisbehaved: () => {
        this.#refused += 1;
      },
    });
    this.#connections.set(flow.id, connection);
    socket.once('close', () => {
      if (this.#connections.get(flow.id) === connection) this.#connections.delete(flow.id);
      this.#options.onClose(flow);
    });
    return connection;
  }

  /** Over the connection of that flow; one that is not there (any more) is opened. */
  send(flow: Flow, bytes: Uint8Array, onDone: (error: Error | null) => void): void {
    if (this.#closed) onDone(new Error('transport is closed'));
    else (this.#connections.get(flow.id) ?? this.#open(flow)).send(bytes, onDone);
  }

  #open(flow: Flow): StreamConnection {
    const at = { host: flow.address, port: flow.port };
    if (this.#options.transport === 'TCP') return this.#add(connect(at), flow, { isTrusted: true, isOurs: true });
    const peer = this.#options.peerOf?.(flow) ?? { name: flow.address, verify: true, ca: undefined };
    const socket = tlsConnect({
      ...at,
      // SNI bears names only (RFC 6066 section 3).
      ...(/^[0-9.]+$|:/.test(peer.name) ? {} : { servername: peer.name }),
      rejectUnauthorized: peer.verify,
      ...(peer.ca === undefined ? {} : { ca: peer.ca }),
      minVersion: 'TLSv1.2',
    });
    return this.#add(socket, flow, { isTrusted: true, isOurs: true });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const connection of this.#connections.values()) connection.end();
    // Those that never agreed on TLS would hold the server open until their time is up.
    setTimeout(() => {
      for (const socket of this.#inbound.keys()) socket.destroy();
    }, LAST_WORDS_MS).unref();
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    }
  }
}

function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
