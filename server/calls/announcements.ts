/** Finds the prompt files and builds the sentence that tells a waiting caller the place in the line. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { numberPieces } from '../../ivr/prompts/number-pieces.ts';
import type { Announcement } from './core/call-types.ts';

const MAX_POSITION = 999;

/** Prompts that waiting and losing a call need, whatever the flow. */
export const waitingPrompts: readonly string[] = [
  ...['music', 'next-in-line', 'position-before', 'position-after', 'line-full', 'waited-too-long', 'agent-lost'],
  ...['0', '1', '2', '2-of', '3', '4', '5', '6', '7', '8', '9', '10', '100', '1000'].map((n) => `number-${n}`),
];

export function positionAnnouncement(position: number, estimatedWaitMs: number): Announcement {
  const ahead = Math.min(position - 1, MAX_POSITION);
  const prompts = ahead <= 0 ? ['next-in-line'] : ['position-before', ...numberPieces(ahead), 'position-after'];
  return { prompts, position, estimatedWaitMs };
}

/** Estimated wait from how long calls take and how many seats take them. */
export function estimateWaitMs(position: number, seats: number, handleMs: number): number {
  return Math.round((position * handleMs) / Math.max(1, seats));
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
