/** Pushes the supervisor's view to those who watch, at most twice a second. */
import type { Recognizer } from '../../asr/ports.ts';
import type { LineStore } from '../acd/line-store.ts';
import type { DeskPush } from '../realtime/desk.ts';
import type { SupervisorView } from '../realtime/protocol.ts';
import type { CallStore, DayCounts } from '../store/ports.ts';
import type { CallEvent } from '../timeline/events.ts';
import type { CallCenter } from './call-center.ts';
import { newSeat } from './core/seat.ts';
import { LastHour, supervisorView } from './supervision.ts';
import { maskNumber, seatView, transcriptionStatus, type Person } from './views.ts';

export interface SupervisorFeedOptions {
  readonly center: CallCenter;
  readonly line: LineStore;
  readonly calls: Pick<CallStore, 'dayCounts'>;
  readonly recognizer: Recognizer;
  /** Everybody who may take calls. */
  readonly persons: ReadonlyMap<string, Person>;
  readonly nowMs: () => number;
  readonly onError: (error: unknown) => void;
}

const PUSH_MS = 500;
/** Durations on the page run by themselves; this refreshes what no event announces. */
const IDLE_PUSH_MS = 5_000;

const noCounts: DayCounts = {
  offered: 0,
  bridged: 0,
  bridgedWithin15s: 0,
  abandoned: 0,
  abandonedWithin5s: 0,
  tickets: 0,
  meanTalkMs: 0,
};

export class SupervisorFeed {
  readonly #options: SupervisorFeedOptions;
  readonly #watching = new Set<string>();
  readonly #hour = new LastHour();
  readonly #idle: NodeJS.Timeout;
  #today: DayCounts = noCounts;
  #push: DeskPush | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SupervisorFeedOptions) {
    this.#options = options;
    this.#idle = setInterval(() => {
      this.changed();
    }, IDLE_PUSH_MS);
  }

  connect(push: DeskPush): void {
    this.#push = push;
  }

  watch(userId: string, on: boolean): void {
    if (on) this.#watching.add(userId);
    else this.#watching.delete(userId);
    if (on) this.changed();
  }

  count(event: CallEvent): void {
    this.#hour.count(event);
    this.changed();
  }

  changed(): void {
    if (this.#watching.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send().catch(this.#options.onError);
    }, PUSH_MS);
  }

  async #send(): Promise<void> {
    const view = await this.view();
    for (const userId of this.#watching) {
      if (this.#push?.online(userId) === true) this.#push.toUser(userId, 'supervisor', view);
    }
  }

  async view(): Promise<SupervisorView> {
    const { center, line, calls, recognizer, persons, nowMs } = this.#options;
    const atMs = nowMs();
    this.#today = await calls.dayCounts(startOfDay(atMs)).catch(() => this.#today);
    const waiting = await line.waiting();
    return supervisorView({
      atMs,
      waiting: waiting.map((w) => {
        const state = center.get(w.callId)?.runner.state;
        const offered = state?.phase.name === 'waiting' && state.phase.offer !== null;
        return {
          callId: w.callId,
          maskedNumber: maskNumber(state?.facts.from ?? ''),
          queue: w.queue,
          joinedAtMs: w.joinedAtMs,
          state: offered ? 'offered' : 'waiting',
        };
      }),
      seats: [...persons].flatMap(([id, person]) => {
        const seat = center.seats.all().find((s) => s.agentId === id) ?? newSeat(id, atMs);
        // A supervisor has a seat only while taking calls.
        if (person.role !== 'agent' && seat.intent === 'off' && seat.work.type === 'none') return [];
        const call = seat.work.type === 'talking' ? center.get(seat.work.callId) : undefined;
        return [seatView(seat, person, this.#push?.online(id) ?? false, call?.runner.state.supervisors)];
      }),
      today: this.#today,
      minutes: this.#hour.view(atMs),
      recognizer: transcriptionStatus(recognizer.state, recognizer.description),
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#idle);
  }
}

/** Midnight on the server's own clock (the city's time zone). */
export function startOfDay(atMs: number): number {
  const day = new Date(atMs);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
