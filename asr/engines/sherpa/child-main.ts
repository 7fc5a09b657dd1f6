/**
 * A recogniser child: loads one model, serves many streams, ends when its parent does.
 * May not: keep audio, log speech, live on without its parent.
 */
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { WordingModel, type WordingCounts } from '../../transcript/wording-model.ts';
import { CallStream } from './call-stream.ts';
import type { FromChild, ToChild } from './child-protocol.ts';
import { PlainDecoder, ToneDecoder, type Decoder } from './decoder.ts';
import type { ModelPlan } from './model-plan.ts';
import { loadRecognizer, type NativeRecognizer } from './native.ts';

class Child {
  readonly #streams = new Map<number, CallStream>();
  #recognizer: NativeRecognizer | undefined;
  #wording: WordingModel | null = null;
  #plan: ModelPlan | undefined;

  handle(message: ToChild): void {
    switch (message.type) {
      case 'load':
        this.#load(message.plan);
        return;
      case 'open':
        this.#open(message.id);
        return;
      case 'audio':
        this.#streams.get(message.id)?.accept(message);
        tell({ type: 'ack', id: message.id, samples: message.pcm.length });
        return;
      case 'pause':
        this.#streams.get(message.id)?.finish();
        return;
      case 'end':
        this.#streams.get(message.id)?.finish();
        this.#streams.delete(message.id);
        tell({ type: 'ended', id: message.id });
    }
  }

  #load(plan: ModelPlan): void {
    this.#plan = plan;
    // find-model.ts has checked the file's shape.
    if (plan.wording !== null) {
      this.#wording = new WordingModel(JSON.parse(readFileSync(plan.wording, 'utf8')) as WordingCounts);
    }
    this.#recognizer = loadRecognizer(plan);
    this.#warmUp(this.#recognizer);
    tell({ type: 'ready' });
  }

  /** The first decoding allocates and is slow; it must not be the first caller's. */
  #warmUp(recognizer: NativeRecognizer): void {
    const stream = new CallStream(this.#decoder(recognizer), this.#wording, () => undefined);
    for (let atMs = 0; atMs < 1000; atMs += 100) stream.accept({ atMs, gapBeforeMs: 0, pcm: new Int16Array(800) });
  }

  #open(id: number): void {
    if (this.#recognizer === undefined) return;
    const decoder = this.#decoder(this.#recognizer);
    this.#streams.set(
      id,
      new CallStream(decoder, this.#wording, (update) => {
        tell({ type: 'update', id, update });
      }),
    );
  }

  #decoder(recognizer: NativeRecognizer): Decoder {
    return this.#plan?.files.type === 'toneCtc' ? new ToneDecoder(recognizer) : new PlainDecoder(recognizer);
  }
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

// Speech to text may wait; the audio of the calls may not.
setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
process.on('disconnect', () => {
  process.exit(0);
});
// Ctrl-C reaches the whole process group; the parent decides when this child ends.
process.on('SIGINT', () => undefined);

const child = new Child();
process.on('message', (message) => {
  child.handle(message as ToChild);
});
