import { describe, expect, it } from '@jest/globals';
import { CallStream } from '../../../../asr/engines/sherpa/call-stream.ts';
import type { SentenceUpdate } from '../../../../asr/engines/sherpa/child-protocol.ts';
import { ToneDecoder } from '../../../../asr/engines/sherpa/decoder.ts';
import type { NativeRecognizer, NativeResult, NativeStream } from '../../../../asr/engines/sherpa/native.ts';

const CHUNK_SAMPLES = 2400;
const FRAMES_PER_CHUNK = 10;

/**
 * sherpa-onnx as it behaves with T-one: it dies when asked to decode without a whole chunk, its times begin anew after a reset.
 * A chunk whose first sample is positive is one character.
 */
class FakeNative implements NativeRecognizer {
  resets = 0;
  #waiting: number[] = [];
  #tokens: string[] = [];
  #times: number[] = [];
  #chunks = 0;
  #blanks = 0;

  createStream(): NativeStream {
    return { acceptWaveform: ({ samples }) => this.#waiting.push(...samples) };
  }

  isReady(): boolean {
    throw new Error('isReady() costs 300 ms and must not be asked');
  }

  isEndpoint(): boolean {
    throw new Error('isEndpoint() is wrong for T-one and must not be asked');
  }

  decode(): void {
    if (this.#waiting.length < CHUNK_SAMPLES) throw new Error('the process would have ended here');
    const [first = 0] = this.#waiting.splice(0, CHUNK_SAMPLES);
    if (first > 0) {
      this.#tokens.push('字');
      this.#times.push(this.#chunks * 0.3 + 0.15);
      this.#blanks = 5;
    } else {
      this.#blanks += FRAMES_PER_CHUNK;
    }
    this.#chunks++;
  }

  decodeStreams(streams: readonly NativeStream[]): void {
    for (const _stream of streams) this.decode();
  }

  reset(): void {
    this.resets++;
    this.#tokens = [];
    this.#times = [];
    this.#chunks = 0;
    this.#blanks = 0;
  }

  getResult(): NativeResult {
    return {
      text: this.#tokens.join(''),
      tokens: this.#tokens,
      timestamps: this.#times,
      num_trailing_blanks: this.#blanks,
    };
  }
}

function setup(): {
  native: FakeNative;
  stream: CallStream;
  updates: SentenceUpdate[];
  play: (loud: boolean, ms: number, gapMs?: number) => void;
} {
  const native = new FakeNative();
  const updates: SentenceUpdate[] = [];
  const stream = new CallStream(new ToneDecoder(native), null, (update) => updates.push(update));
  let atMs = 0;
  const play = (loud: boolean, ms: number, gapMs = 0): void => {
    atMs += gapMs;
    for (let done = 0; done < ms; done += 20) {
      stream.accept({ atMs, gapBeforeMs: done === 0 ? gapMs : 0, pcm: new Int16Array(160).fill(loud ? 3000 : 0) });
      atMs += 20;
    }
  };
  return { native, stream, updates, play };
}

describe('CallStream on T-one', () => {
  it('decodes as soon as a whole chunk is there, never earlier', () => {
    const { updates, play } = setup();
    play(true, 280);
    expect(updates).toHaveLength(0);
    play(true, 20);
    expect(updates.map((u) => u.text)).toEqual(['字']);
  });

  it('ends a sentence after 660 ms without a sound and counts the next one from its own start', () => {
    const { native, updates, play } = setup();
    play(true, 600);
    play(false, 900);
    play(true, 300);
    expect(updates.map((u) => [u.sentence, u.text, u.final])).toEqual([
      [0, '字', false],
      [0, '字字', false],
      [0, '字字。', true],
      [1, '字', false],
    ]);
    expect(native.resets).toBe(1);
    expect(updates[3]?.endMs).toBe(1500 + 150 + 50);
  });

  it('cuts a long sentence at a short pause and a very long one anywhere', () => {
    const { updates, play } = setup();
    play(true, 12_300);
    expect(updates.filter((u) => u.final)).toHaveLength(0);
    play(false, 300);
    expect(updates.filter((u) => u.final)).toHaveLength(1);
    play(true, 20_100);
    expect(updates.filter((u) => u.final)).toHaveLength(2);
  });

  it('finishes with the sound that does not fill a chunk', () => {
    const { stream, updates, play } = setup();
    play(true, 100);
    stream.finish();
    expect(updates.map((u) => [u.text, u.final])).toEqual([
      ['字', false],
      ['字。', true],
    ]);
  });

  it('goes on by the recording clock after a pause without audio', () => {
    const { stream, updates } = setup();
    const pcm = new Int16Array(2400).fill(3000);
    stream.accept({ atMs: 0, gapBeforeMs: 0, pcm });
    stream.finish();
    stream.accept({ atMs: 60_000, gapBeforeMs: 0, pcm });
    expect(updates.at(-1)).toMatchObject({ sentence: 1, endMs: 60_200, gapBeforeMs: 0 });
  });

  it('ends the sentence at a hole and marks the next one', () => {
    const { updates, play } = setup();
    play(true, 300);
    play(true, 300, 500);
    expect(updates.map((u) => [u.sentence, u.final, u.gapBeforeMs])).toEqual([
      [0, false, 0],
      [0, true, 0],
      [1, false, 500],
    ]);
    expect(updates[2]?.endMs).toBe(800 + 150 + 50);
  });

  it('starts afresh after ten silent seconds', () => {
    const { native, updates, play } = setup();
    play(false, 10_200);
    expect(native.resets).toBe(1);
    expect(updates).toHaveLength(0);
  });
});
