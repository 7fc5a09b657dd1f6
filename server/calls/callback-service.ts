/**
 * Promises to call back: kept in the database, put into the line at their place when they may be tried, one at a time
 * for a number, and tried again or given up by rule. The call itself is the call machine's (`core/call-back.ts`).
 */
import type { Logger } from 'pino';
import type { CallbackChange, CallbackRow, CallbackStore } from '../store/ports.ts';
import type { CallbackReason, CallEvent, EpochMs } from '../timeline/events.ts';
import { afterTry, isMissed, mayBeCalled, nextWindow, type CallbackRules } from './core/callback-plan.ts';
import type { CallFacts, Queued } from './core/call-types.ts';

export interface CallbackServiceOptions {
  readonly store: CallbackStore;
  readonly rules: CallbackRules;
  /** With `{number}`; null = call-backs are listed for people to make. */
  readonly uri: string | null;
  readonly ownNumber: string;
  readonly missedPriority: number;
  readonly missedAtOnce: number;
  /** A surge plan keeps seats free of calls that can wait. */
  readonly isOutboundPaused: () => boolean;
  readonly nowMs: () => EpochMs;
  /** Midnight of the city's day. */
  readonly midnightMs: (atMs: EpochMs) => EpochMs;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** What the service asks of the calls. */
export interface CallbackCalls {
  /** Puts a call for this promise into the line. */
  start(row: CallbackRow): void;
  /** Takes it out again; nobody has been rung yet, or the ring ends. */
  withdraw(callbackId: string): void;
  /** Somebody at this number is on a line with us now. */
  isOnLine(number: string): boolean;
  /** Callers who wait in this queue in person. */
  waitingIn(queue: string): number;
  changed(): void;
}

const TICK_MS = 1_000;
const missedReasons: ReadonlySet<string> = new Set(['abandoned', 'waited-too-long', 'line-full']);

export class CallbackService {
  readonly #options: CallbackServiceOptions;
  readonly #calls: CallbackCalls;
  readonly #rows = new Map<string, CallbackRow>();
  /** Promises that have a call in the line or with an agent. */
  readonly #standing = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(options: CallbackServiceOptions, calls: CallbackCalls) {
    this.#options = options;
    this.#calls = calls;
    this.#timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
  }

  /** Takes up what an earlier run has left: a try that a crash cut off is made again. */
  async start(): Promise<void> {
    for (const row of await this.#options.store.open()) {
      this.#rows.set(row.id, row.state === 'calling' ? await this.#store(row, { state: 'open' }) : row);
    }
  }

  /** All that are to do, oldest place first. */
  toDo(): readonly (CallbackRow & { readonly standing: boolean })[] {
    return [...this.#rows.values()]
      .sort((a, b) => a.joinedAtMs - b.joinedAtMs)
      .map((row) => ({ ...row, standing: this.#standing.has(row.id) }));
  }

  get counts(): { readonly open: number; readonly standing: number } {
    return { open: this.#rows.size, standing: this.#standing.size };
  }

  get canDial(): boolean {
    return this.#options.uri !== null;
  }

  mayCall(number: string): boolean {
    return mayBeCalled(number, this.#options.rules, this.#options.ownNumber);
  }

  uriOf(number: string): string | null {
    const { uri } = this.#options;
    return uri === null || !this.mayCall(number) ? null : uri.replaceAll('{number}', encodeURIComponent(number));
  }

  /** Resolves with the promise's id once it is in the database; null when this number cannot be called. */
  async book(from: Pick<CallFacts, 'callId' | 'from'>, reason: CallbackReason, queued: Queued): Promise<string | null> {
    if (!this.mayCall(from.from)) return null;
    const { nowMs, newId, store, missedPriority } = this.#options;
    const missed = reason === 'missed';
    const row = await store.book({
      id: newId(),
      callId: from.callId,
      number: from.from,
      queue: queued.queue,
      priority: missed ? missedPriority : queued.priority,
      needs: queued.wants?.needs ?? [],
      dialect: queued.wants?.dialect ?? null,
      reason,
      joinedAtMs: queued.joinedAtMs,
      requestedAtMs: nowMs(),
      notBeforeMs: nowMs(),
    });
    this.#rows.set(row.id, row);
    this.#calls.changed();
    return row.id;
  }

  /** By the caller, who was served meanwhile, or by a supervisor. */
  async end(id: string, state: 'cancelled' | 'reached', result: string): Promise<boolean> {
    const row = this.#rows.get(id);
    if (row === undefined) return false;
    this.#rows.delete(id);
    if (this.#standing.delete(id)) this.#calls.withdraw(id);
    await this.#store(row, { state, result });
    this.#calls.changed();
    return true;
  }

  /** Somebody phones: a call-back to the same number waits until we know how that went. */
  numberCalls(number: string): void {
    if (number === '') return;
    for (const row of this.#rows.values())
      if (row.number === number && this.#standing.has(row.id)) this.#calls.withdraw(row.id);
  }

  /** Every event of every call comes by here. */
  onEvent(event: CallEvent, facts: CallFacts, queued: Queued | null): void {
    const { callback } = facts;
    if (callback !== undefined) this.#onOwnCall(event, callback.callbackId);
    else if (event.type === 'queue.left') this.#onLeft(event, facts, queued);
    else if (event.type === 'call.bridged') this.#served(facts.from);
    else if (event.type === 'ivr.voicemail-left') this.#hasLeftMessage(event.callId);
  }

  #onLeft(event: Extract<CallEvent, { type: 'queue.left' }>, facts: CallFacts, queued: Queued | null): void {
    if (!missedReasons.has(event.reason) || !this.#options.rules.missed) return;
    if (event.reason !== 'line-full' && !isMissed(event.waitMs, this.#options.rules)) return;
    const place = queued ?? { queue: 'main', priority: 5, joinedAtMs: event.atMs };
    this.book(facts, 'missed', place).catch((error: unknown) => {
      this.#options.logger.error({ err: error, callId: facts.callId }, 'missed call not kept for a call-back');
    });
  }

  /** Who was led from the line to a message has said what it is about: that is work for an agent, not a missed call. */
  #hasLeftMessage(callId: string): void {
    for (const row of this.#rows.values()) {
      if (row.callId === callId && row.reason === 'missed')
        void this.end(row.id, 'cancelled', 'message-left').catch(this.#failed);
    }
  }

  #served(number: string): void {
    if (number === '') return;
    for (const row of this.#rows.values()) {
      if (row.number === number) void this.end(row.id, 'cancelled', 'called-again').catch(this.#failed);
    }
  }

  readonly #failed = (error: unknown): void => {
    this.#options.logger.error({ err: error }, 'call-back not stored');
  };

  #onOwnCall(event: CallEvent, id: string): void {
    const row = this.#rows.get(id);
    if (event.type === 'call.ended') this.#standing.delete(id);
    if (row === undefined) return;
    if (event.type === 'callback.dialled') {
      const change = {
        state: 'calling',
        tries: row.tries + 1,
        agentId: event.agentId,
        outCallId: event.callId,
      } as const;
      void this.#keep(row, change).catch(this.#failed);
    }
    if (event.type === 'call.bridged') {
      this.#rows.delete(id);
      void this.#store(row, { state: 'reached', result: 'reached', agentId: event.agentId }).catch(this.#failed);
    }
    if (event.type === 'callback.not-reached') this.#notReached(row, event.cause);
    this.#calls.changed();
  }

  #notReached(row: CallbackRow, cause: string): void {
    const agentFault = cause === 'agent-gone';
    const next = afterTry(row, this.#options.rules, this.#options.nowMs(), agentFault);
    if (next.type === 'over') {
      this.#rows.delete(row.id);
      void this.#store(row, { state: 'not-reached', result: cause }).catch(this.#failed);
      return;
    }
    const tries = agentFault ? Math.max(0, row.tries - 1) : row.tries;
    void this.#keep(row, { state: 'open', result: cause, notBeforeMs: next.atMs, tries }).catch(this.#failed);
  }

  /** In memory at once, so that the next event finds it; in the database right after. */
  async #keep(row: CallbackRow, change: CallbackChange): Promise<void> {
    this.#rows.set(row.id, { ...row, ...change });
    await this.#options.store.change(row.id, change);
  }

  async #store(row: CallbackRow, change: CallbackChange): Promise<CallbackRow> {
    return (await this.#options.store.change(row.id, change)) ?? { ...row, ...change };
  }

  /** Puts into the line whatever may be tried now. */
  tick(): void {
    if (this.#closed || !this.canDial) return;
    const { rules, nowMs, midnightMs, missedAtOnce, isOutboundPaused } = this.#options;
    const atMs = nowMs();
    const midnight = midnightMs(atMs);
    const rows = [...this.#rows.values()].sort((a, b) => a.joinedAtMs - b.joinedAtMs);
    let missed = rows.filter((r) => r.reason === 'missed' && this.#standing.has(r.id)).length;
    for (const row of rows) {
      if (this.#standing.has(row.id) || row.state !== 'open' || row.notBeforeMs > atMs) continue;
      const windowMs = nextWindow(row, rules, atMs, midnight);
      if (windowMs === null) this.#expire(row);
      if (windowMs !== atMs || this.#calls.isOnLine(row.number)) continue;
      // Those who gave up are phoned when nobody waits: they must not make others give up.
      if (
        row.reason === 'missed' &&
        (isOutboundPaused() || missed >= missedAtOnce || this.#calls.waitingIn(row.queue) > 0)
      )
        continue;
      if (row.reason === 'missed') missed += 1;
      this.#standing.add(row.id);
      this.#calls.start(row);
    }
  }

  #expire(row: CallbackRow): void {
    this.#rows.delete(row.id);
    void this.#store(row, { state: 'expired', result: row.result }).catch(this.#failed);
    this.#calls.changed();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }
}
