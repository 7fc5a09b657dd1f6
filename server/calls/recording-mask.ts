/**
 * Silences spoken identity and bank-card numbers in a call's recording, both sides, once the file is closed: where they are is
 * known only after they were said and understood.
 */
import { open } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { TimeSpan, TranscriptUpdate } from '../../asr/ports.ts';

/** Sound of a digit may reach a little beyond its measured time. */
const AROUND_MS = 120;
/** Headers are some dozens of bytes; chunks before the audio may make it more. */
const HEADER_BYTES = 4096;
/** The last sentence may be understood after the file was closed. */
const REMEMBERED_MS = 60_000;

interface Pcm16 {
  readonly dataAt: number;
  readonly dataBytes: number;
  readonly bytesPerMs: number;
  readonly frameBytes: number;
}

/** Where the samples of a WAV file of 16-bit PCM are; nothing for any other file. */
export function pcm16Of(head: Buffer, fileBytes: number): Pcm16 | undefined {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let format: { readonly channels: number; readonly rateHz: number } | undefined;
  for (let at = 12; at + 8 <= head.length;) {
    const [name, size] = [head.toString('latin1', at, at + 4), head.readUInt32LE(at + 4)];
    if (name === 'fmt ' && at + 24 <= head.length) {
      // WAVE_FORMAT_PCM = 1, WAVE_FORMAT_EXTENSIBLE = 0xfffe
      const isPcm = [1, 0xfffe].includes(head.readUInt16LE(at + 8)) && head.readUInt16LE(at + 22) === 16;
      if (isPcm) format = { channels: head.readUInt16LE(at + 10), rateHz: head.readUInt32LE(at + 12) };
    }
    if (name === 'data' && format !== undefined) {
      const frameBytes = 2 * format.channels;
      const dataBytes = Math.min(size, fileBytes - at - 8);
      return { dataAt: at + 8, dataBytes, frameBytes, bytesPerMs: (format.rateHz * frameBytes) / 1000 };
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** True when the spans are silent now. */
export async function silenceSpans(path: string, spans: readonly TimeSpan[]): Promise<boolean> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(HEADER_BYTES, size));
    await file.read(head, 0, head.length, 0);
    const pcm = pcm16Of(head, size);
    if (pcm === undefined) return false;
    for (const { startMs, endMs } of spans) {
      const byteAt = (ms: number): number => {
        const frame = Math.round((Math.max(0, ms) * pcm.bytesPerMs) / pcm.frameBytes);
        return Math.min(pcm.dataBytes, frame * pcm.frameBytes);
      };
      const [from, to] = [byteAt(startMs - AROUND_MS), byteAt(endMs + AROUND_MS)];
      if (to > from) await file.write(Buffer.alloc(to - from), 0, to - from, pcm.dataAt + from);
    }
    return true;
  } finally {
    await file.close();
  }
}

interface Known {
  readonly spans: TimeSpan[];
  path: string | undefined;
}

/** Gathers what must be hidden, call by call, and hides it as soon as it can. */
export class RecordingMask {
  readonly #logger: () => Logger;
  readonly #calls = new Map<string, Known>();
  /** One file is written by one at a time. */
  #work: Promise<void> = Promise.resolve();

  constructor(logger: () => Logger) {
    this.#logger = logger;
  }

  speech(callId: string, { final, maskedSpans }: TranscriptUpdate): void {
    if (!final || maskedSpans === undefined) return;
    const known = this.#known(callId);
    known.spans.push(...maskedSpans);
    if (known.path !== undefined) this.#silence(callId, known.path, maskedSpans);
  }

  finished(callId: string | undefined, path: string): void {
    if (callId === undefined) return;
    const known = this.#known(callId);
    known.path = path;
    if (known.spans.length > 0) this.#silence(callId, path, known.spans);
    setTimeout(() => this.#calls.delete(callId), REMEMBERED_MS).unref();
  }

  /** Everything that was asked for is done. */
  async settled(): Promise<void> {
    await this.#work;
  }

  #known(callId: string): Known {
    const known = this.#calls.get(callId) ?? { spans: [], path: undefined };
    this.#calls.set(callId, known);
    return known;
  }

  #silence(callId: string, path: string, spans: readonly TimeSpan[]): void {
    this.#work = this.#work.then(async () => {
      try {
        if (await silenceSpans(path, spans)) this.#logger().info({ callId, spans: spans.length }, 'recording masked');
        else this.#logger().error({ callId }, 'recording not masked: not a PCM file');
      } catch (error) {
        this.#logger().error({ err: error, callId }, 'recording not masked');
      }
    });
  }
}
