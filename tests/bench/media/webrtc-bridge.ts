/** `webrtc-bridge`: 50 calls between telephones and browsers. */
import { sleep } from '../limits.ts';
import type { Bench, Metrics } from '../bench.ts';
import type { BrowserWork } from './browsers.ts';
import { Child } from './child.ts';
import { measureRounds, WARM_UP_MS } from './rounds.ts';
import { GENERATOR_OPTIONS } from './rtp-bridge.ts';
import type { SwitchWork } from './switch.ts';
import type { TelephoneWork } from './telephones.ts';

const CALLS = 50;
const DRAIN_MS = 1_000;

interface Parts {
  readonly sut: Child<SwitchWork>;
  readonly telephones: Child<TelephoneWork>;
  readonly browsers: Child<BrowserWork>;
}

async function connectCalls({ sut, telephones, browsers }: Parts): Promise<void> {
  const offers = await telephones.ask('open', { count: CALLS });
  for (const [index, sdp] of offers.entries()) {
    const answer = await sut.ask('answerOffer', { legId: `phone-${index}`, sdp });
    await telephones.ask('aim', { index, answer, sending: true });
    const legId = `browser-${index}`;
    const offer = await sut.ask('offerToBrowser', { legId });
    await sut.ask('acceptAnswer', { legId, sdp: await browsers.ask('answer', { offer }) });
  }
  await browsers.ask('connected', undefined);
  for (let index = 0; index < CALLS; index += 1) {
    await sut.ask('bridge', { a: `phone-${index}`, b: `browser-${index}` });
  }
}

async function lostOf({ telephones, browsers }: Parts): Promise<{ lost: number; sent: number }> {
  const phone = await telephones.ask('counts', undefined);
  const browser = await browsers.ask('counts', undefined);
  const missing = (sent: readonly number[], received: readonly number[]): number =>
    sent.reduce((sum, count, index) => sum + Math.max(0, count - (received[index] ?? 0)), 0);
  const sent = [...phone.sent, ...browser.sent].reduce((sum, count) => sum + count, 0);
  return { lost: missing(phone.sent, browser.received) + missing(browser.sent, phone.received), sent };
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const parts: Parts = {
    sut: new Child<SwitchWork>('switch.ts'),
    telephones: new Child<TelephoneWork>('telephones.ts', GENERATOR_OPTIONS),
    browsers: new Child<BrowserWork>('browsers.ts', GENERATOR_OPTIONS),
  };
  try {
    await connectCalls(parts);
    parts.telephones.makeUrgent();
    say(`${CALLS} calls stand`);
    await parts.telephones.ask('start', undefined);
    await parts.browsers.ask('start', undefined);
    await sleep(WARM_UP_MS);
    const rounds = await measureRounds(parts.sut, say, {
      watchesLag: true,
      afterRound: async () => {
        const { relayed } = await parts.telephones.ask('delays', undefined);
        return `${relayed.packets} packets at the telephones`;
      },
    });
    await parts.telephones.ask('stop', undefined);
    await parts.browsers.ask('stop', undefined);
    await sleep(DRAIN_MS);
    const { lost, sent } = await lostOf(parts);
    say(`${lost} of ${sent} packets lost`);
    return { cpuPct: rounds.cpuPct, lostPackets: lost, mainLoopLagP99Ms: rounds.mainLoopLagP99Ms };
  } finally {
    await Promise.all([parts.sut.close(), parts.telephones.close(), parts.browsers.close()]);
  }
}

export const webrtcBridge: Bench = {
  name: 'webrtc-bridge',
  about: '50 calls between telephones and browsers: processor, loss, lag of the main thread (60 s)',
  limitMs: 240_000,
  run,
};
