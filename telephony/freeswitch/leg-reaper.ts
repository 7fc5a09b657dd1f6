/** Finds legs that nobody owns: left over from a server that died, or from a command whose answer was lost. */
import type { Logger } from 'pino';
import type { LegSnapshot, Switch } from '../ports/switch.ts';

export interface LegReaperOptions {
  readonly switch: Pick<Switch, 'list' | 'hangup'>;
  readonly isOwned: (legId: string) => boolean;
  /** Decides what becomes of a leg that nobody has owned for `graceMs`: adopt it, or end it (the default). */
  readonly onStray?: (leg: LegSnapshot) => Promise<void>;
  readonly everyMs: number;
  readonly graceMs: number;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

export class LegReaper {
  readonly #options: LegReaperOptions;
  readonly #strayedAtMs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LegReaperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.look().catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'legs could not be looked over');
      });
    }, this.#options.everyMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    const { isOwned, graceMs, nowMs } = this.#options;
    const strays = (await this.#options.switch.list()).filter((leg) => !isOwned(leg.legId));
    const ids = new Set(strays.map((leg) => leg.legId));
    for (const legId of [...this.#strayedAtMs.keys()]) if (!ids.has(legId)) this.#strayedAtMs.delete(legId);
    for (const leg of strays) {
      const sinceMs = this.#strayedAtMs.get(leg.legId);
      if (sinceMs === undefined) this.#strayedAtMs.set(leg.legId, nowMs());
      else if (nowMs() - sinceMs >= graceMs) await this.#decide(leg);
    }
  }

  async #decide(leg: LegSnapshot): Promise<void> {
    this.#strayedAtMs.delete(leg.legId);
    this.#options.logger.warn({ legId: leg.legId, state: leg.state }, 'a leg that nobody owns');
    if (this.#options.onStray === undefined) await this.#options.switch.hangup(leg.legId, 'normal');
    else await this.#options.onStray(leg);
  }
}
