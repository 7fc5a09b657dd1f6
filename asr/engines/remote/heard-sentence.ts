/** What a server said of a sentence, as characters with times on the recording's clock. Pure. */
import type { HeardSentence } from '../../transcript/sentence-tracker.ts';
import type { HeardWord } from './channel.ts';

export interface RunningSentence {
  readonly text: string;
  readonly words: readonly HeardWord[];
  /** When it was first heard of, and when it last grew, on the recording's clock. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Words reported this long after their sound began, when the server gives no times. */
const FIRST_WORD_MS = 400;
/** `pieces.ts` takes a time to be this much before the end of the sound. */
const SOUND_AFTER_MS = 50;

/** Servers put blanks between Chinese words; people do not. Those between Latin words stay. */
export function withoutBlanks(text: string): string {
  return text
    .trim()
    .replaceAll(/(?<![A-Za-z])\s+|\s+(?![A-Za-z])/g, '')
    .replaceAll(/\s+/g, ' ');
}

/** @param clock - from milliseconds of sent audio to the recording's clock. */
export function heardSentence(running: RunningSentence, clock: (ms: number) => number): HeardSentence {
  const text = withoutBlanks(running.text);
  const { words } = running;
  if (words.length > 0 && withoutBlanks(words.map((w) => w.text).join(' ')) === text) return timed(text, words, clock);
  const tokens = Array.from(text);
  const startMs = Math.max(0, running.startMs - FIRST_WORD_MS);
  const stepMs = (running.endMs - startMs) / Math.max(1, tokens.length);
  return { text, tokens, heardMs: tokens.map((_, i) => startMs + (i + 1) * stepMs) };
}

function timed(text: string, words: readonly HeardWord[], clock: (ms: number) => number): HeardSentence {
  const tokens: string[] = [];
  const heardMs: number[] = [];
  for (const word of words) {
    const chars = /^[A-Za-z' -]+$/.test(word.text) ? [word.text] : Array.from(withoutBlanks(word.text));
    chars.forEach((char, i) => {
      tokens.push(char);
      const share = (i + 1) / chars.length;
      heardMs.push(clock(word.startMs + (word.endMs - word.startMs) * share) - SOUND_AFTER_MS);
    });
  }
  return { text, tokens, heardMs };
}
