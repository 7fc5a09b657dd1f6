/** What the party of one leg says, as a frame for every beat: for legs that hear several at once. */
import { AudioTimeline } from '../../rtp/audio-timeline.ts';
import type { TimelinePacket } from '../../rtp/audio-timeline.ts';
import { JitterBuffer } from '../../rtp/jitter-buffer.ts';

/** Whoever mixes hears with a delay already: a packet waits one frame for an earlier one, not three. */
const reorderSamples = 160;

export class Voice {
  readonly #timeline = new AudioTimeline({ reorderSamples });
  readonly #buffer = new JitterBuffer();
  #tick = -1;
  #frame: Int16Array | undefined;

  /** Delay of the buffer, for reports. */
  get delayMs(): number {
    return this.#buffer.delayMs;
  }

  take(packet: TimelinePacket, nowSample: number): void {
    for (const audio of this.#timeline.push(packet, nowSample)) this.#buffer.put(audio);
  }

  /** The frame of a beat, the same for everyone who asks; `undefined` is silence. */
  frame(tick: number, nowSample: number): Int16Array | undefined {
    if (tick !== this.#tick) {
      this.#tick = tick;
      for (const audio of this.#timeline.advance(nowSample)) this.#buffer.put(audio);
      this.#frame = this.#buffer.read(nowSample);
    }
    return this.#frame;
  }
}
