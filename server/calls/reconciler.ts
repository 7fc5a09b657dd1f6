/** Compares what is on record with the legs that live: nothing may be stuck because an event was missed. */
import type { Logger } from 'pino';
import type { Switch } from '../../telephony/ports/switch.ts';
import type { LineStore } from '../acd/line-store.ts';
import type { LiveCall } from './live-call.ts';

const legless: ReadonlySet<string> = new Set(['ended', 'arriving', 'callback-waiting', 'dialling']);
const EVERY_MS = 5_000;

export interface ReconcilerOptions {
  readonly switch: Switch;
  readonly line: LineStore;
  readonly calls: ReadonlyMap<string, LiveCall>;
  readonly legs: ReadonlyMap<string, LiveCall>;
  /** Legs that belong to no call and are somebody's all the same. */
  readonly isOthers: (legId: string) => boolean;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** False while calls of an earlier process are being adopted: their legs are not strays. */
  readonly isSettled?: () => boolean;
}

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #timer: NodeJS.Timeout;
  #strays = new Set<string>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      if (options.isSettled?.() === false) return;
      void this.#run().catch((error: unknown) => {
        options.logger.error({ err: error }, 'reconciling failed');
      });
    }, EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #run(): Promise<void> {
    const live = new Set((await this.#options.switch.list()).map((l) => l.legId));
    for (const call of this.#options.calls.values()) {
      const { state } = call.runner;
      // A call-back has no caller leg until its citizen is rung.
      if (legless.has(state.phase.name)) continue;
      if (!live.has(state.facts.callerLegId) && this.#options.nowMs() - state.facts.arrivedAtMs > EVERY_MS) {
        this.#options.logger.error({ callId: call.runner.callId }, 'call without a caller leg; ending it');
        call.runner.input({ type: 'leg-ended', legId: state.facts.callerLegId, cause: 'failed', by: 'local' });
      }
    }
    const { line } = this.#options;
    for (const waiting of await line.waiting()) {
      // Other servers of the line look after theirs; those of a dead one wait for whoever takes them over.
      if (waiting.owner !== line.serverId) continue;
      const name = this.#options.calls.get(waiting.callId)?.runner.state.phase.name;
      if (name === undefined || name === 'ended') await line.leave(waiting.callId);
    }
    await this.#hangUpStrays(
      [...live].filter((legId) => !this.#options.legs.has(legId) && !this.#options.isOthers(legId)),
    );
  }

  /** A leg that belongs to no call twice in a row is nobody's. */
  async #hangUpStrays(strays: readonly string[]): Promise<void> {
    for (const legId of strays) {
      if (!this.#strays.has(legId)) continue;
      this.#options.logger.error({ legId }, 'leg without a call; hanging it up');
      await this.#options.switch.hangup(legId, 'normal');
    }
    this.#strays = new Set(strays);
  }
}
