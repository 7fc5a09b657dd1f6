/** Gives the SIP core sockets, a clock and timers: performs its effects in order and is the only one to drive it. */
import type { Logger } from 'pino';
import { coreCounters, type CoreCounter, type CoreEffect, type Flow, type SipEvent } from '../sip/core/types.ts';
import type { SipCore } from '../sip/core/sip-core.ts';

export interface SipTransport {
  send(flow: Flow, bytes: Uint8Array, onDone: (error: Error | null) => void): void;
}

export interface SipRunnerOptions {
  readonly core: SipCore;
  readonly transportFor: (flow: Flow) => SipTransport;
  readonly onEvent: (event: SipEvent) => void;
  readonly logger: Logger;
}

/** Milliseconds of the epoch on a clock that never goes back. */
export function monotonicEpochMs(): number {
  return performance.timeOrigin + performance.now();
}

export class SipRunner {
  readonly #options: SipRunnerOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #queue: CoreEffect[] = [];
  readonly #counts = new Map<CoreCounter | 'send-failures', number>();
  #busy = false;
  #sending = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: SipRunnerOptions) {
    this.#options = options;
    for (const name of [...coreCounters, 'send-failures' as const]) this.#counts.set(name, 0);
  }

  /** How often each thing happened since the start. */
  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  receive(bytes: Uint8Array, flow: Flow): void {
    this.command((core, nowMs) => core.receive(bytes, flow, nowMs));
  }

  flowClosed(flow: Flow): void {
    this.command((core, nowMs) => core.flowClosed(flow, nowMs));
  }

  /** Runs a command of the core and performs what it wants. */
  command(run: (core: SipCore, nowMs: number) => CoreEffect[]): void {
    this.#queue.push(...run(this.#options.core, monotonicEpochMs()));
    // An event handler that gives a command gets here again: its effects wait their turn.
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let effect = this.#queue.shift(); effect !== undefined; effect = this.#queue.shift()) this.#perform(effect);
    } finally {
      this.#busy = false;
    }
  }

  #perform(effect: CoreEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect);
        break;
      case 'start-timer':
        this.#startTimer(effect.id, effect.delayMs);
        break;
      case 'stop-timer':
        clearTimeout(this.#timers.get(effect.id));
        this.#timers.delete(effect.id);
        break;
      case 'event':
        this.#options.onEvent(effect.event);
        break;
      case 'count':
        this.#count(effect.name);
        break;
    }
  }

  #count(name: CoreCounter | 'send-failures'): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #startTimer(id: string, delayMs: number): void {
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      this.command((core, nowMs) => core.timerFired(id, nowMs));
    }, delayMs);
    this.#timers.set(id, timer);
  }

  #send({ flow, bytes, transaction }: Extract<CoreEffect, { type: 'send' }>): void {
    this.#sending += 1;
    this.#options.transportFor(flow).send(flow, bytes, (error) => {
      this.#sending -= 1;
      if (this.#sending === 0) this.#onIdle?.();
      if (error === null) return;
      this.#count('send-failures');
      this.#options.logger.debug({ transport: flow.transport, reason: error.message }, 'sip message not sent');
      if (transaction !== '') this.command((core, nowMs) => core.sendFailed(transaction, nowMs));
    });
  }

  /** Waits until everything is handed to the network, then stops all timers. */
  async stop(): Promise<void> {
    if (this.#sending > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        setTimeout(resolve, 500).unref();
      });
    }
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
