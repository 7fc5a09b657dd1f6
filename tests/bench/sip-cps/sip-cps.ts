/** How many calls a second the embedded switch takes on one core: answer, a prompt of one second, BYE. SIPp calls. */
import { fileURLToPath } from 'node:url';
import { Sipp, type SippResult } from '../../support/sipp.ts';
import type { Bench, Metrics } from '../bench.ts';
import { sleep } from '../limits.ts';
import { Child } from '../media/child.ts';
import { median, quantile, rounded } from '../stats.ts';
import type { CpsWork } from './switch.ts';

const CALLER_CORE = 1;
const SCENARIO = fileURLToPath(new URL('./caller.xml', import.meta.url));
/** Where the answer time is measured. */
const RATED_CPS = 100;
const ROUNDS = 3;
const ROUND_S = 5;
const STEP_CPS = 20;
const MAX_CPS = 400;
const STEP_S = 4;
/** FreeSWITCH on one core of a machine of this kind, with the same calls. */
const FREESWITCH_CPS = 175;
const RECONFIRMATIONS = 2;

interface Round extends SippResult {
  readonly cpuPct: number;
}

async function callAt(sut: Child<CpsWork>, cps: number, seconds: number): Promise<Round> {
  const port = await sut.ask('port', undefined);
  const before = await sut.ask('usage', undefined);
  const result = await Sipp.run({
    ...{ scenario: SCENARIO, to: `127.0.0.1:${port}`, core: CALLER_CORE },
    ...{ calls: cps * seconds, callsPerSecond: cps, limitMs: (seconds + 15) * 1_000 },
  });
  const after = await sut.ask('usage', undefined);
  // The last legs let go of their sockets.
  await sleep(300);
  return { ...result, cpuPct: (100 * (after.cpuMs - before.cpuMs)) / (after.atMs - before.atMs) };
}

function isClean(round: Round): boolean {
  return round.exitCode === 0 && round.failed === 0 && round.retransmissions === 0 && round.successful > 0;
}

function told(round: Round): string {
  const p99 = round.responseTimesMs.length === 0 ? 'unknown' : rounded(quantile(round.responseTimesMs, 0.99));
  return `${round.successful} calls, ${round.failed} failed, ${round.retransmissions} retransmissions, INVITE to 200 p99 ${p99} ms, ${rounded(round.cpuPct)} % of a core`;
}

async function measure(sut: Child<CpsWork>, say: (line: string) => void): Promise<Metrics> {
  say(`warm-up: ${told(await callAt(sut, RATED_CPS, 6))}`);
  const p99s: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const result = await callAt(sut, RATED_CPS, ROUND_S);
    p99s.push(quantile(result.responseTimesMs, 0.99));
    say(`${RATED_CPS}/s, round ${round}: ${told(result)}`);
  }
  let cpsClean = 0;
  for (let cps = RATED_CPS - 2 * STEP_CPS; cps <= MAX_CPS; cps += STEP_CPS) {
    let result = await callAt(sut, cps, STEP_S);
    // A single stall of the machine is not the switch's limit; a limit shows every time.
    for (let again = 0; again < RECONFIRMATIONS && !isClean(result); again += 1) {
      say(`${cps}/s: ${told(result)}; once more`);
      result = await callAt(sut, cps, STEP_S);
    }
    say(`${cps}/s: ${told(result)}`);
    if (!isClean(result)) break;
    cpsClean = cps;
  }
  say(`${rounded(cpsClean / FREESWITCH_CPS)} of FreeSWITCH's ${FREESWITCH_CPS} calls/s on one core`);
  return { cpsClean, inviteTo200P99Ms: rounded(median(p99s)) };
}

export const sipCps: Bench = {
  name: 'sip-cps',
  about: 'calls a second on one core: answer, 1 s prompt, BYE; SIPp calls (cpsClean, inviteTo200P99Ms)',
  limitMs: 240_000,
  run: async (say) => {
    const sut = new Child<CpsWork>('../sip-cps/switch.ts');
    try {
      return await measure(sut, say);
    } finally {
      await sut.close();
    }
  },
};
