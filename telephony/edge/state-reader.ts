/** Reads what our server publishes about its switches, every so often. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { parsePublishedState, type PublishedState } from './core/published.ts';

export interface StateReaderOptions {
  /** http(s) address or file URL. */
  readonly url: string;
  readonly token: string | undefined;
  readonly everyMs: number;
  readonly logger: Logger;
  readonly onState: (state: PublishedState) => void;
}

const MAX_CHARS = 1_000_000;

export class StateReader {
  readonly #options: StateReaderOptions;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  #failing = false;
  reads = 0;
  failures = 0;

  constructor(options: StateReaderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#read(), this.#options.everyMs);
    void this.#read();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** A slow answer must not pile up questions. */
  async #read(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const text = await this.#text();
      const state = text.length > MAX_CHARS ? undefined : parsePublishedState(JSON.parse(text));
      if (state === undefined) throw new Error('not of the form expected');
      this.reads += 1;
      this.#tell(false);
      this.#options.onState(state);
    } catch (error) {
      this.failures += 1;
      this.#tell(true, error);
    } finally {
      this.#busy = false;
    }
  }

  async #text(): Promise<string> {
    const { url, token, everyMs } = this.#options;
    if (url.startsWith('file:')) return readFile(fileURLToPath(url), 'utf8');
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(Math.max(1_000, everyMs)) });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.text();
  }

  /** Once when it begins to fail, once when it is back. */
  #tell(failing: boolean, error?: unknown): void {
    if (failing === this.#failing) return;
    this.#failing = failing;
    if (failing) this.#options.logger.warn({ err: error }, 'state of the switches cannot be read');
    else this.#options.logger.info('state of the switches is read');
  }
}
