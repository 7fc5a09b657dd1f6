/**
 * The process that is measured: the whole embedded switch with its media thread, on one processor core. Every caller is
 * answered, hears a prompt of one second and is hung up on.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { createEmbeddedSwitch } from '../../../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../../../telephony/embedded/media/create-media-engine.ts';
import { hurry } from '../../support/sipp.ts';
import { serve } from '../media/child.ts';

const HOST = '127.0.0.1';
const PROMPT_MS = 1_000;
const SWITCH_CORE = 0;

/** One second of a quiet tone, 8 kHz mono. */
function promptFile(path: string): string {
  const samples = PROMPT_MS * 8;
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8);
  for (const [at, value] of [
    [16, 16],
    [24, 8_000],
    [28, 16_000],
  ] as const)
    bytes.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    bytes.writeUInt16LE(value, at);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1)
    bytes.writeInt16LE(Math.round(4_000 * Math.sin((i * 2 * Math.PI * 440) / 8_000)), 44 + i * 2);
  writeFileSync(path, bytes);
  return path;
}

// The whole process on one core before anything of it starts, as on a machine that has one. What else the machine does
// is not what is measured.
execFileSync('taskset', ['-acp', String(SWITCH_CORE), String(process.pid)], { stdio: 'ignore' });
hurry(process.pid);

const prompt = promptFile(`/tmp/hotline-sip-cps-${process.pid}.wav`);
const media = await createMediaEngine({
  advertisedAddress: HOST,
  bindAddress: HOST,
  rtpPortMin: 45_000,
  rtpPortMax: 48_999,
  iceServers: [],
});
const sw = createEmbeddedSwitch({
  sip: {
    bind: HOST,
    port: 0,
    advertisedAddress: HOST,
    domain: 'bench.test',
    trunks: [],
    allowPrivateNetworks: true,
    strangerRequestsPerSecond: 20,
  },
  directory: { find: () => undefined },
  media,
  logger: pino({ enabled: false }),
  newId: randomUUID,
});
let faults = 0;
const count = (): void => {
  faults += 1;
};
sw.subscribe((event) => {
  if (event.type === 'leg.incoming') {
    const { legId } = event;
    sw.answer(legId)
      .then(() => sw.play(legId, { playId: legId, files: [prompt], repeat: 'once' }))
      .catch(count);
  } else if (event.type === 'play.finished') sw.hangup(event.legId, 'normal').catch(count);
});
await sw.start();

const work = {
  port: (): number => sw.sipPort,
  usage: (): { cpuMs: number; atMs: number; faults: number; legs: number } => {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1_000, atMs: performance.now(), faults, legs: sw.counters()['legs'] ?? 0 };
  },
};

export type CpsWork = typeof work;

serve(work, () => sw.close());
