/** Asks FreeSWITCH every five seconds how each leg fares. Each leg has its own beat, so that the questions are spread. */
import type { Effect } from './channel-core.ts';
import type { LegCommands } from './commands.ts';
import type { Leg } from './leg.ts';
import { counterVariables, qualityEvent, readFigures, zeroCounters } from './quality-core.ts';

const EVERY_MS = 5_000;
const SEPARATOR = '|';
/** `expand` reads the fields of an event: variables stand there under this prefix. */
const QUESTION = counterVariables.map((name) => `\${variable_${name}}`).join(SEPARATOR);

export class QualityWatch {
  readonly #commands: LegCommands;
  readonly #run: (effects: readonly Effect[]) => void;
  readonly #everyMs: number;
  readonly #watched = new Map<string, NodeJS.Timeout>();

  constructor(commands: LegCommands, run: (effects: readonly Effect[]) => void, everyMs = EVERY_MS) {
    this.#commands = commands;
    this.#run = run;
    this.#everyMs = everyMs;
  }

  /** Once for each leg; a second time is harmless. */
  watch(leg: Leg): void {
    if (this.#watched.has(leg.legId)) return;
    const timer = setInterval(() => {
      void this.#look(leg);
    }, this.#everyMs);
    timer.unref();
    this.#watched.set(leg.legId, timer);
  }

  forget(legId: string): void {
    clearInterval(this.#watched.get(legId));
    this.#watched.delete(legId);
  }

  close(): void {
    for (const legId of [...this.#watched.keys()]) this.forget(legId);
  }

  async #look(leg: Leg): Promise<void> {
    const { legId } = leg;
    if (!this.#commands.esl.up) return;
    // The counters become variables by the first command; both are one packet.
    const [, text] = await Promise.all([
      this.#commands.ask(`uuid_set_media_stats ${legId}`).catch(() => ''),
      this.#commands.ask(`expand uuid:${legId} echo ${QUESTION}`).catch(() => ''),
    ]);
    if (leg.ended || !this.#watched.has(legId)) return;
    const now = readFigures(text.trim().split(SEPARATOR), leg.reports);
    if (now === undefined) return;
    if (leg.isAdopted && leg.counted === zeroCounters) {
      // What was before us belongs to no five seconds of ours.
      leg.counted = now.counters;
      return;
    }
    const event = qualityEvent({ legId, isFinal: false, before: leg.counted }, now, leg.reports);
    leg.counted = now.counters;
    this.#run([{ type: 'emit', event }]);
  }
}
