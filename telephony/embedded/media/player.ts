/** One running play: files as one piece, cut into 20 ms frames. No clock: the owner calls it at every beat. */

const frameSamples = 160;

export interface PlayFrame {
  readonly sequence: number;
  readonly rtpTs: number;
  readonly pcm: Int16Array;
}

export class Player {
  readonly playId: string;
  /** Name of this play as a source of the leg's outgoing stream. */
  readonly source: string;
  readonly #pieces: readonly Int16Array[];
  readonly #forever: boolean;
  #piece = 0;
  #offset = 0;
  #sequence = 0;

  constructor(play: { playId: string; pieces: readonly Int16Array[]; forever: boolean; serial: number }) {
    this.playId = play.playId;
    this.source = `play:${play.serial}`;
    this.#pieces = play.pieces.filter((piece) => piece.length > 0);
    this.#forever = play.forever;
  }

  get hasStarted(): boolean {
    return this.#sequence > 0;
  }

  /** The next frame, padded with silence at the very end; `undefined` when it is over. */
  next(tick: number): PlayFrame | undefined {
    const pcm = new Int16Array(frameSamples);
    if (this.#fill(pcm) === 0) return undefined;
    const sequence = this.#sequence & 0xffff;
    this.#sequence += 1;
    return { sequence, rtpTs: (tick * frameSamples) >>> 0, pcm };
  }

  #fill(pcm: Int16Array): number {
    let filled = 0;
    while (filled < pcm.length) {
      const piece = this.#pieces[this.#piece];
      if (piece === undefined) {
        if (!this.#forever || this.#pieces.length === 0) return filled;
        this.#piece = 0;
        continue;
      }
      const part = piece.subarray(this.#offset, this.#offset + pcm.length - filled);
      pcm.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset >= piece.length) {
        this.#piece += 1;
        this.#offset = 0;
      }
    }
    return filled;
  }
}
