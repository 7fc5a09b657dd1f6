/**
 * Makes the spoken prompts and the waiting music (`npm run prompts`).
 *
 * Speech: espeak-ng reads the texts of `ivr/prompts/zh-CN/prompts.json`; a city replaces the WAV files by recordings of
 * a person under the same names. Its Chinese dictionary misreads characters, so it is given numbered pinyin.
 * Music: computed here, nobody else's.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinyin } from 'pinyin-pro';
import { encodeG711 } from '../telephony/rtp/g711.ts';
import { readWav8k } from '../telephony/rtp/wav.ts';

const folder = join(import.meta.dirname, '..', 'ivr', 'prompts', 'zh-CN');
const rateHz = 8000;
const voice = ['-v', 'cmn-latn-pinyin+f3', '-s', '195', '-p', '45', '-g', '0'];
const speechPeak = 16_000;
const fadeSamples = 80;
const silenceLevel = 150;
/** Silence kept before and after speech, so that pieces can be joined. */
const marginSamples = 200;

function main(): void {
  const texts = JSON.parse(readFileSync(join(folder, 'prompts.json'), 'utf8')) as Record<string, string>;
  for (const [name, text] of Object.entries(texts)) write(name, speak(text, isPiece(name)));
  write('music', music());
}

/** Pieces of a sentence follow each other without a pause. */
function isPiece(name: string): boolean {
  return (
    /^(?:number|digit|time|date)-/.test(name) || ['position-before', 'ticket-before', 'ticket-state'].includes(name)
  );
}

function speak(text: string, piece: boolean): Int16Array {
  const wav = readWav8k(execFileSync('espeak-ng', [...voice, '--stdout', numberedPinyin(text)]));
  if (!wav.ok) throw new Error(`espeak-ng made no usable sound: ${wav.reason}`);
  const speech = fade(level(trim(wav.pcm, piece ? marginSamples / 4 : marginSamples), speechPeak));
  // A sentence ends with a breath, so that the next prompt does not run into it.
  return piece ? speech : Int16Array.from([...speech, ...new Int16Array(rateHz * 0.25)]);
}

/** `ting2 shui3`, neutral tone 5, pauses as commas. */
function numberedPinyin(text: string): string {
  const syllables = pinyin(text, { toneType: 'num', type: 'array' });
  return syllables
    .map((syllable) => (/[a-z]/.test(syllable) ? syllable.replace(/0$/, '5') : ','))
    .join(' ')
    .replace(/[ ,]+$/, '');
}

function trim(pcm: Int16Array, margin: number): Int16Array {
  const loud = (sample: number): boolean => Math.abs(sample) > silenceLevel;
  const first = Math.max(0, pcm.findIndex(loud) - margin);
  const last = Math.min(pcm.length, pcm.findLastIndex(loud) + margin);
  return pcm.slice(first, last);
}

function level(pcm: Int16Array, peak: number): Int16Array {
  const highest = pcm.reduce((max, sample) => Math.max(max, Math.abs(sample)), 1);
  return pcm.map((sample) => Math.round((sample * peak) / highest));
}

function fade(pcm: Int16Array): Int16Array {
  return pcm.map((sample, index) => {
    const edge = Math.min(index, pcm.length - 1 - index);
    return edge >= fadeSamples ? sample : Math.round((sample * edge) / fadeSamples);
  });
}

/** Twenty calm seconds in C pentatonic that join on to themselves: plucked notes over a soft fifth. */
function music(): Int16Array {
  const beatSeconds = 0.625;
  const melody = [0, 2, 4, 7, 4, 2, 4, -1, 5, 4, 2, 0, 2, -1, 1, -1, 2, 4, 5, 7, 9, 7, 5, 4, 2, 4, 2, 1, 0, -1, 0, -1];
  const bass = [0, -3, -2, -4, 0, -3, -2, 0];
  const mix = new Float64Array(melody.length * beatSeconds * rateHz);
  melody.forEach((step, beat) => {
    if (step >= 0) pluck(mix, { at: beat * beatSeconds, hz: pentatonic(step), seconds: 2.2, gain: 0.5 });
  });
  bass.forEach((step, bar) => {
    const at = bar * 4 * beatSeconds;
    pluck(mix, { at, hz: pentatonic(step) / 2, seconds: 3.5, gain: 0.45 });
    pluck(mix, { at: at + 2 * beatSeconds, hz: (pentatonic(step) / 2) * 1.5, seconds: 3, gain: 0.25 });
  });
  const highest = mix.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
  // Quieter than speech: people listen to it for minutes.
  return Int16Array.from(mix, (sample) => Math.round((sample / highest) * 7000));
}

function pentatonic(step: number): number {
  const semitones = [0, 2, 4, 7, 9];
  const octave = Math.floor(step / semitones.length);
  const note = semitones[step - octave * semitones.length] ?? 0;
  return 392 * 2 ** (octave + note / 12);
}

function pluck(mix: Float64Array, note: { at: number; hz: number; seconds: number; gain: number }): void {
  const start = Math.round(note.at * rateHz);
  for (let i = 0; i < note.seconds * rateHz; i += 1) {
    const seconds = i / rateHz;
    const envelope = Math.min(1, seconds / 0.015) * Math.exp(-2.2 * seconds) * (1 - seconds / note.seconds);
    const phase = 2 * Math.PI * note.hz * seconds;
    const sound = Math.sin(phase) + 0.3 * Math.sin(2 * phase) * Math.exp(-3 * seconds) + 0.1 * Math.sin(3 * phase);
    // What rings over the end rings into the beginning.
    const at = (start + i) % mix.length;
    mix[at] = (mix[at] ?? 0) + note.gain * envelope * sound;
  }
}

/** A-law at 8 kHz: what the line carries anyway, at half the size. */
function write(name: string, pcm: Int16Array): void {
  const octets = encodeG711('pcma', pcm);
  const header = Buffer.alloc(58);
  header.write('RIFF', 0);
  header.writeUInt32LE(50 + octets.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(6, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('fact', 38);
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(octets.length, 46);
  header.write('data', 50);
  header.writeUInt32LE(octets.length, 54);
  writeFileSync(join(folder, `${name}.wav`), Buffer.concat([header, octets]));
}

main();
