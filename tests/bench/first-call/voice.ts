/** Single words spoken by espeak-ng, cut to the sound. */
import { execFileSync } from 'node:child_process';
import { readWav8k } from '../../../telephony/rtp/wav.ts';
import { toPinyin } from '../../support/speech.ts';

export interface Voice {
  readonly variant: string;
  readonly wordsPerMinute: number;
  readonly pitch: number;
}

export const voices: readonly Voice[] = [
  { variant: '', wordsPerMinute: 195, pitch: 50 },
  { variant: 'm6', wordsPerMinute: 190, pitch: 45 },
  { variant: 'f3', wordsPerMinute: 205, pitch: 55 },
  { variant: 'm3', wordsPerMinute: 210, pitch: 50 },
];

/** Share of the word's loudest sample below which it has faded away. */
const EDGE = 0.02;

const spoken = new Map<string, Int16Array>();

/** 8 kHz samples from the first to the last that can be heard. */
export function speakWord(word: string, voice: Voice): Int16Array {
  const key = `${voice.variant}|${word}`;
  const known = spoken.get(key);
  if (known !== undefined) return known;
  const name = `cmn-latn-pinyin${voice.variant === '' ? '' : `+${voice.variant}`}`;
  const speed = ['-s', String(voice.wordsPerMinute), '-p', String(voice.pitch)];
  const wav = readWav8k(
    execFileSync('espeak-ng', ['-v', name, ...speed, '--stdout', toPinyin(word)], { timeout: 10_000 }),
  );
  if (!wav.ok) throw new Error(`espeak-ng gave no sound for ${word}: ${wav.reason}`);
  const cut = tight(wav.pcm);
  spoken.set(key, cut);
  return cut;
}

function tight(pcm: Int16Array): Int16Array {
  const loudest = pcm.reduce((max, s) => Math.max(max, Math.abs(s)), 0);
  const heard = (s: number): boolean => Math.abs(s) > loudest * EDGE;
  const from = pcm.findIndex(heard);
  if (from < 0) throw new Error('espeak-ng gave silence');
  return pcm.slice(from, pcm.findLastIndex(heard) + 1);
}
