import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { isSameOrigin } from '../realtime/same-origin.ts';
import { createApp } from './app.ts';
import { CertificateWatch } from './certificate-watch.ts';
import { ensureCertificate } from './certificate.ts';
import type { HttpDeps, UpgradeHandler } from './deps.ts';
import { ListenError } from './errors.ts';

/** Ports that were really opened; `httpsPort` is null when HTTPS is off. */
export interface Listening {
  readonly httpPort: number;
  readonly httpsPort: number | null;
}

export interface Http {
  listen(): Promise<Listening>;
  /** Looks at once, rather than within a minute, whether the certificate has changed. */
  renewCertificate(): Promise<void>;
  /** Stops taking connections, ends those that are open. Close the gateway first. */
  close(): Promise<void>;
}

const headersLimitMs = 15_000;
const requestLimitMs = 60_000;
const closeLimitMs = 2_000;

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function isSocketPath(path: string): boolean {
  return path === '/socket' || path.startsWith('/socket/');
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function upgrades(deps: HttpDeps): UpgradeHandler {
  return (request, socket, head) => {
    // A client that resets the connection now must not end the process.
    socket.on('error', () => {
      socket.destroy();
    });
    const path = pathOf(request);
    if (!isSameOrigin(request, deps.config.http.trustProxy)) refuseUpgrade(socket, '403 Forbidden');
    else if (isSocketPath(path)) deps.gateway.handleUpgrade(request, socket, head);
    else if (path === '/sip') deps.onSipUpgrade(request, socket, head);
    else refuseUpgrade(socket, '404 Not Found');
  };
}

function listenFault(error: Error, what: string, port: number): Error {
  const code = 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE')
    return new ListenError(
      `TCP port ${port} (${what}) is used by another program. Stop it, or set ${what} to another port.`,
      { cause: error },
    );
  if (code === 'EACCES')
    return new ListenError(`This user may not open TCP port ${port} (${what}). Ports below 1024 need root.`, {
      cause: error,
    });
  if (code === 'EADDRNOTAVAIL') return new ListenError('http.bind is not an address of this host.', { cause: error });
  return error;
}

async function open(server: Server, port: number, bind: string, what: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(listenFault(error, what, port));
    };
    server.once('error', failed);
    server.listen(port, bind, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function shut(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => {
      server.closeAllConnections();
    }, closeLimitMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Pages, REST and the WebSockets, over HTTP and HTTPS. */
export function createHttp(deps: HttpDeps): Http {
  const app = createApp(deps);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (isSocketPath(pathOf(request))) deps.gateway.handleRequest(request, response);
    else app(request, response);
  };
  const servers: Server[] = [];
  const prepare = (server: Server): Server => {
    server.headersTimeout = headersLimitMs;
    server.requestTimeout = requestLimitMs;
    server.on('upgrade', upgrades(deps));
    server.on('clientError', (_error, socket) => {
      if (socket.writable) refuseUpgrade(socket, '400 Bad Request');
      else socket.destroy();
    });
    servers.push(server);
    return server;
  };
  let watch: CertificateWatch | undefined;
  const close = async (): Promise<void> => {
    watch?.close();
    await Promise.all(servers.map(shut));
  };
  const listenSecure = async (port: number): Promise<number> => {
    const current = await ensureCertificate(deps.config);
    const server = createHttpsServer(current, onRequest);
    const opened = await open(prepare(server), port, deps.config.http.bind, 'http.httpsPort');
    watch = new CertificateWatch({
      ...{ current, logger: deps.logger },
      read: () => ensureCertificate(deps.config),
      use: (certificate) => {
        server.setSecureContext(certificate);
      },
    });
    return opened;
  };
  const listen = async (): Promise<Listening> => {
    const { port, httpsPort, bind } = deps.config.http;
    try {
      const httpPort = await open(prepare(createHttpServer(onRequest)), port, bind, 'http.port');
      if (httpsPort === null) return { httpPort, httpsPort: null };
      return { httpPort, httpsPort: await listenSecure(httpsPort) };
    } catch (error) {
      await close();
      throw error;
    }
  };
  const renewCertificate = async (): Promise<void> => watch?.look();
  return { listen, renewCertificate, close };
}
