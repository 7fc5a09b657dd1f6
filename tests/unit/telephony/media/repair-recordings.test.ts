import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Recording } from '../../../../telephony/embedded/media/recording.ts';
import { repairRecordings } from '../../../../telephony/embedded/media/repair-recordings.ts';
import { readWav8k, wavHeader } from '../../../../telephony/rtp/wav.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recordings-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function recordTo(path: string, fromSample = 0): Promise<Recording> {
  return Recording.create({
    path,
    nowSample: () => fromSample,
    onFailure: (error) => {
      throw error;
    },
  });
}

function piece(atSample: number, value: number, length = 160) {
  return { atSample, pcm: new Int16Array(length).fill(value), lostSamples: 0 };
}

async function frames(path: string): Promise<number[][]> {
  const file = await readFile(path);
  return Array.from({ length: (file.length - 44) >> 2 }, (_, i) => [
    file.readInt16LE(44 + i * 4),
    file.readInt16LE(46 + i * 4),
  ]);
}

test('recordings cut off by a crash are put right, below sub-folders too; others are left alone', async () => {
  await mkdir(join(folder, '2026'));
  const header = wavHeader({ channels: 2, rateHz: 8000, dataBytes: 0 });
  const cut = join(folder, '2026', 'cut.wav');
  await writeFile(cut, Buffer.concat([header, Buffer.alloc(4003, 1)]));
  const whole = join(folder, 'whole.wav');
  await writeFile(whole, Buffer.concat([wavHeader({ channels: 2, rateHz: 8000, dataBytes: 8 }), Buffer.alloc(8)]));
  await writeFile(join(folder, 'other.wav'), 'not a recording');
  await writeFile(join(folder, 'empty.wav'), '');

  expect(await repairRecordings(folder)).toEqual({ repaired: [cut] });
  const repaired = await readFile(cut);
  expect(repaired.length).toBe(44 + 4000);
  expect(readWav8k(repaired)).toMatchObject({ ok: true });
  expect(await repairRecordings(folder)).toEqual({ repaired: [] });
  expect(await repairRecordings(join(folder, 'nowhere'))).toEqual({ repaired: [] });
});

test('what was flushed is on disk while the recording is still open', async () => {
  const path = join(folder, 'open.wav');
  const recording = await recordTo(path, 800);
  recording.write('said', piece(800, 5));
  recording.write('heard', piece(960, 7));
  recording.flush(1280);
  // A second flush waits for the first, so that its end shows that both are done.
  const finished = await recording.finish(1280);
  expect(finished).toEqual({ lengthMs: 60, sizeBytes: 44 + 480 * 4, maskedSpans: [], isComplete: true });
  const all = await frames(path);
  expect(all[0]).toEqual([5, 0]);
  expect(all[160]).toEqual([0, 7]);
  expect(all[320]).toEqual([0, 0]);
});

test('audio that comes late is put in its place after all, unless it is older than the window', async () => {
  const path = join(folder, 'late.wav');
  const recording = await recordTo(path);
  recording.flush(8000);
  recording.write('said', piece(4000, 3));
  recording.flush(48_000);
  recording.write('heard', piece(100, 9));
  await recording.finish(48_000);
  const all = await frames(path);
  expect(all).toHaveLength(48_000);
  expect(all[4000]).toEqual([3, 0]);
  expect(all[100]).toEqual([0, 0]);
});

test('a stall longer than the window leaves silence, not old audio', async () => {
  const path = join(folder, 'stall.wav');
  const recording = await recordTo(path);
  recording.write('said', piece(0, 4, 1600));
  recording.write('said', piece(64_000, 6));
  await recording.finish(64_160);
  const all = await frames(path);
  expect(all[0]).toEqual([4, 0]);
  expect(all[32_000]).toEqual([0, 0]);
  expect(all[63_999]).toEqual([0, 0]);
  expect(all[64_000]).toEqual([6, 0]);
});

test('audio placed ahead of the clock is kept at the end', async () => {
  const path = join(folder, 'ahead.wav');
  const recording = await recordTo(path);
  recording.write('heard', piece(1000, 8));
  expect(await recording.finish(1050)).toMatchObject({ lengthMs: 145, sizeBytes: 44 + 1160 * 4 });
  expect((await frames(path)).at(-1)).toEqual([0, 8]);
});

test('nothing of the masked time is kept, not even what was placed ahead or comes after', async () => {
  const path = join(folder, 'masked.wav');
  const recording = await recordTo(path);
  recording.write('said', piece(0, 1, 1200));
  recording.setMasked(true, 800);
  recording.write('heard', piece(900, 2));
  recording.setMasked(false, 1600);
  recording.write('said', piece(1500, 3, 300));
  await recording.finish(2000);
  const said = (await frames(path)).map((frame) => frame[0]);
  expect(said.slice(0, 800).every((sample) => sample === 1)).toBe(true);
  expect(said.slice(800, 1600).every((sample) => sample === 0)).toBe(true);
  expect(said[1600]).toBe(3);
  expect((await frames(path)).every((frame) => frame[1] === 0)).toBe(true);
});
