/** The process of the telephones: nothing they do costs the server or the bench a moment, and all share one clock. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Pacer } from '../../../tools/call/pacer.ts';
import { Agents } from './agents.ts';
import { Callers } from './callers.ts';
import { Control } from './control.ts';
import { gapsOf, type Gaps, type Stalls } from './gaps.ts';
import { Heartbeat } from './heartbeat.ts';
import { HostStalls, stalledBetween } from './host-stalls.ts';
import type { LegGaps, PhoneWork, Reply, Request } from './protocol.ts';
import { watchWire } from './wire.ts';
import type { WireTrack } from './wire-track.ts';

watchWire();
const pacer = new Pacer();
const callers = new Callers(pacer);
const agents = new Agents(pacer);
const control = new Control(pacer);
const heartbeat = new Heartbeat();
const host = new HostStalls();
const delay = monitorEventLoopDelay({ resolution: 5 });

/** The delay monitor's own 5 ms are no delay. */
const MONITOR_MS = 5;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const gapsBetween = (sent: WireTrack, received: WireTrack, own: Span, stalls: Stalls): Gaps =>
  gapsOf(sent.packets(), received.packets(), own, stalls);

function legGaps(own: Span): readonly LegGaps[] {
  const stalls = { own: heartbeat.stalls, host: host.union };
  return agents.wires.flatMap(({ callerNumber, wire }) => {
    const caller = callers.wire(callerNumber);
    return [
      { callerNumber, way: 'caller to agent' as const, ...gapsBetween(caller.sent, wire.received, own, stalls) },
      { callerNumber, way: 'agent to caller' as const, ...gapsBetween(wire.sent, caller.received, own, stalls) },
    ];
  });
}

function controlGaps(own: Span): { rawGapsMs: readonly number[]; gapsMs: readonly number[] } {
  const stalls = { own: heartbeat.stalls, host: host.union };
  const all = control.wires.map(({ sent, received }) => gapsBetween(sent, received, own, stalls));
  return { rawGapsMs: all.flatMap((g) => g.rawGapsMs), gapsMs: all.flatMap((g) => g.gapsMs) };
}

const work: PhoneWork = {
  dial: (p) => callers.dial(p),
  greeting: (p) => callers.greeting(p),
  tone: (p) => callers.tone(p),
  say: (p) => callers.say(p),
  hangUp: (p) => callers.hangUp(p),
  startAgents: async (p) => {
    await agents.start(p);
    await control.start(p.echoPort);
    heartbeat.start();
    host.start();
    delay.enable();
    return null;
  },
  talking: () => Promise.resolve(agents.talking),
  transcripts: () => Promise.resolve(agents.transcripts),
  gaps: (span) => {
    const ownDelayP999Ms = Math.max(0, delay.percentile(99.9) / 1e6 - MONITOR_MS);
    const shift = performance.timeOrigin;
    const own = { fromMs: span.fromMs - shift, toMs: span.toMs - shift };
    const hostStalledMs = stalledBetween(host.union, own.fromMs, own.toMs);
    return Promise.resolve({ legs: legGaps(own), control: controlGaps(own), ownDelayP999Ms, hostStalledMs });
  },
  stopAgents: async () => {
    await agents.close();
    delay.disable();
    heartbeat.stop();
    host.stop();
    control.stop();
    return null;
  },
  close: async () => {
    host.stop();
    await Promise.allSettled([agents.close(), callers.close()]);
    return null;
  },
};

async function answer({ id, method, params }: Request): Promise<Reply> {
  try {
    const all: Readonly<Record<string, (p: never) => Promise<unknown>>> = { ...work };
    return { id, ok: true, value: await all[method]?.(params as never) };
  } catch (error) {
    return { id, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', (request: Request) => {
  void answer(request).then((reply) => {
    process.send?.(reply);
    if (request.method === 'close') process.disconnect();
  });
});
process.on('disconnect', () => process.exit());
