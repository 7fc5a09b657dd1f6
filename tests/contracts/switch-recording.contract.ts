/** The part of the contract of `Switch` about recordings and taps. */
import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { TapFrame } from '../../telephony/ports/switch.ts';
import { toneAmplitude } from '../../tools/call/audio.ts';
import { expectHears, HEARD, readStereo, sleep, TONES_HZ, windows, type Bench } from './switch-harness.ts';

export interface RecordingBench {
  readonly bench: Bench;
  readonly musicPath: string;
  readonly newFile: () => string;
}

/** Registers the tests; `get` gives the bench of the running test. */
export function recordingContract(get: () => RecordingBench): void {
  describe('recording and taps', () => {
    it('records what the leg says on the left and what it hears on the right', async () => {
      const { bench, musicPath, newFile } = get();
      const path = newFile();
      const { caller, agent } = await bench.bridged();
      await bench.switch.startRecording(caller.legId, path);
      expect(await bench.event('recording.started', caller.legId)).toMatchObject({ path });
      await expectHears(caller.call, ['agent']);
      await bench.switch.park(caller.legId);
      await bench.switch.play(caller.legId, { playId: 'm', files: [musicPath], repeat: 'forever' });
      await expectHears(caller.call, ['music']);
      await sleep(500);
      await bench.switch.bridge(caller.legId, agent.legId);
      await expectHears(caller.call, ['agent']);
      caller.call.hangUp();
      const finished = await bench.event('recording.finished', caller.legId);
      expect(finished.path).toBe(path);
      const bytes = await readFile(path);
      expect(finished.sizeBytes).toBe(bytes.length);
      const { left, right, channels, lengthMs } = readStereo(bytes);
      expect(channels).toBe(2);
      expect(Math.abs(lengthMs - finished.lengthMs)).toBeLessThan(100);
      expect(lengthMs).toBeGreaterThan(1_200);
      // By windows: on a busy machine a tone may break within a window, but never gets to the wrong side.
      const sounding = (side: Int16Array, hz: number): number =>
        windows(side, 100).filter((w) => toneAmplitude(w, hz) > HEARD).length;
      expect(sounding(left, TONES_HZ.caller)).toBeGreaterThan(4);
      expect(sounding(right, TONES_HZ.agent)).toBeGreaterThan(3);
      expect(sounding(right, TONES_HZ.music)).toBeGreaterThan(2);
      expect(sounding(left, TONES_HZ.agent) + sounding(left, TONES_HZ.music)).toBe(0);
      expect(sounding(right, TONES_HZ.caller)).toBe(0);
    });

    it('masks a part of the recording and lets time go on', async () => {
      const { bench, newFile } = get();
      const path = newFile();
      const { caller } = await bench.bridged();
      await expectHears(caller.call, ['agent']);
      await bench.switch.startRecording(caller.legId, path);
      await sleep(500);
      await bench.switch.maskRecording(caller.legId, true);
      await sleep(600);
      await bench.switch.maskRecording(caller.legId, false);
      await sleep(500);
      await bench.switch.stopRecording(caller.legId);
      const finished = await bench.event('recording.finished', caller.legId);
      expect(finished.lengthMs).toBeGreaterThan(1_400);
      const { left, right } = readStereo(await readFile(path));
      for (const side of [left, right]) {
        const silent = windows(side, 100).filter((w) => w.every((s) => s === 0));
        expect(silent.length).toBeGreaterThanOrEqual(4);
        expect(windows(side, 100).filter((w) => w.some((s) => Math.abs(s) > HEARD)).length).toBeGreaterThanOrEqual(6);
      }
    });

    it('taps both sides', async () => {
      const { bench } = get();
      const { caller } = await bench.bridged();
      await expectHears(caller.call, ['agent']);
      const frames: TapFrame[] = [];
      await bench.switch.startTap(caller.legId, (frame) => frames.push(frame));
      await sleep(1_000);
      await bench.switch.stopTap(caller.legId);
      const seen = frames.length;
      const joined = (side: TapFrame['side']): Int16Array =>
        Int16Array.from(frames.filter((f) => f.side === side).flatMap((f) => [...f.pcm]));
      expect(joined('said').length).toBeGreaterThan(4_800);
      expect(joined('heard').length).toBeGreaterThan(4_800);
      const sounding = (side: TapFrame['side'], hz: number): number =>
        windows(joined(side), 100).filter((w) => toneAmplitude(w, hz) > HEARD).length;
      expect(sounding('said', TONES_HZ.caller)).toBeGreaterThan(3);
      expect(sounding('heard', TONES_HZ.agent)).toBeGreaterThan(3);
      expect(sounding('said', TONES_HZ.agent) + sounding('heard', TONES_HZ.caller)).toBe(0);
      for (const frame of frames) expect(frame.pcm.length).toBeLessThanOrEqual(800);
      const times = frames.filter((f) => f.side === 'said').map((f) => f.atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      await sleep(300);
      expect(frames.length - seen).toBeLessThanOrEqual(2);
    });
  });
}
