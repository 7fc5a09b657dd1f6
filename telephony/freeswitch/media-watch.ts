/** Tells when the first audio of a leg has come: FreeSWITCH has no event for it, so it is asked for a while. */
import type { Effect } from './channel-core.ts';
import type { LegCommands } from './commands.ts';
import type { Leg } from './leg.ts';

/** Close together at first: most far ends send at once. */
const LOOKS_MS: readonly number[] = [60, 100, 150, 250, 400, 600, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000];
const COUNTER = 'rtp_audio_in_media_packet_count';

export class MediaWatch {
  readonly #commands: LegCommands;
  readonly #run: (effects: readonly Effect[]) => void;
  readonly #watched = new Map<string, NodeJS.Timeout>();

  constructor(commands: LegCommands, run: (effects: readonly Effect[]) => void) {
    this.#commands = commands;
    this.#run = run;
  }

  /** Begins, or goes on, to look; each leg is told once. */
  watch(leg: Leg): void {
    if (!this.#watched.has(leg.legId)) this.#next(leg, 0);
  }

  forget(legId: string): void {
    clearTimeout(this.#watched.get(legId));
    this.#watched.delete(legId);
  }

  close(): void {
    for (const legId of [...this.#watched.keys()]) this.forget(legId);
  }

  #next(leg: Leg, look: number): void {
    const waitMs = LOOKS_MS[look];
    if (waitMs === undefined) return;
    const timer = setTimeout(() => {
      void this.#look(leg, look);
    }, waitMs);
    timer.unref();
    this.#watched.set(leg.legId, timer);
  }

  async #look(leg: Leg, look: number): Promise<void> {
    const { legId } = leg;
    if (leg.ended) return;
    const [, count] = await Promise.all([
      this.#commands.ask(`uuid_set_media_stats ${legId}`).catch(() => ''),
      this.#commands.ask(`uuid_getvar ${legId} ${COUNTER}`).catch(() => ''),
    ]);
    if (!this.#watched.has(legId)) return;
    if (Number(count) > 0) this.#run([{ type: 'emit', event: { type: 'leg.media-up', legId } }]);
    else this.#next(leg, look + 1);
  }
}
