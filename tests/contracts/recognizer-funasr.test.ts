import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createFunasrRecognizer } from '../../asr/engines/funasr/funasr-recognizer.ts';
import { funasrServer } from '../support/asr-servers/funasr-server.ts';
import { Listener, recognizerContract, silence, speech } from './recognizer.contract.ts';
import { faultsOf } from './recognizer.kit.ts';

const logger = pino({ level: 'silent' });
const languages = ['zh-CN', 'yue'];
const sentences = ['我要头速路灯不亮'];
const better = ['我要投诉，路灯不亮。'];

recognizerContract('funasr', async () => {
  const server = funasrServer({ sentences, better });
  await server.start();
  const recognizer = createFunasrRecognizer({ url: server.url, languages, maxStreams: 4, logger });
  await recognizer.start();
  return {
    recognizer,
    maxStreams: 4,
    speed: 3,
    expected: ['投诉', '路灯'],
    ...faultsOf(recognizer, server),
  };
});

describe('FunASR in two passes', () => {
  it.each([false, true])(
    'puts the better text in the place of the first, with a new revision (Python: %s)',
    async (python) => {
      const heard: (readonly string[])[] = [];
      const server = funasrServer({ sentences, better, python, onHotWords: (words) => heard.push(words) });
      await server.start();
      const recognizer = createFunasrRecognizer({ url: server.url, languages, maxStreams: 4, logger });
      await recognizer.start();
      const listener = new Listener(recognizer, 'f1', { speed: 3, hotWords: ['滨江大道', '江城'] });
      await listener.play(speech, 1);
      await listener.play(silence(1200), 1);
      await listener.play(speech, 1);
      await listener.stream.end();
      const ids = [...new Set(listener.updates.map((update) => update.segmentId))];
      expect(ids).toHaveLength(2);
      for (const id of ids) {
        const states = listener.updates.filter((update) => update.segmentId === id);
        expect(states.slice(0, -1).every((update) => !update.final && '我要头速路灯不亮'.startsWith(update.text))).toBe(
          true,
        );
        expect(states.at(-1)).toMatchObject({ final: true, text: '我要投诉，路灯不亮。', rev: states.length });
        expect(
          states
            .at(-1)
            ?.tokens.map((token) => token.text)
            .join(''),
        ).toBe('我要投诉路灯不亮');
      }
      expect(heard).toEqual([['滨江大道', '江城']]);
      expect(listener.ends).toEqual(['ended']);
      await recognizer.close();
      await server.stop();
    },
    20_000,
  );
});

const real = process.env['FUNASR_URL'];
(real === undefined ? describe.skip : describe)('a real FunASR server (FUNASR_URL)', () => {
  it('hears the recording', async () => {
    const recognizer = createFunasrRecognizer({ url: real ?? '', languages, maxStreams: 2, logger });
    await recognizer.start();
    expect(recognizer.state).toEqual({ type: 'ready' });
    const listener = new Listener(recognizer, 'real');
    await listener.play(speech, 1);
    await listener.stream.end();
    expect(listener.ends).toEqual(['ended']);
    expect(listener.finals().length).toBeGreaterThan(0);
    await recognizer.close();
  }, 60_000);
});
