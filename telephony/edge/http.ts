/** The edge's own small page: metrics, health, and what it thinks of each switch. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { TargetReport } from './edge.ts';

export interface EdgeHttpOptions {
  readonly bind: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly metrics: Registry;
  readonly report: () => readonly TargetReport[];
  /** Empty when all is well, else why calls cannot be taken. */
  readonly faults: () => readonly string[];
}

export class EdgeHttp {
  readonly #options: EdgeHttpOptions;
  readonly #server: Server;

  constructor(options: EdgeHttpOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#answer(request.method ?? '', (request.url ?? '').split('?')[0] ?? '', response);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.bind, resolve);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #answer(method: string, path: string, response: ServerResponse): Promise<void> {
    const { metrics, report, faults } = this.#options;
    if (method !== 'GET') send(response, 405, 'text/plain', 'only GET\n');
    else if (path === '/metrics') send(response, 200, metrics.contentType, await metrics.metrics());
    else if (path === '/nodes') sendJson(response, 200, { targets: report() });
    else if (path === '/healthz') {
      const found = faults();
      sendJson(response, found.length === 0 ? 200 : 503, {
        status: found.length === 0 ? 'ok' : 'failing',
        faults: found,
      });
    } else send(response, 404, 'text/plain', 'there are /metrics, /healthz and /nodes\n');
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json; charset=utf-8', `${JSON.stringify(body)}\n`);
}
