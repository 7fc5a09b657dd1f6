/** Tells a steady tone from music, speech and silence. Pure. */
import { levelDb, toneAmplitude } from '../../../tools/call/audio.ts';

const MIN_AMPLITUDE = 800;
/** Share of a frame's energy that the tone must have: music with the same note in it has less. */
const MIN_SHARE = 0.7;

export function isTone(pcm: Int16Array, hz: number): boolean {
  const amplitude = toneAmplitude(pcm, hz);
  if (amplitude < MIN_AMPLITUDE) return false;
  const power = 10 ** (levelDb(pcm) / 10) * 32_768 ** 2;
  return (amplitude * amplitude) / 2 / power >= MIN_SHARE;
}
