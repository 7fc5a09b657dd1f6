/** What is counted of one city during the part of the simulation that counts. */
import type { Decision } from '../../server/surge/core/types.ts';
import type { SurgeLevel } from '../../config/surge-schema.ts';
import type { Answer, Ending, MinuteRow, Person } from './model.ts';

const MINUTE_MS = 60_000;

export class Counts {
  readonly startMs: number;
  readonly #endMs: number;
  readonly people: Person[] = [];
  readonly answers: Answer[] = [];
  readonly decisions: Decision[] = [];
  readonly minutes: MinuteRow[] = [];
  readonly endings: Record<Ending, number> = {
    connected: 0,
    abandoned: 0,
    busy: 0,
    away: 0,
    deflected: 0,
    notice: 0,
    promised: 0,
  };
  attempts = 0;
  diverted = 0;
  calledBack = 0;

  constructor(startMs: number, lengthMs: number) {
    this.startMs = startMs;
    this.#endMs = startMs + lengthMs;
  }

  counts(atMs: number): boolean {
    return atMs >= this.startMs && atMs <= this.#endMs;
  }

  attempt(person: Person, atMs: number): void {
    if (!this.counts(atMs)) return;
    this.attempts++;
    const minute = this.#minute(atMs);
    if (minute !== undefined) minute.attempts++;
    // Somebody who first phoned before the counting began belongs to the usual day.
    if (person.attempts > 1 || person.firstAtMs < this.startMs) return;
    this.people.push(person);
    if (minute !== undefined) minute.people++;
  }

  end(ending: Ending, atMs: number): void {
    if (!this.counts(atMs)) return;
    this.endings[ending]++;
    const minute = this.#minute(atMs);
    if (minute !== undefined && ending !== 'connected') minute.lost++;
  }

  answer(answer: Answer): void {
    if (!this.counts(answer.atMs)) return;
    this.answers.push(answer);
    this.end('connected', answer.atMs);
    const minute = this.#minute(answer.atMs);
    if (minute !== undefined) minute.connected++;
  }

  decide(decisions: readonly Decision[]): void {
    for (const decision of decisions) if (this.counts(decision.atMs)) this.decisions.push(decision);
  }

  look(atMs: number, line: { readonly waiting: number; readonly seats: number; readonly level: SurgeLevel }): void {
    if (!this.counts(atMs)) return;
    const minute = this.#minute(atMs);
    if (minute !== undefined) Object.assign(minute, line);
  }

  /** What falls on the very end counts, but begins no minute of its own. */
  #minute(atMs: number): MinuteRow | undefined {
    if (atMs >= this.#endMs) return undefined;
    const at = Math.floor((atMs - this.startMs) / MINUTE_MS);
    for (let next = this.minutes.length; next <= at; next++)
      this.minutes.push({
        atMs: this.startMs + next * MINUTE_MS,
        ...{ attempts: 0, people: 0, connected: 0, lost: 0, waiting: 0, seats: 0, level: 'normal' },
      });
    return this.minutes[at];
  }
}
