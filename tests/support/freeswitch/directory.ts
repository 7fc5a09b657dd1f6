/** Our directory over HTTP, as a real FreeSWITCH asks it. */
import express from 'express';
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDirectoryRouter } from '../../../telephony/freeswitch/directory-http.ts';
import type { EndpointCredential, EndpointDirectory } from '../../../telephony/ports/switch.ts';

export class TestDirectory implements EndpointDirectory {
  readonly domain: string;
  readonly token: string = randomUUID();
  readonly #credentials = new Map<string, EndpointCredential>();
  #server: Server | undefined;

  constructor(domain: string) {
    this.domain = domain;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}/freeswitch/directory`;
  }

  async start(): Promise<void> {
    const app = express();
    const { domain, token } = this;
    app.use(
      '/freeswitch/directory',
      createDirectoryRouter({ directory: this, domain, token, nowMs: () => Date.now() }),
    );
    const server = createServer(app);
    this.#server = server;
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  }

  find(username: string): EndpointCredential | undefined {
    return this.#credentials.get(username);
  }

  add(endpointId: string): { username: string; password: string } {
    const username = `user-${endpointId.replaceAll(/[^a-z0-9-]/gi, '-')}-${randomUUID().slice(0, 8)}`;
    const password = randomUUID();
    const secret = `${username}:${this.domain}:${password}`;
    const hex = (algorithm: string): string => createHash(algorithm).update(secret).digest('hex');
    const expiresAtMs = Date.now() + 3_600_000;
    const hashes = { ha1Md5: hex('md5'), ha1Sha256: hex('sha256') };
    this.#credentials.set(username, { username, endpointId, role: 'agent', ...hashes, expiresAtMs });
    return { username, password };
  }

  /** Forgets everyone; FreeSWITCH may still hold registrations. */
  clear(): void {
    this.#credentials.clear();
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  }
}
