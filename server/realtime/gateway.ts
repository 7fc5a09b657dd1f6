import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import type { SessionStore } from '../store/ports.ts';
import type { Desk, DeskPush, SipCredentialIssuer } from './desk.ts';
import { greetedRoom, Page, watchingRoom, type PageData, type PageSocket } from './page.ts';
import { pageEvents, parsePayload } from './parse.ts';
import type { Me, PageToServer, ServerToPage } from './protocol.ts';
import { agentEndpoint, createRequests, refusal, type Requests } from './requests.ts';
import { isSameOrigin } from './same-origin.ts';
import { sessionToken } from './session-cookie.ts';

export interface GatewayOptions {
  readonly sessions: Pick<SessionStore, 'find'>;
  readonly credentials: SipCredentialIssuer;
  readonly logger: Logger;
  readonly trustProxy: boolean;
  /** A user without a page for this long has gone. */
  readonly goneAfterMs?: number;
  /** How often open pages are checked for a log-in that is over. */
  readonly sessionCheckMs?: number;
}

const defaultGoneAfterMs = 5_000;
const defaultSessionCheckMs = 60_000;
/** Together: a dead page is noticed within 9 s. */
const pingIntervalMs = 5_000;
const pingTimeoutMs = 4_000;
const largestRequestBytes = 100_000;

/** The socket of the pages: one leading page per user, every request parsed, bounded and answered. */
export class Gateway implements DeskPush {
  readonly #options: GatewayOptions;
  readonly #io: Server<PageToServer, ServerToPage, Record<string, never>, PageData>;
  readonly #pages = new Map<string, Page>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #checks: NodeJS.Timeout;
  #desk: Desk | undefined;
  #requests: Requests | undefined;
  #closed = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#io = new Server({
      path: '/socket',
      serveClient: false,
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      maxHttpBufferSize: largestRequestBytes,
      allowRequest: (request, allow) => {
        allow(null, this.#desk !== undefined && isSameOrigin(request, options.trustProxy));
      },
    });
    // socket.io wants a server to hang on; ours are HTTP and HTTPS, which hand requests over by path.
    this.#io.attach(createServer());
    this.#io.use((socket, next) => {
      this.#authenticate(socket).then(
        (known) => {
          next(known ? undefined : new Error('unauthorized'));
        },
        (error: unknown) => {
          options.logger.warn({ err: error }, 'page could not be authenticated');
          next(new Error('unavailable'));
        },
      );
    });
    this.#io.on('connection', (socket) => {
      this.#connected(socket);
    });
    this.#checks = setInterval(() => {
      void this.#checkSessions();
    }, options.sessionCheckMs ?? defaultSessionCheckMs);
    this.#checks.unref();
  }

  /** Opens the door; until then pages are turned away and try again by themselves. */
  serve(desk: Desk): void {
    this.#desk = desk;
    this.#requests = createRequests({
      desk,
      credentials: this.#options.credentials,
      onWatch: (me, on) => {
        const page = this.#pages.get(me.id);
        page?.watch(on);
      },
    });
  }

  /** Requests whose path begins with `/socket`. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#io.engine.handleRequest(request, response);
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#io.engine.handleUpgrade(request, socket, head);
  }

  toUser<E extends keyof ServerToPage>(userId: string, event: E, ...args: Parameters<ServerToPage[E]>): void {
    this.#pages.get(userId)?.push(event, ...args);
  }

  toAll<E extends keyof ServerToPage>(event: E, ...args: Parameters<ServerToPage[E]>): void {
    // Pages that were greeted share one packet; the others get it after their greeting.
    this.#io.to(greetedRoom).emit(event, ...args);
    for (const page of this.#pages.values()) {
      if (page.isGreeted) page.noteSent();
      else page.push(event, ...args);
    }
  }

  toWatching<E extends keyof ServerToPage>(event: E, ...args: Parameters<ServerToPage[E]>): void {
    this.#io.to(watchingRoom).emit(event, ...args);
    for (const page of this.#pages.values()) if (page.watching) page.noteSent();
  }

  online(userId: string): boolean {
    return this.#pages.has(userId);
  }

  get pageCount(): number {
    return this.#pages.size;
  }

  /** The log-in is over: its page is closed at once. */
  endSession(token: string): void {
    for (const page of [...this.#pages.values()]) if (page.token === token) this.#endPage(page);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#checks);
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
    await this.#io.close();
  }

  async #authenticate(socket: PageSocket): Promise<boolean> {
    const token = sessionToken(socket.request);
    const session = token === undefined ? undefined : await this.#options.sessions.find(token);
    if (token === undefined || session === undefined) return false;
    socket.data = { me: session.user, token };
    return true;
  }

  #connected(socket: PageSocket): void {
    // Was authenticated while the server went down.
    if (this.#closed) {
      socket.disconnect(true);
      return;
    }
    const page = new Page(socket, performance.now());
    const { me } = page;
    const before = this.#pages.get(me.id);
    this.#pages.set(me.id, page);
    clearTimeout(this.#leaving.get(me.id));
    this.#leaving.delete(me.id);
    if (before !== undefined) {
      this.#stopWatching(before);
      before.replace();
    }
    for (const event of pageEvents) this.#listen(socket, page, event);
    socket.on('disconnect', () => {
      this.#disconnected(page);
    });
    void this.#greet(page);
  }

  async #greet(page: Page): Promise<void> {
    try {
      const hello = await this.#desk?.hello(page.me);
      if (hello !== undefined) page.hello(hello);
    } catch (error) {
      this.#options.logger.error({ err: error, userId: page.me.id }, 'page could not be greeted');
      page.drop();
    }
  }

  #isLeading(page: Page): boolean {
    return this.#pages.get(page.me.id) === page;
  }

  /** The log-in of this page is over, and its softphone's with it. A reloaded page asks for new credentials. */
  #endPage(page: Page): void {
    this.#options.credentials.revoke(agentEndpoint(page.me.id));
    page.end();
  }

  #disconnected(page: Page): void {
    this.#stopWatching(page);
    const { me } = page;
    if (!this.#isLeading(page)) return;
    this.#pages.delete(me.id);
    if (this.#closed) return;
    // At most one per user, whatever was left of an earlier page.
    clearTimeout(this.#leaving.get(me.id));
    const timer = setTimeout(() => {
      this.#leaving.delete(me.id);
      if (!this.#closed && !this.#pages.has(me.id)) this.#desk?.gone(me);
    }, this.#options.goneAfterMs ?? defaultGoneAfterMs);
    this.#leaving.set(me.id, timer);
  }

  #stopWatching(page: Page): void {
    if (!page.watching) return;
    page.watch(false);
    this.#desk?.watch(page.me, false);
  }

  #listen(socket: PageSocket, page: Page, event: keyof PageToServer): void {
    const listener = (payload: unknown, ack: unknown): void => {
      // A page may send anything, so `ack` is looked at too.
      const answer = typeof ack === 'function' ? (ack as (result: unknown) => void) : (): void => undefined;
      void this.#answer(page, event, payload).then(answer);
    };
    socket.on(event, listener);
  }

  async #answer(page: Page, event: keyof PageToServer, payload: unknown): Promise<unknown> {
    const requests = this.#requests;
    if (requests === undefined) return refusal('unavailable');
    if (!page.mayAsk(performance.now())) return refusal('too-many-requests');
    // A page that was replaced has no say any more.
    if (!this.#isLeading(page)) return refusal('not-allowed');
    const parsed = parsePayload(event, payload);
    if (parsed === undefined) return refusal('bad-request');
    const handle = requests[event] as (me: Me, payload: unknown) => unknown;
    try {
      return await handle(page.me, parsed);
    } catch (error) {
      this.#options.logger.error({ err: error, event, userId: page.me.id }, 'request of a page failed');
      return refusal('unavailable');
    }
  }

  async #checkSessions(): Promise<void> {
    for (const page of [...this.#pages.values()]) {
      try {
        // Replaced meanwhile: then the user is logged in with another session, and keeps its credentials.
        if ((await this.#options.sessions.find(page.token)) === undefined && this.#isLeading(page)) this.#endPage(page);
      } catch (error) {
        // The database is away: nobody is logged out for that.
        this.#options.logger.warn({ err: error }, 'log-ins could not be checked');
        return;
      }
    }
  }
}
