/** The process that soaks: the embedded switch answers, plays music and records every call. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createEmbeddedSwitch } from '../../telephony/embedded/embedded-switch.ts';
import { createMediaEngine } from '../../telephony/embedded/media/create-media-engine.ts';
import { serve } from '../bench/media/child.ts';

const HOST = '127.0.0.1';
const MUSIC = join(import.meta.dirname, '../../ivr/prompts/zh-CN/music.wav');

export interface SoakSample {
  readonly heapMb: number;
  readonly rssMb: number;
  readonly handles: number;
  readonly fds: number;
  readonly legs: number;
  readonly timers: number;
}

export interface SoakTotals {
  readonly incoming: number;
  readonly ended: number;
  readonly recordings: number;
  /** Recordings that say so themselves, or are shorter than the call by more than a second. */
  readonly incomplete: number;
  readonly withMedia: number;
  readonly faults: readonly string[];
}

const dir = join(tmpdir(), `hotline-soak-${process.pid}`);
mkdirSync(dir, { recursive: true });
const media = await createMediaEngine({
  ...{ advertisedAddress: HOST, bindAddress: HOST, iceServers: [] },
  ...{ rtpPortMin: 52_000, rtpPortMax: 52_399 },
});
const sw = createEmbeddedSwitch({
  sip: {
    ...{ bind: HOST, port: 0, advertisedAddress: HOST, domain: 'soak.test' },
    ...{ trunks: [], allowPrivateNetworks: true, strangerRequestsPerSecond: 20 },
  },
  directory: { find: () => undefined },
  media,
  logger: pino({ enabled: false }),
  newId: randomUUID,
});

const answeredAtMs = new Map<string, number>();
const totals = { incoming: 0, ended: 0, recordings: 0, incomplete: 0, withMedia: 0, faults: [] as string[] };

async function take(legId: string): Promise<void> {
  await sw.answer(legId);
  answeredAtMs.set(legId, performance.now());
  await sw.startRecording(legId, join(dir, `${legId}.wav`));
  await sw.play(legId, { playId: legId, files: [MUSIC], repeat: 'forever' });
}

sw.subscribe((event) => {
  if (event.type === 'leg.incoming') {
    totals.incoming += 1;
    take(event.legId).catch((error: unknown) => {
      totals.faults.push(String(error));
    });
  } else if (event.type === 'leg.media-up') totals.withMedia += 1;
  else if (event.type === 'leg.ended') totals.ended += 1;
  else if (event.type === 'recording.finished') {
    totals.recordings += 1;
    const stayedMs = performance.now() - (answeredAtMs.get(event.legId) ?? 0);
    if (event.isComplete === false || event.lengthMs < stayedMs - 1_000) totals.incomplete += 1;
    answeredAtMs.delete(event.legId);
    rmSync(event.path, { force: true });
  }
});
await sw.start();

const work = {
  port: (): number => sw.sipPort,
  sample: (): SoakSample => {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const { legs = 0, timers = 0 } = sw.counters();
    return {
      ...{ heapMb: heapUsed / 1e6, rssMb: rss / 1e6, legs, timers },
      handles: process.getActiveResourcesInfo().length,
      fds: readdirSync('/proc/self/fd').length,
    };
  },
  totals: (): SoakTotals => totals,
};

export type SoakWork = typeof work;

serve(work, async () => {
  await sw.close();
  rmSync(dir, { recursive: true, force: true });
});
