/** One line that tells how the call goes: rewritten in place on a terminal, a new line at each change otherwise. */

/** Below this nothing is heard. */
const FLOOR_DB = -60;
const BAR_CHARS = 12;

export class Progress {
  readonly #out: NodeJS.WriteStream;
  #lastState = '';

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** `heardDb`: level of what is heard now; undefined before there is audio. */
  show(state: string, sinceMs: number, heardDb?: number): void {
    const seconds = Math.floor(sinceMs / 1_000);
    const time = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    const heard = heardDb === undefined ? '' : `  heard ${levelBar(heardDb)}`;
    if (this.#out.isTTY) this.#out.write(`\r\x1b[K${state.padEnd(10)} ${time}${heard}`);
    else if (state !== this.#lastState) this.#out.write(`${time} ${state}\n`);
    this.#lastState = state;
  }

  /** A line that stays. */
  say(text: string): void {
    this.#out.write(this.#out.isTTY ? `\r\x1b[K${text}\n` : `${text}\n`);
  }
}

/** `▮▮▮▮········ -31 dB`. */
export function levelBar(db: number): string {
  const clamped = Math.max(FLOOR_DB, Math.min(0, db));
  const filled = Math.round(((clamped - FLOOR_DB) / -FLOOR_DB) * BAR_CHARS);
  const value = db <= FLOOR_DB ? 'silence' : `${Math.round(db)} dB`;
  return `${'▮'.repeat(filled)}${'·'.repeat(BAR_CHARS - filled)} ${value}`;
}
