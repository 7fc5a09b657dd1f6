/** Keeps one recogniser child alive: starts it, waits longer after each death, tells what it says. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';

export type LinkState = 'down' | 'starting' | 'ready';

export interface ChildLinkOptions<To, From> {
  /** The module that the child runs. */
  readonly entry: URL;
  /** The first thing it is told. */
  readonly hello: To;
  readonly logger: Logger;
  readonly onMessage: (message: From) => void;
  readonly onState: (state: LinkState) => void;
}

const BACK_OFF_MS = [200, 1000, 5000, 15_000, 60_000] as const;
/** A large model may need this long to load on a slow disk. */
const LOAD_LIMIT_MS = 120_000;
/** After this long without a death the next restart is quick again. */
const HEALTHY_MS = 30_000;
const COMPLAINT_CHARS = 600;

export class ChildLink<To extends object, From extends { readonly type: string }> {
  readonly #options: ChildLinkOptions<To, From>;
  #child: ChildProcess | undefined;
  #state: LinkState = 'down';
  #deaths = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #complaint = '';

  constructor(options: ChildLinkOptions<To, From>) {
    this.#options = options;
  }

  get state(): LinkState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Deaths since it last ran well. */
  get deaths(): number {
    return this.#deaths;
  }

  start(): void {
    if (this.#closed) return;
    // Without the parent's loader flags: the child brings its own loader.
    const child = fork(fileURLToPath(this.#options.entry), [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#complaint = '';
    child.on('message', (message) => {
      this.#hear(child, message as From);
    });
    child.on('error', () => {
      this.#dead(child, null);
    });
    child.on('exit', (code, signal) => {
      this.#dead(child, signal ?? code);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-COMPLAINT_CHARS);
    });
    this.#set('starting');
    this.#arm(LOAD_LIMIT_MS, () => {
      this.kill();
    });
    this.send(this.#options.hello);
  }

  /** False when there is no child to send to. */
  send(message: To): boolean {
    const child = this.#child;
    if (child?.connected !== true) return false;
    // The callback takes the error of a child that dies in this moment; its exit is handled elsewhere.
    child.send(message, () => undefined);
    return true;
  }

  /** Ends a child that hangs; it is started again. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Ends the child for good. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
    await gone;
    clearTimeout(timer);
  }

  #hear(child: ChildProcess, message: From): void {
    if (child !== this.#child) return;
    if (message.type === 'ready') {
      this.#arm(HEALTHY_MS, () => {
        this.#deaths = 0;
      });
      this.#set('ready');
    }
    this.#options.onMessage(message);
  }

  #dead(child: ChildProcess, how: number | string | null): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#deaths++;
    clearTimeout(this.#timer);
    if (!this.#closed) {
      this.#options.logger.warn({ how, deaths: this.#deaths, detail: this.#complaint }, 'recogniser child ended');
      this.#arm(BACK_OFF_MS[Math.min(this.#deaths, BACK_OFF_MS.length) - 1] ?? 60_000, () => {
        this.start();
      });
    }
    this.#set('down');
  }

  #arm(delayMs: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, delayMs);
    this.#timer.unref();
  }

  #set(state: LinkState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
