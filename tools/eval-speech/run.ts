/** Plays calls under conditions and scores them. */
import type { DraftEngine } from '../../server/drafts/engine.ts';
import type { EvalCall } from './call-file.ts';
import { measuredAccents } from './accents.ts';
import { Studio, type Conversation } from './conversation.ts';
import { readOnly, type Heard } from './listen.ts';
import { scoreCall, type CallScore } from './score.ts';

/** How a call is changed before it is played. */
export interface Condition {
  readonly name: string;
  readonly about: string;
  readonly change: (call: EvalCall, index: number) => EvalCall;
}

const noiseKinds = ['street', 'white', 'babble'] as const;
const noisy = (snrDb: number): Condition => ({
  name: `noise-${snrDb}db`,
  about: `street, white and babble noise in turn, ${snrDb} dB below the voice`,
  change: (call, i) => ({ ...call, noise: { kind: noiseKinds[i % noiseKinds.length] ?? 'street', snrDb } }),
});
const spokenWith = (accent: string): Condition => ({
  name: `accent-${accent}`,
  about: `sounds of the accent "${accent}"`,
  change: (call) => ({ ...call, accent }),
});

export const asWritten: Condition = { name: 'as-given', about: 'as the file says', change: (call) => call };
export const clean: Condition = { name: 'clean', about: 'telephone band and A-law only', change: (call) => call };
/** One accent after the other. */
export const accentsInTurn: Condition = {
  name: 'accents',
  about: `accents in turn: ${measuredAccents.join(', ')}`,
  change: (call, i) => ({ ...call, accent: measuredAccents[i % measuredAccents.length] ?? 'none' }),
};
const cantonese: Condition = {
  name: 'cantonese',
  about: "espeak-ng's Cantonese voice reads the caller's lines",
  change: (call) => ({ ...call, callerVoice: { ...call.callerVoice, language: 'yue' } }),
};

/** What synthetic calls are played under unless asked otherwise. */
export const usualConditions: readonly Condition[] = [
  clean,
  ...measuredAccents.map(spokenWith),
  spokenWith('southwest-tones'),
  noisy(20),
  noisy(10),
  noisy(5),
  cantonese,
];

export const conditions: readonly Condition[] = [...usualConditions, accentsInTurn];

export interface Played {
  readonly condition: string;
  readonly call: EvalCall;
  readonly heard: Heard;
  readonly score: CallScore;
}

/** `text`: what the draft makes of the true words. */
export interface Result {
  readonly played: readonly Played[];
  readonly text: readonly Played[];
}

export interface RunOptions {
  readonly calls: readonly EvalCall[];
  readonly conditions: readonly Condition[];
  /** Off line or live. */
  readonly ear: { listen(conversation: Conversation): Heard | Promise<Heard> };
  readonly drafts: DraftEngine;
  /** Where relative audio of the calls is. */
  readonly dir?: string;
  readonly onPlayed?: (played: Played, conversation: Conversation) => Promise<void> | void;
}

export async function playCalls(options: RunOptions): Promise<Result> {
  const { calls, ear, drafts } = options;
  const studio = new Studio(options.dir);
  const played: Played[] = [];
  const text: Played[] = [];
  for (const [i, call] of calls.entries()) {
    const read = readOnly(call, drafts);
    text.push({ condition: 'text', call, heard: read, score: scoreCall(call, read) });
    for (const condition of options.conditions) {
      const changed = condition.change(call, i);
      const conversation = await studio.record(changed);
      const heard = await ear.listen(conversation);
      const one = { condition: condition.name, call: changed, heard, score: scoreCall(changed, heard) };
      played.push(one);
      await options.onPlayed?.(one, conversation);
    }
    studio.clear();
  }
  return { played, text };
}
