/** Round 1: both sides send a steady tone; how soon are people greeted, rung and connected? */
import { saveWav, tone } from '../../support/speech.ts';
import { sleep } from '../limits.ts';
import { summary } from '../stats.ts';
import { Desk } from './desk.ts';
import type { Rig } from './rig.ts';
import { WaitingCallers } from './waiting-callers.ts';

/** Far from each other and from their harmonics, so that neither is taken for an echo of the other. */
const AGENT_HZ = 1_700;
const CALLER_HZ = 1_100;
const WAITING = 3;
/** Time until the agent's hand is at the button. */
const HAND_MS = 200;

export interface ToneRound {
  readonly inviteToGreetingMs: readonly number[];
  readonly freeToRingMs: readonly number[];
  readonly answerToAudioMs: readonly number[];
}

export interface RoundOptions {
  readonly rig: Rig;
  readonly cookie: string;
  readonly greetingMs: number;
  /** Calls that count; one before them warms everything up. */
  readonly calls: number;
  readonly say: (line: string) => void;
}

export async function toneRound({ rig, cookie, greetingMs, calls, say }: RoundOptions): Promise<ToneRound> {
  const { hotline, phones, callUri } = rig;
  const desk = await Desk.open({
    url: hotline.url,
    cookie,
    // A whole number of periods: no click where the loop begins again.
    microphone: saveWav(tone(AGENT_HZ, 2_000), 'tone.wav'),
    tone: true,
  });
  const callers = new WaitingCallers({ phones, uri: callUri, toneHz: CALLER_HZ, greetingMs });
  const freeToRingMs: number[] = [];
  const answerToAudioMs: number[] = [];
  const parts = { toCaller: [] as number[], toPage: [] as number[] };
  try {
    for (let i = 0; i < WAITING; i++) await callers.dial();
    for (let i = 0; i <= calls; i++) {
      await callers.ready();
      const freeAtMs = i === 0 ? await desk.makeFree() : await desk.becomeFree(i % 2 === 0 ? 'break' : 'wrap-up');
      const rang = await desk.rang(freeAtMs);
      const number = callers.take(rang.callerEnd);
      await sleep(HAND_MS);
      const answerAtMs = await desk.answer();
      const [pageHeardAtMs, callerHeardAtMs] = await Promise.all([
        desk.heardAt(),
        phones.ask('tone', { number, hz: AGENT_HZ, sinceMs: answerAtMs }),
      ]);
      if (i > 0) {
        freeToRingMs.push(rang.atMs - freeAtMs);
        parts.toPage.push(pageHeardAtMs - answerAtMs);
        parts.toCaller.push(callerHeardAtMs - answerAtMs);
        answerToAudioMs.push(Math.max(pageHeardAtMs, callerHeardAtMs) - answerAtMs);
      }
      await phones.ask('hangUp', { number });
      await desk.dropDraft();
      if (i + WAITING <= calls) await callers.dial();
    }
    await desk.endRound();
  } finally {
    await desk.close();
  }
  const inviteToGreetingMs = callers.greetingMs.slice(1);
  say(`round 1: INVITE to greeting ${summary(inviteToGreetingMs)} ms`);
  say(`round 1: free to ring ${summary(freeToRingMs)} ms`);
  say(`round 1: answer to audio: page ${summary(parts.toPage)} ms; caller ${summary(parts.toCaller)} ms`);
  return { inviteToGreetingMs, freeToRingMs, answerToAudioMs };
}
