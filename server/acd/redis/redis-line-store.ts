/**
 * The waiting line in Redis, shared by all servers of a hotline. Each method is one Lua script; the rules are those of
 * `core/`. A server lives as long as it renews its lease; of one that does not, agents are away and calls wait for
 * another server to take them over.
 */
import { demandOf, usableNeeds } from '../core/call-state.ts';
import type {
  AgentRecord,
  AgentUpdate,
  EpochMs,
  JoinAnswer,
  LineEvent,
  LineStore,
  Place,
  QueueState,
  Reservation,
  Waiting,
  WaitingCall,
  WaitingChange,
} from '../line-store.ts';
import { rulesFor, type QueueRules } from '../queue-rules.ts';
import { callData, demandArgs, profileArgs, safeName } from './encode.ts';
import type { Link } from './link.ts';
import {
  agentFrom,
  isRecord,
  listOf,
  numberOf,
  parseJson,
  reservationFrom,
  reservationsFrom,
  textOf,
  waitingFrom,
} from './replies.ts';
import { eventFrom } from './events.ts';
import { runScript, type ScriptName } from './scripts.ts';

export interface RedisLineStoreOptions {
  readonly link: Link;
  /** Servers of one hotline share one line. */
  readonly hotline: string;
  /** Of this server, and no other now. */
  readonly serverId: string;
  readonly leaseMs: number;
  readonly onError: (error: unknown) => void;
  /** For tests: the time given to the scripts instead of the store's own. */
  readonly nowMs?: () => EpochMs;
}

const BEATS_A_LEASE = 4;
/** Calls read at once when the whole line is wanted: a script must not keep the others waiting. */
const PAGE = 500;
const STALE_TRIES = 5;

export class RedisLineStore implements LineStore {
  readonly #options: RedisLineStoreOptions;
  readonly #prefix: string;
  readonly #rules = new Map<string, QueueRules>();
  readonly #listeners = new Set<(event: LineEvent) => void>();
  /** Offers this server knows of, so that one that was missed is told, and none twice. */
  readonly #told = new Set<string>();
  #beat: NodeJS.Timeout | undefined;
  #known = false;
  #closed = false;

  private constructor(options: RedisLineStoreOptions) {
    this.#options = options;
    this.#prefix = `line:{${safeName(options.hotline)}}:`;
  }

  static async open(options: RedisLineStoreOptions): Promise<RedisLineStore> {
    const store = new RedisLineStore(options);
    await store.#open();
    return store;
  }

  get serverId(): string {
    return this.#options.serverId;
  }

  async #open(): Promise<void> {
    const { link, serverId, leaseMs } = this.#options;
    await link.subscribe(`${this.#prefix}ev:${serverId}`, (message) => {
      this.#heard(message);
    });
    await link.subscribe(`${this.#prefix}rules`, (sender) => {
      if (sender !== serverId) this.#attempt(() => this.#live(true));
    });
    await this.#live(true);
    this.#known = true;
    link.onBack(() => {
      this.#attempt(() => this.#live(false));
      this.#attempt(() => this.#tellMissed());
    });
    this.#beat = setInterval(() => {
      this.#attempt(() => this.beat());
    }, leaseMs / BEATS_A_LEASE);
  }

  #attempt(work: () => Promise<void>): void {
    // What comes over a link that others go on using must not bring this server back to life.
    if (this.#closed) return;
    work().catch(this.#options.onError);
  }

  /** Renews the lease. Runs by itself; public for tests. */
  beat(): Promise<void> {
    return this.#live(false);
  }

  /** Whoever was forgotten hears so here, on whatever occasion it came. */
  async #live(wantsRules: boolean): Promise<void> {
    const { leaseMs } = this.#options;
    const [known, wants] = [this.#known, wantsRules].map((on) => (on ? '1' : '0'));
    const [lost, rules] = listOf(await this.#run('beat', String(leaseMs), known ?? '', wants ?? ''));
    for (const json of listOf(rules)) {
      const one = parseJson(json);
      // Written by a server of this hotline from its checked configuration.
      if (isRecord(one) && typeof one['name'] === 'string') this.#rules.set(one['name'], one as unknown as QueueRules);
    }
    if (lost !== 1) return;
    await this.#write([...this.#rules.values()]);
    this.#told.clear();
    this.#emit({ type: 'line-lost' });
  }

  #run(name: ScriptName, ...args: readonly string[]): Promise<unknown> {
    const { link, serverId, nowMs } = this.#options;
    return runScript(link, name, this.#prefix, [nowMs === undefined ? '' : String(nowMs()), serverId, ...args]);
  }

  #emit(event: LineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #heard(message: string): void {
    const event = eventFrom(message, (queue) => this.#rulesOf(queue).overflow);
    if (event === undefined) return;
    if (event.type === 'offered') {
      if (this.#told.has(event.reservation.offerId)) return;
      this.#told.add(event.reservation.offerId);
    }
    if (event.type === 'offer-lost') this.#told.delete(event.reservation.offerId);
    this.#emit(event);
  }

  /** After a break: offers that other servers made for calls of this one meanwhile. */
  async #tellMissed(): Promise<void> {
    const standing = listOf(parseJson(await this.#run('reservations')));
    for (const one of standing) {
      if (!isRecord(one) || one['owner'] !== this.#options.serverId) continue;
      this.#heard(JSON.stringify({ type: 'offered', reservation: one }));
    }
  }

  #rulesOf(queue: string): QueueRules {
    let rules = this.#rules.get(queue);
    if (rules === undefined) this.#rules.set(queue, (rules = rulesFor(queue)));
    return rules;
  }

  async configure(queues: readonly QueueRules[]): Promise<void> {
    const same = queues.every((q) => JSON.stringify(q) === JSON.stringify(this.#rules.get(q.name)));
    if (same && this.#rules.size === queues.length) return;
    this.#rules.clear();
    for (const rules of queues) this.#rules.set(rules.name, rules);
    await this.#write(queues);
    for (const one of await this.waiting()) await this.#change(one.callId, {}, false);
  }

  async #write(queues: readonly QueueRules[]): Promise<void> {
    const args = queues.flatMap((q) => [safeName(q.name), JSON.stringify(q), q.strategy, String(q.ringMs)]);
    await this.#run('configure', ...args);
  }

  join(call: WaitingCall): Promise<JoinAnswer> {
    return this.#join(call, false);
  }

  joinFront(call: WaitingCall, joinedAtMs: EpochMs): Promise<JoinAnswer> {
    return this.#join({ ...call, joinedAtMs }, true);
  }

  async #join(call: WaitingCall, front: boolean): Promise<JoinAnswer> {
    const rules = this.#rulesOf(call.queue);
    const demand = demandOf(call, front);
    const [headStart, phases, sticky, dialect, kind, tooLong] = demandArgs(demand, rules);
    const anyLength = front || call.insist === true;
    const reply = listOf(
      await this.#run(
        'join',
        ...[call.callId, safeName(call.queue), JSON.stringify(callData(demand))],
        ...[call.joinedAtMs === undefined ? '' : String(call.joinedAtMs), String(call.notBeforeMs ?? 0)],
        ...[headStart, phases, sticky, dialect, kind, tooLong],
        ...[String(anyLength ? -1 : rules.maxLength), String(rules.deflectAboveMs), String(rules.usualHandleMs)],
      ),
    );
    const estimatedWaitMs = numberOf(reply[2]);
    const type = textOf(reply[0]);
    if (type === 'full' || type === 'wait-too-long')
      return { type: 'refused', reason: type, estimatedWaitMs, overflow: rules.overflow };
    return {
      type: type === 'joined' ? 'joined' : 'already-waiting',
      position: numberOf(reply[1]),
      estimatedWaitMs,
    };
  }

  change(callId: string, change: WaitingChange): Promise<'changed' | 'not-waiting'> {
    return this.#change(callId, change, true);
  }

  /** Reads, works out the new phases and writes if nobody else has changed the call meanwhile; else once more. */
  async #change(callId: string, change: WaitingChange, endOffer: boolean): Promise<'changed' | 'not-waiting'> {
    for (let i = 0; i < STALE_TRIES; i += 1) {
      const [row] = listOf(await this.#run('waiting', callId, ''));
      if (row === undefined) return 'not-waiting';
      const now = waitingFrom(row);
      const { joinedAtMs = now.joinedAtMs, notBeforeMs = now.notBeforeMs, ...other } = change;
      const demand = { ...now, ...other, needs: usableNeeds(other.needs ?? now.needs) };
      const rules = this.#rulesOf(demand.queue);
      const answer = await this.#run(
        'change',
        ...[callId, textOf(listOf(row)[1]), safeName(demand.queue), JSON.stringify(callData(demand))],
        ...[String(joinedAtMs), String(notBeforeMs), ...demandArgs(demand, rules), endOffer ? '1' : '0'],
      );
      if (answer === 'changed' || answer === 'not-waiting') return answer;
    }
    throw new Error('line: the call was changed by others all the time');
  }

  async leave(callId: string): Promise<void> {
    await this.#run('leave', callId);
  }

  async setAgent(agent: AgentUpdate): Promise<void> {
    const { agentId, intent, pauseReason, phone } = agent;
    await this.#run('set-agent', agentId, intent, pauseReason, phone, ...profileArgs(agent));
  }

  async removeAgent(agentId: string): Promise<void> {
    await this.#run('remove-agent', agentId);
  }

  async match(holdMs?: number): Promise<readonly Reservation[]> {
    const made: Reservation[] = [];
    for (;;) {
      const [own, more] = listOf(await this.#run('match', holdMs === undefined ? '' : String(holdMs)));
      for (const reservation of reservationsFrom(own)) {
        // A message about it may have come before the answer.
        if (this.#told.has(reservation.offerId)) continue;
        this.#told.add(reservation.offerId);
        made.push(reservation);
      }
      if (more !== 1) return made;
    }
  }

  async accept(offerId: string): Promise<'accepted' | 'expired'> {
    this.#told.delete(offerId);
    return (await this.#run('accept', offerId)) === 'accepted' ? 'accepted' : 'expired';
  }

  async release(offerId: string, excludeMs: number): Promise<'released' | 'expired'> {
    this.#told.delete(offerId);
    return (await this.#run('release', offerId, String(excludeMs))) === 'released' ? 'released' : 'expired';
  }

  async place(callId: string): Promise<Place | null> {
    const [row] = listOf(await this.#run('waiting', callId, ''));
    if (row === undefined) return null;
    const { usualHandleMs } = this.#rulesOf(waitingFrom(row).queue);
    const [position, wait] = listOf(await this.#run('place', callId, String(usualHandleMs)));
    return position === undefined ? null : { position: numberOf(position), estimatedWaitMs: numberOf(wait) };
  }

  async waiting(): Promise<readonly Waiting[]> {
    const all = new Map<string, Waiting>();
    for (let from = 0; ; from += PAGE) {
      const rows = listOf(await this.#run('waiting', String(from), String(from + PAGE - 1))).map(waitingFrom);
      for (const one of rows) all.set(one.callId, one);
      if (rows.length < PAGE) return [...all.values()];
    }
  }

  async agents(): Promise<readonly AgentRecord[]> {
    return listOf(await this.#run('agents')).map(agentFrom);
  }

  async reservations(): Promise<readonly Reservation[]> {
    return listOf(parseJson(await this.#run('reservations'))).map(reservationFrom);
  }

  async queues(): Promise<readonly QueueState[]> {
    const rules = [...this.#rules.values()];
    const args = rules.flatMap((q) => [safeName(q.name), String(q.usualHandleMs)]);
    return listOf(await this.#run('queues', ...args)).map((row, i) => {
      const [waiting, callbacks, oldest, staffed, free, perMinute, wait] = listOf(row);
      return {
        queue: rules[i]?.name ?? '',
        waiting: numberOf(waiting),
        callbacks: numberOf(callbacks),
        oldestJoinedAtMs: oldest === '' ? null : numberOf(oldest),
        staffed: numberOf(staffed),
        free: numberOf(free),
        servedPerMinute: numberOf(perMinute) / 100,
        estimatedWaitMs: numberOf(wait),
      };
    });
  }

  subscribe(listener: (event: LineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#beat);
    this.#listeners.clear();
    this.#options.link.close();
    return Promise.resolve();
  }
}
