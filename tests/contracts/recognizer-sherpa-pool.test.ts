/** The pool of sherpa-onnx children in trouble: killed, grown too large, too slow. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { SherpaRecognizer, type SherpaOptions } from '../../asr/engines/sherpa/sherpa-recognizer.ts';
import { Listener, silence, speech } from './recognizer.contract.ts';

const logger = pino({ level: 'silent' });
const modelDir = path.resolve('asr/models/demo-zh-8k');
const slowNative = path.resolve('tests/support/slow-sherpa.cjs');
const LIMIT_MS = 180_000;
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
    if (waitedMs > 60_000) throw new Error(`${what}: it did not happen within 60 s`);
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
      let plays = 0;
      for (; plays < 2 || (recognizer.childPids.includes(first ?? 0) && plays < 12); plays++) {
        await listener.play(speech, 1);
        await listener.play(silence(900), 1);
      }
      await listener.stream.end();
      expect(recognizer.childPids).not.toContain(first);
      // No word is lost, and none said twice; a character may be misheard.
      const said = listener.text().replaceAll('。', '');
      expect(said).toMatch(new RegExp(`^(我要投诉.{3,6}){${plays}}$`));
      expect(new Set(listener.finals().map((final) => final.segmentId)).size).toBe(listener.finals().length);
      expect(listener.finals().every((final) => final.gapBeforeMs === 0)).toBe(true);
      expect(listener.ends).toEqual(['ended']);
      expect(recognizer.report()[0]?.failedStreams).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'on a slow machine gives agents whole sentences only, says so, keeps callers live, and gets well again',
    async () => {
      const recognizer = await start({ nativeModule: slowNative });
      const { capacity } = recognizer.report()[0] ?? { capacity: 0 };
      expect(capacity).toBeGreaterThanOrEqual(2);
      expect(capacity).toBeLessThan(12);
      const sides = ['caller', 'agent'] as const;
      const listeners = Array.from({ length: 2 * capacity + 2 }, (_, i) => {
        const side = sides[i % 2] ?? 'caller';
        return new Listener(recognizer, `${String(i)}-${side}`, { side });
      });
      const [callers, agents] = sides.map((side) => listeners.filter((_, i) => sides[i % 2] === side));
      const degraded = (): boolean => 'degraded' in recognizer.state;
      const playAll = (pcm: Int16Array): Promise<unknown> => Promise.all(listeners.map((l) => l.play(pcm, 1)));
      while (!degraded()) await playAll(silence(500));
      expect(recognizer.state).toMatchObject({ type: 'ready', degraded: expect.stringContaining('坐席') });
      const heardLive = (): boolean => (callers ?? []).some((l) => l.updates.some((update) => !update.final));
      const heardWhole = (l: Listener): boolean => l.updates.length > 0 && l.updates.every((update) => update.final);
      while (!heardLive()) await playAll(speech);
      await Promise.all(callers?.map((listener) => listener.stream.end()) ?? []);
      // Kept until nobody live waits, then told without grey text before.
      await until('whole sentences of an agent', () => agents?.some(heardWhole) ?? false);
      await Promise.all(agents?.map((listener) => listener.stream.end()) ?? []);
      // The last words may come too late on such a machine; no call waits for them, and none is ended before.
      for (const listener of listeners) expect(listener.ends).toHaveLength(1);
      await until('well again', () => !degraded());
      expect(recognizer.report()[0]?.openStreams).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'a child that stands still holds up nobody: what it misses is marked, and its streams go on',
    async () => {
      const recognizer = await start({ nativeModule: slowNative });
      const listener = new Listener(recognizer, 'h1');
      await listener.play(silence(300), 1);
      const pid = recognizer.childPids[0] ?? 0;
      process.kill(pid, 'SIGSTOP');
      const startedMs = performance.now();
      for (let i = 0; i < 20; i++) listener.push(silence(200));
      // Four seconds of audio were taken without waiting for anybody.
      expect(performance.now() - startedMs).toBeLessThan(500);
      await delay(500);
      process.kill(pid, 'SIGCONT');
      await delay(2000);
      await listener.play(speech, 1);
      await listener.play(silence(900), 1);
      await until('a sentence', () => listener.finals().length > 0);
      // Of 4 s no more than 2 s were kept.
      expect(listener.updates[0]?.gapBeforeMs).toBeGreaterThanOrEqual(1900);
      expect(listener.updates[0]?.gapBeforeMs).toBeLessThanOrEqual(4000);
      expect(listener.text()).toContain('投诉');
      expect(listener.ends).toEqual([]);
      expect(recognizer.childPids).toEqual([pid]);
      await listener.stream.end();
      expect(listener.ends).toHaveLength(1);
    },
    LIMIT_MS,
  );
});
