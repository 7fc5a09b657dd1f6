/**
 * The process that is measured: the media engine of the embedded switch as the server runs it (its own thread), with
 * a main thread that only passes descriptions on. Signalling does nothing while calls stand.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMediaEngine } from '../../../telephony/embedded/media/create-media-engine.ts';
import type { MediaKind } from '../../../telephony/embedded/media/media-engine.ts';
import { serve } from './child.ts';

const LAG_RESOLUTION_MS = 5;
const HOST = '127.0.0.1';

const engine = await createMediaEngine({
  advertisedAddress: HOST,
  bindAddress: HOST,
  rtpPortMin: 43_000,
  rtpPortMax: 44_999,
  iceServers: [],
});
const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
let blocker: NodeJS.Timeout | undefined;

const legOf = (legId: string, kind: MediaKind) => ({ legId, kind, mediaTimeoutMs: 0 });

export interface Usage {
  readonly cpuMs: number;
  readonly atMs: number;
  readonly mainLoopLagP99Ms: number;
}

const work = {
  answerOffer: (p: { legId: string; sdp: string }) => engine.answerOffer(legOf(p.legId, 'rtp'), p.sdp),
  offerToBrowser: (p: { legId: string }) => engine.createOffer(legOf(p.legId, 'webrtc')),
  acceptAnswer: (p: { legId: string; sdp: string }) => engine.acceptAnswer(p.legId, p.sdp),
  bridge: ({ a, b }: { a: string; b: string }) =>
    engine.connect([
      { legId: a, hears: [b], hearsPlaysOf: [], endsPlay: true },
      { legId: b, hears: [a], hearsPlaysOf: [], endsPlay: true },
    ]),
  play: (p: { legId: string; file: string }) =>
    engine.play(p.legId, { playId: p.legId, files: [p.file], repeat: 'forever' }),
  /** Processor time so far, and the main thread's lag since the last time this was asked. */
  usage: ({ watchesLag }: { watchesLag: boolean }): Usage => {
    const { user, system } = process.cpuUsage();
    const mainLoopLagP99Ms = Math.max(0, lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS);
    lag.reset();
    // Watching takes 200 timers a second: nothing where it is not asked for.
    if (watchesLag) lag.enable();
    return { cpuMs: (user + system) / 1_000, atMs: performance.now(), mainLoopLagP99Ms };
  },
  /** Keeps the main thread busy for a part of every tenth of a second. */
  block: ({ blockedMs }: { blockedMs: number }) => {
    clearInterval(blocker);
    if (blockedMs === 0) return;
    blocker = setInterval(() => {
      for (const endMs = performance.now() + blockedMs; performance.now() < endMs;) Math.sqrt(endMs);
    }, 100);
  },
};

export type SwitchWork = typeof work;

serve(work, () => engine.close());
