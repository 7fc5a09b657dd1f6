/**
 * DTMF heard in the audio itself (ITU-T Q.23, Q.24), for trunks that send no telephone events. Pure.
 *
 * Goertzel's filter at the eight frequencies over blocks of 12.75 ms; two blocks that agree begin a digit, two that do
 * not end it. So tones from 40 ms are digits (Q.24) and one block of noise within a tone does not make two of it.
 */
import type { ReceivedDigit } from './telephone-event.ts';

const rateHz = 8000;
export const blockSamples = 102;
const blockMs = (blockSamples * 1000) / rateHz;
const rowsHz = [697, 770, 852, 941] as const;
const columnsHz = [1209, 1336, 1477, 1633] as const;
const keys = ['123A', '456B', '789C', '*0#D'] as const;
const blocksToAgree = 2;

/** Mean square of a block below which nothing is looked for: about -42 dBov. */
const quietestPower = 70_000;
/** Share of the block's energy that the two tones must have; speech seldom has it. */
const toneShare = 0.8;
/** How much stronger the strongest tone of a group is than the others of it. */
const overNeighbours = 6;
/** Q.24: the higher tone may be 4 dB stronger or 8 dB weaker than the lower one. */
const highOverLow = 2.5;
const lowOverHigh = 6.3;

const coefficient = (hz: number): number => 2 * Math.cos((2 * Math.PI * hz) / rateHz);
const rowCoefficients = rowsHz.map(coefficient);
const columnCoefficients = columnsHz.map(coefficient);

/** Squared magnitude at one frequency; a pure tone of amplitude A gives (A * n / 2)². */
function powerAt(coefficientOfTone: number, block: Float64Array): number {
  let one = 0;
  let two = 0;
  for (const sample of block) {
    const next = sample + coefficientOfTone * one - two;
    two = one;
    one = next;
  }
  return one * one + two * two - coefficientOfTone * one * two;
}

interface Strongest {
  readonly index: number;
  readonly power: number;
  readonly isClear: boolean;
}

function strongest(coefficients: readonly number[], block: Float64Array): Strongest {
  let index = 0;
  let power = 0;
  let second = 0;
  coefficients.forEach((value, at) => {
    const found = powerAt(value, block);
    if (found > power) [index, power, second] = [at, found, power];
    else if (found > second) second = found;
  });
  return { index, power, isClear: power > overNeighbours * second };
}

/** The digit of one block, or undefined. */
function digitOf(block: Float64Array): string | undefined {
  let energy = 0;
  for (const sample of block) energy += sample * sample;
  if (energy < quietestPower * blockSamples) return undefined;
  const row = strongest(rowCoefficients, block);
  const column = strongest(columnCoefficients, block);
  if (!row.isClear || !column.isClear) return undefined;
  if (column.power > highOverLow * row.power || row.power > lowOverHigh * column.power) return undefined;
  if ((row.power + column.power) * 2 < toneShare * energy * blockSamples) return undefined;
  return keys[row.index]?.[column.index];
}

export class InbandDigits {
  readonly #block = new Float64Array(blockSamples);
  #filled = 0;
  #last: string | undefined;
  #run = 0;
  #open: { readonly digit: string; blocks: number } | undefined;

  /** Takes linear PCM at 8 kHz, in pieces of any length; gives the digits that have ended in it. */
  push(pcm: Int16Array): readonly ReceivedDigit[] {
    const ended: ReceivedDigit[] = [];
    for (const sample of pcm) {
      this.#block[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled < blockSamples) continue;
      this.#filled = 0;
      const digit = this.#take(digitOf(this.#block));
      if (digit !== undefined) ended.push(digit);
    }
    return ended;
  }

  #take(heard: string | undefined): ReceivedDigit | undefined {
    this.#run = heard === this.#last ? this.#run + 1 : 1;
    this.#last = heard;
    const open = this.#open;
    if (open !== undefined) open.blocks += 1;
    if (this.#run < blocksToAgree || heard === open?.digit) return undefined;
    this.#open = heard === undefined ? undefined : { digit: heard, blocks: this.#run };
    if (open === undefined) return undefined;
    return { digit: open.digit, durationMs: Math.round((open.blocks - this.#run) * blockMs) };
  }
}
