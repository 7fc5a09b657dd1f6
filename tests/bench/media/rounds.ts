/** Measuring the process of the switch over a few equal rounds; what counts is the median. */
import { sleep } from '../limits.ts';
import { median, rounded } from '../stats.ts';
import type { Child } from './child.ts';
import type { SwitchWork } from './switch.ts';

/** Until the compiler has made its final version of what runs for every packet; a switch runs for months. */
export const WARM_UP_MS = 15_000;
const ROUNDS = 5;
const ROUND_MS = 5_000;

export interface Rounds {
  readonly cpuPct: number;
  readonly mainLoopLagP99Ms: number;
}

/** `afterRound` looks at whatever else is measured; the main thread's lag only where it is wanted. */
export async function measureRounds(
  sut: Child<SwitchWork>,
  say: (line: string) => void,
  look: { readonly watchesLag: boolean; readonly afterRound: () => Promise<string> },
): Promise<Rounds> {
  const cpuPcts: number[] = [];
  const lags: number[] = [];
  let before = await sut.ask('usage', { watchesLag: look.watchesLag });
  await look.afterRound();
  for (let round = 1; round <= ROUNDS; round += 1) {
    await sleep(ROUND_MS);
    const after = await sut.ask('usage', { watchesLag: look.watchesLag });
    const cpuPct = (100 * (after.cpuMs - before.cpuMs)) / (after.atMs - before.atMs);
    cpuPcts.push(cpuPct);
    lags.push(after.mainLoopLagP99Ms);
    before = after;
    say(`round ${round}: ${rounded(cpuPct)} % of a core; ${await look.afterRound()}`);
  }
  return { cpuPct: rounded(median(cpuPcts)), mainLoopLagP99Ms: rounded(median(lags)) };
}
