/** Speech made by espeak-ng and measured by us: 8 kHz mono PCM16 WAV. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinyin } from 'pinyin-pro';

export interface Voice {
  /** espeak-ng variant: '' | f3 | m3 … */
  readonly variant?: string;
  readonly wordsPerMinute?: number;
  readonly pitch?: number;
}

/** Numbered pinyin, commas as pauses: espeak's own reading of characters is not to be trusted. */
export function toPinyin(text: string): string {
  return text
    .split(/[，。？！、,.?!]/)
    .filter((part) => part.trim() !== '')
    .map((part) =>
      pinyin(part, { toneType: 'num', type: 'array', nonZh: 'consecutive' })
        .map((s) => s.replace(/0$/, '5'))
        .join(' '),
    )
    .join(', ');
}

/** Samples of one utterance, cut to the sound (no silence before or after). */
export function speak(text: string, voice: Voice = {}): Int16Array {
  const dir = mkdtempSync(join(tmpdir(), 'hotline-speech-'));
  const [raw, cut] = [join(dir, 'raw.wav'), join(dir, 'cut.wav')];
  const name = `cmn-latn-pinyin${voice.variant === undefined || voice.variant === '' ? '' : `+${voice.variant}`}`;
  const args = [
    '-v',
    name,
    '-s',
    String(voice.wordsPerMinute ?? 160),
    '-p',
    String(voice.pitch ?? 50),
    '-w',
    raw,
    toPinyin(text),
  ];
  execFileSync('espeak-ng', args, { stdio: 'ignore' });
  execFileSync(
    'sox',
    [
      raw,
      '-r',
      '8000',
      '-c',
      '1',
      '-b',
      '16',
      cut,
      'silence',
      '1',
      '0.005',
      '0.5%',
      'reverse',
      'silence',
      '1',
      '0.005',
      '0.5%',
      'reverse',
      'gain',
      '-n',
      '-6',
    ],
    { stdio: 'ignore' },
  );
  return samplesOf(readFileSync(cut));
}

/** Samples of any WAV file as 8 kHz mono PCM16. */
export function readWav(path: string): Int16Array {
  const raw = execFileSync('sox', [path, '-t', 'raw', '-r', '8000', '-c', '1', '-e', 'signed', '-b', '16', '-'], {
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
}

/** PCM16 samples of the first channels of a WAV file (`channels` interleaved channels). */
export function samplesOf(wav: Buffer): Int16Array {
  const at = wav.indexOf('data', 12, 'latin1');
  const declared = wav.readUInt32LE(at + 4);
  const bytes = wav.subarray(at + 8, Math.min(wav.length, at + 8 + declared));
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)));
}

export function wavOf(samples: Int16Array, rateHz = 8_000): Buffer {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(rateHz * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

export const silence = (ms: number): Int16Array => new Int16Array(ms * 8);

export function tone(hz: number, ms: number, level = 8_000): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, i) => Math.round(level * Math.sin((2 * Math.PI * hz * i) / 8_000)));
}

export function joined(parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Upsampled and saved for Chromium's fake microphone or baresip. */
export function saveWav(samples: Int16Array, name = 'speech.wav'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'hotline-speech-')), name);
  writeFileSync(path, wavOf(samples));
  return path;
}

/** Amplitude of one frequency (Goertzel), in sample units. */
export function amplitude(samples: Int16Array, hz: number, rateHz = 8_000): number {
  const k = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
  let [s1, s2] = [0, 0];
  for (const sample of samples) [s1, s2] = [sample + k * s1 - s2, s1];
  return (2 * Math.sqrt(Math.max(0, s1 * s1 + s2 * s2 - k * s1 * s2))) / Math.max(1, samples.length);
}

/**
 * How well `pattern` is found in `heard`: the highest normalised correlation of their loudness over time (50 ms steps).
 * Speech that arrived gives values near 1, other speech well below.
 */
export function likeness(heard: Int16Array, pattern: Int16Array): number {
  const [a, b] = [loudness(heard), loudness(pattern)];
  let best = 0;
  for (let shift = 0; shift + b.length <= a.length; shift++)
    best = Math.max(best, correlation(a.subarray(shift, shift + b.length), b));
  return best;
}

function loudness(samples: Int16Array): Float64Array {
  const step = 400;
  return Float64Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    let sum = 0;
    for (let j = i * step; j < (i + 1) * step; j++) sum += (samples[j] ?? 0) ** 2;
    return Math.sqrt(sum / step);
  });
}

function correlation(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [(a[i] ?? 0) - ma, (b[i] ?? 0) - mb];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
}
