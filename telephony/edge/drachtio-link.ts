/**
 * The line to drachtio-server: a narrow, typed view of drachtio-srf. Its own types lack what is used here (`headers`
 * and the result of a proxied request), and its parsed headers may throw, so only raw ones are read.
 */
import Srf from 'drachtio-srf';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Answer } from './core/outcome.ts';
import type { ProbeAnswer } from './prober.ts';

export interface DrachtioLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly logger: Logger;
  readonly onInvite: (request: EdgeRequest) => void;
  readonly onOptions: (request: EdgeRequest) => void;
  /** Other requests outside a dialog. */
  readonly onOther: (request: EdgeRequest) => void;
  readonly onUp: () => void;
  readonly onDown: () => void;
}

export interface ProxyOptions {
  readonly destinations: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly provisionalTimeoutMs: number;
}

/** A request from the network that waits for our decision. */
export interface EdgeRequest {
  readonly method: string;
  readonly uri: string;
  readonly sourceAddress: string;
  readonly headerNames: readonly string[];
  /** It belongs to a dialog (its To has a tag). */
  readonly isInDialog: boolean;
  reply(status: number, headers?: Readonly<Record<string, string>>): void;
  /** Hands it over to drachtio-server, which stays in the way of the dialog; resolves with the final answers. */
  proxy(options: ProxyOptions): Promise<readonly Answer[]>;
}

/** What drachtio-srf gives us, as far as it is used. */
interface RawRequest {
  readonly method: string;
  readonly uri: string;
  readonly source_address: string;
  readonly socket: Socket;
  readonly agent: RawAgent;
  readonly stackTxnId: string;
  readonly headers: Readonly<Record<string, string>>;
  get(name: string): string | undefined;
  on(event: 'response', listener: (response: RawResponse) => void): void;
}
interface RawResponse {
  readonly status: number;
  send(status: number, options: { readonly headers: Readonly<Record<string, string>> }): void;
}
/**
 * What `Request#proxy` of drachtio-srf stands on. That one itself (5.0.29) puts the answers of several switches together
 * when they differ in the port alone, and tells all of them only at the end.
 */
interface RawAgent {
  proxy(
    request: RawRequest,
    options: Readonly<Record<string, unknown>>,
    onReport: (token: readonly string[], message: string | undefined, meta: RawMeta) => void,
  ): void;
}
interface RawMeta {
  readonly address: string | undefined;
  readonly port: string | undefined;
}
interface RawSrf {
  connect(options: Readonly<Record<string, unknown>>): unknown;
  disconnect(): void;
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  use(method: string, handler: (request: RawRequest, response: RawResponse) => void): unknown;
  request(
    uri: string,
    options: Readonly<Record<string, unknown>>,
    callback: (error: unknown, sent: RawRequest | undefined) => void,
  ): unknown;
}

/** The first wait of drachtio-srf is 255 ms; without a limit it grows for ever. */
const RECONNECT = { retryMaxDelay: 2_000 };
const PING_MS = 5_000;
const OTHER_METHODS = ['register', 'subscribe', 'message', 'publish', 'notify', 'refer', 'info'];

export class DrachtioLink {
  readonly #options: DrachtioLinkOptions;
  readonly #srf: RawSrf;
  #isUp = false;
  #closing = false;

  constructor(options: DrachtioLinkOptions) {
    this.#options = options;
    this.#srf = new Srf() as unknown as RawSrf;
    this.#srf.on('connect', (error) => {
      this.#onConnect(error);
    });
    for (const event of ['error', 'close']) {
      this.#srf.on(event, () => {
        this.#onDown();
      });
    }
    this.#route('invite', options.onInvite);
    this.#route('options', options.onOptions);
    for (const method of OTHER_METHODS) this.#route(method, options.onOther);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Connects, and again whenever the connection is lost. */
  start(): void {
    const { host, port, secret } = this.#options;
    this.#srf.connect({ host, port, secret, reconnect: RECONNECT, enablePing: true, pingInterval: PING_MS });
  }

  close(): void {
    this.#closing = true;
    if (this.#isUp) this.#srf.disconnect();
    this.#isUp = false;
  }

  /** Sends OPTIONS. */
  options(uri: string, limitMs: number): Promise<ProbeAnswer> {
    if (!this.#isUp) return Promise.resolve({ type: 'not-asked' });
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs, { type: 'silent' });
      const done = (answer: ProbeAnswer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#srf.request(uri, { method: 'OPTIONS', headers: { Accept: 'application/sdp' } }, (error, sent) => {
        // No transport leads there, or the connection has just gone: this says nothing about the far end.
        if (sent === undefined || (error !== null && error !== undefined)) done({ type: 'not-asked' });
        else
          sent.on('response', ({ status }) => {
            if (status >= 200) done({ type: 'answered', status });
          });
      });
    });
  }

  #onConnect(error: unknown): void {
    if (error instanceof Error) {
      this.#options.logger.error('drachtio-server refused the secret');
      return;
    }
    if (this.#isUp || this.#closing) return;
    this.#isUp = true;
    this.#options.onUp();
  }

  #onDown(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    if (!this.#closing) this.#options.onDown();
  }

  #route(method: string, handle: (request: EdgeRequest) => void): void {
    this.#srf.use(method, (request, response) => {
      // A connection made anew by drachtio-srf has Nagle's algorithm on.
      request.socket.setNoDelay(true);
      try {
        handle(this.#wrap(request, response));
      } catch (error) {
        this.#options.logger.error({ err: error }, 'request could not be handled');
        response.send(500, { headers: {} });
      }
    });
  }

  #wrap(request: RawRequest, response: RawResponse): EdgeRequest {
    return {
      method: request.method,
      uri: request.uri,
      sourceAddress: request.source_address,
      headerNames: Object.keys(request.headers),
      isInDialog: /;\s*tag\s*=/i.test(request.get('To') ?? ''),
      reply: (status, headers = {}) => {
        response.send(status, { headers });
      },
      proxy: (options) => proxy(request, options),
    };
  }
}

/** Resolves when drachtio-server is done with the call: somebody took it, all have failed, or the caller is gone. */
function proxy(request: RawRequest, options: ProxyOptions): Promise<readonly Answer[]> {
  const { destinations, headers, provisionalTimeoutMs } = options;
  const answers: Answer[] = [];
  return new Promise((resolve, reject) => {
    const wanted = {
      ...{ stackTxnId: request.stackTxnId, destination: [...destinations], headers },
      ...{ remainInDialog: true, fullResponse: true, followRedirects: false, simultaneous: false },
      ...{ provisionalTimeout: `${provisionalTimeoutMs}ms`, finalTimeout: '' },
    };
    request.agent.proxy(request, wanted, (token, message, { address, port }) => {
      if (token[0] === 'NOK') reject(new Error(`drachtio-server: ${token[1] ?? 'no reason given'}`));
      else if (token[1] === 'done') resolve(answers);
      else {
        const status = Number(/^SIP\/2\.0 (\d{3})/.exec(message ?? '')?.[1] ?? 0);
        if (status >= 200) answers.push({ address: address ?? '', port: Number(port), status });
      }
    });
  });
}
