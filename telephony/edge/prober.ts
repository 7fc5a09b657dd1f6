/** Asks far ends by OPTIONS whether they are there, each on its own beat. */

export interface Probed {
  readonly name: string;
  readonly uri: string;
}

export type ProbeAnswer =
  | { readonly type: 'answered'; readonly status: number }
  /** Nothing in time. */
  | { readonly type: 'silent' }
  /** It could not be asked, which says nothing about it. */
  | { readonly type: 'not-asked' };

export interface ProberOptions {
  readonly targets: readonly Probed[];
  readonly everyMs: number;
  readonly limitMs: number;
  readonly ask: (uri: string, limitMs: number) => Promise<ProbeAnswer>;
  readonly onAnswer: (name: string, answer: ProbeAnswer, tookMs: number) => void;
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  start(): void {
    const { targets, everyMs } = this.#options;
    targets.forEach((target, i) => {
      void this.#probe(target);
      // Spread over the interval, so that they do not all come at once.
      const offset = setTimeout(
        () => {
          this.#timers.push(setInterval(() => void this.#probe(target), everyMs));
        },
        (everyMs * i) / targets.length,
      );
      this.#timers.push(offset);
    });
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #probe({ name, uri }: Probed): Promise<void> {
    const { ask, limitMs, onAnswer } = this.#options;
    const startedMs = performance.now();
    const answer = await ask(uri, limitMs);
    onAnswer(name, answer, performance.now() - startedMs);
  }
}
