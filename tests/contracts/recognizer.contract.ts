/** What every recogniser must do, whatever engine it is. Each check can also be run against a broken one. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  AudioFrame,
  Recognizer,
  RecognizerStream,
  RecognizerStreamOptions,
  SpeechSide,
  TranscriptUpdate,
} from '../../asr/ports.ts';

export interface RecognizerHarness {
  /** Started, and with room for `maxStreams` streams. */
  readonly recognizer: Recognizer;
  readonly maxStreams: number;
  /** Words that the recording `speech` must bring up. */
  readonly expected: readonly string[];
  /** Ends the engine the hard way; resolves when the recogniser is ready again. */
  readonly crash: () => Promise<void>;
  /** How many times faster than people speak the audio may be played to this one; 1 if not given. */
  readonly speed?: number;
  /** Names that updates may carry as `engine`; the recogniser's own if not given. */
  readonly engines?: readonly string[];
  readonly dispose: () => Promise<void>;
}

export interface RecognizerCheck {
  readonly name: string;
  readonly run: (harness: RecognizerHarness) => Promise<void>;
}

const FRAME_SAMPLES = 160;
const FRAME_MS = 20;
const TEST_LIMIT_MS = 60_000;

const wav = readFileSync(new URL('./recognizer-speech.wav', import.meta.url));
const WAV_HEADER_BYTES = 44;
/** `我要投诉，路灯不亮`, spoken by espeak-ng. */
export const speech = new Int16Array((wav.length - WAV_HEADER_BYTES) >> 1).map((_, i) =>
  wav.readInt16LE(WAV_HEADER_BYTES + 2 * i),
);
export const silence = (ms: number): Int16Array => new Int16Array(ms * 8);

export interface ListenerOptions {
  readonly side?: SpeechSide;
  readonly speed?: number;
  readonly hotWords?: readonly string[];
  readonly language?: string;
}

/** A stream with everything it told. */
export class Listener {
  readonly updates: TranscriptUpdate[] = [];
  readonly ends: ('ended' | 'failed')[] = [];
  readonly stream: RecognizerStream;
  readonly #speed: number;
  #atMs = 0;

  constructor(
    recognizer: Recognizer,
    streamId: string,
    { side = 'caller', speed = 1, ...hints }: ListenerOptions = {},
  ) {
    this.#speed = speed;
    const options: RecognizerStreamOptions = {
      ...hints,
      streamId,
      side,
      onUpdate: (update) => this.updates.push(update),
      onEnd: (reason) => this.ends.push(reason),
    };
    this.stream = recognizer.open(options);
  }

  /** Plays in packets of 20 ms; `speed` 1 is as fast as people speak. */
  async play(pcm: Int16Array, times = 1.5, gapBeforeMs = 0): Promise<void> {
    const speed = times * this.#speed;
    const started = performance.now();
    this.#atMs += gapBeforeMs;
    for (let i = 0; i < pcm.length; i += FRAME_SAMPLES) {
      this.push(pcm.subarray(i, i + FRAME_SAMPLES), i === 0 ? gapBeforeMs : 0);
      const dueMs = i / 8 / speed;
      if (dueMs > performance.now() - started) await delay(FRAME_MS / speed);
    }
  }

  push(pcm: Int16Array, gapBeforeMs = 0): void {
    const frame: AudioFrame = { atMs: this.#atMs, pcm, gapBeforeMs };
    this.#atMs += pcm.length / 8;
    this.stream.push(frame);
  }

  finals(): readonly TranscriptUpdate[] {
    return this.updates.filter((update) => update.final);
  }

  text(): string {
    return this.finals()
      .map((update) => update.text)
      .join('');
  }
}

function expectSound(updates: readonly TranscriptUpdate[], { capabilities }: Recognizer): void {
  const last = new Map<string, TranscriptUpdate>();
  for (const update of updates) {
    const before = last.get(update.segmentId);
    expect(update.rev).toBeGreaterThan(before?.rev ?? 0);
    if (before?.final === true) expect(update.final && capabilities.revisedFinals).toBe(true);
    expect(update.text).not.toBe('');
    expect(update.text === before?.text && update.final === before.final).toBe(false);
    expect(update.endMs).toBeGreaterThanOrEqual(update.startMs);
    const starts = update.tokens.map((token) => token.startMs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    last.set(update.segmentId, update);
  }
  expect([...last.values()].every((update) => update.final)).toBe(true);
}

export const recognizerChecks: readonly RecognizerCheck[] = [
  {
    name: 'is ready after start and says in one line what it is',
    run: ({ recognizer }: RecognizerHarness): Promise<void> => {
      expect(recognizer.state).toEqual({ type: 'ready' });
      expect(recognizer.description).toMatch(/^.{4,200}$/);
      expect(recognizer.capabilities.sampleRateHz).toBeGreaterThanOrEqual(8000);
      return Promise.resolve();
    },
  },
  {
    name: 'turns speech into partials and one final, with times inside the audio',
    run: async ({ recognizer, expected, engines = [recognizer.name], speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's1', { speed });
      await listener.play(speech, 1);
      await listener.play(silence(1500), 1);
      await listener.stream.end();
      for (const word of expected) expect(listener.text()).toContain(word);
      expectSound(listener.updates, recognizer);
      for (const update of listener.updates) {
        expect(update).toMatchObject({ side: 'caller', gapBeforeMs: 0 });
        expect(engines).toContain(update.engine);
        expect(update.endMs).toBeLessThanOrEqual(speech.length / 8 + 1500);
      }
      expect(listener.ends).toEqual(['ended']);
    },
  },
  {
    name: 'declares what it can do, and keeps to it',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const { capabilities } = recognizer;
      expect(capabilities.languages.length).toBeGreaterThan(0);
      const listener = new Listener(recognizer, 's12', { speed });
      await listener.play(speech, 1);
      await listener.play(silence(1500), 1);
      await listener.stream.end();
      expect(listener.updates.some((update) => !update.final)).toBe(capabilities.partials);
      const [final] = listener.finals();
      expect((final?.syllables.length ?? 0) > 0).toBe(capabilities.syllables);
      expect(final?.confidence !== undefined).toBe(capabilities.confidence);
      expect(final?.confidence ?? 1).toBeGreaterThan(0);
      expect(final?.confidence ?? 1).toBeLessThanOrEqual(1);
      const ms = (final?.endMs ?? 0) - (final?.startMs ?? 0);
      expect(ms).toBeGreaterThan(speech.length / 24);
      const finals = listener.finals().map((update) => update.segmentId);
      if (!capabilities.revisedFinals) expect(finals).toEqual([...new Set(finals)]);
      const [report] = recognizer.report();
      expect(report?.audioSeconds).toBeGreaterThan(1);
      expect(report?.openStreams).toBe(0);
    },
  },
  {
    name: 'hears noise and clipped audio without breaking',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's13', { speed });
      let seed = 1;
      const noise = new Int16Array(8000).map(() => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return (seed % 65_536) - 32_768;
      });
      await listener.play(noise, 2);
      await listener.play(new Int16Array(4000).fill(32_767), 2);
      await listener.play(new Int16Array(4000).fill(-32_768), 2);
      await listener.stream.end();
      expect(listener.ends).toEqual(['ended']);
      expect(recognizer.state).toEqual({ type: 'ready' });
      expectSound(listener.updates, recognizer);
    },
  },
  {
    name: 'brings the last final before end() resolves, within 2 s, and ends once',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's2', { speed });
      await listener.play(speech);
      const started = performance.now();
      await listener.stream.end();
      expect(performance.now() - started).toBeLessThan(2500);
      expectSound(listener.updates, recognizer);
      const count = listener.updates.length;
      expect(count).toBeGreaterThan(0);
      listener.push(speech.subarray(0, 800));
      await listener.stream.end();
      await delay(100);
      expect(listener.updates).toHaveLength(count);
      expect(listener.ends).toEqual(['ended']);
    },
  },
  {
    name: 'says nothing about silence',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's3', { speed });
      await listener.play(silence(3000), 3);
      await listener.stream.end();
      expect(listener.updates).toEqual([]);
    },
  },
  {
    name: 'keeps two streams apart',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const caller = new Listener(recognizer, 'call-1-caller', { speed });
      const agent = new Listener(recognizer, 'call-1-agent', { side: 'agent', speed });
      await Promise.all([caller.play(speech), agent.play(speech)]);
      await Promise.all([caller.stream.end(), agent.stream.end()]);
      expectSound(caller.updates, recognizer);
      expectSound(agent.updates, recognizer);
      expect(agent.updates.every((update) => update.side === 'agent')).toBe(true);
      const ids = new Set(caller.updates.map((update) => update.segmentId));
      expect(agent.updates.some((update) => ids.has(update.segmentId))).toBe(false);
    },
  },
  {
    name: 'marks lost audio on what comes after it',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's5', { speed });
      await listener.play(silence(200), 2);
      await listener.play(speech, 1.5, 700);
      await listener.stream.end();
      expect(listener.updates[0]?.gapBeforeMs).toBe(700);
      expect(listener.updates[0]?.startMs).toBeGreaterThanOrEqual(800);
    },
  },
  {
    name: 'drops a flood rather than keep it, and marks the gap',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's6', { speed });
      for (let i = 0; i < 60; i++) listener.push(silence(1000));
      await delay(1500);
      await listener.play(speech, 1);
      await listener.stream.end();
      expect(listener.updates[0]?.gapBeforeMs).toBeGreaterThan(50_000);
    },
  },
  {
    name: 'takes empty and oversized frames without harm',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's7', { speed });
      listener.push(new Int16Array(0));
      listener.stream.push({ atMs: -5, pcm: new Int16Array(40_000), gapBeforeMs: 0 });
      listener.stream.push({ atMs: 1e9, pcm: new Int16Array(7), gapBeforeMs: 0 });
      await listener.stream.end();
      expect(listener.ends).toEqual(['ended']);
      expect(recognizer.state).toEqual({ type: 'ready' });
    },
  },
  {
    name: 'refuses one stream too many and leaves the others alone',
    run: async ({ recognizer, maxStreams, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listeners = Array.from({ length: maxStreams }, (_, i) => new Listener(recognizer, `full-${i}`, { speed }));
      const extra = new Listener(recognizer, 'extra', { speed });
      await delay(50);
      expect(extra.ends).toEqual(['failed']);
      expect(listeners.flatMap((listener) => listener.ends)).toEqual([]);
      await Promise.all(listeners.map((listener) => listener.stream.end()));
      expect(listeners.flatMap((listener) => listener.ends)).toEqual(listeners.map(() => 'ended'));
    },
  },
  {
    name: 'ends its streams as failed when the engine dies, and serves the next one',
    run: async ({ recognizer, crash, speed = 1 }: RecognizerHarness): Promise<void> => {
      const listener = new Listener(recognizer, 's8', { speed });
      await listener.play(speech.subarray(0, 4000));
      await crash();
      expect(listener.ends).toEqual(['failed']);
      await listener.stream.end();
      expect(recognizer.state).toEqual({ type: 'ready' });
      const next = new Listener(recognizer, 's9', { speed });
      await next.play(speech, 1);
      await next.stream.end();
      expect(next.finals().length).toBeGreaterThan(0);
    },
  },
  {
    name: 'is off after close, with its streams ended',
    run: async ({ recognizer, speed = 1 }: RecognizerHarness): Promise<void> => {
      const states: string[] = [];
      recognizer.onState((state) => states.push(state.type));
      const listener = new Listener(recognizer, 's10', { speed });
      await recognizer.close();
      expect(listener.ends).toEqual(['ended']);
      expect(recognizer.state.type).toBe('off');
      expect(states).toEqual(['off']);
      const late = new Listener(recognizer, 's11', { speed });
      await delay(20);
      expect(late.ends).toEqual(['failed']);
    },
  },
];

/** Runs every check against one adapter. */
export function recognizerContract(adapter: string, make: () => Promise<RecognizerHarness>): void {
  describe(`Recognizer contract: ${adapter}`, () => {
    let harness: RecognizerHarness;
    beforeEach(async () => {
      harness = await make();
    }, TEST_LIMIT_MS);
    afterEach(async () => {
      await harness.dispose();
    }, TEST_LIMIT_MS);

    for (const check of recognizerChecks) {
      it(
        check.name,
        async () => {
          await check.run(harness);
        },
        TEST_LIMIT_MS,
      );
    }
  });
}
