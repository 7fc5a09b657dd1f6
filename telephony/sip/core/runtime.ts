/** The core's window to its adapter: collects effects, keeps the time given last, maps timer ids to what they do. */
import { serializeMessage } from '../message/serialize.ts';
import type { SipMessage } from '../message/types.ts';
import { DEFAULT_SESSION_RULES, type SessionTimerRules } from './session-timer.ts';
import type { CoreCounter, CoreEffect, Flow, SipCoreOptions, SipEvent } from './types.ts';

export class CoreRuntime {
  readonly options: SipCoreOptions;
  readonly sessionRules: SessionTimerRules;
  nowMs = 0;
  #effects: CoreEffect[] = [];
  readonly #timers = new Map<string, () => void>();
  readonly #closedFlows = new Set<string>();

  constructor(options: SipCoreOptions) {
    this.options = options;
    this.sessionRules = options.sessionTimers ?? DEFAULT_SESSION_RULES;
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  sendBytes(flow: Flow, bytes: Uint8Array, transaction = ''): void {
    this.#effects.push({ type: 'send', flow, bytes, transaction });
  }

  sendMessage(flow: Flow, message: SipMessage): void {
    this.sendBytes(flow, serializeMessage(message));
  }

  emit(event: SipEvent): void {
    this.#effects.push({ type: 'event', event });
  }

  count(name: CoreCounter): void {
    this.#effects.push({ type: 'count', name });
  }

  startTimer(id: string, delayMs: number, onFire: () => void): void {
    this.#timers.set(id, onFire);
    this.#effects.push({ type: 'start-timer', id, delayMs });
  }

  stopTimer(id: string): void {
    if (this.#timers.delete(id)) this.#effects.push({ type: 'stop-timer', id });
  }

  /** A timer that was stopped meanwhile does nothing. */
  fire(id: string): void {
    const onFire = this.#timers.get(id);
    this.#timers.delete(id);
    onFire?.();
  }

  /** False once the connection of a flow has been closed; of UDP flows always true. */
  isOpen(flow: Flow): boolean {
    return !this.#closedFlows.has(flow.id);
  }

  flowClosed(flowId: string): void {
    this.#closedFlows.add(flowId);
  }

  /** Something came over the flow: a peer has connected anew from where it was before. */
  flowAlive(flowId: string): void {
    if (this.#closedFlows.size > 0) this.#closedFlows.delete(flowId);
  }

  /** Ids of closed connections matter only while a dialog still points at them. */
  forgetClosedFlows(used: ReadonlySet<string | undefined>): void {
    for (const id of this.#closedFlows) {
      if (!used.has(id)) this.#closedFlows.delete(id);
    }
  }

  drain(): CoreEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
