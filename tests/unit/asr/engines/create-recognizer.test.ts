import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createRecognizer } from '../../../../asr/create-recognizer.ts';

const common = { modelDir: 'asr/models/demo-zh-8k', processes: 1, maxStreams: 2, logger: pino({ level: 'silent' }) };

describe('createRecognizer', () => {
  it('off: says why, and ends every stream', async () => {
    const recognizer = createRecognizer({ ...common, engine: 'off' });
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
    expect(createRecognizer({ ...common, engine: 'scripted' })).toMatchObject({
      name: 'scripted',
      state: { type: 'starting' },
    });
    expect(createRecognizer({ ...common, engine: 'sherpa' })).toMatchObject({
      name: 'sherpa',
      state: { type: 'starting' },
    });
  });
});
