/**
 * Counts what happens on the line into samples for the controller. The same for the live hotline, for a dry run and for
 * the simulation. Telephone numbers never come here: callers are opaque keys.
 */
import type { EpochMs } from '../api-types.ts';
import type { SurgeSample } from './types.ts';

export type MeterEvent = { readonly atMs: EpochMs } &
  /** `caller` is an opaque key; '' = withheld, counted as somebody new. */
  (
    | { readonly type: 'arrived'; readonly caller: string }
    | { readonly type: 'answered' }
    | { readonly type: 'abandoned' }
    | { readonly type: 'turned-away' }
    | { readonly type: 'talked'; readonly talkMs: number }
    | { readonly type: 'wrapped-up'; readonly wrapUpMs: number }
  );

/** What the line store and the roster know at this moment. */
export type LineNow = Pick<
  SurgeSample,
  'waiting' | 'longestWaitMs' | 'seats' | 'seatsFree' | 'seatsCalledIn' | 'seatsComing' | 'seatsStandby'
>;

interface Bucket {
  readonly startMs: EpochMs;
  attempts: number;
  people: number;
  answered: number;
  abandoned: number;
  turnedAway: number;
}

const BUCKET_MS = 5_000;
/** Somebody who phones again within this time is the same person with the same matter. */
const SAME_PERSON_MS = 3_600_000;
/** Weight of one call in the running means. */
const SMOOTHING = 0.02;
const FIRST_CALLS = 20;

/** Mean of few, then running mean of many. */
class RunningMean {
  #count = 0;
  #mean = 0;

  add(value: number): void {
    this.#count++;
    this.#mean += (value - this.#mean) * Math.max(SMOOTHING, 1 / this.#count);
  }

  get value(): number | null {
    return this.#count < FIRST_CALLS ? null : this.#mean;
  }
}

export class Meter {
  readonly windowMs: number;
  #buckets: Bucket[] = [];
  readonly #lastSeenMs = new Map<string, EpochMs>();
  readonly #talk = new RunningMean();
  readonly #wrapUp = new RunningMean();
  #prunedAtMs = 0;

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  note(event: MeterEvent): void {
    const bucket = this.#bucket(event.atMs);
    switch (event.type) {
      case 'arrived':
        bucket.attempts++;
        if (this.#isNew(event.caller, event.atMs)) bucket.people++;
        return;
      case 'answered':
        bucket.answered++;
        return;
      case 'abandoned':
        bucket.abandoned++;
        return;
      case 'turned-away':
        bucket.turnedAway++;
        return;
      case 'talked':
        this.#talk.add(event.talkMs);
        return;
      case 'wrapped-up':
        this.#wrapUp.add(event.wrapUpMs);
        return;
    }
  }

  sample(atMs: EpochMs, line: LineNow): SurgeSample {
    this.#buckets = this.#buckets.filter((b) => b.startMs > atMs - this.windowMs - BUCKET_MS);
    const sum = { attempts: 0, people: 0, answered: 0, abandoned: 0, turnedAway: 0 };
    for (const bucket of this.#buckets) {
      sum.attempts += bucket.attempts;
      sum.people += bucket.people;
      sum.answered += bucket.answered;
      sum.abandoned += bucket.abandoned;
      sum.turnedAway += bucket.turnedAway;
    }
    return { atMs, windowMs: this.windowMs, ...sum, talkMs: this.#talk.value, wrapUpMs: this.#wrapUp.value, ...line };
  }

  #isNew(caller: string, atMs: EpochMs): boolean {
    if (caller === '') return true;
    const before = this.#lastSeenMs.get(caller);
    this.#lastSeenMs.set(caller, atMs);
    if (atMs - this.#prunedAtMs > SAME_PERSON_MS / 4) this.#prune(atMs);
    return before === undefined || atMs - before > SAME_PERSON_MS;
  }

  #prune(atMs: EpochMs): void {
    this.#prunedAtMs = atMs;
    for (const [caller, seenMs] of this.#lastSeenMs)
      if (atMs - seenMs > SAME_PERSON_MS) this.#lastSeenMs.delete(caller);
  }

  #bucket(atMs: EpochMs): Bucket {
    const startMs = Math.floor(atMs / BUCKET_MS) * BUCKET_MS;
    const last = this.#buckets.at(-1);
    // Events may come a moment late; they are counted where the latest ones are.
    if (last !== undefined && last.startMs >= startMs) return last;
    const bucket = { startMs, attempts: 0, people: 0, answered: 0, abandoned: 0, turnedAway: 0 };
    this.#buckets.push(bucket);
    return bucket;
  }
}
