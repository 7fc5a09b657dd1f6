/** WAV files: reading PCM16, A-law and mu-law at any common rate into 8 kHz mono, and the header we write. Pure. */
import { decodeG711 } from './g711.ts';
import { resampleTo8k } from './resample.ts';

export type WavResult =
  { readonly ok: true; readonly pcm: Int16Array } | { readonly ok: false; readonly reason: string };

interface Format {
  readonly tag: number;
  readonly channels: number;
  readonly rateHz: number;
  readonly bits: number;
}

const tagPcm = 1;
const tagAlaw = 6;
const tagUlaw = 7;
const tagExtensible = 0xfffe;
const maxChunks = 64;

/** Reads a whole file into 8 kHz mono linear samples; several channels are mixed down. */
export function readWav8k(bytes: Uint8Array): WavResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text(view, 0) !== 'RIFF' || text(view, 8) !== 'WAVE') return { ok: false, reason: 'not a WAV file' };
  const { format, data } = chunksOf(view);
  if (format === undefined) return { ok: false, reason: 'no usable format chunk' };
  if (data === undefined) return { ok: false, reason: 'no data chunk' };
  if (format.channels < 1 || format.channels > 8) return { ok: false, reason: 'number of channels not supported' };
  if (format.rateHz < 4000 || format.rateHz > 192_000) return { ok: false, reason: 'sample rate not supported' };
  const samples = samplesOf(bytes.subarray(data.from, data.end), format);
  if (samples === undefined) return { ok: false, reason: 'encoding not supported' };
  return { ok: true, pcm: resampleTo8k(mixDown(samples, format.channels), format.rateHz) };
}

/** Length of the header that `wavHeader` makes. */
export const wavHeaderBytes = 44;

/** Header of a linear 16-bit file. Sizes that do not fit stay at the largest value a WAV can say. */
export function wavHeader(shape: { channels: number; rateHz: number; dataBytes: number }): Uint8Array {
  const bytes = new Uint8Array(wavHeaderBytes);
  const view = new DataView(bytes.buffer);
  const frameBytes = shape.channels * 2;
  bytes.set(new TextEncoder().encode('RIFF'), 0);
  view.setUint32(4, Math.min(0xffffffff, shape.dataBytes + 36), true);
  bytes.set(new TextEncoder().encode('WAVEfmt '), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, tagPcm, true);
  view.setUint16(22, shape.channels, true);
  view.setUint32(24, shape.rateHz, true);
  view.setUint32(28, shape.rateHz * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  bytes.set(new TextEncoder().encode('data'), 36);
  view.setUint32(40, Math.min(0xffffffff, shape.dataBytes), true);
  return bytes;
}

/**
 * The header a recording of ours ought to have for its size, when it has another one; `undefined` when it is right
 * or when the file is not one that `wavHeader` began.
 */
export function repairedHeader(
  head: Uint8Array,
  fileBytes: number,
): { header: Uint8Array; wholeBytes: number } | undefined {
  if (head.length < wavHeaderBytes || fileBytes < wavHeaderBytes) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const ours = text(view, 0) === 'RIFF' && text(view, 8) === 'WAVE' && text(view, 12) === 'fmt ';
  if (!ours || text(view, 36) !== 'data' || view.getUint32(16, true) !== 16) return undefined;
  const channels = view.getUint16(22, true);
  const frameBytes = channels * 2;
  if (view.getUint16(20, true) !== tagPcm || channels < 1 || view.getUint16(32, true) !== frameBytes) return undefined;
  const dataBytes = Math.floor((fileBytes - wavHeaderBytes) / frameBytes) * frameBytes;
  const wholeBytes = wavHeaderBytes + dataBytes;
  const right = view.getUint32(40, true) === dataBytes && view.getUint32(4, true) === dataBytes + 36;
  if (right && wholeBytes === fileBytes) return undefined;
  return { header: wavHeader({ channels, rateHz: view.getUint32(24, true), dataBytes }), wholeBytes };
}

interface Chunks {
  format: Format | undefined;
  data: { from: number; end: number } | undefined;
}

function chunksOf(view: DataView): Chunks {
  const found: Chunks = { format: undefined, data: undefined };
  let at = 12;
  for (let i = 0; i < maxChunks && at + 8 <= view.byteLength && found.data === undefined; i += 1) {
    const id = text(view, at);
    const size = view.getUint32(at + 4, true);
    // A file whose writer was cut off says 0 or too much; what is there counts.
    const end = Math.min(view.byteLength, at + 8 + size);
    if (id === 'fmt ' && end - at >= 24) found.format = formatOf(view, at + 8, end);
    if (id === 'data') found.data = { from: at + 8, end: size === 0 ? view.byteLength : end };
    at += 8 + size + (size % 2);
  }
  return found;
}

function formatOf(view: DataView, at: number, end: number): Format {
  const tag = view.getUint16(at, true);
  // WAVE_FORMAT_EXTENSIBLE keeps the real tag in the first two octets of its sub-format.
  const real = tag === tagExtensible && end - at >= 26 ? view.getUint16(at + 24, true) : tag;
  return {
    tag: real,
    channels: view.getUint16(at + 2, true),
    rateHz: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
}

function samplesOf(data: Uint8Array, format: Format): Int16Array | undefined {
  if (format.tag === tagAlaw && format.bits === 8) return decodeG711('pcma', data);
  if (format.tag === tagUlaw && format.bits === 8) return decodeG711('pcmu', data);
  if (format.tag !== tagPcm || format.bits !== 16) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Int16Array.from({ length: data.byteLength >> 1 }, (_, index) => view.getInt16(index * 2, true));
}

function mixDown(samples: Int16Array, channels: number): Int16Array {
  if (channels === 1) return samples;
  const mono = new Int16Array(Math.floor(samples.length / channels));
  for (let frame = 0; frame < mono.length; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += samples[frame * channels + channel] ?? 0;
    mono[frame] = Math.round(sum / channels);
  }
  return mono;
}

function text(view: DataView, at: number): string {
  if (at + 4 > view.byteLength) return '';
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}
