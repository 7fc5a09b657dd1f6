/** `npm run bench -- <name>` measures; `npm run bench -- list` tells what there is to measure. */
import { Skipped, type Bench } from './bench.ts';
import { acdOffer } from './acd/acd-offer.ts';
import { acdRedis } from './acd/acd-redis.ts';
import { acdSip } from './acd/acd-sip.ts';
import { classify7 } from './classify/classify-7.ts';
import { asrLatency } from './asr/asr-latency.ts';
import { asrOverhead } from './asr/asr-overhead.ts';
import { edge } from './edge/edge.ts';
import { fanOut } from './fan-out/fan-out.ts';
import { firstCall } from './first-call/first-call.ts';
import { eslApi } from './freeswitch/esl-api.ts';
import { fsAcd } from './freeswitch/fs-acd.ts';
import { fsAdopt } from './freeswitch/fs-adopt.ts';
import { fsDrive } from './freeswitch/fs-drive.ts';
import { within } from './limits.ts';
import { sipCps } from './sip-cps/sip-cps.ts';
import { draftPatch } from './match/draft-patch.ts';
import { pinyinMatch } from './match/pinyin-match.ts';
import { simulate21x, simulateYangzhou } from './simulate/simulate.ts';
import { rtpBridge } from './media/rtp-bridge.ts';
import { ticker } from './media/ticker.ts';
import { sipParse } from './sip/sip-parse.ts';
import { webrtcBridge } from './media/webrtc-bridge.ts';
import { speechFields, speechFieldsAccent } from './speech/speech-fields.ts';

const benches: readonly Bench[] = [
  acdOffer,
  acdRedis,
  acdSip,
  asrOverhead,
  asrLatency,
  fanOut,
  firstCall,
  edge,
  eslApi,
  fsDrive,
  fsAdopt,
  fsAcd,
  sipParse,
  rtpBridge,
  webrtcBridge,
  ticker,
  classify7,
  sipCps,
  pinyinMatch,
  draftPatch,
  simulate21x,
  simulateYangzhou,
  speechFields,
  speechFieldsAccent,
];

function list(): void {
  for (const { name, about } of benches) process.stdout.write(`${name.padEnd(16)} ${about}\n`);
}

async function run(bench: Bench): Promise<void> {
  const startedMs = performance.now();
  const say = (line: string): void => {
    const atS = ((performance.now() - startedMs) / 1_000).toFixed(1);
    process.stderr.write(`${atS.padStart(6)} s  ${line}\n`);
  };
  try {
    const metrics = await within(`the bench ${bench.name}`, bench.limitMs, bench.run(say));
    say('done');
    process.stdout.write(`${JSON.stringify({ bench: bench.name, metrics })}\n`);
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
    process.stdout.write(`${JSON.stringify({ bench: bench.name, skipped: error.message })}\n`);
  }
}

const name = process.argv[2] ?? 'list';
const bench = benches.find((b) => b.name === name);
if (name === 'list') {
  list();
} else if (bench === undefined) {
  process.stderr.write(`there is no bench "${name}"; there are: ${benches.map((b) => b.name).join(', ')}\n`);
  process.exitCode = 2;
} else {
  try {
    await run(bench);
    process.exitCode = 0;
  } catch (error) {
    process.stderr.write(
      `\nbench ${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }
  // A browser or a phone that hangs must not keep a finished bench alive.
  setTimeout(() => process.exit(), 20_000).unref();
}
