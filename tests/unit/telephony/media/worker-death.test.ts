/** What happens when the media thread dies under calls: told, logged, and up again. */
import { afterAll, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as threads from 'node:worker_threads';
import { pino } from 'pino';
import type { MediaEvent } from '../../../../telephony/embedded/media/media-engine.ts';
import { RtpParty, joined, sleep, until } from './rtp-party.ts';

const workers: threads.Worker[] = [];

jest.unstable_mockModule('node:worker_threads', () => ({
  ...threads,
  Worker: class extends threads.Worker {
    constructor(...args: ConstructorParameters<typeof threads.Worker>) {
      super(...args);
      workers.push(this);
    }
  },
}));
const { createMediaEngine } = await import('../../../../telephony/embedded/media/create-media-engine.ts');

const options = {
  advertisedAddress: '127.0.0.1',
  bindAddress: '127.0.0.1',
  rtpPortMin: 0,
  rtpPortMax: 0,
  iceServers: [],
};
const parties: RtpParty[] = [];
const engines: { close(): Promise<void> }[] = [];

afterAll(async () => {
  for (const engine of engines) await engine.close();
  for (const party of parties) await party.close();
});

test('every leg is reported lost, its recording closed, and the next call works', async () => {
  const lines: string[] = [];
  const engine = await createMediaEngine(options, pino({ level: 'warn' }, { write: (line) => lines.push(line) }));
  engines.push(engine);
  const folder = await mkdtemp(join(tmpdir(), 'media-'));
  const events: MediaEvent[] = [];
  engine.subscribe((event) => events.push(event));
  const party = await RtpParty.open();
  parties.push(party);
  await engine.answerOffer({ legId: 'one', kind: 'rtp', mediaTimeoutMs: 0 }, party.sdp());
  await engine.startRecording('one', join(folder, 'one.wav'));
  while ((await stat(join(folder, 'one.wav'))).size <= 44) await sleep(20);

  await workers[0]?.terminate();
  await until(() => events.some((event) => event.type === 'media-lost'), 5000);
  const told = events.map((event) => event.type).filter((type) => type !== 'quality');
  expect(told).toEqual(['recording-started', 'recording-finished', 'media-lost']);
  const finished = events.find((event) => event.type === 'recording-finished');
  expect(finished?.lengthMs).toBeGreaterThan(0);
  expect(lines.join()).toContain('media: thread died');

  await expect(engine.closeLeg('one')).resolves.toBeUndefined();
  party.aim(await engine.answerOffer({ legId: 'two', kind: 'rtp', mediaTimeoutMs: 0 }, party.sdp()));
  party.sendPcm(new Int16Array(160));
  await until(() => events.some((event) => event.type === 'media-up' && event.legId === 'two'), 5000);
  expect(workers).toHaveLength(2);
  await engine.close();
  await expect(engine.connect(joined('one', 'two'))).rejects.toMatchObject({
    code: 'unavailable',
    message: 'the media engine is closed',
  });
  await rm(folder, { recursive: true });
}, 60_000);

test('a thread that cannot start rejects and is not started again', async () => {
  workers.length = 0;
  const starting = createMediaEngine({ ...options, rtpPortMax: -1, iceServers: () => [] } as never);
  await expect(starting).rejects.toThrow();
  expect(workers.length).toBeLessThanOrEqual(1);
}, 60_000);
