/** `rtp-bridge`: 100 bridged G.711 calls between telephones. */
import { sleep } from '../limits.ts';
import { median, rounded } from '../stats.ts';
import type { Bench, Metrics } from '../bench.ts';
import { Child } from './child.ts';
import type { EchoWork } from './echo.ts';
import { measureRounds, WARM_UP_MS } from './rounds.ts';
import type { SwitchWork } from './switch.ts';
import type { TelephoneWork } from './telephones.ts';

const CALLS = 100;
const ECHO_STREAMS = 20;
const DRAIN_MS = 500;
/** Garbage is collected by the one thread: helpers at real-time priority would take every processor of the machine. */
export const GENERATOR_OPTIONS = ['--single-threaded-gc', '--max-semi-space-size=32'];

async function connectCalls(sut: Child<SwitchWork>, telephones: Child<TelephoneWork>): Promise<void> {
  const offers = await telephones.ask('open', { count: CALLS * 2 });
  for (const [index, sdp] of offers.entries()) {
    const answer = await sut.ask('answerOffer', { legId: `leg-${index}`, sdp });
    await telephones.ask('aim', { index, answer, sending: true });
  }
  for (let call = 0; call < CALLS; call += 1) {
    await sut.ask('bridge', { a: `leg-${2 * call}`, b: `leg-${2 * call + 1}` });
  }
}

/** Packets that one telephone of a call sent and the other did not get. */
async function lostOf(telephones: Child<TelephoneWork>): Promise<number> {
  const { sent, received } = await telephones.ask('counts', undefined);
  return sent.reduce((lost, count, index) => lost + Math.max(0, count - (received[index ^ 1] ?? 0)), 0);
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const sut = new Child<SwitchWork>('switch.ts');
  const telephones = new Child<TelephoneWork>('telephones.ts', GENERATOR_OPTIONS);
  const echo = new Child<EchoWork>('echo.ts');
  try {
    // The echo shows what a relay of the same priority cannot help.
    echo.makeUrgent();
    if (!telephones.makeUrgent()) say('the telephones run at ordinary priority: delays include their own');
    await connectCalls(sut, telephones);
    await telephones.ask('openEchoes', { count: ECHO_STREAMS, port: await echo.ask('port', undefined) });
    say(`${CALLS} calls stand`);
    await telephones.ask('start', undefined);
    await sleep(WARM_UP_MS);
    const added: number[] = [];
    const { cpuPct } = await measureRounds(sut, say, {
      watchesLag: false,
      afterRound: async () => {
        const { relayed, echoed } = await telephones.ask('delays', undefined);
        if (relayed.packets > 0) added.push(relayed.p99Ms - echoed.p99Ms);
        return `p99 ${rounded(relayed.p99Ms, 2)} ms, echo ${rounded(echoed.p99Ms, 2)} ms`;
      },
    });
    await telephones.ask('stop', undefined);
    await sleep(DRAIN_MS);
    // The first look belongs to the warm-up.
    return { cpuPct, lostPackets: await lostOf(telephones), addedDelayP99Ms: rounded(median(added.slice(1)), 2) };
  } finally {
    await Promise.all([sut.close(), telephones.close(), echo.close()]);
  }
}

export const rtpBridge: Bench = {
  name: 'rtp-bridge',
  about: '100 bridged G.711 calls: processor, loss, delay beyond a bare echo (50 s)',
  limitMs: 180_000,
  run,
};
