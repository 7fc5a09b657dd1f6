import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { SherpaRecognizer } from '../../asr/engines/sherpa/sherpa-recognizer.ts';
import { Listener, recognizerContract } from './recognizer.contract.ts';

const logger = pino({ level: 'silent' });
const modelDir = path.resolve('asr/models/demo-zh-8k');
const LIMIT_MS = 180_000;

async function until(done: () => boolean): Promise<void> {
  for (let waitedMs = 0; !done(); waitedMs += 20) {
    if (waitedMs > 60_000) throw new Error('it did not happen within 60 s');
    await delay(20);
  }
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: no such process.
  }
};

/** Serves one check after the other, as it would calls: loading the model anew for each would take most of the time. */
let kept: SherpaRecognizer | undefined;

afterAll(async () => {
  await kept?.close();
});

recognizerContract('sherpa', async () => {
  const recognizer =
    kept?.state.type === 'ready' ? kept : new SherpaRecognizer({ modelDir, processes: 1, maxStreams: 4, logger });
  if (recognizer !== kept) await recognizer.start();
  kept = recognizer;
  return {
    recognizer,
    maxStreams: 4,
    expected: ['投诉', '路灯'],
    crash: async () => {
      const [pid] = recognizer.childPids;
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await until(() => !recognizer.childPids.includes(pid ?? 0));
      await until(() => recognizer.state.type === 'ready');
    },
    dispose: () => Promise.resolve(),
  };
});

describe('SherpaRecognizer and unusable models', () => {
  async function startWith(prepare: (dir: string) => Promise<void>): Promise<SherpaRecognizer> {
    const dir = await mkdtemp(path.join(tmpdir(), 'asr-model-'));
    await cp(modelDir, dir, { recursive: true });
    await prepare(dir);
    const recognizer = new SherpaRecognizer({ modelDir: dir, processes: 1, maxStreams: 4, logger });
    await recognizer.start();
    await rm(dir, { recursive: true });
    return recognizer;
  }

  it.each([
    [
      'a folder that is not there',
      (dir: string) =>
        rm(path.join(dir, 'model.json'))
          .then(() => rm(dir, { recursive: true }))
          .then(() => cp(path.resolve('asr/transcript'), dir, { recursive: true })),
      /tokens\.txt/,
    ],
    ['a missing model file', (dir: string) => rm(path.join(dir, 'syl.onnx')), /syl\.onnx 不存在/],
    [
      'a pointer in place of the model',
      (dir: string) => writeFile(path.join(dir, 'syl.onnx'), 'version https://git-lfs'),
      /太小/,
    ],
    [
      'rubbish in place of the model',
      (dir: string) => writeFile(path.join(dir, 'syl.onnx'), Buffer.alloc(50_000, 7)),
      /不是 ONNX/,
    ],
    ['a wrong manifest', (dir: string) => writeFile(path.join(dir, 'model.json'), '{"format":1}'), /model\.json 有误/],
    ['a wrong token list', (dir: string) => writeFile(path.join(dir, 'syl.tokens.txt'), 'a b c\nd'), /符号表/],
  ] as const)('is off at once with %s and says what to do', async (_what, prepare, reason) => {
    const recognizer = await startWith(async (dir) => {
      await prepare(dir);
    });
    expect(recognizer.state).toMatchObject({ type: 'off', reason: expect.stringMatching(reason) });
    expect(recognizer.state).toMatchObject({ reason: expect.stringContaining('asr.modelDir') });
    const listener = new Listener(recognizer, 'x');
    await delay(20);
    expect(listener.ends).toEqual(['failed']);
    await recognizer.close();
  });

  it('is off when the folder does not exist', async () => {
    const recognizer = new SherpaRecognizer({ modelDir: '/nowhere/at-all', processes: 1, maxStreams: 1, logger });
    await recognizer.start();
    expect(recognizer.state).toMatchObject({ type: 'off', reason: expect.stringContaining('没有找到') });
    await recognizer.close();
  });

  it(
    'survives a model file that ends the process which loads it, and goes off',
    async () => {
      const dir = await mkdtemp(path.join(tmpdir(), 'asr-model-'));
      await cp(modelDir, dir, { recursive: true });
      // Cut in the middle but for its metadata at the end: looks right from outside.
      const file = path.join(dir, 'syl.onnx');
      await truncate(file, 900_000);
      await writeFile(file, Buffer.from('r\u000e\n\tstate_dim\u0012\u000142', 'latin1'), { flag: 'a' });
      const recognizer = new SherpaRecognizer({ modelDir: dir, processes: 1, maxStreams: 4, logger });
      await recognizer.start();
      expect(recognizer.state).toMatchObject({ type: 'off', reason: expect.stringContaining('一启动就退出') });
      await recognizer.close();
      await rm(dir, { recursive: true });
    },
    LIMIT_MS,
  );
});

describe('recogniser children', () => {
  it(
    'end by themselves when their parent is killed',
    async () => {
      const source = `
      import { register } from 'tsx/esm/api';
      register();
      const { SherpaRecognizer } = await import('./asr/engines/sherpa/sherpa-recognizer.ts');
      const { pino } = await import('pino');
      const r = new SherpaRecognizer({ modelDir: 'asr/models/demo-zh-8k', processes: 2, maxStreams: 4, logger: pino({ level: 'silent' }) });
      await r.start();
      process.stdout.write(r.childPids.join(' ') + '\\n');
      setInterval(() => {}, 1000);`;
      const parent = spawn(process.execPath, ['--input-type=module', '-e', source], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pids = line.toString().trim().split(' ').map(Number);
      expect(pids).toHaveLength(2);
      expect(pids.every(alive)).toBe(true);
      parent.kill('SIGKILL');
      await until(() => !pids.some(alive));
      expect(pids.some(alive)).toBe(false);
    },
    LIMIT_MS,
  );
});
