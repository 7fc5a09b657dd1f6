/**
 * Fills the silence of a far end that sends comfort noise (RFC 3389) in place of packets: whoever hears it gets noise
 * of the same level at every beat, so that a pause does not sound like a dead line. No clock: the owner calls it.
 */
import { NoiseSource } from '../../rtp/comfort-noise.ts';
import { frameSamples } from '../../rtp/jitter-buffer.ts';
import type { SourcePacket } from '../../rtp/outgoing-stream.ts';

export interface NoiseFrame extends SourcePacket {
  readonly pcm: Int16Array;
}

export class NoiseFiller {
  readonly #noise: NoiseSource;
  #level: number | undefined;
  #pause = 0;
  #sequence = 0;

  constructor(seed: number) {
    this.#noise = new NoiseSource(seed);
  }

  /** The far end has fallen silent, or its silence has another level. */
  begin(level: number): void {
    if (this.#level === undefined) {
      this.#pause += 1;
      this.#sequence = 0;
    }
    this.#level = level;
  }

  end(): void {
    this.#level = undefined;
  }

  /** The frame of a beat; `undefined` while the far end is not silent. */
  next(tick: number): NoiseFrame | undefined {
    if (this.#level === undefined) return undefined;
    this.#sequence += 1;
    return {
      source: `noise:${this.#pause}`,
      sequence: this.#sequence & 0xffff,
      rtpTs: (tick * frameSamples) >>> 0,
      marker: false,
      pcm: this.#noise.frame(this.#level, frameSamples),
    };
  }
}
