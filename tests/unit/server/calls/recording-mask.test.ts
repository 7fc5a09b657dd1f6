import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { TranscriptUpdate } from '../../../../asr/ports.ts';
import { RecordingMask, silenceSpans } from '../../../../server/calls/recording-mask.ts';
import { wavHeader } from '../../../../telephony/rtp/wav.ts';
import { samplesOf } from '../../../support/speech.ts';

const RATE_HZ = 8000;

/** Two channels of one loudness, as a call is recorded. */
function stereo(seconds: number): Buffer {
  const data = Buffer.alloc(seconds * RATE_HZ * 4);
  for (let i = 0; i < data.length; i += 2) data.writeInt16LE(1000, i);
  const head = wavHeader({ channels: 2, rateHz: RATE_HZ, dataBytes: data.length });
  return Buffer.concat([head, data]);
}

const final = (maskedSpans?: TranscriptUpdate['maskedSpans']): TranscriptUpdate => ({
  ...{ segmentId: 's', side: 'caller', rev: 1, text: '', final: true, startMs: 0, endMs: 1, tokens: [], syllables: [] },
  ...{ engine: 'x', gapBeforeMs: 0 },
  ...(maskedSpans === undefined ? {} : { maskedSpans }),
});

describe('hidden numbers in the recording', () => {
  let dir: string;
  let file: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'mask-'));
    file = path.join(dir, 'call.wav');
    await writeFile(file, stereo(5));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  /** Milliseconds that are silent on both sides. */
  async function silentMs(): Promise<readonly number[]> {
    const samples = samplesOf(await readFile(file));
    return Array.from({ length: 50 }, (_, i) => i * 100).filter((ms) => {
      const at = ms * (RATE_HZ / 1000) * 2;
      return samples[at] === 0 && samples[at + 1] === 0;
    });
  }

  it('are silent on both sides, with a little around them, and the file keeps its length', async () => {
    const before = (await readFile(file)).length;
    expect(await silenceSpans(file, [{ startMs: 1000, endMs: 1500 }])).toBe(true);
    expect(await silentMs()).toEqual([900, 1000, 1100, 1200, 1300, 1400, 1500, 1600]);
    expect((await readFile(file)).length).toBe(before);
  });

  it('are hidden when the recording ends, and when they are understood after that', async () => {
    const mask = new RecordingMask(() => pino({ level: 'silent' }));
    mask.speech('c1', final([{ startMs: 200, endMs: 300 }]));
    mask.speech('c1', final());
    mask.speech('c1', { ...final([{ startMs: 4000, endMs: 4100 }]), final: false });
    await mask.settled();
    expect(await silentMs()).toEqual([]);
    mask.finished('c1', file);
    await mask.settled();
    expect(await silentMs()).toEqual([100, 200, 300, 400]);
    mask.speech('c1', final([{ startMs: 3000, endMs: 3000 }]));
    await mask.settled();
    expect(await silentMs()).toEqual([100, 200, 300, 400, 2900, 3000, 3100]);
  });

  it('beyond the end of the file are no harm, and other files are left alone', async () => {
    expect(await silenceSpans(file, [{ startMs: 4900, endMs: 99_000 }])).toBe(true);
    expect((await readFile(file)).length).toBe(stereo(5).length);
    await writeFile(file, 'not audio at all, whatever its name says');
    expect(await silenceSpans(file, [{ startMs: 0, endMs: 1 }])).toBe(false);
    expect(await readFile(file, 'utf8')).toContain('not audio');
  });
});
