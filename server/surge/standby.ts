/** Standby seats: roster, shifts, call-ins and their answers. In memory for counting, in the database for restarts. */
import type { Logger } from 'pino';
import type { SeatSource } from '../../config/surge-schema.ts';
import type { CallInRow, RosterRow, ShiftRow, SurgeStore } from '../store/surge-ports.ts';
import type { CallInAnswer, CallInState, CallInView, RosterEntry, StandbyView } from './api-types.ts';
import type { Outbox } from './outbox.ts';
import type { Clock, CloudSeats, Pages, SeatCounts, SeatsWanted } from './ports.ts';

export interface StandbyOptions extends Clock {
  readonly store: SurgeStore;
  readonly pages: Pages;
  readonly outbox: Outbox;
  readonly logger: Logger;
  readonly nameOf: (userId: string) => string | undefined;
  readonly hasWebhook: boolean;
  /** The seat may go: after its call it takes no more. */
  readonly onReleased?: (userId: string) => void;
}

export interface RosterChange {
  readonly userId: string;
  readonly source?: SeatSource | undefined;
  readonly city?: string | undefined;
  readonly skills?: readonly string[] | undefined;
  readonly dialects?: readonly string[] | undefined;
  readonly contactRef?: string | undefined;
  readonly active?: boolean | undefined;
}

export interface ShiftTimes {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

const DAY_MS = 86_400_000;
/** Somebody who said no, or nothing, is left alone for so long. */
const LEFT_ALONE_MS = 3_600_000;
const open: ReadonlySet<string> = new Set<CallInState>(['asked', 'accepted', 'ready']);

export class Standby implements CloudSeats {
  readonly #options: StandbyOptions;
  #roster: readonly RosterRow[] = [];
  #shifts: readonly ShiftRow[] = [];
  readonly #callIns = new Map<string, CallInRow>();
  /** One change after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: StandbyOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, nowMs } = this.#options;
    this.#roster = await store.roster();
    this.#shifts = await store.shifts();
    for (const row of await store.callIns(nowMs() - DAY_MS)) this.#callIns.set(row.id, row);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(work, work);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  // Roster

  entries(): readonly RosterEntry[] {
    return this.#roster.map((row) => this.#entry(row));
  }

  #entry(row: RosterRow): RosterEntry {
    const { nowMs, nameOf, pages } = this.#options;
    const shifts = this.#shifts
      .filter((s) => s.rosterId === row.id && s.endsAtMs > nowMs() - DAY_MS)
      .map(({ id, startsAtMs, endsAtMs }) => ({ id, startsAtMs, endsAtMs }));
    const displayName = nameOf(row.userId) ?? row.userId;
    return { ...row, source: row.source as SeatSource, displayName, online: pages.online(row.userId), shifts };
  }

  async saveEntry(change: RosterChange): Promise<RosterEntry> {
    const { store, newId } = this.#options;
    return this.#inTurn(async () => {
      const before = this.#roster.find((r) => r.userId === change.userId);
      const row = await store.saveRoster({
        id: before?.id ?? newId(),
        userId: change.userId,
        source: change.source ?? before?.source ?? 'cloud',
        city: change.city ?? before?.city ?? '',
        skills: change.skills ?? before?.skills ?? [],
        dialects: change.dialects ?? before?.dialects ?? [],
        contactRef: change.contactRef ?? before?.contactRef ?? '',
        active: change.active ?? before?.active ?? true,
      });
      this.#roster = [...this.#roster.filter((r) => r.userId !== row.userId), row];
      return this.#entry(row);
    });
  }

  async saveShifts(rosterId: string, times: readonly ShiftTimes[]): Promise<RosterEntry | undefined> {
    const { store, newId } = this.#options;
    return this.#inTurn(async () => {
      const row = this.#roster.find((r) => r.id === rosterId);
      if (row === undefined) return undefined;
      const shifts = times.map((t) => ({ id: newId(), rosterId, ...t }));
      await store.replaceShifts(rosterId, shifts);
      this.#shifts = [...this.#shifts.filter((s) => s.rosterId !== rosterId), ...shifts];
      return this.#entry(row);
    });
  }

  sourceOf(userId: string): SeatSource | undefined {
    return this.#roster.find((r) => r.userId === userId)?.source as SeatSource | undefined;
  }

  mine(userId: string): StandbyView {
    const entry = this.entries().find((e) => e.userId === userId) ?? null;
    const callIn = [...this.#callIns.values()].find((c) => c.userId === userId && open.has(c.state));
    return { entry, callIn: callIn === undefined ? null : this.#view(callIn) };
  }

  // Call-ins

  callIns(): readonly CallInView[] {
    const sinceMs = this.#options.nowMs() - DAY_MS;
    return [...this.#callIns.values()]
      .filter((c) => open.has(c.state) || c.askedAtMs >= sinceMs)
      .sort((a, b) => b.askedAtMs - a.askedAtMs)
      .map((c) => this.#view(c));
  }

  #view(row: CallInRow): CallInView {
    return { ...row, state: row.state as CallInState, displayName: this.#options.nameOf(row.userId) ?? row.userId };
  }

  #inState(...states: CallInState[]): readonly CallInRow[] {
    return [...this.#callIns.values()].filter((c) => states.some((s) => s === c.state));
  }

  counts(): SeatCounts {
    return {
      asked: this.#inState('asked').length,
      accepted: this.#inState('accepted').length,
      ready: this.#inState('ready').length,
      standby: this.#free().length,
    };
  }

  ready(): ReadonlySet<string> {
    return new Set(this.#inState('ready').map((c) => c.userId));
  }

  /** On the roster, in shift (or without shifts: always), and not asked just now. */
  #free(): readonly RosterRow[] {
    const nowMs = this.#options.nowMs();
    const taken = new Set<string>();
    for (const c of this.#callIns.values())
      if (open.has(c.state) || (c.state !== 'released' && c.askedAtMs > nowMs - LEFT_ALONE_MS)) taken.add(c.userId);
    return this.#roster.filter((row) => {
      if (!row.active || taken.has(row.userId)) return false;
      const shifts = this.#shifts.filter((s) => s.rosterId === row.id);
      return shifts.length === 0 || shifts.some((s) => s.startsAtMs <= nowMs && nowMs < s.endsAtMs);
    });
  }

  want(request: SeatsWanted): Promise<void> {
    return this.#inTurn(async () => {
      await this.#expire();
      // Wave 0 was called in by hand, and is let go by hand.
      const have = this.#inState('asked', 'accepted', 'ready').filter((c) => c.wave > 0);
      const missing = request.seats - have.length;
      if (missing > 0) {
        const first = [...this.#free()].sort((a, b) => fit(b, request) - fit(a, request));
        for (const row of first.slice(0, missing)) await this.#ask(row, request);
      }
      // Those who have not come yet go first, then the ones who came last.
      const order = ['asked', 'accepted', 'ready'];
      const leaving = [...have].sort(
        (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.askedAtMs - a.askedAtMs,
      );
      for (const row of leaving.slice(0, Math.max(0, -missing))) await this.#release(row);
    });
  }

  async #ask(entry: RosterRow, request: SeatsWanted): Promise<CallInRow> {
    const { nowMs, newId, outbox, hasWebhook } = this.#options;
    const askedAtMs = nowMs();
    const row: CallInRow = {
      ...{
        id: newId(),
        rosterId: entry.id,
        userId: entry.userId,
        wave: request.wave,
        state: 'asked',
        why: request.why,
      },
      ...{ askedAtMs, expiresAtMs: askedAtMs + request.answerWithinMs },
      ...{ answeredAtMs: null, readyAtMs: null, releasedAtMs: null },
    };
    await this.#put(row, request.bySocket);
    if (request.byWebhook && hasWebhook && entry.contactRef !== '') {
      const { id, why, expiresAtMs } = row;
      await outbox.put('webhook', '', {
        type: 'call-in',
        callInId: id,
        contactRef: entry.contactRef,
        why,
        expiresAtMs,
      });
    }
    return row;
  }

  async #put(row: CallInRow, tell = true): Promise<CallInView> {
    await this.#options.store.saveCallIn(row);
    this.#callIns.set(row.id, row);
    const view = this.#view(row);
    if (tell) this.#options.pages.callIn(row.userId, view);
    return view;
  }

  async #release(row: CallInRow): Promise<CallInView> {
    const { nowMs, onReleased, outbox, hasWebhook } = this.#options;
    const view = await this.#put({ ...row, state: 'released', releasedAtMs: nowMs() });
    onReleased?.(row.userId);
    const contactRef = this.#roster.find((r) => r.id === row.rosterId)?.contactRef ?? '';
    if (hasWebhook && contactRef !== '')
      await outbox.put('webhook', '', { type: 'released', callInId: row.id, contactRef });
    return view;
  }

  async #expire(): Promise<void> {
    const nowMs = this.#options.nowMs();
    for (const row of this.#inState('asked'))
      if (row.expiresAtMs <= nowMs) await this.#put({ ...row, state: 'expired' });
  }

  /** The person's own answer; undefined when it is not theirs, `late` when it is not open any more. */
  answer(id: string, userId: string, answer: CallInAnswer): Promise<CallInView | 'late' | undefined> {
    return this.#inTurn(async () => {
      await this.#expire();
      const row = this.#callIns.get(id);
      if (row?.userId !== userId) return undefined;
      if (row.state === answer) return this.#view(row);
      if (row.state !== 'asked') return 'late';
      return this.#put({ ...row, state: answer, answeredAtMs: this.#options.nowMs() });
    });
  }

  /** The line check is passed. */
  setReady(id: string, userId: string): Promise<CallInView | 'late' | undefined> {
    return this.#inTurn(async () => {
      const row = this.#callIns.get(id);
      if (row?.userId !== userId) return undefined;
      if (row.state === 'ready') return this.#view(row);
      if (row.state !== 'accepted') return 'late';
      return this.#put({ ...row, state: 'ready', readyAtMs: this.#options.nowMs() });
    });
  }

  releaseOne(id: string): Promise<CallInView | undefined> {
    return this.#inTurn(async () => {
      const row = this.#callIns.get(id);
      if (row === undefined) return undefined;
      return open.has(row.state) ? this.#release(row) : this.#view(row);
    });
  }

  /** By hand: so many more, whatever the controller wants. */
  callIn(request: SeatsWanted): Promise<readonly CallInView[]> {
    return this.#inTurn(async () => {
      const first = [...this.#free()].sort((a, b) => fit(b, request) - fit(a, request));
      const asked: CallInView[] = [];
      for (const row of first.slice(0, request.seats)) asked.push(this.#view(await this.#ask(row, request)));
      return asked;
    });
  }

  /** Whoever said yes and takes calls is there, line check told or not. */
  seen(userIds: ReadonlySet<string>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#expire();
      for (const row of this.#inState('accepted'))
        if (userIds.has(row.userId)) await this.#put({ ...row, state: 'ready', readyAtMs: this.#options.nowMs() });
    });
  }
}

/** How well a seat fits what is asked for. */
function fit(row: RosterRow, { skills, dialects }: Pick<SeatsWanted, 'skills' | 'dialects'>): number {
  return Number(row.skills.some((s) => skills.includes(s))) + Number(row.dialects.some((d) => dialects.includes(d)));
}
