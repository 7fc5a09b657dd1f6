/** Round 2: callers speak; how soon are their words on the page, and what they mean in the draft? */
import { sleep } from '../limits.ts';
import { summary } from '../stats.ts';
import { Desk } from './desk.ts';
import type { Script } from './script.ts';
import type { RoundOptions } from './tone-calls.ts';
import { WaitingCallers } from './waiting-callers.ts';
import { wordTimes, type WordTimes } from './word-times.ts';

const WAITING = 1;
/** After the last word: until its sentence is final and the draft filled. */
const AFTER_MS = 300;

export interface WordRoundOptions extends RoundOptions {
  readonly microphone: string;
  /** What the callers say, the warm-up's first. */
  readonly scripts: readonly Script[];
}

export interface WordRound {
  readonly inviteToGreetingMs: readonly number[];
  readonly freeToRingMs: readonly number[];
  readonly wordToTextMs: readonly number[];
  readonly coverage: number;
  readonly textToDraftMs: readonly number[];
}

export async function wordRound(options: WordRoundOptions): Promise<WordRound> {
  const { rig, cookie, greetingMs, calls, say, microphone, scripts } = options;
  const { hotline, phones, callUri } = rig;
  const desk = await Desk.open({ url: hotline.url, cookie, microphone, tone: false });
  const callers = new WaitingCallers({ phones, uri: callUri, toneHz: null, greetingMs });
  const freeToRingMs: number[] = [];
  const heard: WordTimes[] = [];
  try {
    for (let i = 0; i < WAITING; i++) await callers.dial();
    for (let i = 0; i <= calls; i++) {
      await callers.ready();
      const freeAtMs = i === 0 ? await desk.makeFree() : await desk.becomeFree(i % 2 === 0 ? 'break' : 'wrap-up');
      const rang = await desk.rang(freeAtMs);
      const number = callers.take(rang.callerEnd);
      const answerAtMs = await desk.answer();
      await desk.talking();
      const script = scripts[i % scripts.length];
      if (script === undefined) throw new Error('there is nothing to say');
      if (i + WAITING <= calls) await callers.dial();
      const endsAtMs = await phones.ask('say', { number, pcm: script.pcm, samples: script.lastSamples });
      await sleep(AFTER_MS);
      const spoken = script.words.map((word, k) => ({ word, endAtMs: endsAtMs[k] ?? Number.NaN }));
      if (i > 0) {
        freeToRingMs.push(rang.atMs - freeAtMs);
        heard.push(wordTimes(spoken, await desk.shown(answerAtMs)));
      }
      await phones.ask('hangUp', { number });
      await desk.dropDraft();
    }
    await desk.endRound();
    const { changes, late } = await desk.draftChanges();
    const textToDraftMs = changes.map((c) => c.tookMs);
    const wordToTextMs = heard.flatMap((h) => h.latenciesMs);
    const total = heard.reduce((sum, h) => sum + h.spoken, 0);
    const missing = heard.flatMap((h) => h.missing);
    say(`round 2: free to ring ${summary(freeToRingMs)} ms`);
    say(
      `round 2: word to text ${summary(wordToTextMs)} ms; ${missing.length} of ${total} words missing: ${[...new Set(missing)].slice(0, 30).join(' ')}`,
    );
    say(`round 2: text to draft ${summary(textToDraftMs)} ms; ${late} later changes not counted`);
    const coverage = (total - missing.length) / total;
    return { inviteToGreetingMs: callers.greetingMs.slice(1), freeToRingMs, wordToTextMs, coverage, textToDraftMs };
  } finally {
    await desk.close();
  }
}
