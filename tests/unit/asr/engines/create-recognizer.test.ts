import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createRecognizer } from '../../../../asr/create-recognizer.ts';
import type { Recognizer } from '../../../../asr/ports.ts';
import { asrSchema } from '../../../../config/asr-schema.ts';

const logger = pino({ level: 'silent' });
const create = (config: unknown): Recognizer =>
  createRecognizer({ config: asrSchema.parse(config), resolvePath: (path) => path, logger });

describe('createRecognizer', () => {
  it('off: says why, and ends every stream', async () => {
    const recognizer = create({ engine: 'off' });
    await recognizer.start();
    expect(recognizer.state).toMatchObject({ type: 'off', reason: expect.stringContaining('asr.engine') });
    const ended = new Promise((resolve) => {
      const stream = recognizer.open({ streamId: 's', side: 'agent', onUpdate: () => undefined, onEnd: resolve });
      stream.push({ atMs: 0, pcm: new Int16Array(10), gapBeforeMs: 0 });
    });
    expect(await ended).toBe('failed');
    await recognizer.close();
  });

  it('builds each engine without starting anything', () => {
    expect(create({ engine: 'scripted' })).toMatchObject({ name: 'scripted', state: { type: 'starting' } });
    expect(create({})).toMatchObject({ name: 'sherpa', state: { type: 'starting' } });
  });

  it('makes one recogniser of several engines', () => {
    const recognizer = create({
      engines: [
        { type: 'sherpa', name: 'house', modelDir: 'asr/models/demo-zh-8k' },
        { type: 'vosk', name: 'old', url: 'ws://10.0.0.5:2700' },
        { type: 'funasr', name: 'fun', url: 'wss://10.0.0.6:10095', languages: ['zh-CN', 'yue'] },
        { type: 'google', name: 'cloud', languages: ['zh-CN', 'yue'] },
      ],
      routes: [{ language: 'yue', engines: ['fun', 'cloud'] }],
      secondPass: { modelDir: 'asr/models/demo-zh-8k' },
    });
    expect(recognizer.report().map((line) => line.engine)).toEqual(['house', 'old', 'fun', 'cloud']);
    expect(recognizer.capabilities).toMatchObject({ languages: ['zh-CN', 'yue'], revisedFinals: true });
  });
});

describe('the recognition part of the configuration', () => {
  const faults = (config: unknown): readonly string[] =>
    asrSchema.safeParse(config).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];

  it('takes what it took before there were several engines', () => {
    expect(asrSchema.parse({ engine: 'sherpa', modelDir: '/m', processes: 2, maxStreams: 9 })).toMatchObject({
      engine: 'sherpa',
      engines: [],
      secondPass: { modelDir: null },
    });
  });

  it('refuses two engines of one name, routes to nowhere and addresses that are none', () => {
    const scripted = { type: 'scripted', name: 'one' };
    expect(faults({ engines: [scripted, scripted], routes: [{ engines: ['two'] }] })).toEqual([
      'engines.1.name: this name is given twice',
      'routes.0.engines.0: there is no such engine',
    ]);
    expect(faults({ engines: [{ type: 'vosk', name: 'v', url: 'localhost:2700' }] })).toHaveLength(1);
    expect(faults({ engines: [{ type: 'kaldi', name: 'v' }] })).toHaveLength(1);
  });
});
