/** Callers who wait in the line, so that there is always one when the agent becomes free. */
import { sleep } from '../limits.ts';
import type { Phones } from '../phones/phones.ts';

export interface WaitingCallersOptions {
  readonly phones: Phones;
  readonly uri: string;
  readonly toneHz: number | null;
  readonly greetingMs: number;
}

/** From the end of the greeting until the caller certainly stands in the line. */
const IN_LINE_MS = 800;
let numbers = 0;

export class WaitingCallers {
  readonly #options: WaitingCallersOptions;
  readonly #inLineAtMs = new Map<string, number>();
  readonly greetingMs: number[] = [];

  constructor(options: WaitingCallersOptions) {
    this.#options = options;
  }

  async dial(): Promise<string> {
    const { phones, uri, toneHz, greetingMs } = this.#options;
    numbers += 1;
    const number = `138${String(1_000_0000 + numbers)}`;
    await phones.ask('dial', { number, uri, toneHz });
    const { inviteAtMs, soundAtMs } = await phones.ask('greeting', { number });
    this.greetingMs.push(soundAtMs - inviteAtMs);
    this.#inLineAtMs.set(number, soundAtMs + greetingMs + IN_LINE_MS);
    return number;
  }

  /** Waits until the first caller stands in the line. */
  async ready(): Promise<void> {
    const first = Math.min(...this.#inLineAtMs.values());
    if (!Number.isFinite(first)) throw new Error('nobody is calling');
    await sleep(Math.max(0, first - Date.now()));
  }

  /** The caller whose number ends so is in a call now. */
  take(end: string): string {
    const number = [...this.#inLineAtMs.keys()].find((n) => n.endsWith(end));
    if (number === undefined) throw new Error('the page rang for a caller who is not ours');
    this.#inLineAtMs.delete(number);
    return number;
  }
}
