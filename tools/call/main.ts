/** `npm run call`: phones the hotline and tells how it goes. See `options.ts` for what can be asked of it. */
import { levelDb, loadAudio, saveWav } from './audio.ts';
import { addressTowards } from './local-address.ts';
import { parseOptions, USAGE, type CallOptions } from './options.ts';
import { Progress } from './progress.ts';
import type { PhoneCall } from './phone-call.ts';
import { ScriptedAgent } from './scripted-agent.ts';
import { SipPhone } from './sip-phone.ts';

const SHOW_EVERY_MS = 200;
const WAIT_FOR_GREETING_MS = 8_000;
const WAIT_FOR_AGENT_MS = 30_000;
const STAY_AFTER_SPEECH_MS = 15_000;
const QUIET_DB = -45;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseOptions(argv);
  if (parsed.type === 'help') process.stdout.write(USAGE);
  if (parsed.type === 'wrong') process.stderr.write(`${parsed.faults.join('\n')}\n\n${USAGE}`);
  if (parsed.type !== 'call') return parsed.type === 'help' ? 0 : 2;
  const progress = new Progress(process.stdout);
  try {
    return await run(parsed.options, progress);
  } catch (error) {
    progress.say(`failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function run(options: CallOptions, progress: Progress): Promise<number> {
  const speech = await loadAudio(options.audio);
  const address = await addressTowards(options.host, options.port);
  const agent = await startAgent(options, address, progress);
  const phone = new SipPhone({ address, user: options.from });
  await phone.start();
  try {
    return await converse(options, { phone, agent, speech, progress });
  } finally {
    await phone.close();
    await agent?.close();
  }
}

async function startAgent(
  options: CallOptions,
  address: string,
  progress: Progress,
): Promise<ScriptedAgent | undefined> {
  if (options.agent === undefined) return undefined;
  const { audio, ...account } = options.agent;
  const { host, port } = options;
  const agent = await ScriptedAgent.start({ ...account, sip: { host, port }, address, speech: await loadAudio(audio) });
  progress.say(`agent ${account.login} is available`);
  return agent;
}

interface Stage {
  readonly phone: SipPhone;
  readonly agent: ScriptedAgent | undefined;
  readonly speech: Int16Array;
  readonly progress: Progress;
}

async function converse(options: CallOptions, stage: Stage): Promise<number> {
  const { phone, progress } = stage;
  let state = 'dialling';
  phone.subscribe((event) => {
    if (event.type === 'ringing') state = 'ringing';
  });
  const call = await phone.call(options.to);
  const hangUp = (): void => {
    call.hangUp();
  };
  process.once('SIGINT', hangUp);
  const shown = setInterval(() => {
    const { answeredAtMs, beganAtMs } = call.timings;
    const sinceMs = performance.now() - (answeredAtMs ?? beganAtMs);
    progress.show(state, sinceMs, answeredAtMs === undefined ? undefined : levelDb(call.heardLast(300)));
  }, SHOW_EVERY_MS);
  progress.show(state, 0);
  try {
    if (!(await call.answered)) return await tellRefusal(call, progress);
    state = 'answered';
    await talk(call, options, stage);
    call.hangUp();
    await call.ended;
    return await tellEnd(call, options, progress);
  } finally {
    clearInterval(shown);
    process.off('SIGINT', hangUp);
  }
}

/** Keys, speech, waiting: ends early when the far end hangs up. */
async function talk(call: PhoneCall, options: CallOptions, stage: Stage): Promise<void> {
  const limitMs = options.seconds === undefined ? undefined : options.seconds * 1_000;
  const limit = limitMs === undefined ? call.ended : Promise.race([call.ended, sleep(limitMs)]);
  await Promise.race([limit, script(call, options, stage, limitMs === undefined)]);
}

async function script(call: PhoneCall, options: CallOptions, stage: Stage, ownEnd: boolean): Promise<void> {
  for (const digit of options.digits) {
    await sleep(400);
    call.sendDigit(digit);
  }
  await momentToSpeak(call, options, stage.agent);
  await call.play(stage.speech);
  await (ownEnd ? sleep(STAY_AFTER_SPEECH_MS) : call.ended);
}

async function momentToSpeak(call: PhoneCall, options: CallOptions, agent: ScriptedAgent | undefined): Promise<void> {
  if (options.sayAfter !== undefined) await sleep(options.sayAfter * 1_000);
  else if (agent !== undefined) await Promise.race([agent.phone.next('answered', WAIT_FOR_AGENT_MS), call.ended]);
  else await greetingOver(call);
}

/** Something was said and half a second of quiet has followed. */
async function greetingOver(call: PhoneCall): Promise<void> {
  const endMs = performance.now() + WAIT_FOR_GREETING_MS;
  let spoken = false;
  while (performance.now() < endMs && call.outcome === undefined) {
    await sleep(100);
    const loud = levelDb(call.heardLast(500)) > QUIET_DB;
    if (spoken && !loud) return;
    spoken ||= loud;
  }
}

async function tellRefusal(call: PhoneCall, progress: Progress): Promise<number> {
  const { status, why } = await call.ended;
  const texts: Readonly<Record<number, string>> = {
    403: 'the server does not accept calls from here (sip.allowPrivateNetworks, sip.trunks)',
    404: 'nobody has this number',
    407: 'the server wants a password from here (sip.allowPrivateNetworks, sip.trunks)',
    408: 'nothing answers at this address. Is npm start running, and is the SIP port right?',
    480: 'not available now',
    486: 'busy',
    488: 'the far end speaks no G.711',
    503: 'the server is overloaded or shutting down',
  };
  if (why === 'hung-up') progress.say('hung up before the answer');
  else progress.say(`not answered: ${status} ${texts[status] ?? 'refused'}`);
  return 1;
}

async function tellEnd(call: PhoneCall, options: CallOptions, progress: Progress): Promise<number> {
  const { by } = await call.ended;
  const { answeredAtMs = 0, beganAtMs } = call.timings;
  const { packets, lostPackets, firstSoundAtMs } = call.stats();
  const soundMs =
    firstSoundAtMs === undefined ? 'nothing heard' : `first sound after ${Math.round(firstSoundAtMs - beganAtMs)} ms`;
  const lengthS = ((performance.now() - answeredAtMs) / 1_000).toFixed(1);
  progress.say(
    `ended by ${by === 'remote' ? 'the far end' : 'us'} after ${lengthS} s: ${soundMs}, ${packets} packets, ${lostPackets} lost`,
  );
  if (options.record !== undefined) {
    await saveWav(options.record, call.heard());
    progress.say(`what was heard is in ${options.record}`);
  }
  return 0;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
