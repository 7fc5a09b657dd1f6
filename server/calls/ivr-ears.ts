/** Listens to a caller in the call flow: the caller's side only, only while a question is open, nothing is kept. */
import type { Recognizer, RecognizerStream } from '../../asr/ports.ts';
import type { TapFrame } from '../../telephony/ports/switch.ts';

export interface IvrEarsParts {
  readonly callId: string;
  readonly recognizer: Recognizer;
  /** Where the caller's audio comes from; null = no more. */
  readonly tap: (listener: ((frame: TapFrame) => void) | null) => void;
  readonly heard: (text: string, syllables: readonly string[], final: boolean) => void;
  /** Nobody can listen. Never called from within `listen`. */
  readonly off: () => void;
}

export class IvrEars {
  readonly #parts: IvrEarsParts;
  #stream: RecognizerStream | undefined;
  #streams = 0;

  constructor(parts: IvrEarsParts) {
    this.#parts = parts;
  }

  listen(on: boolean): void {
    if (on) this.#open();
    else this.#close();
  }

  #open(): void {
    const { callId, recognizer, tap, heard } = this.#parts;
    this.#close();
    if (recognizer.state.type !== 'ready') {
      this.#off();
      return;
    }
    this.#streams += 1;
    const stream = recognizer.open({
      streamId: `${callId}:flow-${String(this.#streams)}`,
      side: 'caller',
      onUpdate: (update) => {
        if (this.#stream === stream) heard(update.text, update.syllables, update.final);
      },
      onEnd: (reason) => {
        if (this.#stream === stream && reason === 'failed') this.#off();
      },
    });
    this.#stream = stream;
    tap((frame) => {
      if (frame.side === 'said') stream.push(frame);
    });
  }

  #close(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    this.#parts.tap(null);
    // What is still being recognised answers no question any more.
    void stream.end().catch(() => undefined);
  }

  #off(): void {
    queueMicrotask(() => {
      this.#parts.off();
    });
  }
}
