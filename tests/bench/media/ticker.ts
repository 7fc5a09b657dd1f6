/** `ticker`: how late prompts are when the main thread is blocked 40 % of the time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveWav, tone } from '../../../tools/call/audio.ts';
import { sleep } from '../limits.ts';
import { median, rounded } from '../stats.ts';
import type { Bench, Metrics } from '../bench.ts';
import { Child } from './child.ts';
import { GENERATOR_OPTIONS } from './rtp-bridge.ts';
import type { SwitchWork } from './switch.ts';
import type { TelephoneWork } from './telephones.ts';

const LISTENERS = 20;
const BLOCKED_MS = 40;
const ROUNDS = 5;
const ROUND_MS = 4_000;

async function run(say: (line: string) => void): Promise<Metrics> {
  const dir = await mkdtemp(join(tmpdir(), 'ticker-'));
  const sut = new Child<SwitchWork>('switch.ts');
  const telephones = new Child<TelephoneWork>('telephones.ts', GENERATOR_OPTIONS);
  try {
    const file = join(dir, 'music.wav');
    await saveWav(file, tone(440, 1_000));
    telephones.makeUrgent();
    const offers = await telephones.ask('open', { count: LISTENERS });
    for (const [index, sdp] of offers.entries()) {
      const legId = `leg-${index}`;
      const answer = await sut.ask('answerOffer', { legId, sdp });
      await telephones.ask('aim', { index, answer, sending: false });
      await sut.ask('play', { legId, file });
    }
    await sut.ask('block', { blockedMs: BLOCKED_MS });
    await sleep(2_000);
    await telephones.ask('lateness', undefined);
    const p99s: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await sleep(ROUND_MS);
      const { p50Ms, p99Ms, packets } = await telephones.ask('lateness', undefined);
      say(`round ${round}: p50 ${rounded(p50Ms, 2)} ms, p99 ${rounded(p99Ms, 2)} ms of ${packets} packets`);
      p99s.push(p99Ms);
    }
    await sut.ask('block', { blockedMs: 0 });
    return { latenessP99Ms: rounded(median(p99s), 2) };
  } finally {
    await Promise.all([sut.close(), telephones.close()]);
    await rm(dir, { recursive: true, force: true });
  }
}

export const ticker: Bench = {
  name: 'ticker',
  about: 'lateness of prompts while the main thread is blocked 40 % of the time (25 s)',
  limitMs: 120_000,
  run,
};
