/** The pool of sherpa-onnx children in trouble: killed, grown too large, too slow. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { SherpaRecognizer, type SherpaOptions } from '../../asr/engines/sherpa/sherpa-recognizer.ts';
import { Listener, silence, speech } from './recognizer.contract.ts';

const logger = pino({ level: 'silent' });
const modelDir = path.resolve('asr/models/demo-zh-8k');
const LIMIT_MS = 90_000;
const opened: SherpaRecognizer[] = [];

afterEach(async () => {
  for (const recognizer of opened.splice(0)) await recognizer.close();
});

async function start(options: Partial<SherpaOptions>): Promise<SherpaRecognizer> {
  const recognizer = new SherpaRecognizer({ modelDir, processes: 1, maxStreams: 20, logger, ...options });
  opened.push(recognizer);
  await recognizer.start();
  expect(recognizer.state).toEqual({ type: 'ready' });
  return recognizer;
}

async function until(what: string, done: () => boolean): Promise<void> {
  for (let waitedMs = 0; !done(); waitedMs += 20) {
    if (waitedMs > 30_000) throw new Error(`${what}: it did not happen within 30 s`);
    await delay(20);
  }
}

describe('a pool of recogniser children', () => {
  it(
    'loses with a killed child only that child’s streams, and takes new ones at once',
    async () => {
      const recognizer = await start({ processes: 2 });
      await until('both children', () => recognizer.readyChildren === 2);
      const listeners = [new Listener(recognizer, 'k1'), new Listener(recognizer, 'k2')];
      await Promise.all(listeners.map((listener) => listener.play(speech.subarray(0, 4000), 1)));
      process.kill(recognizer.childPids[0] ?? 0, 'SIGKILL');
      await until('one fails', () => listeners.some((listener) => listener.ends.length > 0));
      expect(listeners.flatMap((listener) => listener.ends)).toEqual(['failed']);
      expect(recognizer.state).toEqual({ type: 'ready' });
      const well = listeners.find((listener) => listener.ends.length === 0);
      const next = new Listener(recognizer, 'k3');
      await Promise.all([well?.play(speech.subarray(4000), 1), next.play(speech, 1)]);
      await Promise.all([well?.stream.end(), next.stream.end()]);
      expect(well?.text()).toContain('投诉');
      expect(next.text()).toContain('投诉');
      expect(recognizer.report()[0]?.failedStreams).toBe(1);
    },
    LIMIT_MS,
  );

  it(
    'replaces a child that has grown too large, and loses no word',
    async () => {
      // Every child is larger than this.
      const recognizer = await start({ childMemoryMb: 1 });
      const [first] = recognizer.childPids;
      const listener = new Listener(recognizer, 'm1');
      for (let i = 0; i < 4 || (recognizer.childPids.includes(first ?? 0) && i < 12); i++) {
        await listener.play(speech, 1);
        await listener.play(silence(900), 1);
      }
      await listener.stream.end();
      expect(recognizer.childPids).not.toContain(first);
      const texts = listener.finals().map((final) => final.text);
      expect(texts.length).toBeGreaterThanOrEqual(4);
      // Neither torn nor said twice; a character may be misheard.
      for (const text of texts) expect(text).toMatch(/^我要投诉.{3,6}。$/);
      expect(new Set(listener.finals().map((final) => final.segmentId)).size).toBe(texts.length);
      expect(listener.finals().every((final) => final.gapBeforeMs === 0)).toBe(true);
      expect(listener.ends).toEqual(['ended']);
      expect(recognizer.report()[0]?.failedStreams).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'on a slow machine gives agents whole sentences only, says so, and keeps callers live',
    async () => {
      const recognizer = await start({ nativeModule: path.resolve('tests/support/slow-sherpa.cjs') });
      const { capacity } = recognizer.report()[0] ?? { capacity: 0 };
      expect(capacity).toBeGreaterThanOrEqual(2);
      expect(capacity).toBeLessThan(12);
      const sides = ['caller', 'agent'] as const;
      const calls = Array.from({ length: Math.ceil(capacity / 2) + 1 }, (_, i) => i);
      const listeners = calls.flatMap((i) =>
        sides.map((side) => new Listener(recognizer, `${String(i)}-${side}`, { side })),
      );
      const quiet = listeners.map((listener) => listener.play(silence(2500), 1));
      await Promise.all(quiet);
      expect(recognizer.state).toMatchObject({ type: 'ready', degraded: expect.stringContaining('坐席') });
      await Promise.all(listeners.map((listener) => listener.play(speech, 1)));
      await Promise.all(listeners.map((listener) => listener.play(silence(1500), 1)));
      await Promise.all(listeners.map((listener) => listener.stream.end()));
      const partials = (listener: Listener): number => listener.updates.filter((update) => !update.final).length;
      const [callers, agents] = sides.map((side) => listeners.filter((_, i) => sides[i % 2] === side));
      expect(agents?.some((listener) => partials(listener) === 0)).toBe(true);
      expect(callers?.filter((listener) => partials(listener) > 0).length).toBeGreaterThan(0);
      // On such a machine the last words may come too late; the call does not wait for them.
      for (const listener of listeners) expect(listener.ends).toHaveLength(1);
      await until('well again', () => !('degraded' in recognizer.state));
    },
    LIMIT_MS,
  );
});
