/** Every queue's callers in serving order, and how fast they are served. Pure. */
import type { EpochMs, QueueState } from '../line-store.ts';
import type { CallState } from './call-state.ts';
import { advancePace, estimateWaitMs, newPace, servedPerMs, type Pace, type Staffing } from './pace.ts';
import { SortedList } from './sorted-list.ts';

interface Lane {
  readonly order: SortedList;
  /** By the time they really joined. */
  readonly ages: SortedList;
  callbacks: number;
  pace: Pace;
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  #lane(queue: string, nowMs: EpochMs): Lane {
    let lane = this.#lanes.get(queue);
    if (lane === undefined) {
      lane = { order: new SortedList(), ages: new SortedList(), callbacks: 0, pace: newPace(nowMs) };
      this.#lanes.set(queue, lane);
    }
    return lane;
  }

  length(queue: string): number {
    return this.#lanes.get(queue)?.order.size ?? 0;
  }

  add(call: CallState, nowMs: EpochMs): void {
    const lane = this.#lane(call.demand.queue, nowMs);
    lane.pace = advancePace(lane.pace, nowMs, lane.order.size > 0);
    lane.order.add(call.orderKey, call.callId);
    lane.ages.add(call.joinedAtMs, call.callId);
    if (call.demand.kind === 'callback') lane.callbacks += 1;
  }

  remove(call: CallState, nowMs: EpochMs): void {
    const lane = this.#lane(call.demand.queue, nowMs);
    lane.pace = advancePace(lane.pace, nowMs, lane.order.size > 0);
    lane.order.remove(call.orderKey, call.callId);
    lane.ages.remove(call.joinedAtMs, call.callId);
    if (call.demand.kind === 'callback') lane.callbacks -= 1;
  }

  /** One more caller of the queue has been answered. Before the call is removed. */
  served(queue: string, nowMs: EpochMs): void {
    const lane = this.#lane(queue, nowMs);
    const pace = advancePace(lane.pace, nowMs, lane.order.size > 0);
    lane.pace = { ...pace, served: pace.served + 1 };
  }

  position(call: CallState): number {
    return (this.#lanes.get(call.demand.queue)?.order.rank(call.orderKey, call.callId) ?? 0) + 1;
  }

  #paceAt(queue: string, nowMs: EpochMs): Pace {
    const lane = this.#lanes.get(queue);
    return lane === undefined ? newPace(nowMs) : advancePace(lane.pace, nowMs, lane.order.size > 0);
  }

  estimateMs(queue: string, position: number, nowMs: EpochMs, staffing: Staffing): number {
    return estimateWaitMs(position, this.#paceAt(queue, nowMs), staffing);
  }

  state(queue: string, nowMs: EpochMs, staffing: Staffing): QueueState {
    const lane = this.#lanes.get(queue);
    const waiting = lane?.order.size ?? 0;
    return {
      queue,
      waiting,
      callbacks: lane?.callbacks ?? 0,
      oldestJoinedAtMs: lane?.ages.first()?.score ?? null,
      staffed: staffing.staffed,
      free: staffing.free,
      servedPerMinute: Math.round(servedPerMs(this.#paceAt(queue, nowMs), staffing) * 60_000 * 100) / 100,
      estimatedWaitMs: this.estimateMs(queue, waiting + 1, nowMs, staffing),
    };
  }
}
