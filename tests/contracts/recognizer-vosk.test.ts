import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createVoskRecognizer } from '../../asr/engines/vosk/vosk-recognizer.ts';
import type { Recognizer } from '../../asr/ports.ts';
import { SocketServer } from '../support/asr-servers/socket-server.ts';
import { voskServer } from '../support/asr-servers/vosk-server.ts';
import { Listener, recognizerContract, speech } from './recognizer.contract.ts';
import { faultsOf, until } from './recognizer.kit.ts';

const logger = pino({ level: 'silent' });
const sentences = ['我要投诉路灯不亮'];

async function at(server: SocketServer, maxStreams = 4): Promise<Recognizer> {
  await server.start();
  const recognizer = createVoskRecognizer({ url: server.url, languages: ['zh-CN'], maxStreams, logger });
  await recognizer.start();
  return recognizer;
}

recognizerContract('vosk', async () => {
  const server = voskServer({ sentences });
  const recognizer = await at(server);
  return {
    recognizer,
    maxStreams: 4,
    speed: 3,
    expected: ['投诉', '路灯'],
    ...faultsOf(recognizer, server),
  };
});

describe('VoskRecognizer and its server', () => {
  it('is off while nobody answers, says where, and comes back by itself', async () => {
    const server = voskServer({ sentences });
    const recognizer = await at(server);
    const listener = new Listener(recognizer, 'v1');
    await listener.play(speech.subarray(0, 4000), 4);
    await server.stop();
    await until('off', () => recognizer.state.type === 'off');
    expect(listener.ends).toEqual(['failed']);
    expect(recognizer.state).toMatchObject({ reason: expect.stringContaining(new URL(server.url).host) });
    await server.start();
    await until('ready', () => recognizer.state.type === 'ready');
    await recognizer.close();
    await server.stop();
  }, 20_000);

  it('ends a stream whose server takes audio and never answers', async () => {
    const server = voskServer({ sentences, mute: true });
    const recognizer = await at(server);
    const listener = new Listener(recognizer, 'v2');
    await listener.play(speech.subarray(0, 1600), 4);
    await until('failed', () => listener.ends.length > 0);
    expect(listener.ends).toEqual(['failed']);
    await recognizer.close();
    await server.stop();
  }, 20_000);

  it('ends a stream whose server talks nonsense', async () => {
    const server = new SocketServer((socket) => {
      socket.on('message', () => {
        socket.send('<html>');
      });
    });
    const recognizer = await at(server);
    const listener = new Listener(recognizer, 'v3');
    await listener.play(speech.subarray(0, 1600), 4);
    await until('failed', () => listener.ends.length > 0);
    expect(listener.updates).toEqual([]);
    await recognizer.close();
    await server.stop();
  }, 20_000);
});

const real = process.env['VOSK_URL'];
(real === undefined ? describe.skip : describe)('a real vosk-server (VOSK_URL)', () => {
  it('hears the recording', async () => {
    const recognizer = createVoskRecognizer({ url: real ?? '', languages: ['zh-CN'], maxStreams: 2, logger });
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
