/** Replies come in the order of the commands: one queue, whatever the kind of command. */
import { EslError } from './esl-error.ts';

interface Pending {
  readonly resolve: (reply: string) => void;
  readonly reject: (error: EslError) => void;
  readonly deadlineMs: number;
  /** Told its sender already; its reply still has to be taken off the wire. */
  overdue: boolean;
}

/** More commands on their way than this mean that FreeSWITCH does not answer any more. */
const MOST_PENDING = 100_000;

export class ReplyQueue {
  #pending: Pending[] = [];
  #head = 0;

  get length(): number {
    return this.#pending.length - this.#head;
  }

  /** When the oldest unanswered command should have been answered; undefined when all are. */
  get oldestDeadlineMs(): number | undefined {
    return this.#pending[this.#head]?.deadlineMs;
  }

  /** `bad` is told when too many are on their way. */
  add(deadlineMs: number): Promise<string> {
    if (this.length >= MOST_PENDING) return Promise.reject(new EslError('busy', 'too many commands are unanswered'));
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject, deadlineMs, overdue: false });
    });
  }

  /** Hands the next reply to the command that it belongs to; false when none waits. */
  take(reply: string): boolean {
    const first = this.#pending[this.#head];
    if (first === undefined) return false;
    this.#head++;
    if (this.#head > 1_024 && this.#head * 2 > this.#pending.length) {
      this.#pending = this.#pending.slice(this.#head);
      this.#head = 0;
    }
    if (!first.overdue) first.resolve(reply);
    return true;
  }

  /** Rejects what is overdue, but keeps its place: the reply may still come. */
  expire(nowMs: number): void {
    for (let i = this.#head; i < this.#pending.length; i++) {
      const one = this.#pending[i];
      if (one === undefined || one.overdue || one.deadlineMs > nowMs) continue;
      one.overdue = true;
      one.reject(new EslError('timeout', 'no answer in time'));
    }
  }

  /** The link is gone: nothing more will be answered. */
  fail(error: EslError): void {
    const left = this.#pending.slice(this.#head);
    this.#pending = [];
    this.#head = 0;
    for (const one of left) if (!one.overdue) one.reject(error);
  }
}
