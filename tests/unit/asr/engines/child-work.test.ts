import { describe, expect, it } from '@jest/globals';
import type { FromChild } from '../../../../asr/engines/sherpa/child-protocol.ts';
import { ChildWork } from '../../../../asr/engines/sherpa/child-work.ts';
import { ToneDecoder } from '../../../../asr/engines/sherpa/decoder.ts';
import type { NativeRecognizer, NativeResult, NativeStream } from '../../../../asr/engines/sherpa/native.ts';

const CHUNK = 2400;

interface Fake extends NativeStream {
  waiting: number;
  tokens: string[];
  times: number[];
  chunks: number;
}

/** sherpa-onnx with a T-one model, slow: each decoding takes its time on a clock of its own. */
class SlowNative implements NativeRecognizer {
  readonly batches: number[] = [];
  cpuMs = 0;
  readonly #costMs: number;

  constructor(costMs: number) {
    this.#costMs = costMs;
  }

  createStream(): NativeStream {
    const stream: Fake = {
      ...{ waiting: 0, tokens: [], times: [], chunks: 0 },
      acceptWaveform: ({ samples }) => {
        stream.waiting += samples.length;
      },
    };
    return stream;
  }

  isReady(): boolean {
    throw new Error('must not be asked');
  }

  isEndpoint(): boolean {
    throw new Error('must not be asked');
  }

  decode(stream: NativeStream): void {
    this.decodeStreams([stream]);
  }

  decodeStreams(streams: readonly NativeStream[]): void {
    this.batches.push(streams.length);
    this.cpuMs += this.#costMs;
    for (const stream of streams as readonly Fake[]) {
      if (stream.waiting < CHUNK) throw new Error('the process would have ended here');
      stream.waiting -= CHUNK;
      stream.tokens.push('字');
      stream.times.push(stream.chunks++ * 0.3);
    }
  }

  reset(stream: NativeStream): void {
    const fake = stream as Fake;
    fake.tokens = [];
    fake.times = [];
    fake.chunks = 0;
  }

  getResult(stream: NativeStream): NativeResult {
    const { tokens, times } = stream as Fake;
    return { text: tokens.join(''), tokens, timestamps: times, num_trailing_blanks: 0 };
  }
}

function setup(costMs = 1): {
  readonly native: SlowNative;
  readonly work: ChildWork;
  readonly told: FromChild[];
  /** Runs what was scheduled, one round at a time. */
  readonly round: () => boolean;
  readonly say: (ids: readonly number[], samples: number, tick?: number) => void;
} {
  const native = new SlowNative(costMs);
  const told: FromChild[] = [];
  const scheduled: (() => void)[] = [];
  const work = new ChildWork(
    {
      recognizer: native,
      decoder: () => new ToneDecoder(native),
      wording: null,
      tell: (message) => told.push(message),
      schedule: (run) => scheduled.push(run),
      cpuMs: () => native.cpuMs,
      rssBytes: () => 123,
    },
    0.5,
  );
  let atMs = 0;
  const say = (ids: readonly number[], samples: number, tick = 0): void => {
    const parts = ids.map((id) => ({ id, atMs, gapBeforeMs: 0, samples }));
    work.audio(tick, parts, new Int16Array(samples * ids.length).fill(1000));
    atMs += samples / 8;
  };
  const round = (): boolean => {
    const run = scheduled.shift();
    run?.();
    return run !== undefined;
  };
  return { native, work, told, round, say };
}

const idsOf = (told: readonly FromChild[]): readonly number[] =>
  told.flatMap((message) => (message.type === 'heard' ? message.updates.map(({ id }) => id) : []));

describe('the work of a recogniser child', () => {
  it('decodes streams together, and tells all of them in one message', () => {
    const { native, work, told, round, say } = setup();
    for (let id = 1; id <= 10; id++) work.open(id);
    say([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 2400);
    while (round());
    expect(native.batches).toEqual([10]);
    expect(told).toHaveLength(1);
    expect(idsOf(told)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('makes streams due together that began at different ticks', () => {
    const { native, work, round, say } = setup();
    work.open(1);
    work.open(2);
    for (let tick = 0; tick < 12; tick++) {
      say(tick < 2 ? [1] : [1, 2], 800, tick);
      while (round());
    }
    expect(native.batches.slice(2).every((size) => size === 2)).toBe(true);
    expect(native.batches.length).toBeGreaterThanOrEqual(3);
  });

  it('never puts silence into the middle of what is said, however packets fall', () => {
    const { native, work, told, round, say } = setup();
    work.open(1);
    let said = 0;
    for (let tick = 0; tick < 60; tick++) {
      const samples = [640, 800, 960, 0, 1600, 800][tick % 6] ?? 0;
      if (samples > 0) say([1], samples, tick);
      said += samples;
      while (round());
    }
    // Padding comes once, at the beginning, and is less than one step.
    expect(native.batches.length).toBeLessThanOrEqual(Math.floor((said + CHUNK) / CHUNK));
    expect(idsOf(told).length).toBeGreaterThan(0);
  });

  it('acknowledges each sample once', () => {
    const { work, told, round, say } = setup();
    work.open(1);
    for (let i = 0; i < 30; i++) say([1], 800, i);
    while (round());
    work.end(1);
    while (round());
    const taken = told.flatMap((m) => (m.type === 'heard' ? m.taken : [])).reduce((sum, t) => sum + t.samples, 0);
    expect(taken).toBe(24_000);
    expect(told.at(-1)).toEqual({ type: 'ended', id: 1 });
  });

  it('serves live streams before those that want whole sentences only', () => {
    const { work, told, round, say } = setup();
    work.open(1);
    work.open(2);
    work.finalOnly(1, true);
    say([1], 24_000);
    say([2], 24_000);
    while (round());
    const live = told.findIndex((m) => m.type === 'heard' && m.updates.some(({ id }) => id === 2));
    expect(live).toBe(0);
    expect(idsOf(told)).not.toContain(1);
    work.end(1);
    while (round());
    const last = told.flatMap((m) => (m.type === 'heard' ? m.updates : [])).filter(({ id }) => id === 1);
    expect(last.map(({ update }) => update.final)).toEqual([true]);
  });

  it('lets nobody wait for ever behind others', () => {
    const { work, told, round, say } = setup();
    const ids = Array.from({ length: 40 }, (_, i) => i + 1);
    for (const id of ids) work.open(id);
    say(ids, 9600);
    for (let i = 0; i < 4; i++) round();
    expect(new Set(idsOf(told)).size).toBe(40);
  });

  it('finishes a sentence after what waits, and holds up nobody meanwhile', () => {
    const { native, work, told, round, say } = setup();
    work.open(1);
    work.open(2);
    work.finalOnly(1, true);
    // A backlog of fifteen seconds.
    for (let i = 0; i < 50; i++) say([1], 2400, i);
    work.end(1);
    say([2], 9600);
    for (let i = 0; i < 6; i++) round();
    expect(idsOf(told)).toContain(2);
    expect(told).not.toContainEqual({ type: 'ended', id: 1 });
    while (round());
    expect(told.filter((m) => m.type === 'ended')).toEqual([{ type: 'ended', id: 1 }]);
    const last = told.flatMap((m) => (m.type === 'heard' ? m.updates : [])).filter(({ id }) => id === 1);
    expect(last.at(-1)?.update).toMatchObject({ final: true });
    expect(last.at(-1)?.update.tokens.length).toBeGreaterThanOrEqual(50);
    expect(Math.max(...native.batches)).toBe(2);
  });

  it('an end of what is not there is told at once; sound after a pause begins a new sentence', () => {
    const { work, told, round, say } = setup();
    work.end(9);
    expect(told).toEqual([{ type: 'ended', id: 9 }]);
    work.open(1);
    say([1], 2400);
    work.pause(1);
    say([1], 2400, 1);
    work.end(1);
    while (round());
    const finals = told.flatMap((m) => (m.type === 'heard' ? m.updates.filter(({ update }) => update.final) : []));
    expect(finals).toHaveLength(2);
    expect(told.at(-1)).toEqual({ type: 'ended', id: 1 });
  });

  it('finishes a sentence when it is told to', () => {
    const { work, told, round, say } = setup();
    work.open(1);
    say([1], 2400);
    work.pause(1);
    while (round());
    const updates = told.flatMap((m) => (m.type === 'heard' ? m.updates : []));
    expect(updates.at(-1)?.update.final).toBe(true);
  });

  it('measures what a second of audio costs', () => {
    const { native, work, told, round, say } = setup(100);
    work.open(1);
    for (let i = 0; i < 700; i++) {
      say([1], 800, i);
      while (round());
    }
    const load = told.findLast((m) => m.type === 'load');
    expect(native.batches.length).toBeGreaterThan(200);
    // 100 ms for each 300 ms; the first value told was 0.5.
    expect(load?.type === 'load' ? load.load.realTimeFactor : 0).toBeGreaterThan(0.33);
    expect(load?.type === 'load' ? load.load.realTimeFactor : 0).toBeLessThan(0.5);
    expect(load?.type === 'load' ? load.load.rssBytes : 0).toBe(123);
  });
});
