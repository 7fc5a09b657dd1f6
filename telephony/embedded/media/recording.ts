/**
 * A stereo WAV on disk that grows while the call goes on: left = said, right = heard, 8 kHz PCM16.
 *
 * Audio is put at its place on the leg's media clock in a window of four seconds, and every half second the window's
 * new part and the header are written; audio that comes late but still within the window is written over.
 * A process killed at any moment leaves a valid file that lacks less than the last second.
 */
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import type { RecordingSpan } from '../../ports/switch.ts';
import type { PlacedAudio } from '../../rtp/audio-timeline.ts';
import { wavHeader, wavHeaderBytes } from '../../rtp/wav.ts';

const rateHz = 8000;
const channels = 2;
const frameBytes = channels * 2;
const windowFrames = 4 * rateHz;
/** Half a minute of writes that the disk has not taken: it hangs. */
const maxPendingWrites = 60;

/** Below this, time without audio at the end is rounding. */
const maxMissingMs = 1_000;

export interface FinishedRecording {
  readonly lengthMs: number;
  /** As the file system says. */
  readonly sizeBytes: number;
  readonly maskedSpans: readonly RecordingSpan[];
  /** The file holds every sample of the time it stands for. */
  readonly isComplete: boolean;
}

/** More parts than a call can have unless its disk is broken. */
const maxParts = 1_000;

async function openNew(path: string): Promise<{ file: FileHandle; path: string }> {
  const { dir, name, ext } = parse(path);
  for (let part = 1; ; part += 1) {
    const own = part === 1 ? path : join(dir, `${name}-${part}${ext}`);
    try {
      return { file: await open(own, 'wx'), path: own };
    } catch (error) {
      if (!isTaken(error) || part >= maxParts) throw error;
    }
  }
}

function milliseconds(frames: number): number {
  return Math.floor((frames * 1_000) / rateHz);
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

export class Recording {
  readonly path: string;
  /** Place of the first frame on the leg's media clock. */
  readonly fromSample: number;
  readonly #file: FileHandle;
  readonly #onFailure: (error: unknown) => void;
  readonly #window = new Int16Array(windowFrames * channels);
  /** Frames from here on are not on disk yet. */
  #dirtyFrom = 0;
  #writtenUntil = 0;
  /** Frames before this may hold audio; the window behind it has been cleared. */
  #openUntil = 0;
  #maskedUntil = 0;
  #masked = false;
  #maskedFrom = 0;
  readonly #maskedSpans: RecordingSpan[] = [];
  #pending = 0;
  #writes: Promise<void> = Promise.resolve();
  #failed = false;

  private constructor(file: FileHandle, start: { path: string; fromSample: number; onFailure: (e: unknown) => void }) {
    this.path = start.path;
    this.fromSample = Math.floor(start.fromSample);
    this.#file = file;
    this.#onFailure = start.onFailure;
  }

  /**
   * Makes the file and its folder. `nowSample` is read when the file is ready.
   * What exists is never touched: a further part of the recording is called `<name>-2.wav`, `-3` …
   */
  static async create(start: {
    path: string;
    nowSample: () => number;
    onFailure: (error: unknown) => void;
  }): Promise<Recording> {
    await mkdir(dirname(start.path), { recursive: true });
    const { file, path } = await openNew(start.path);
    try {
      await file.write(wavHeader({ channels, rateHz, dataBytes: 0 }), 0, wavHeaderBytes, 0);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    return new Recording(file, { path, fromSample: start.nowSample(), onFailure: start.onFailure });
  }

  write(side: 'said' | 'heard', audio: PlacedAudio): void {
    if (this.#masked || this.#failed) return;
    const channel = side === 'said' ? 0 : 1;
    const at = audio.atSample - this.fromSample;
    const end = at + audio.pcm.length;
    if (end - this.#dirtyFrom > windowFrames) this.flush(this.fromSample + end - rateHz);
    this.#openTo(end);
    const first = Math.max(at, this.#maskedUntil, this.#openUntil - windowFrames, 0);
    if (first >= end) return;
    for (let frame = first; frame < end; frame += 1) {
      this.#window[(frame % windowFrames) * channels + channel] = audio.pcm[frame - at] ?? 0;
    }
    this.#dirtyFrom = Math.min(this.#dirtyFrom, first);
  }

  /** While masked nothing that arrives is kept; audio from before the end of the mask stays out afterwards too. */
  setMasked(masked: boolean, nowSample: number): void {
    const now = Math.max(0, Math.floor(nowSample) - this.fromSample);
    if (masked && !this.#masked) {
      this.#maskedFrom = now;
      // Audio placed ahead of the clock belongs to the masked time.
      for (let frame = now; frame < this.#openUntil; frame += 1) {
        this.#window.fill(0, (frame % windowFrames) * channels, (frame % windowFrames) * channels + channels);
      }
      this.#dirtyFrom = Math.min(this.#dirtyFrom, now);
    }
    if (!masked && this.#masked) {
      this.#maskedUntil = now;
      this.#noteMask(now);
    }
    this.#masked = masked;
  }

  /** Puts everything up to `nowSample` onto the disk. */
  flush(nowSample: number): void {
    const until = Math.max(this.#writtenUntil, Math.floor(nowSample) - this.fromSample);
    if (this.#failed || until <= this.#dirtyFrom) return;
    // After a stall longer than the window: what is in it goes out before it is cleared.
    if (until - this.#dirtyFrom > windowFrames) this.#put(Math.min(until, this.#openUntil));
    this.#openTo(until);
    this.#put(until);
  }

  /** Writes the rest and closes the file. Never rejects. */
  async finish(nowSample: number): Promise<FinishedRecording> {
    // Audio that was placed a little ahead of the clock is kept.
    this.flush(Math.max(nowSample, this.fromSample + this.#openUntil));
    const end = Math.max(0, Math.floor(nowSample) - this.fromSample);
    if (this.#masked) this.#noteMask(end);
    await this.#writes;
    const sizeBytes = await this.#sizeOnDisk();
    await this.#file.close().catch((error: unknown) => {
      this.#fail(error);
    });
    const lengthMs = milliseconds(this.#writtenUntil);
    const whole = sizeBytes === wavHeaderBytes + this.#writtenUntil * frameBytes;
    const isComplete = !this.#failed && whole && milliseconds(end) - lengthMs < maxMissingMs;
    return { lengthMs, sizeBytes, maskedSpans: this.#maskedSpans, isComplete };
  }

  /** What counts is what the disk has, not what we wanted to write. */
  async #sizeOnDisk(): Promise<number> {
    try {
      return (await this.#file.stat()).size;
    } catch (error) {
      this.#fail(error);
      return 0;
    }
  }

  #noteMask(end: number): void {
    this.#maskedSpans.push({ fromMs: milliseconds(this.#maskedFrom), toMs: milliseconds(end) });
  }

  #put(until: number): void {
    const from = Math.max(this.#dirtyFrom, this.#openUntil - windowFrames);
    if (until <= from) return;
    const data = Buffer.alloc((until - from) * frameBytes);
    for (let frame = from; frame < until; frame += 1) {
      const slot = (frame % windowFrames) * channels;
      data.writeInt16LE(this.#window[slot] ?? 0, (frame - from) * frameBytes);
      data.writeInt16LE(this.#window[slot + 1] ?? 0, (frame - from) * frameBytes + 2);
    }
    this.#dirtyFrom = until;
    this.#writtenUntil = Math.max(this.#writtenUntil, until);
    this.#enqueue(data, from);
  }

  #openTo(end: number): void {
    // What the window skips was never written: the file has a hole there, which reads as silence.
    for (let frame = Math.max(this.#openUntil, end - windowFrames); frame < end; frame += 1) {
      this.#window.fill(0, (frame % windowFrames) * channels, (frame % windowFrames) * channels + channels);
    }
    this.#openUntil = Math.max(this.#openUntil, end);
  }

  #enqueue(data: Buffer, from: number): void {
    this.#pending += 1;
    if (this.#pending > maxPendingWrites) this.#fail(new Error('the disk does not take the recording'));
    const header = wavHeader({ channels, rateHz, dataBytes: this.#writtenUntil * frameBytes });
    this.#writes = this.#writes
      .then(async () => {
        if (this.#failed) return;
        await this.#file.write(data, 0, data.length, wavHeaderBytes + from * frameBytes);
        await this.#file.write(header, 0, wavHeaderBytes, 0);
      })
      .catch((error: unknown) => {
        this.#fail(error);
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#onFailure(error);
  }
}
