/** Finds the prompt files and builds the sentence that tells a waiting caller the place in the line. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { numberPieces } from '../../ivr/prompts/number-pieces.ts';
import type { Place } from '../acd/line-store.ts';
import type { Announcement } from './core/call-types.ts';

const MAX_POSITION = 999;

/** Prompts that waiting and losing a call need, whatever the flow. */
export const waitingPrompts: readonly string[] = [
  ...['wait-before', 'wait-after', 'wait-short', 'callback-before', 'callback-after', 'callback-booked'],
  ...['callback-refused', 'callback-dialling', 'leave-before', 'leave-after', 'call-ended', 'deflect-web', 'offer-web'],
  ...['music', 'next-in-line', 'position-before', 'position-after', 'line-full', 'waited-too-long', 'agent-lost'],
  ...['0', '1', '2', '2-of', '3', '4', '5', '6', '7', '8', '9', '10', '100', '1000'].map((n) => `number-${n}`),
];

const MINUTE_MS = 60_000;
const MOST_MINUTES = 120;

/** Which digit does what; null = there is none to offer. */
export interface OfferedDigits {
  readonly callback: string | null;
  readonly leave: string | null;
}

/** What a waiting caller hears: words of the plan as prompts, with the place and the wait as they are now. */
export function announcementOf(words: readonly string[], place: Place, digits: OfferedDigits): Announcement | null {
  const prompts = words.flatMap((word) => promptsOf(word, place, digits));
  return prompts.length === 0 ? null : { prompts, ...place };
}

function promptsOf(word: string, place: Place, digits: OfferedDigits): readonly string[] {
  switch (word) {
    case 'position':
      return positionPrompts(place.position);
    case 'wait':
      return waitPrompts(place.estimatedWaitMs);
    case 'callback':
      return digits.callback === null ? [] : ['callback-before', `number-${digits.callback}`, 'callback-after'];
    case 'leave':
      return digits.leave === null ? [] : ['leave-before', `number-${digits.leave}`, 'leave-after'];
  }
  return [word];
}

function positionPrompts(position: number): readonly string[] {
  const ahead = Math.min(position - 1, MAX_POSITION);
  return ahead <= 0 ? ['next-in-line'] : ['position-before', ...numberPieces(ahead), 'position-after'];
}

/** In minutes, rounded up: who is told less than it takes is angry, who is told more is pleased. */
function waitPrompts(estimatedWaitMs: number): readonly string[] {
  const minutes = Math.min(Math.ceil(estimatedWaitMs / MINUTE_MS), MOST_MINUTES);
  if (minutes <= 1) return ['wait-short'];
  return ['wait-before', ...numberPieces(minutes), 'wait-after'];
}

export type PromptFiles = (prompts: readonly string[]) => readonly string[];

/** A city's own recordings come first; what it lacks is taken from the sample. */
export async function promptFiles(names: readonly string[], dirs: readonly string[]): Promise<PromptFiles> {
  const found = new Map<string, string>();
  const missing: string[] = [];
  for (const name of names) {
    const path = await firstThatExists(dirs.map((dir) => join(dir, `${name}.wav`)));
    if (path === undefined) missing.push(name);
    else found.set(name, path);
  }
  if (missing.length > 0) {
    throw new Error(
      `prompts are missing in ${dirs.join(' and ')}: ${missing.join(', ')} (npm run prompts makes the sample ones)`,
    );
  }
  return (prompts) => prompts.flatMap((name) => found.get(name) ?? []);
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  return undefined;
}
