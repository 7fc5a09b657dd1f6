/** The supervisor's view: live lists from memory, today's counts from the database, the last hour from the timeline. */
import type { SupervisorView, TranscriptionStatus } from '../realtime/protocol.ts';
import type { DayCounts } from '../store/ports.ts';
import type { CallEvent, EpochMs } from '../timeline/events.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;

interface Minute {
  arrived: number;
  bridged: number;
  abandoned: number;
}

/** Counts of the last 60 minutes, from the stream of events. */
export class LastHour {
  readonly #minutes = new Map<EpochMs, Minute>();

  count(event: CallEvent): void {
    const minute = this.#minute(event.atMs);
    if (event.type === 'call.arrived') minute.arrived++;
    if (event.type === 'call.bridged') minute.bridged++;
    if (event.type === 'queue.left' && event.reason === 'abandoned') minute.abandoned++;
  }

  #minute(atMs: EpochMs): Minute {
    const key = atMs - (atMs % MINUTE_MS);
    const found = this.#minutes.get(key) ?? { arrived: 0, bridged: 0, abandoned: 0 };
    this.#minutes.set(key, found);
    for (const old of this.#minutes.keys()) if (old < key - MINUTES * MINUTE_MS) this.#minutes.delete(old);
    return found;
  }

  view(nowMs: EpochMs): SupervisorView['minutes'] {
    const last = nowMs - (nowMs % MINUTE_MS);
    return Array.from({ length: MINUTES }, (_, i) => {
      const minuteMs = last - (MINUTES - 1 - i) * MINUTE_MS;
      return { minuteMs, ...(this.#minutes.get(minuteMs) ?? { arrived: 0, bridged: 0, abandoned: 0 }) };
    });
  }
}

function share(part: number, whole: number): number | null {
  return whole <= 0 ? null : part / whole;
}

export interface SupervisorParts {
  readonly today: DayCounts;
  readonly minutes: SupervisorView['minutes'];
  readonly recognizer: TranscriptionStatus;
}

/** Rates as defined in docs/metrics.md; null while there is nothing to divide by. */
export function rates(
  today: DayCounts,
): Pick<SupervisorView, 'connectRate' | 'serviceLevel15Answered' | 'serviceLevel15Offered' | 'callbackConnectRate'> {
  return {
    connectRate: share(today.bridged, today.offered),
    serviceLevel15Answered: share(today.bridgedWithin15s, today.bridged),
    callbackConnectRate: share(today.callbacksReached, today.callbacks),
    serviceLevel15Offered: share(today.bridgedWithin15s, today.offered - today.abandonedWithin5s),
  };
}
