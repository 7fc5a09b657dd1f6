/** How late the media thread's loop was and what the garbage collector took, now and then, at debug. */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { Logger } from 'pino';

const resolutionMs = 5;
const everyMs = 10_000;

/** Does nothing unless debug is on. The loop is not kept alive by it. */
export function watchDelays(logger: Logger): void {
  if (!logger.isLevelEnabled('debug')) return;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let gcMaxMs = 0;
  let gcTotalMs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      gcMaxMs = Math.max(gcMaxMs, duration);
      gcTotalMs += duration;
    }
  }).observe({ entryTypes: ['gc'] });
  setInterval(() => {
    const late = (ns: number): number => Math.max(0, Math.round(ns / 1e5) / 10 - resolutionMs);
    const delays = { p50Ms: late(delay.percentile(50)), p999Ms: late(delay.percentile(99.9)), maxMs: late(delay.max) };
    logger.debug({ ...delays, gcMaxMs, gcTotalMs }, 'media: delays of the thread');
    delay.reset();
    gcMaxMs = 0;
    gcTotalMs = 0;
  }, everyMs).unref();
}
