/** Lines spoken by espeak-ng: 8 kHz samples. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readWav8k } from '../../telephony/rtp/wav.ts';
import type { Voice } from './call-file.ts';

const TIMEOUT_MS = 120_000;
/** Share of the loudest sample below which it is silence. */
const EDGE = 0.02;
const MARGIN_SAMPLES = 240;
const PEAK = 11_000;

export interface Utterance {
  readonly voice: Voice;
  /** Toned pinyin, `,` for a pause (Mandarin). */
  readonly syllables: readonly string[];
  /** Read by the Cantonese voice, which reads characters. */
  readonly text: string;
}

function argumentsFor({ voice, syllables, text }: Utterance, file: string): readonly string[] {
  const language = voice.language === 'yue' ? 'yue' : 'cmn-latn-pinyin';
  const name = voice.variant === '' ? language : `${language}+${voice.variant}`;
  const said = voice.language === 'yue' ? text : syllables.join(' ').replaceAll(' ,', ',').replaceAll('v', 'ü');
  return ['-v', name, '-s', String(voice.wordsPerMinute), '-p', String(voice.pitch), '-w', file, said];
}

/** Utterances without the silence around them, at a fixed level. */
export async function speak(utterances: readonly Utterance[]): Promise<readonly Int16Array[]> {
  if (utterances.length === 0) return [];
  const dir = await mkdtemp(path.join(tmpdir(), 'hotline-voice-'));
  try {
    const files = utterances.map((_, i) => path.join(dir, `${i}.wav`));
    const commands = utterances.map((utterance, i) => argumentsFor(utterance, files[i] ?? ''));
    await speakInto(commands);
    return await Promise.all(files.map(async (file) => samplesOf(file)));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** One small process starts espeak-ng for every line: starting each from here would cost more than the speaking. */
async function speakInto(commands: readonly (readonly string[])[]): Promise<void> {
  const perCommand = String(commands[0]?.length ?? 0);
  const child = spawn('xargs', ['-0', '-n', perCommand, 'espeak-ng'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let words = '';
  child.stderr.on('data', (data: Buffer) => (words += data.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(commands.flat().join('\0'));
  const code = await ended;
  if (code !== 0) throw new Error(`espeak-ng failed (is it installed?): ${words.slice(0, 300)}`);
}

async function samplesOf(file: string): Promise<Int16Array> {
  const wav = readWav8k(await readFile(file));
  if (!wav.ok) throw new Error(`espeak-ng gave no sound: ${wav.reason}`);
  return levelled(wav.pcm);
}

/** Cut to the sound and brought to one level. */
export function levelled(pcm: Int16Array): Int16Array {
  const loudest = pcm.reduce((max, s) => Math.max(max, Math.abs(s)), 1);
  const heard = (s: number): boolean => Math.abs(s) > loudest * EDGE;
  const from = Math.max(0, pcm.findIndex(heard) - MARGIN_SAMPLES);
  const to = Math.min(pcm.length, pcm.findLastIndex(heard) + MARGIN_SAMPLES);
  return pcm.slice(from, to).map((s) => Math.round((s * PEAK) / loudest));
}
