/** The seats of one city: on duty by the hour, standby called in with their ramp, lent ones. */
import type { LineStore } from '../../server/acd/line-store.ts';
import type { SeatSource } from '../../config/surge-schema.ts';
import type { Agenda } from './agenda.ts';
import type { SimSeat } from './model.ts';
import type { Random } from './random.ts';
import type { CityScenario } from './scenario.ts';

export interface SeatsOptions {
  readonly city: CityScenario;
  readonly line: LineStore;
  readonly agenda: Agenda;
  readonly random: Random;
  /** Queues that the seats of a source serve. */
  readonly queuesOf: (source: SeatSource) => readonly string[];
  /** A seat is free now. */
  readonly onFree: () => Promise<void>;
}

const ANSWER_MS = 40_000;

export class SimSeats {
  readonly #options: SeatsOptions;
  readonly #seats = new Map<string, SimSeat>();
  /** Everybody who was ever there: for what the seats could have answered. */
  readonly all: SimSeat[] = [];
  #number = 0;
  #standbyLeft: number;
  #asked = 0;
  #said = 0;
  #wanted = 0;

  constructor(options: SeatsOptions) {
    this.#options = options;
    this.#standbyLeft = options.city.standby?.seats ?? 0;
  }

  get(id: string): SimSeat | undefined {
    return this.#seats.get(id);
  }

  #count(which: (seat: SimSeat) => boolean): number {
    let count = 0;
    for (const seat of this.#seats.values()) if (!seat.leaving && which(seat)) count++;
    return count;
  }

  now(): { seats: number; seatsFree: number; seatsCalledIn: number; seatsComing: number; seatsStandby: number } {
    return {
      seats: this.#count((s) => s.source !== 'partner'),
      seatsFree: this.#count((s) => s.source !== 'partner' && s.state === 'idle'),
      seatsCalledIn: this.#count((s) => s.source === 'cloud'),
      seatsComing: this.#said,
      seatsStandby: this.#standbyLeft,
    };
  }

  async add(source: SeatSource): Promise<void> {
    const id = `${this.#options.city.id}-${source}-${this.#number++}`;
    const readyAtMs = this.#options.agenda.nowMs;
    const seat: SimSeat = { id, source, readyAtMs, state: 'idle', leaving: false, goneAtMs: null };
    this.#seats.set(id, seat);
    this.all.push(seat);
    await this.put(seat, 'idle');
    await this.#options.onFree();
  }

  /** What the seat's phone does; a seat that is to leave goes when it is idle. */
  async put(seat: SimSeat, state: SimSeat['state']): Promise<void> {
    const { line, agenda, queuesOf } = this.#options;
    seat.state = state;
    if (seat.leaving && state === 'idle') {
      seat.goneAtMs = agenda.nowMs;
      this.#seats.delete(seat.id);
      await line.removeAgent(seat.id);
      return;
    }
    await line.setAgent({
      agentId: seat.id,
      intent: 'available',
      pauseReason: '',
      phone: state,
      queues: queuesOf(seat.source),
      seatLevel: seat.source,
    });
  }

  /** On duty at the hour's turn. */
  async onDuty(target: number): Promise<void> {
    const own = [...this.#seats.values()].filter((s) => s.source === 'on-site' && !s.leaving);
    for (let have = own.length; have < target; have++) await this.add('on-site');
    for (const seat of own.slice(target)) await this.#leave(seat);
  }

  /** Called-in seats wanted in all: asks for more, or lets some go. */
  async want(seats: number): Promise<void> {
    this.#wanted = seats;
    const { city, agenda, random } = this.#options;
    const { standby } = city;
    if (standby === null) return;
    const called = [...this.#seats.values()].filter((s) => s.source === 'cloud' && !s.leaving);
    for (let have = called.length + this.#asked; have < seats && this.#standbyLeft > 0; have++) {
      this.#standbyLeft--;
      this.#asked++;
      const comes = random.chance(standby.acceptShare);
      const rampMs = random.between(standby.rampMinMs, standby.rampMaxMs);
      const answerMs = Math.min(rampMs, random.exponential(ANSWER_MS));
      agenda.after(answerMs, () => {
        this.#answered(comes, rampMs - answerMs);
      });
    }
    const tooMany = called.length - seats;
    const idleFirst = called.sort((a, b) => Number(a.state !== 'idle') - Number(b.state !== 'idle'));
    for (const seat of idleFirst.slice(0, Math.max(0, tooMany))) await this.#leave(seat);
  }

  #answered(comes: boolean, restMs: number): void {
    if (!comes) {
      this.#asked--;
      return;
    }
    this.#said++;
    this.#options.agenda.after(restMs, async () => {
      this.#said--;
      this.#asked--;
      // Not needed any more when it is ready: back to standby.
      if (this.#count((s) => s.source === 'cloud') >= this.#wanted) this.#standbyLeft++;
      else await this.add('cloud');
    });
  }

  async #leave(seat: SimSeat): Promise<void> {
    seat.leaving = true;
    if (seat.source === 'cloud') this.#standbyLeft++;
    if (seat.state === 'idle') await this.put(seat, 'idle');
  }
}
