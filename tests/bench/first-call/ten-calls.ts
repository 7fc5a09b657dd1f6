/** Round 3: ten conversations at once, both sides of each recognised; nine agents with SIP phones and one browser. */
import { sleep, until, within } from '../limits.ts';
import type { LegGaps } from '../phones/protocol.ts';
import { p95, quantile, rounded, summary } from '../stats.ts';
import { Desk } from './desk.ts';
import { cpuPct, readCpu } from './process-cpu.ts';
import { AGENTS } from './rig.ts';
import type { Script } from './script.ts';
import type { RoundOptions } from './tone-calls.ts';
import { wordTimes } from './word-times.ts';

/** Until all legs are up and the first text has been shown. */
const SETTLE_MS = 3_000;
const STAGGER_MS = 170;
const AFTER_MS = 2_000;

export interface TenCallsOptions extends RoundOptions {
  readonly microphone: string;
  /** One for each caller. */
  readonly scripts: readonly Script[];
  readonly agentSpeech: Int16Array;
}

export interface TenCalls {
  /**
   * Gaps in the audio that are ours: for each packet, the pause before it at the receiver minus the pause before it at
   * the sender, minus the time for which the receiving process had not run when it read the packet (a beat of 2 ms at
   * the same priority tells). The same arithmetic over a bare UDP echo is told beside it, and so is the raw number:
   * docs/decisions/0008-measuring-gaps.md.
   */
  readonly gapsMs: readonly number[];
  readonly textMs: readonly number[];
  readonly cpuPctPerCall: number;
}

export async function tenCalls(options: TenCallsOptions): Promise<TenCalls> {
  const { rig, cookie, microphone, agentSpeech } = options;
  const { hotline, phones, logins } = rig;
  const desk = await Desk.open({ url: hotline.url, cookie, microphone, tone: false });
  const numbers = Array.from({ length: AGENTS }, (_, i) => `139${String(1_000_0001 + i)}`);
  try {
    await phones.ask('startAgents', {
      server: hotline.url,
      sip: { host: '127.0.0.1', port: hotline.sipPort },
      logins: logins.slice(1),
      speech: agentSpeech,
      echoPort: await within('the echo to start', 30_000, phones.echoPort),
    });
    const freeAtMs = await desk.makeFree();
    for (const number of numbers) await phones.ask('dial', { number, uri: rig.callUri, toneHz: null });
    const rang = await desk.rang(freeAtMs);
    await desk.answer();
    await desk.talking();
    await until('nine scripted agents to talk', 30_000, async () =>
      (await phones.ask('talking', null)).length === AGENTS - 1 ? true : undefined,
    );
    await sleep(SETTLE_MS);
    return await measure(options, { desk, numbers, pageCallerEnd: rang.callerEnd });
  } finally {
    await Promise.allSettled(numbers.map((number) => phones.ask('hangUp', { number })));
    await phones.ask('stopAgents', null).catch(() => undefined);
    await desk.close();
  }
}

interface Running {
  readonly desk: Desk;
  readonly numbers: readonly string[];
  readonly pageCallerEnd: string;
}

async function measure(options: TenCallsOptions, { desk, numbers, pageCallerEnd }: Running): Promise<TenCalls> {
  const { rig, scripts, say } = options;
  const { phones } = rig;
  const fromMs = Date.now();
  const cpuBefore = readCpu(rig.hotline.pid, rig.dataDir);
  const ends = await Promise.all(
    numbers.map(async (number, i) => {
      const script = scripts[i % scripts.length];
      if (script === undefined) throw new Error('there is nothing to say');
      await sleep(i * STAGGER_MS);
      const endsAtMs = await phones.ask('say', { number, pcm: script.pcm, samples: script.lastSamples });
      return script.words.map((word, k) => ({ word, endAtMs: endsAtMs[k] ?? Number.NaN }));
    }),
  );
  const cpu = cpuPct(cpuBefore, readCpu(rig.hotline.pid, rig.dataDir));
  const toMs = Date.now();
  await sleep(AFTER_MS);
  const { legs, control, ownDelayP999Ms, hostStalledMs } = await phones.ask('gaps', { fromMs, toMs });
  tellGaps(legs, say);
  tellBeside(legs, control, say);
  say(
    `round 3: the phones themselves were late by up to ${rounded(ownDelayP999Ms)} ms (p99.9)${phones.isUrgent ? '' : ', at ordinary priority'}`,
  );
  say(`round 3: the host had taken a processor for ${rounded(hostStalledMs)} of ${rounded(toMs - fromMs)} ms`);
  const transcripts = await phones.ask('transcripts', null);
  const heard = await Promise.all(
    numbers.map(async (number, i) => {
      const shown = number.endsWith(pageCallerEnd)
        ? await desk.shown(fromMs)
        : transcripts.find((t) => t.callerNumber === number)?.shown.filter((s) => s.atMs >= fromMs);
      if (shown === undefined) throw new Error('a caller was connected to nobody');
      return wordTimes(ends[i] ?? [], shown);
    }),
  );
  const textMs = heard.flatMap((h) => h.latenciesMs);
  const onPage = heard[numbers.findIndex((n) => n.endsWith(pageCallerEnd))]?.latenciesMs ?? [];
  const spoken = heard.reduce((sum, h) => sum + h.spoken, 0);
  say(`round 3: word to text ${summary(textMs)} ms, on the page ${summary(onPage)} ms; ${spoken} words spoken`);
  say(`round 3: processor ${rounded(cpu.total)} % of one core: ${cpu.parts}`);
  return { gapsMs: legs.flatMap((l) => l.gapsMs), textMs, cpuPctPerCall: cpu.total / AGENTS };
}

function tellGaps(legs: readonly LegGaps[], say: (line: string) => void): void {
  if (legs.length !== 2 * (AGENTS - 1))
    throw new Error(`audio of ${legs.length} of ${2 * (AGENTS - 1)} ways was measured`);
  for (const way of ['caller to agent', 'agent to caller'] as const) {
    const these = legs.filter((l) => l.way === way);
    const gapsMs = these.flatMap((l) => l.gapsMs);
    const lost = these.reduce((sum, l) => sum + l.lost, 0);
    const at = (share: number): number => rounded(quantile(gapsMs, share));
    say(
      `round 3: ${way}: ${gapsMs.length} packets, ${lost} lost, gaps p95 ${at(0.95)}, p99.9 ${at(0.999)}, max ${at(1)} ms`,
    );
  }
}

/** The metric beside what it would be without the correction, and beside what the machine does to a bare echo. */
function tellBeside(
  legs: readonly LegGaps[],
  control: Pick<LegGaps, 'gapsMs' | 'rawGapsMs'>,
  say: (line: string) => void,
): void {
  const at = (gapsMs: readonly number[]): string =>
    `p95 ${rounded(p95(gapsMs))}, p99.9 ${rounded(quantile(gapsMs, 0.999))}, max ${rounded(quantile(gapsMs, 1))} ms`;
  const ours = { raw: legs.flatMap((l) => l.rawGapsMs), own: legs.flatMap((l) => l.gapsMs) };
  say(`round 3: gaps of all ways: ours ${at(ours.own)} (raw ${at(ours.raw)})`);
  say(`round 3: gaps of a bare echo: ${at(control.gapsMs)} (raw ${at(control.rawGapsMs)})`);
}
