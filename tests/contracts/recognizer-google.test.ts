import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createGoogleRecognizer, type GoogleOptions } from '../../asr/engines/google/google-recognizer.ts';
import { coded, codedChars, CodedEar } from '../support/asr-servers/coded-ear.ts';
import { GoogleServer, type GoogleServerOptions } from '../support/asr-servers/google-server.ts';
import { ScriptEar } from '../support/asr-servers/script-ear.ts';
import type { Recognizer } from '../../asr/ports.ts';
import { Listener, recognizerContract, silence, speech } from './recognizer.contract.ts';
import { until } from './recognizer.kit.ts';

const logger = pino({ level: 'silent' });
const common = { languageCode: 'cmn-Hans-CN', apiEndpoint: null, keyFile: null, languages: ['zh-CN', 'yue'], logger };

interface Rig {
  readonly server: GoogleServer;
  readonly recognizer: Recognizer;
  readonly dispose: () => Promise<void>;
}

const opened: Rig[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.dispose();
});

async function rig(options: GoogleServerOptions, more: Partial<GoogleOptions> = {}): Promise<Rig> {
  const server = new GoogleServer(options);
  await server.start();
  const recognizer = createGoogleRecognizer({ ...common, maxStreams: 4, client: server.client, ...more });
  await recognizer.start();
  const made = {
    server,
    recognizer,
    dispose: async (): Promise<void> => {
      await recognizer.close();
      await server.stop();
    },
  };
  opened.push(made);
  return made;
}

recognizerContract('google', async () => {
  const { server, recognizer } = await rig({ ear: () => new ScriptEar({ sentences: ['我要投诉路灯不亮'] }) });
  return {
    recognizer,
    maxStreams: 4,
    speed: 3,
    expected: ['投诉', '路灯'],
    crash: async () => {
      const before = recognizer.report()[0]?.failedStreams ?? 0;
      // A passing fault is tried again; a stream only ends when that does not help.
      for (let i = 0; i < 400 && (recognizer.report()[0]?.failedStreams ?? 0) === before; i++) {
        server.breakCalls();
        await delay(20);
      }
    },
    dispose: () => Promise.resolve(),
  };
});

/** Sentences of different words, one after the other, in one text. */
const sentences = Array.from({ length: 8 }, (_, i) => codedChars.slice(i * 12, i * 12 + 12).join(''));
const plain = (listener: Listener): string => listener.text().replaceAll(/[，。？]/g, '');

describe('Google: requests that follow each other', () => {
  it.each([
    ['as soon as nobody speaks', { rollAfterMs: 2000, rollAtLatestMs: 60_000 }, 60_000],
    ['in mid-sentence', { rollAfterMs: 3000, rollAtLatestMs: 3000 }, 60_000],
    ['when the service ends them', { rollAfterMs: 90_000, rollAtLatestMs: 90_000 }, 4000],
  ] as const)(
    'lose no word and say none twice: %s',
    async (_what, roll, limitMs) => {
      const { server, recognizer } = await rig({ ear: () => new CodedEar(), limitMs }, roll);
      const listener = new Listener(recognizer, 'g1', { speed: 4 });
      for (const sentence of sentences) {
        await listener.play(coded(sentence), 1);
        await listener.play(silence(700), 1);
      }
      await listener.stream.end();
      expect(server.requests.length).toBeGreaterThan(4);
      expect(plain(listener)).toBe(sentences.join(''));
      expect(listener.finals().map((f) => f.startMs)).toEqual(
        [...listener.finals().map((f) => f.startMs)].sort((a, b) => a - b),
      );
      expect(listener.updates.every((update) => update.gapBeforeMs === 0)).toBe(true);
      const audioSeconds = recognizer.report()[0]?.audioSeconds ?? 0;
      expect(recognizer.report()[0]?.billedSeconds).toBeGreaterThanOrEqual(Math.floor(audioSeconds));
    },
    30_000,
  );

  it('lose no word when the service breaks for a moment', async () => {
    const failures = [
      { code: 14, afterMs: 900 },
      { code: 13, afterMs: 500 },
      { code: 14, afterMs: 700 },
    ];
    const { recognizer } = await rig({ ear: () => new CodedEar(), failures });
    const listener = new Listener(recognizer, 'g2', { speed: 2 });
    for (const sentence of sentences.slice(0, 3)) {
      await listener.play(coded(sentence), 1);
      await listener.play(silence(700), 1);
    }
    await listener.stream.end();
    expect(listener.ends).toEqual(['ended']);
    expect(plain(listener)).toBe(sentences.slice(0, 3).join(''));
  }, 30_000);

  it('are not asked for while the quota is used up', async () => {
    const { server, recognizer } = await rig({
      ear: () => new CodedEar(),
      failures: [{ code: 8, afterMs: 0 }],
    });
    const listener = new Listener(recognizer, 'g3', { speed: 4 });
    await listener.play(coded('天地'), 1);
    await until('off', () => recognizer.state.type === 'off');
    expect(listener.ends).toEqual(['failed']);
    expect(recognizer.state).toMatchObject({ reason: expect.stringContaining('配额') });
    const next = new Listener(recognizer, 'g4');
    await delay(50);
    expect(next.ends).toEqual(['failed']);
    expect(server.requests).toHaveLength(1);
  }, 30_000);

  it('are made in the language of the stream, with its names', async () => {
    const { server, recognizer } = await rig({ ear: () => new CodedEar() });
    for (const language of ['yue', 'zh-CN', 'unknown']) {
      const listener = new Listener(recognizer, language, { language, hotWords: ['滨江大道'], speed: 4 });
      await listener.play(coded('天地'), 1);
      await listener.stream.end();
    }
    expect(server.requests.map((r) => r.config?.languageCode)).toEqual(['yue-Hant-HK', 'cmn-Hans-CN', 'cmn-Hans-CN']);
    expect(server.requests[0]?.config?.speechContexts?.[0]?.phrases).toEqual(['滨江大道']);
  }, 30_000);
});

const real = process.env['GOOGLE_APPLICATION_CREDENTIALS'];
(real === undefined ? describe.skip : describe)('the real Google service (GOOGLE_APPLICATION_CREDENTIALS)', () => {
  it('hears the recording', async () => {
    const recognizer = createGoogleRecognizer({ ...common, maxStreams: 2 });
    await recognizer.start();
    expect(recognizer.state).toEqual({ type: 'ready' });
    const listener = new Listener(recognizer, 'real');
    await listener.play(speech, 1);
    await listener.stream.end();
    expect(listener.ends).toEqual(['ended']);
    await recognizer.close();
  }, 60_000);
});
