/** Interleaved 16-bit little-endian stereo into pairs of 20 ms frames. Pure. */

/** 8 kHz, 20 ms. */
const SAMPLES = 160;
const BYTES = SAMPLES * 4;

export interface StereoFrame {
  readonly said: Int16Array;
  readonly heard: Int16Array;
}

export class StereoSplitter {
  #chunks: Buffer[] = [];

  push(bytes: Buffer): void {
    this.#chunks.push(bytes);
  }

  /** The frames that are whole. */
  take(): StereoFrame[] {
    const data = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
    const count = Math.floor(data.length / BYTES);
    const frames = Array.from({ length: count }, (_, n) => split(data, n * BYTES));
    const rest = data.subarray(count * BYTES);
    this.#chunks = rest.length === 0 ? [] : [rest];
    return frames;
  }
}

function split(data: Buffer, at: number): StereoFrame {
  const said = new Int16Array(SAMPLES);
  const heard = new Int16Array(SAMPLES);
  for (let i = 0; i < SAMPLES; i++) {
    said[i] = data.readInt16LE(at + i * 4);
    heard[i] = data.readInt16LE(at + i * 4 + 2);
  }
  return { said, heard };
}
