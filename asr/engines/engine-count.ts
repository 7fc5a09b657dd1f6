/** Counts what one engine did, for `Recognizer.report()`. */
import type { AudioFrame, EngineReport, RecognizerState, RecognizerStream } from '../ports.ts';

const SAMPLES_PER_SECOND = 8000;

export class EngineCount {
  readonly #engine: string;
  #samples = 0;
  failedStreams = 0;
  billedSeconds = 0;

  constructor(engine: string) {
    this.#engine = engine;
  }

  heard(samples: number): void {
    this.#samples += samples;
  }

  /** The same stream, its audio counted. */
  counted(stream: RecognizerStream): RecognizerStream {
    return {
      push: (frame: AudioFrame): void => {
        this.heard(frame.pcm.length);
        stream.push(frame);
      },
      end: () => stream.end(),
    };
  }

  report(state: RecognizerState, openStreams: number, capacity: number): EngineReport {
    return {
      engine: this.#engine,
      state: state.type,
      openStreams,
      capacity,
      audioSeconds: this.#samples / SAMPLES_PER_SECOND,
      billedSeconds: this.billedSeconds,
      failedStreams: this.failedStreams,
      takeOvers: 0,
    };
  }
}
