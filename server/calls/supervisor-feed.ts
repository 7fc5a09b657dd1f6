/**
 * Tells the supervisors' pages what happens. A page that begins to watch gets the whole view; from then on everybody
 * who watches gets the same deltas: what has changed is worked out once and made into bytes once.
 */
import type { Recognizer } from '../../asr/ports.ts';
import type { LineStore } from '../acd/line-store.ts';
import type { DeskPush } from '../realtime/desk.ts';
import type { CallbackView, SeatView, SupervisorDelta, SupervisorView, WaitingView } from '../realtime/protocol.ts';
import { noDayCounts, type CallStore, type DayCounts } from '../store/ports.ts';
import type { CallEvent } from '../timeline/events.ts';
import type { CallCenter } from './call-center.ts';
import { newSeat } from './core/seat.ts';
import type { LineWatch } from './line-watch.ts';
import { LastHour, rates, type SupervisorParts } from './supervision.ts';
import { callbackView, seatView, transcriptionStatus, waitingView, type Person } from './views.ts';
import { ListDiff } from './list-diff.ts';

export interface SupervisorFeedOptions {
  readonly center: CallCenter;
  readonly line: LineStore;
  readonly lineWatch: LineWatch;
  readonly calls: Pick<CallStore, 'dayCounts'>;
  readonly recognizer: Recognizer;
  /** Everybody who may take calls. */
  readonly persons: ReadonlyMap<string, Person>;
  /** Null: the switch keeps them to itself. */
  readonly trunks: () => SupervisorView['trunks'];
  readonly nowMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** Seats change one by one and cost little. */
const SEATS_MS = 100;
/** The line is read as a whole, so less often. */
const LINE_MS = 500;
/** The day's counts come from the database. */
const DAY_MS = 2_000;
/** Nothing announces this much later what no event has told. */
const EVERYTHING_MS = 10_000;
/** More waiting callers than a screen can show are only counted. */
const MOST_WAITING_SHOWN = 300;
const MOST_CALLBACKS_SHOWN = 300;

type Rest = Omit<SupervisorView, 'atMs' | 'waiting' | 'seats' | 'callbacks'>;

export class SupervisorFeed {
  readonly #options: SupervisorFeedOptions;
  readonly #watching = new Set<string>();
  readonly #hour = new LastHour();
  readonly #everything: NodeJS.Timeout;
  readonly #seats = new ListDiff<SeatView>((s) => s.agentId);
  readonly #waiting = new ListDiff<WaitingView>((w) => w.callId);
  readonly #callbacks = new ListDiff<CallbackView>((c) => c.id);
  readonly #dirtySeats = new Set<string>();
  #rest: Rest | undefined;
  #today: DayCounts = noDayCounts;
  #todayAtMs = -Infinity;
  #lineAtMs = -Infinity;
  #lineDirty = false;
  #push: DeskPush | undefined;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(options: SupervisorFeedOptions) {
    this.#options = options;
    this.#everything = setInterval(() => {
      this.#allDirty();
    }, EVERYTHING_MS);
  }

  connect(push: DeskPush): void {
    this.#push = push;
  }

  watch(userId: string, on: boolean): void {
    if (!on) {
      this.#watching.delete(userId);
      return;
    }
    const first = this.#watching.size === 0;
    this.#watching.add(userId);
    // Nobody looked until now, so nothing was kept up.
    if (first) this.#markAll();
    this.#working = this.#working.then(() => this.#greet(userId)).catch(this.#options.onError);
  }

  async #greet(userId: string): Promise<void> {
    await this.#send();
    if (this.#watching.has(userId)) this.#push?.toUser(userId, 'supervisor', this.#whole());
  }

  count(event: CallEvent): void {
    this.#hour.count(event);
    this.changed();
  }

  /** The line, call-backs or calls have changed. */
  changed(): void {
    this.#lineDirty = true;
    this.#schedule();
  }

  seatChanged(agentId: string): void {
    this.#dirtySeats.add(agentId);
    this.#lineDirty = true;
    this.#schedule();
  }

  #markAll(): void {
    for (const id of this.#options.persons.keys()) this.#dirtySeats.add(id);
    this.#lineDirty = true;
    this.#lineAtMs = -Infinity;
  }

  #allDirty(): void {
    if (this.#watching.size === 0) return;
    this.#markAll();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#watching.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#working.then(() => this.#send()).catch(this.#options.onError);
    }, SEATS_MS);
  }

  async #send(): Promise<void> {
    const atMs = this.#options.nowMs();
    const delta: SupervisorDelta = { atMs, ...this.#seatsDelta(), ...(await this.#lineDelta(atMs)) };
    if (Object.keys(delta).length > 1) this.#push?.toWatching('supervisor.delta', delta);
    if (this.#lineDirty) this.#schedule();
  }

  #seatsDelta(): Pick<SupervisorDelta, 'seats'> {
    if (this.#dirtySeats.size === 0) return {};
    const ids = [...this.#dirtySeats];
    this.#dirtySeats.clear();
    const seats = this.#seats.update(ids.map((id) => ({ id, now: this.#seat(id) })));
    return seats === undefined ? {} : { seats };
  }

  #seat(agentId: string): SeatView | undefined {
    const { center, persons, nowMs, lineWatch } = this.#options;
    const person = persons.get(agentId);
    const seat = center.seats.find(agentId) ?? newSeat(agentId, nowMs());
    if (person === undefined) return undefined;
    // A supervisor has a seat only while taking calls.
    const leads = person.role === 'supervisor' || person.role === 'admin';
    if (leads && seat.intent === 'off' && seat.work.type === 'none') return undefined;
    const call = seat.work.type === 'none' ? undefined : center.get(seat.work.callId);
    return seatView(seat, person, {
      online: this.#push?.online(agentId) ?? false,
      supervisors: call?.runner.state.supervisors ?? [],
      profile: center.seats.profileOf(agentId),
      line: lineWatch.reportOf(agentId),
    });
  }

  async #lineDelta(atMs: number): Promise<Partial<SupervisorDelta>> {
    if (!this.#lineDirty || atMs - this.#lineAtMs < LINE_MS) return {};
    this.#lineDirty = false;
    this.#lineAtMs = atMs;
    const { center, line } = this.#options;
    const [waiting, queues] = await Promise.all([line.waiting(), line.queues()]);
    const shown = waiting.slice(0, MOST_WAITING_SHOWN).map((w) => waitingView(w, center.get(w.callId)?.runner.state));
    const { canDial } = center.callbacks;
    const callbacks = center.callbacks
      .toDo()
      .slice(0, MOST_CALLBACKS_SHOWN)
      .map((row) => callbackView(row, canDial));
    const rest = await this.#restNow(atMs, queues);
    const lists = {
      waiting: this.#waiting.replace(shown),
      callbacks: this.#callbacks.replace(callbacks),
    };
    return {
      ...changedParts(this.#swapRest(rest), rest),
      ...(lists.waiting === undefined ? {} : { waiting: lists.waiting }),
      ...(lists.callbacks === undefined ? {} : { callbacks: lists.callbacks }),
    };
  }

  #swapRest(rest: Rest): Rest | undefined {
    const before = this.#rest;
    this.#rest = rest;
    return before;
  }

  async #restNow(atMs: number, queues: Awaited<ReturnType<LineStore['queues']>>): Promise<Rest> {
    const { center, calls, recognizer } = this.#options;
    if (atMs - this.#todayAtMs >= DAY_MS) {
      this.#todayAtMs = atMs;
      this.#today = await calls.dayCounts(startOfDay(atMs)).catch(() => this.#today);
    }
    const parts: SupervisorParts = {
      today: this.#today,
      minutes: this.#hour.view(atMs),
      recognizer: transcriptionStatus(recognizer.state, recognizer.description),
    };
    return {
      ...parts,
      ...rates(this.#today),
      queues: queues.map((q) => ({ ...q, title: center.queueTitle(q.queue) })),
      trunks: this.#options.trunks(),
      alarm: center.alarm,
      risks: center.risks(),
    };
  }

  #whole(): SupervisorView {
    const rest = this.#rest;
    if (rest === undefined) throw new Error('there is no view yet');
    return {
      atMs: this.#options.nowMs(),
      ...rest,
      waiting: this.#waiting.all(),
      seats: this.#seats.all(),
      callbacks: this.#callbacks.all(),
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#everything);
  }
}

function changedParts(before: Rest | undefined, now: Rest): Partial<Rest> {
  if (before === undefined) return now;
  const keys = (Object.keys(now) as (keyof Rest)[]).filter((k) => JSON.stringify(before[k]) !== JSON.stringify(now[k]));
  return Object.fromEntries(keys.map((k) => [k, now[k]]));
}

/** Midnight on the server's own clock (the city's time zone). */
export function startOfDay(atMs: number): number {
  const day = new Date(atMs);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
