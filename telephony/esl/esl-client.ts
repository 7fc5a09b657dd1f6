/** A client of FreeSWITCH's event socket that comes back by itself. */
import type { Logger } from 'pino';
import type { EslEvent } from './codec/event.ts';
import { EslError } from './esl-error.ts';
import { EslLink } from './esl-link.ts';

export interface EslClientOptions {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Names of the events to be sent, and only these; `a::b` are subclasses of CUSTOM. */
  readonly events: readonly string[];
  readonly logger: Logger;
  readonly newId: () => string;
  readonly onEvent: (event: EslEvent) => void;
  readonly wants?: (name: string, body: Buffer) => boolean;
  /** Called after each log-in, before anyone is told that the link is up: events missed meanwhile are not sent again. */
  readonly onUp: () => Promise<void>;
  readonly onDown: (reason: string) => void;
  readonly commandTimeoutMs?: number;
  readonly backoffMs?: { readonly min: number; readonly max: number };
  /** An idle link is asked for a sign of life this often. */
  readonly pingEveryMs?: number;
}

/** An application to run on a channel. */
export interface ChannelApplication {
  readonly app: string;
  readonly arg: string;
  /** Comes back as Application-UUID. */
  readonly id?: string;
  /** How often; -1 = until something stops it. */
  readonly loops?: number | undefined;
}

const DEFAULTS = { commandTimeoutMs: 5_000, backoffMs: { min: 100, max: 3_000 }, pingEveryMs: 5_000 };

type Defaults = Required<Pick<EslClientOptions, 'commandTimeoutMs' | 'backoffMs' | 'pingEveryMs'>>;

export class EslClient {
  readonly #options: EslClientOptions & Defaults;
  #link: EslLink | undefined;
  #up = false;
  #closed = false;
  #backoffMs: number;
  #timer: NodeJS.Timeout | undefined;
  #pinger: NodeJS.Timeout | undefined;
  #reconnects = 0;

  constructor(options: EslClientOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#backoffMs = this.#options.backoffMs.min;
  }

  /** Begins to connect; `onUp` tells when it has worked. */
  start(): void {
    if (this.#closed || this.#link !== undefined) return;
    this.#pinger = setInterval(() => {
      this.#ping();
    }, this.#options.pingEveryMs);
    this.#pinger.unref();
    void this.#connect();
  }

  /** True while commands can be sent and the state is known. */
  get up(): boolean {
    return this.#up;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#pinger);
    this.#link?.close('closed by us');
    this.#link = undefined;
  }

  /** `api`: resolves with the reply, whatever it says. */
  api(command: string, timeoutMs = this.#options.commandTimeoutMs): Promise<string> {
    return this.#linked((link) => link.send({ line: `api ${command}` }, timeoutMs));
  }

  /** Queues an application on a channel. */
  execute(channel: string, { app, arg, id, loops }: ChannelApplication): Promise<string> {
    const headers: [string, string][] = [
      ['call-command', 'execute'],
      ['execute-app-name', app],
      ['execute-app-arg', arg],
      // Without it the next application begins inside this one.
      ['event-lock', 'true'],
      ...(id === undefined ? [] : [['Event-UUID', id] as [string, string]]),
      ...(loops === undefined ? [] : [['loops', String(loops)] as [string, string]]),
    ];
    return this.#linked((link) => link.send({ line: `sendmsg ${channel}`, headers }, this.#options.commandTimeoutMs));
  }

  /** `bgapi` with a job id of ours; resolves with the body of BACKGROUND_JOB. */
  job(command: string, timeoutMs: number): Promise<string> {
    return this.#linked((link) => link.job(command, this.#options.newId(), timeoutMs));
  }

  counters(): Readonly<Record<string, number>> {
    const counts = this.#link?.counts;
    return {
      'esl-up': this.#up ? 1 : 0,
      'esl-reconnects': this.#reconnects,
      'esl-unanswered': this.#link?.unanswered ?? 0,
      'esl-events': counts?.events ?? 0,
      'esl-events-skipped': counts?.skipped ?? 0,
      'esl-bytes': counts?.bytes ?? 0,
    };
  }

  #linked(use: (link: EslLink) => Promise<string>): Promise<string> {
    if (this.#closed) return Promise.reject(new EslError('closed', 'the client is closed'));
    if (this.#link === undefined) return Promise.reject(new EslError('not-connected', 'no connection to FreeSWITCH'));
    return use(this.#link);
  }

  async #connect(): Promise<void> {
    const { host, port, password, events, wants, onEvent, onUp, logger } = this.#options;
    const link = new EslLink({
      ...{ host, port, password, events, wants, onEvent },
      openWithinMs: this.#options.commandTimeoutMs,
      onClose: (reason) => {
        this.#onClosed(link, reason);
      },
    });
    try {
      await link.open();
      if (this.#closed) {
        link.close('closed by us');
        return;
      }
      this.#link = link;
      await onUp();
      this.#up = true;
      this.#backoffMs = this.#options.backoffMs.min;
    } catch (error) {
      logger.warn({ err: error }, 'event socket could not be used');
      link.close('could not be used');
      if (this.#link !== link) this.#retry();
    }
  }

  #onClosed(link: EslLink, reason: string): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    const wasUp = this.#up;
    this.#up = false;
    if (this.#closed) return;
    this.#reconnects++;
    this.#options.logger.warn({ reason }, 'event socket lost');
    if (wasUp) this.#options.onDown(reason);
    this.#retry();
  }

  #retry(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#connect();
    }, this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, this.#options.backoffMs.max);
  }

  /** A link cut without a word would look idle for ever: TCP tells only who sends. */
  #ping(): void {
    const link = this.#link;
    if (link === undefined || performance.now() - link.lastHeardMs < this.#options.pingEveryMs) return;
    link.send({ line: 'api strepoch' }, this.#options.commandTimeoutMs).catch(() => {
      link.close('no sign of life');
    });
  }
}
