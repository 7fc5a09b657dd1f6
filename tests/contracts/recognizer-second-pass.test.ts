import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { ScriptedRecognizer } from '../../asr/engines/scripted/scripted-recognizer.ts';
import type { SentenceRefiner } from '../../asr/engines/second-pass/refiner.ts';
import { ScriptedRefiner } from '../../asr/engines/second-pass/scripted-refiner.ts';
import { SecondPassRecognizer } from '../../asr/engines/second-pass/second-pass-recognizer.ts';
import { SherpaRefiner } from '../../asr/engines/sherpa/sherpa-refiner.ts';
import { Listener, recognizerContract, silence, speech } from './recognizer.contract.ts';

const logger = pino({ level: 'silent' });
const script = { caller: ['我要头速路灯不亮。'], agent: ['好的，请问地址在哪里？'] };
const modelDir = path.resolve('asr/models/demo-zh-8k');

async function rig(
  refiner: SentenceRefiner,
  said = script,
): Promise<{ readonly first: ScriptedRecognizer; readonly recognizer: SecondPassRecognizer }> {
  const first = new ScriptedRecognizer({ script: said, maxStreams: 4 });
  const recognizer = new SecondPassRecognizer(first, refiner);
  await recognizer.start();
  return { first, recognizer };
}

recognizerContract('second-pass', async () => {
  const { first, recognizer } = await rig(new ScriptedRefiner(['我要投诉路灯不亮']));
  return {
    recognizer,
    maxStreams: 4,
    speed: 2,
    engines: ['scripted', 'scripted+scripted'],
    expected: ['投诉', '路灯'],
    crash: () => {
      first.failStreams();
      return Promise.resolve();
    },
    dispose: () => recognizer.close(),
  };
});

/** The demo model that gives characters, as a model of its own. */
async function characterModel(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'asr-second-'));
  await cp(path.join(modelDir, 'char.onnx'), path.join(dir, 'char.onnx'));
  await cp(path.join(modelDir, 'char.tokens.txt'), path.join(dir, 'char.tokens.txt'));
  const manifest = JSON.parse(await readFile(path.join(modelDir, 'model.json'), 'utf8')) as Record<string, unknown>;
  const files = { model: 'char.onnx', tokens: 'char.tokens.txt' };
  await writeFile(path.join(dir, 'model.json'), JSON.stringify({ ...manifest, units: 'characters', files }));
  return dir;
}

/** @param patienceMs - how long the second pass may take; a child of the lowest priority on a busy machine takes its time. */
async function hear(recognizer: SecondPassRecognizer, times = 1, patienceMs = 0): Promise<Listener> {
  const listener = new Listener(recognizer, 's', { speed: 2 });
  for (let i = 0; i < times; i++) {
    await listener.play(speech, 1);
    await listener.play(silence(1000), 1);
  }
  for (let waitedMs = 0; waitedMs < patienceMs && listener.finals().length <= times; waitedMs += 50) await delay(50);
  await listener.stream.end();
  return listener;
}

describe('the second pass', () => {
  it('replaces the final text with a new revision of the same segment', async () => {
    const { recognizer } = await rig(new ScriptedRefiner(['我要投诉路灯不亮', undefined, '我要头速路灯不亮']));
    const listener = await hear(recognizer, 3);
    const finals = listener.finals();
    expect(finals.map((f) => [f.segmentId, f.text])).toEqual([
      ['s-0', '我要头速路灯不亮。'],
      ['s-0', '我要投诉路灯不亮。'],
      ['s-1', '我要头速路灯不亮。'],
      ['s-2', '我要头速路灯不亮。'],
    ]);
    expect(finals[1]?.rev).toBe((finals[0]?.rev ?? 0) + 1);
    expect(finals[1]?.engine).toBe('scripted+scripted');
    expect(finals[1]?.tokens.map((t) => t.text).join('')).toBe('我要投诉路灯不亮');
    expect(finals[1]?.tokens.every((t) => t.startMs >= 0 && t.endMs <= speech.length / 8 + 1000)).toBe(true);
    await recognizer.close();
  }, 20_000);

  it('never brings a hidden number back', async () => {
    const said = { ...script, caller: ['我的身份证号是310***********0011。'] };
    const { recognizer } = await rig(new ScriptedRefiner(['我的身份证号是310101199001010011']), said);
    const listener = await hear(recognizer);
    expect(listener.finals().map((f) => f.text)).toEqual(['我的身份证号是310***********0011。']);
    await recognizer.close();
  }, 20_000);

  it('hides numbers that only the second pass heard', async () => {
    const { recognizer } = await rig(new ScriptedRefiner(['我的身份证号是三一零一零一一九九零零一零一零零一一']));
    const listener = await hear(recognizer);
    expect(listener.finals().at(-1)?.text).toBe('我的身份证号是310***********0011。');
    expect(listener.finals().at(-1)?.maskedSpans).toHaveLength(1);
    await recognizer.close();
  }, 20_000);

  it('hears sentences again with a model in a child of its own, which may die', async () => {
    const dir = await characterModel();
    const refiner = new SherpaRefiner({ modelDir: dir, processes: 1, maxWaitMs: 30_000, logger });
    const { recognizer } = await rig(refiner);
    await refiner.start();
    expect(refiner.state).toEqual({ type: 'ready' });
    const listener = await hear(recognizer, 1, 20_000);
    expect(listener.finals().at(-1)).toMatchObject({ final: true, engine: 'scripted+demo-zh-8k' });
    expect(listener.finals().at(-1)?.text).toContain('路灯');
    const [pid] = refiner.childPids;
    const asked = refiner.refine(speech);
    process.kill(pid ?? 0, 'SIGKILL');
    expect(await asked).toBeUndefined();
    for (let i = 0; i < 2000 && refiner.state.type !== 'ready'; i++) await delay(20);
    expect((await refiner.refine(speech))?.text).toContain('投诉');
    await recognizer.close();
    await rm(dir, { recursive: true });
  }, 120_000);

  it('is left out when its model is not usable, and says why', async () => {
    const refiner = new SherpaRefiner({ modelDir, processes: 1, maxWaitMs: 1000, logger });
    const { recognizer } = await rig(refiner);
    await refiner.start();
    expect(recognizer.state).toEqual({ type: 'ready' });
    expect(recognizer.description).toContain('没有第二遍');
    expect(refiner.state).toMatchObject({ type: 'off', reason: expect.stringContaining('音节') });
    const listener = await hear(recognizer);
    expect(listener.finals()).toHaveLength(1);
    await recognizer.close();
  }, 20_000);
});
