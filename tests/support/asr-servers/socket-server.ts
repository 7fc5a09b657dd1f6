/** A WebSocket server on a free port that can be struck dead and brought back. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export type Serve = (socket: WebSocket) => void;

export class SocketServer {
  readonly #serve: Serve;
  #server: WebSocketServer | undefined;
  #port = 0;

  constructor(serve: Serve) {
    this.#serve = serve;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get connections(): number {
    return this.#server?.clients.size ?? 0;
  }

  async start(): Promise<void> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: this.#port });
    server.on('connection', (socket) => {
      socket.on('error', () => {
        socket.terminate();
      });
      this.#serve(socket);
    });
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Every connection breaks without a word. */
  breakConnections(): void {
    for (const client of this.#server?.clients ?? []) client.terminate();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    for (const client of server.clients) client.terminate();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  }
}
