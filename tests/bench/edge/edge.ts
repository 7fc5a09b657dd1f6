/**
 * What the edge costs and how fast it gives up on a dead switch: calls straight to a switch beside calls through
 * drachtio-server, each from INVITE to 200, at the caller; then a switch that dies between two calls.
 */
import { SipPhone } from '../../../tools/call/sip-phone.ts';
import { BlackHole, EdgeRig, eventually, findDrachtio } from '../../support/edge-rig.ts';
import { Skipped, type Bench, type Metrics } from '../bench.ts';
import { sleep, within } from '../limits.ts';
import { median, p95, rounded, summary } from '../stats.ts';

const PAIRS = 150;
const DEATHS = 8;
const CALLS_AFTER_DEATH = 4;
const ANSWER_MS = 20_000;

type Say = (line: string) => void;

/** INVITE to 200 at the caller, in ms. */
async function setUpMs(caller: SipPhone, uri: string): Promise<number> {
  const call = await caller.call(uri);
  const answered = await within('an answer', ANSWER_MS, call.answered);
  const { beganAtMs, answeredAtMs } = call.timings;
  if (!answered || answeredAtMs === undefined) throw new Error('a call of the bench was not answered');
  call.hangUp();
  await call.ended;
  return answeredAtMs - beganAtMs;
}

/** Calls one after the other, by turns straight and through the edge, so that both meet the same machine. */
async function addedMs(caller: SipPhone, target: SipPhone, edge: EdgeRig, say: Say): Promise<readonly number[]> {
  const straight: number[] = [];
  const through: number[] = [];
  for (let i = 0; i < PAIRS; i += 1) {
    straight.push(await setUpMs(caller, `sip:12345@127.0.0.1:${target.sipPort}`));
    through.push(await setUpMs(caller, edge.uri()));
    await sleep(20);
  }
  say(`straight, ms: ${summary(straight)}`);
  say(`through the edge, ms: ${summary(through)}`);
  const usualMs = median(straight);
  return through.map((ms) => Math.max(0, ms - usualMs));
}

/** The switch that gets every call dies right before one, again and again. */
async function failoverMs(caller: SipPhone, edge: EdgeRig, hole: BlackHole, say: Say): Promise<Metrics> {
  const first: number[] = [];
  const later: number[] = [];
  for (let i = 0; i < DEATHS; i += 1) {
    hole.answersOptions = true;
    await eventually('the switch to be up', async () => (await edge.verdictOf('dying')) === 'up');
    hole.answersOptions = false;
    first.push(await setUpMs(caller, edge.uri()));
    await eventually('the verdict', async () => (await edge.verdictOf('dying')) === 'dead');
    for (let k = 0; k < CALLS_AFTER_DEATH; k += 1) later.push(await setUpMs(caller, edge.uri()));
  }
  say(`first call after a death, ms: ${summary(first)}`);
  say(`later ones, ms: ${summary(later)}`);
  return { firstFailoverMs: rounded(Math.max(...first)), laterFailoverMs: rounded(p95(later)) };
}

async function run(say: Say): Promise<Metrics> {
  const program = findDrachtio();
  if (program === undefined) throw new Skipped('no drachtio-server: DRACHTIO_BIN is not set and PATH has none');
  const target = new SipPhone({ address: '127.0.0.1', user: '12345' });
  const caller = new SipPhone({ address: '127.0.0.1', user: '13800000001' });
  const hole = await BlackHole.open(false);
  const edge = await EdgeRig.open(program);
  try {
    await Promise.all([target.start(), caller.start()]);
    const nodes = [
      { name: 'dying', port: hole.port, weight: 1_000 },
      { name: 'good', port: target.sipPort, weight: 0.01 },
    ];
    // The dying switch is dead from the start, so that the first part has one switch only.
    await edge.startEdge({ nodes, edge: { callsPerSecond: 1_000, burst: 1_000, deadHoldMs: 0, optionsEveryMs: 200 } });
    await eventually('the verdict', async () => (await edge.verdictOf('dying')) === 'dead');
    const added = await addedMs(caller, target, edge, say);
    say(`added, ms: ${summary(added)}`);
    return { addedP95Ms: rounded(p95(added)), ...(await failoverMs(caller, edge, hole, say)) };
  } finally {
    await Promise.all([caller.close(), target.close(), hole.close(), edge.close()]);
  }
}

export const edge: Bench = {
  name: 'edge',
  about: 'delay that drachtio-server and the edge add to a call; failover when a switch dies',
  limitMs: 150_000,
  run,
};
