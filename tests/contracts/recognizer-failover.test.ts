import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { FailoverRecognizer } from '../../asr/engines/failover/failover-recognizer.ts';
import type { Route } from '../../asr/engines/failover/choose-engine.ts';
import { ScriptedRecognizer } from '../../asr/engines/scripted/scripted-recognizer.ts';
import { createVoskRecognizer } from '../../asr/engines/vosk/vosk-recognizer.ts';
import type { Recognizer } from '../../asr/ports.ts';
import { coded, codedChars } from '../support/asr-servers/coded-ear.ts';
import { CodedRecognizer } from '../support/asr-servers/coded-recognizer.ts';
import { voskServer } from '../support/asr-servers/vosk-server.ts';
import { Listener, recognizerContract, silence } from './recognizer.contract.ts';

const logger = pino({ level: 'silent' });
const script = { caller: ['我要投诉路灯不亮。'], agent: ['好的，请问地址在哪里？'] };

recognizerContract('failover', async () => {
  const one = new ScriptedRecognizer({ script, maxStreams: 2 });
  const two = new ScriptedRecognizer({ script, maxStreams: 2, name: 'second' });
  const recognizer = new FailoverRecognizer({ engines: [one, two], routes: [], logger });
  await recognizer.start();
  return {
    recognizer,
    maxStreams: 4,
    speed: 2,
    engines: ['scripted', 'second'],
    expected: ['投诉', '路灯'],
    // One engine after the other, again and again, until the circuit breakers leave nobody to turn to; then it is well again.
    crash: async () => {
      const before = recognizer.openStreams;
      for (let i = 0; i < 400 && recognizer.openStreams === before; i++) {
        one.failStreams();
        two.failStreams();
        await delay(20);
      }
      recognizer.resetBreakers();
    },
    dispose: () => recognizer.close(),
  };
});

async function failover(engines: readonly Recognizer[], routes: readonly Route[] = []): Promise<FailoverRecognizer> {
  const recognizer = new FailoverRecognizer({ engines, routes, logger });
  await recognizer.start();
  return recognizer;
}
const words = codedChars.slice(0, 24).join('');
const plain = (listener: Listener): string => listener.text().replaceAll(/[，。？]/g, '');

describe('failover in mid-sentence', () => {
  it('gives the running sentence to the next engine: nothing is lost, nothing twice, the segment goes on', async () => {
    const [one, two] = [new CodedRecognizer('one'), new CodedRecognizer('two')];
    const recognizer = await failover([one, two]);
    const listener = new Listener(recognizer, 'f1', { speed: 4 });
    await listener.play(coded(words.slice(0, 6)), 1);
    await listener.play(silence(700), 1);
    await listener.play(coded(words.slice(6, 14)), 1);
    one.fail();
    await listener.play(coded(words.slice(14)), 1);
    await listener.play(silence(700), 1);
    await listener.stream.end();
    expect(listener.finals().map((final) => [final.segmentId, final.text, final.engine])).toEqual([
      ['f1-0', words.slice(0, 6), 'one'],
      ['f1-1', words.slice(6), 'two'],
    ]);
    const revs = listener.updates.filter((u) => u.segmentId === 'f1-1').map((u) => u.rev);
    expect(revs).toEqual([...new Set(revs)].sort((a, b) => a - b));
    expect(new Set(listener.updates.map((u) => u.segmentId)).size).toBe(2);
    expect(listener.ends).toEqual(['ended']);
    expect(recognizer.report().map((r) => [r.engine, r.failedStreams, r.takeOvers])).toEqual([
      ['one', 1, 0],
      ['two', 0, 1],
    ]);
    // Times stay on the recording's clock.
    const last = listener.finals().at(-1);
    expect(last?.startMs).toBeCloseTo(6 * 150 + 700, -2);
    await recognizer.close();
  });

  it('waits for an engine that is coming up, with the audio kept', async () => {
    const one = new CodedRecognizer('one');
    const recognizer = await failover([one]);
    const listener = new Listener(recognizer, 'f2', { speed: 4 });
    await listener.play(coded(words.slice(0, 8)), 1);
    one.set({ type: 'starting' });
    one.fail();
    await listener.play(coded(words.slice(8)), 1);
    one.set({ type: 'ready' });
    await listener.play(silence(2000), 1);
    await listener.stream.end();
    expect(plain(listener)).toBe(words);
    expect(listener.ends).toEqual(['ended']);
    await recognizer.close();
  });

  it('finishes what was shown when nobody is left', async () => {
    const one = new CodedRecognizer('one');
    const recognizer = await failover([one]);
    const listener = new Listener(recognizer, 'f3', { speed: 4 });
    await listener.play(coded(words.slice(0, 8)), 1);
    one.set({ type: 'off', reason: '坏了' });
    one.fail();
    await delay(20);
    expect(listener.ends).toEqual(['failed']);
    expect(listener.finals()).toHaveLength(1);
    expect(words.startsWith(plain(listener))).toBe(true);
    expect(recognizer.state).toMatchObject({ type: 'off', reason: expect.stringContaining('坏了') });
    await recognizer.close();
  });

  it('leaves an engine alone that fails again and again', async () => {
    const [bad, good] = [new CodedRecognizer('bad'), new CodedRecognizer('good')];
    let nowMs = 0;
    bad.refusing = true;
    const recognizer = new FailoverRecognizer({ engines: [bad, good], routes: [], logger, nowMs: () => nowMs });
    await recognizer.start();
    const once = async (id: string): Promise<void> => {
      nowMs += 2000;
      const listener = new Listener(recognizer, id, { speed: 4 });
      await listener.play(coded(words.slice(0, 4)), 1);
      await listener.stream.end();
      expect(plain(listener)).toBe(words.slice(0, 4));
    };
    for (const id of ['a', 'b', 'c', 'd', 'e']) await once(id);
    expect(bad.opened).toBe(3);
    nowMs += 20_000;
    await once('f');
    expect(bad.opened).toBe(4);
    await once('g');
    expect(bad.opened).toBe(4);
    await recognizer.close();
  });

  it('chooses by side and language', async () => {
    const house = new CodedRecognizer('house');
    const cantonese = new CodedRecognizer('cantonese', { languages: ['yue'] });
    const recognizer = await failover(
      [house, cantonese],
      [
        { language: 'yue', side: 'caller', engines: ['cantonese', 'house'] },
        { language: null, side: 'agent', engines: ['house'] },
      ],
    );
    const heardBy = async (options: ConstructorParameters<typeof Listener>[2]): Promise<string | undefined> => {
      const listener = new Listener(recognizer, 'x', { speed: 4, ...options });
      await listener.play(coded(words.slice(0, 4)), 1);
      await listener.stream.end();
      return listener.finals()[0]?.engine;
    };
    expect(await heardBy({ language: 'yue' })).toBe('cantonese');
    expect(await heardBy({ language: 'yue', side: 'agent' })).toBe('house');
    expect(await heardBy({})).toBe('house');
    cantonese.set({ type: 'off', reason: '' });
    expect(await heardBy({ language: 'yue' })).toBe('house');
    await recognizer.close();
  });

  it('goes from a server that dies to the next one', async () => {
    const server = voskServer({ sentences: ['我要投诉路灯不亮'] });
    await server.start();
    const vosk = createVoskRecognizer({ url: server.url, languages: ['zh-CN'], maxStreams: 4, logger });
    const recognizer = await failover([vosk, new CodedRecognizer('two')]);
    for (let i = 0; i < 200 && vosk.state.type !== 'ready'; i++) await delay(20);
    const listener = new Listener(recognizer, 'f5', { speed: 3 });
    await listener.play(coded(words.slice(0, 10)), 1);
    for (let i = 0; i < 200 && listener.updates.length === 0; i++) await delay(20);
    await server.stop();
    await listener.play(coded(words.slice(10)), 1);
    await listener.stream.end();
    expect(listener.updates[0]?.engine).toBe('vosk');
    expect(listener.finals().map((final) => [final.text, final.engine])).toEqual([[words, 'two']]);
    await recognizer.close();
  });
});
