/** One server drives FreeSWITCH: each call is answered, hears a prompt and is hung up; its events are stored. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { TimelineWriter } from '../../../server/calls/timeline-writer.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { FreeswitchSwitch } from '../../../telephony/freeswitch/freeswitch-switch.ts';
import type { SwitchEvent } from '../../../telephony/ports/switch.ts';
import { saveWav, tone } from '../../../tools/call/audio.ts';
import { freeTcpPort } from '../../support/free-ports.ts';
import type { Bench, Metrics } from '../bench.ts';
import { sleep, until } from '../limits.ts';
import { quantile, rounded, summary } from '../stats.ts';
import { Load } from './load.ts';
import { withFreeswitch } from './real.ts';

const PER_S = 100;
const SECONDS = 15;

/** What our server does with each call. */
function drive(sw: FreeswitchSwitch, timeline: TimelineWriter, prompt: string): { readonly errors: () => number } {
  let errors = 0;
  const step = (work: Promise<void>): void => {
    work.catch(() => {
      errors += 1;
    });
  };
  sw.subscribe((event: SwitchEvent) => {
    if (!('legId' in event)) return;
    const { legId } = event;
    if (event.type === 'leg.incoming') {
      timeline.emit(legId, { type: 'call.arrived', from: event.from, to: event.to, trunk: 'bench', legId });
      step(sw.answer(legId));
    } else if (event.type === 'leg.answered') {
      timeline.emit(legId, { type: 'call.answered' });
      step(sw.play(legId, { playId: 'p', files: [prompt], repeat: 'once' }));
    } else if (event.type === 'play.started') timeline.emit(legId, { type: 'prompt.started', prompt: 'bench' });
    else if (event.type === 'play.finished') {
      timeline.emit(legId, { type: 'prompt.finished', prompt: 'bench', reason: event.reason });
      step(sw.hangup(legId, 'normal'));
    } else if (event.type === 'leg.ended')
      timeline.emit(legId, { type: 'call.ended', cause: 'caller-hung-up', talkMs: 0 });
  });
  return { errors: () => errors };
}

async function run(say: (line: string) => void): Promise<Metrics> {
  const dir = await mkdtemp(join(tmpdir(), 'fs-drive-'));
  const prompt = join(dir, 'prompt.wav');
  await saveWav(prompt, tone(440, 1_000));
  try {
    return await withFreeswitch(async (real) => {
      const logger = pino({ enabled: false });
      const store = await openStore({ dataDir: dir, embeddedPort: await freeTcpPort(), logger });
      const timeline = new TimelineWriter({
        store: store.calls,
        nowMs: () => Date.now(),
        logger,
        onEvent: () => undefined,
      });
      const harness = await real.harness();
      const load = await Load.start();
      try {
        const driven = drive(harness.switch, timeline, prompt);
        const calls = PER_S * SECONDS;
        say(`${calls} calls at ${PER_S}/s`);
        const startMs = performance.now();
        const before = process.cpuUsage();
        load.order({ type: 'call', port: harness.trunk.port, calls, perS: PER_S });
        await sleep(SECONDS * 1_000);
        const cpu = process.cpuUsage(before);
        const cpuPct = ((cpu.user + cpu.system) / 1_000 / (performance.now() - startMs)) * 100;
        const report = await until('the calls to end', 20_000, async () => {
          const now = await load.report();
          return now.ended + now.failed >= calls ? now : undefined;
        }).catch(() => load.report());
        await until('the events to be stored', 20_000, () => (timeline.backlog === 0 ? true : undefined));
        say(`INVITE to 200, ms: ${summary(report.inviteTo200Ms)}; commands refused: ${driven.errors()}`);
        return {
          failed: calls - report.ended,
          cpuPct: rounded(cpuPct),
          inviteTo200P50Ms: rounded(quantile(report.inviteTo200Ms, 0.5)),
        };
      } finally {
        load.close();
        await harness.dispose();
        await timeline.close();
        await store.close();
      }
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export const fsDrive: Bench = {
  name: 'fs-drive',
  about: 'one server driving FreeSWITCH: answer, prompt, hang-up at 100 calls/s, every event stored',
  limitMs: 150_000,
  run,
};
